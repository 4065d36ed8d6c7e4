"""The flip test: which answers change when a picture changes in ways that a person would not mind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.disturbances import DISTURBANCES, LEVELS, Disturbance
from model.network import Network
from util import InspectorError, Progress, blocks, silent
from workspace.request import Desk, Made, request

BLOCK = 2**24  # pixels that are changed at a time: as float64 and twice, 256 MiB
STEPS = len(DISTURBANCES) * LEVELS
SEED = 0


@request(
    "flips",
    title="Flip test",
    uses=("analysis.disturbances",),
    needs=("images", "labels", "split", "predicted"),
    most_kept=8,
)
def flips(desk: Desk, *, split: str, samples: int) -> Made:
    """What the network says of samples of a split under every disturbance at every strength.

    Args:
        desk: in the worker.
        split: whose labelled samples are drawn, with a fixed seed.
        samples: at most so many.

    Returns:
        (1 + kinds * levels, k) int16 predicted classes: as the pictures are, then kind after kind, the weakest first.
        The facts have the rows of the samples, and how many there were to draw from.

    Raises:
        InspectorError: the split has no labelled samples.
    """
    names = desk.dataset.split_names
    if split not in names:
        raise InspectorError(f"split '{split:.40}': is not there; choose one of {', '.join(names)}")
    code = names.index(split)
    usable = np.flatnonzero((desk.column("split") == code) & (desk.column("labels") >= 0))
    if not len(usable):
        raise InspectorError(f"Flip test: {split} has no labelled samples; choose another split")
    if samples < 1:
        raise InspectorError(f"Flip test: {samples} samples are none; take more")
    rows = usable
    if len(usable) > samples:
        rows = np.sort(np.random.default_rng(SEED).choice(usable, samples, replace=False))
    images = np.asarray(desk.column("images")[rows])
    said = np.empty((1 + STEPS, len(rows)), np.int16)
    said[0] = desk.column("predicted")[rows]
    network = desk.network()
    for step, (kind, strength) in enumerate(_steps()):
        desk.report(Progress(f"Flip test: {kind.title.lower()}", step, STEPS, "steps"))
        draw = np.random.default_rng([SEED, step])
        for block in blocks(len(images), images[0].size, most=BLOCK):
            said[1 + step, block] = _logits(desk, network, kind.change(images[block], strength, draw)).argmax(axis=1)
    return Made(said, {"rows": rows.tolist(), "usable": len(usable)})


@request("strips", title="Steps of the flip test", uses=("analysis.disturbances",), needs=("images",), most_kept=64)
def strips(desk: Desk, *, index: int) -> Made:
    """One sample under every disturbance at every strength, and what the network says of each picture.

    A shift and a turn go one way here and another in `flips`, where they are drawn for all samples together.

    Returns:
        (1 + kinds * levels, h, w, ch) uint8 in the order of `flips`; the facts have `predicted` and `confidence`.

    Raises:
        InspectorError: there is no such sample.
    """
    if not 0 <= index < desk.dataset.n:
        raise InspectorError(f"sample {index}: there are {desk.dataset.n:,}, counted from 0")
    image = np.asarray(desk.column("images")[index : index + 1])
    steps = [
        kind.change(image, strength, np.random.default_rng([SEED, step]))
        for step, (kind, strength) in enumerate(_steps())
    ]
    pictures = np.concatenate([image, *steps])
    logits = _logits(desk, desk.network(), pictures)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidence = shares.max(axis=1) / shares.sum(axis=1)
    facts = {"predicted": logits.argmax(axis=1).tolist(), "confidence": confidence.round(4).tolist()}
    return Made(pictures, facts)


def _steps() -> list[tuple[Disturbance, float]]:
    return [(kind, strength) for kind in DISTURBANCES for strength in kind.strengths]


def _logits(desk: Desk, network: Network, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return network.forward(images, [], preprocessing=desk.preprocessing, report=silent).logits
