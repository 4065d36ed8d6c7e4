"""Heat maps of one sample, with the tests that say what they are worth; and what it shares with others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import saliency, slopes, trial
from model.plane import plane
from model.shared import shared
from util import InspectorError, Progress
from workspace.request import Desk, Made, request

MOST_CLASSES = 10  # up to so many, all of them are shown
FEWER = 8  # of more classes, the likeliest
AVERAGED = 500  # samples whose mean picture is the background
MOST_OTHERS = 100
MOST_FLOATS = 2**26  # of the maps of a layer, held at once: 256 MB
STEPS = 3


@request(
    "heatmap",
    title="Heat maps",
    uses=("model.saliency", "model.slopes", "model.trial", "model.plane"),
    needs=("images", "labels"),
    most_kept=48,
)
def heatmap(desk: Desk, *, index: int, method: str, layer: str) -> Made:
    """The maps of every class and of the loss for one sample.

    Args:
        desk: in the worker.
        index: of the sample.
        method: a key of `saliency.METHODS`.
        layer: one with maps; "" for methods that take none.

    Returns:
        (k, h, w) float32 over the dataset's image, in the units of logits and of the loss. The facts have `classes`,
        the codes of the rows (the loss comes behind them if the sample has a label), their `probabilities`, the
        `predicted` class, the `label`, the `loss`, whether the maps are `signed`, and the figures of both tests.

    Raises:
        InspectorError: there is no such sample, method or layer, or the answers are no numbers.
    """
    images = desk.column("images")
    _check_index(desk, index)
    if method not in saliency.METHODS:
        raise InspectorError(f"Heat maps: no method '{method}'; choose {', '.join(saliency.METHODS)}")
    way = saliency.METHODS[method]
    if way.layered and layer not in saliency.with_maps(desk.opened.info):
        raise InspectorError(f"{way.title}: layer '{layer}' has no maps that lead to the scores; choose another")
    network = desk.network()
    desk.report(Progress(f"{way.title} of sample {index:,}", 0, STEPS, "steps"))
    picture = saliency.Picture(
        desk.preprocessing.apply(np.asarray(images[index : index + 1])),
        desk.preprocessing.apply(_mean_picture(images)),
        plane(desk.preprocessing, images.shape[1:]),
    )
    label = int(desk.column("labels")[index])
    logits = network.logits(picture.inputs)
    codes, predicted = shown_classes(logits[0], label), int(logits[0].argmax())
    asked = slopes.targets(logits.shape[1], codes, label)
    heat = way.function(network, picture, asked, layer)
    if not (np.isfinite(heat.maps).all() and np.isfinite(logits).all()):
        raise InspectorError(
            "Heat maps: the network's answers are no numbers here; see the notices about its weights"
        )
    row = codes.index(predicted)
    desk.report(Progress(f"{way.title}: deletion against chance", 1, STEPS, "steps"))
    deletion = trial.deletion(network, picture, heat, row, predicted)
    desk.report(Progress(f"{way.title}: with shuffled weights", 2, STEPS, "steps"))
    with trial.shuffled(network):
        control = way.function(network, picture, asked[[row]], layer).maps[0]
    facts: dict[str, Any] = {
        "classes": codes,
        "probabilities": [float(trial.probability(logits, code)[0]) for code in codes],
        "predicted": predicted,
        "label": label,
        "loss": float(asked.of(logits)[-1, 0]) if label >= 0 else None,
        "signed": way.signed,
        "grid": list(heat.grid),
        "deletion": _told(deletion),
        "control": _number(trial.likeness(heat.maps[row], control)),
        "control_size": _number(trial.likeness(np.abs(heat.maps[row]), np.abs(control))),
    }
    return Made(picture.plane.on_image(heat.maps), facts)


@request(
    "sharedheat",
    title="What they share",
    uses=("model.saliency", "model.slopes", "model.shared", "model.plane"),
    needs=("images",),
    most_kept=32,
)
def shared_heat(desk: Desk, *, index: int, others: str, layer: str = "") -> Made:
    """Where samples show what makes them like another one.

    Args:
        desk: in the worker.
        index: of the sample that is asked about.
        others: of the samples beside it, numbers with commas between, at most MOST_OTHERS.
        layer: one with maps; "" for the usual one.

    Returns:
        (1 + k, h, w) float32, 0 to 1, over the dataset's images; the sample itself in front, then the others in
        their order. The facts have the `layer`, and the `indices` of all rows.

    Raises:
        InspectorError: there is no such sample, or no layer has maps.
    """
    try:
        rows = [index, *(int(word) for word in others.split(","))]
    except ValueError:
        raise InspectorError(f"others '{others:.60}': not numbers with commas between; ask again") from None
    if len(rows) > 1 + MOST_OTHERS:
        raise InspectorError(f"others: {len(rows) - 1:,} are more than {MOST_OTHERS}; ask for fewer")
    for row in rows:
        _check_index(desk, row)
    layer = layer or saliency.usual_layer(desk.opened.info)
    if layer not in saliency.with_maps(desk.opened.info):
        raise InspectorError(f"layer '{layer}': has no maps; choose a layer that has some")
    desk.report(Progress("what they share", 0, 1, "steps"))
    images = desk.column("images")
    inputs = desk.preprocessing.apply(np.stack([images[row] for row in rows]))
    (query,) = slopes.layer_maps(desk.network(), inputs[:1], layer)
    step = max(1, MOST_FLOATS // query.size)
    blocks = (
        slopes.layer_maps(desk.network(), inputs[start : start + step], layer) for start in range(1, len(rows), step)
    )
    where = plane(desk.preprocessing, images.shape[1:])
    return Made(where.on_image(where.spread(shared(query, blocks))), {"layer": layer, "indices": rows})


def shown_classes(logits: NDArray[np.float32], label: int) -> list[int]:
    """The classes that get a map: all if they are few, else the likeliest and the label behind them."""
    if len(logits) <= MOST_CLASSES:
        return list(range(len(logits)))
    codes = [int(code) for code in np.argsort(-logits, kind="stable")[:FEWER]]
    return codes if label < 0 or label in codes else [*codes, label]


def _mean_picture(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(1, h, w, ch) the mean of samples from all over the data."""
    some = np.linspace(0, len(images) - 1, min(len(images), AVERAGED)).astype(np.int64)
    total = np.zeros(images.shape[1:], np.float64)
    for row in some:
        total += images[row]
    return np.rint(total / len(some)).astype(np.uint8)[None]


def _check_index(desk: Desk, index: int) -> None:
    if not 0 <= index < desk.dataset.n:
        raise InspectorError(f"sample {index}: there are {desk.dataset.n:,}, counted from 0")


def _told(deletion: trial.Deletion) -> dict[str, Any]:
    """The curve and the band of chance as JSON says them."""
    chance = deletion.chance
    return {
        "shares": deletion.shares.round(4).tolist(),
        "curve": deletion.curve.round(5).tolist(),
        "low": chance.min(axis=0).round(5).tolist(),
        "high": chance.max(axis=0).round(5).tolist(),
        "mean": chance.mean(axis=0).round(5).tolist(),
        "area": round(deletion.area, 4),
        "areas": [round(float(deletion.areas.min()), 4), round(float(deletion.areas.max()), 4)],
        "orders": len(chance),
        "as_well": int(np.count_nonzero(deletion.areas <= deletion.area)),
        "p": round(deletion.p, 4),
        "better": deletion.better,
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
