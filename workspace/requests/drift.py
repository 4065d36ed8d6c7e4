"""Two splits compared: the verdict's measures, class by class, the samples behind it, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import drift, drift_answers, drift_classes, drift_distances
from analysis.drift import Draw
from analysis.drift_ratio import familiarity_ratio
from util import InspectorError
from workspace.request import Desk, Made, request

FEATURES = ("features/last", "features/late_peaks", "features/early_peaks")
USES = (
    "analysis.drift", "analysis.drift_answers", "analysis.drift_classes", "analysis.drift_classifier",
    "analysis.drift_distances", "analysis.drift_ratio",
)  # fmt: skip
ROW, NEW_LIKE, STRANGE, APART, NEAREST = range(5)  # columns of the array


@request("drift", title="Comparison of two splits", uses=USES, needs=(*FEATURES, "labels", "split"), most_kept=32)
def compare(desk: Desk, *, reference: str, new: str) -> Made:
    """What the features say. Array: per compared sample of `new` its ROW, NEW_LIKE, STRANGE, APART and NEAREST.

    NEW_LIKE is the log-odds of the classifier at even chances, STRANGE the nats of `drift_distances.strange`,
    APART the distance to the NEAREST sample of the reference in units of what 99 % of held-out ones do not exceed.
    """
    columns = [desk.column(name) for name in FEATURES]
    drawn = _drawn(desk, reference, new, columns)
    facts: dict[str, Any] = {"counts": [len(drawn.reference), len(drawn.held_out), len(drawn.new)]}
    if not drawn.enough:
        return Made(np.empty((0, NEAREST + 1)), facts)
    found = drift.compared(columns[0], columns[1], columns[2], drawn)
    last = [np.asarray(columns[0][rows], np.float32) for rows in (drawn.reference, drawn.held_out, drawn.new)]
    known = np.concatenate(last[:2])
    held_out = drift_distances.nearest(last[1], last[0])[0][:, 0]
    to_first = drift_distances.nearest(last[2], last[0])[0][:, 0]
    far, limit = drift_distances.uncovered(to_first, held_out)
    _, nearest = drift_distances.nearest(last[2], known)
    of_known = np.concatenate([drawn.reference, drawn.held_out])
    even = found.told.two - np.log(len(drawn.new) / len(drawn.reference))  # as if there were as many of both
    array = np.stack([drawn.new, even, found.strange.new, to_first / (limit or 1), of_known[nearest[:, 0]]], axis=1)
    facts |= {
        "measures": {measure.name: measure.row() for measure in found.measures},
        "uncovered": _plain(drift_answers.share_beyond(float(far.mean()), len(far), len(held_out))),
        "unvisited": _plain(_unvisited(last)),
        "ratio": _plain(familiarity_ratio(*last)),
    }
    labels = np.asarray(desk.column("labels"))
    codes = [labels[rows] for rows in (drawn.reference, drawn.held_out, drawn.new)]
    if all((part >= 0).any() for part in codes):
        facts |= _classes(found.points, codes)
    return Made(array, facts)


@request(
    "driftanswers",
    title="Comparison of the answers to two splits",
    uses=USES,
    needs=("probabilities", *FEATURES, "labels", "split"),
    most_kept=32,
)
def answers(desk: Desk, *, reference: str, new: str) -> Made:
    """What the network's answers say: how far they moved, the accuracy to expect, and the one that was measured.

    Without labels on one side the classes are compared here, as the network takes them. The array is empty.
    """
    probabilities = desk.column("probabilities")
    columns = [desk.column(name) for name in FEATURES]
    drawn = _drawn(desk, reference, new, [*columns])
    parts = [np.asarray(probabilities[rows]) for rows in (drawn.reference, drawn.held_out, drawn.new)]
    if not drawn.enough or not all(np.isfinite(part).all() for part in parts):
        return Made(np.empty(0))
    labels = np.asarray(desk.column("labels"))
    known = np.concatenate([labels[drawn.reference], labels[drawn.held_out]])
    both = np.concatenate(parts[:2])
    facts: dict[str, Any] = {
        "measures": {"answers": drift.answered(probabilities, drawn).row()},
        "moved": drift_answers.shift(parts[0], parts[2]).column,
        "expected": _plain(drift_answers.estimated_accuracy(both, known, parts[2])),
        "measured": _plain(drift_answers.accuracy(parts[2], labels[drawn.new])),
        "before": _plain(drift_answers.accuracy(both, known)),
    }
    if not ((known >= 0).any() and (labels[drawn.new] >= 0).any()):
        found = drift.compared(columns[0], columns[1], columns[2], drawn)
        facts |= _classes(found.points, [part.argmax(axis=1) for part in parts])
    return Made(np.empty(0), facts)


def _drawn(desk: Desk, reference: str, new: str, columns: Sequence[NDArray[Any]]) -> Draw:
    split, names = np.asarray(desk.column("split")), desk.dataset.split_names
    if unknown := [name for name in (reference, new) if name not in names]:
        raise InspectorError(f"split '{unknown[0]:.60}': not there; choose {', '.join(names)}")
    one, two = (np.flatnonzero(split == names.index(name)) for name in (reference, new))
    return drift.draw(one, two, *columns)


def _classes(points: Sequence[NDArray[np.float32]], codes: Sequence[NDArray[np.integer]]) -> dict[str, Any]:
    mixed = drift_classes.mixed(codes)
    return {"classes": [_plain(gap) for gap in drift_classes.by_class(points, codes)], "mixed": list(mixed)}


def _unvisited(last: Sequence[NDArray[np.float32]]) -> drift_answers.Share:
    """The share of held-out reference samples with nothing like them among the new ones, of as many of both."""
    few = min(len(last[0]), len(last[2]))
    draw = np.random.default_rng(0)
    reference, new = (part[np.sort(draw.permutation(len(part))[:few])] for part in (last[0], last[2]))
    own, other = (drift_distances.nearest(last[1], part)[0][:, 0] for part in (reference, new))
    far, _ = drift_distances.uncovered(other, own)
    return drift_answers.share_beyond(float(far.mean()), len(far), len(far))


def _plain(found: Any) -> dict[str, Any]:
    """Plain values, None for what is not a number."""
    return {name: None if value != value else value for name, value in asdict(found).items()}
