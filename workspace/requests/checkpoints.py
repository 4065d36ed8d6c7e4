"""What the network said at several moments of its training, and where the samples lay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import model.checkpoints
import model.network
from analysis.loss import loss
from analysis.moving_maps import moving_maps
from model.reading import resolve
from util import InspectorError, Progress, silent
from workspace.request import Desk, Made, request

MOST_SAMPLES = 1_500


@request(
    "checkpoints",
    title="Checkpoints",
    uses=("model.checkpoints", "analysis.moving_maps", "analysis.loss"),
    needs=("images", "labels"),
    most_kept=4,
)
def checkpoints(desk: Desk, *, stamp: str) -> Made:
    """At most 24 checkpoints on at most 1,500 samples, drawn with a fixed seed and in the order of the index.

    The classes stand in the order in which the opened network has them, and pixels are scaled as for it; a checkpoint
    that cannot be opened, or is another network, is left out and named.

    Returns:
        (t, k, 4) float32: place on the map (2), predicted class or -1 without a class head, loss in nats or
        not-a-number without a label. The facts have the rows of the samples, the numbers, the names and the layer.

    Raises:
        InspectorError: none of them could be looked at.
    """
    options, opened = desk.options, desk.opened
    desk.network()  # sets up the device that was asked for
    found = model.checkpoints.spread(model.checkpoints.find(resolve(options.model), options.checkpoints))
    images, labels = desk.column("images"), desk.column("labels")
    rows = _drawn(len(images))
    shown = np.asarray(images[rows])
    said, vectors, kept, problems = [], [], [], []
    for done, checkpoint in enumerate(found):
        desk.report(Progress(f"Checkpoint {checkpoint.path.name}", done, len(found), "checkpoints"))
        try:
            network = model.network.open_network(
                checkpoint.path, desk.dataset.image_shape, options.code, output=options.output,
                n_classes=len(desk.dataset.expected),
            )  # fmt: skip
            if network.info.n_outputs != opened.info.n_outputs:
                raise InspectorError(f"has {network.info.n_outputs} outputs, the network {opened.info.n_outputs}")
            usable = {layer.name for layer in network.info.layers if layer.usable}
            layer = opened.layer if opened.layer in usable else network.info.default_layer
            network.order = opened.order
            forward = network.forward(shown, [layer], preprocessing=desk.preprocessing, report=silent)
        except InspectorError as error:
            problems.append(f"{checkpoint.path.name}: {error}")
            continue
        said.append(forward.logits)
        vectors.append(forward.activations[layer])
        kept.append(checkpoint)
    if not kept:
        raise InspectorError(f"Checkpoints: none of {len(found)} could be looked at; {' · '.join(problems[:2])}")
    maps = moving_maps(vectors, said=lambda done: desk.report(Progress("Aligned maps", done, len(kept), "maps")))
    answers = np.stack([_answers(logits, labels[rows]) for logits in said])
    facts = {
        "rows": rows.tolist(),
        "numbers": [checkpoint.number for checkpoint in kept],
        "names": [checkpoint.path.name for checkpoint in kept],
        "found": len(found),
        "problems": problems,
        "layer": opened.layer,
    }
    return Made(np.concatenate([maps, answers], axis=2), facts)


def _drawn(n: int) -> NDArray[np.intp]:
    if n <= MOST_SAMPLES:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, MOST_SAMPLES, replace=False))


def _answers(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """(k, 2): the predicted class and the loss."""
    if not logits.shape[1]:
        return np.full((len(logits), 2), (-1, np.nan), np.float32)
    return np.stack([logits.argmax(axis=1), loss(logits, labels)], axis=1).astype(np.float32)
