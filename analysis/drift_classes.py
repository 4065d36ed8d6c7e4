"""Two sets compared class by class, so that the class that changed stands first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.drift_classifier import FEWEST, evened, told_apart
from analysis.metrics import wilson
from analysis.threads import one_thread

Float = NDArray[np.float32]
Codes = NDArray[np.integer]

MOST_CLASSES = 50  # the largest ones are told apart: two classifiers each


@dataclass(frozen=True, slots=True)
class ClassGap:
    """How one class changed.

    Attributes:
        code: the class.
        n_reference, n_new: samples of it that were compared.
        share_reference, share_new: its share of the reference and of the new set.
        moved: whether the 95 % intervals of the shares are apart, and one is twice the other.
        auc: how well its samples are told apart, 0.5 not at all; low, high its 95 % interval; not-a-number with
            fewer than 20 on one side.
        control: the same for held-out samples of the reference.
    """

    code: int
    n_reference: int
    n_new: int
    share_reference: float
    share_new: float
    moved: bool
    auc: float
    low: float
    high: float
    control: float


@one_thread()
def by_class(points: Sequence[Float], classes: Sequence[Codes]) -> list[ClassGap]:
    """Every class that has samples, the most changed first: those that came or went, then by the classifier.

    The order is that of the lower end of the interval, so that a class with few samples does not stand first by
    chance.

    points: reference (h, d), held out (h, d), new (m, d); classes: (h,), (h,), (m,) codes, -1 for none.
    """
    reference = np.concatenate(classes[:2])
    codes = np.unique(np.concatenate([reference, classes[2]]))
    codes = codes[codes >= 0]
    sizes = [int((classes[0] == code).sum() + (classes[2] == code).sum()) for code in codes]
    told = {int(codes[place]) for place in np.argsort(sizes, kind="stable")[::-1][:MOST_CLASSES]}
    found = [_gap(int(code), int(code) in told, points, classes, reference) for code in codes]
    return sorted(
        found, key=lambda each: (not each.moved, -_or(each.low, -1.0), -abs(each.share_new - each.share_reference))
    )


def mixed(classes: Sequence[Codes]) -> tuple[float, float]:
    """How differently the classes are mixed in new and reference, and in the two parts of the reference.

    The share of samples that would have to change their class, 0 to 1 (total variation).
    """
    most = max(int(codes.max(initial=-1)) for codes in classes) + 1
    shares = []
    for codes in classes:
        counts = np.bincount(codes[codes >= 0], minlength=most)
        shares.append(counts / max(int(counts.sum()), 1))
    return tuple(float(np.abs(shares[0] - other).sum() / 2) for other in (shares[2], shares[1]))  # type: ignore[return-value]


def _gap(code: int, tell: bool, points: Sequence[Float], classes: Sequence[Codes], reference: Codes) -> ClassGap:
    one, held_out, two = (part[codes == code] for part, codes in zip(points, classes, strict=True))
    of = [int((codes >= 0).sum()) for codes in (reference, classes[2])]
    counts = [int((reference == code).sum()), len(two)]
    before, now = (count / max(n, 1) for count, n in zip(counts, of, strict=True))
    ends_low, ends_high = wilson(np.array(counts, float), np.array(of, float))
    apart = bool(ends_low[0] > ends_high[1] or ends_low[1] > ends_high[0])
    moved = apart and max(before, now) > 2 * min(before, now)
    auc = low = high = control = float("nan")
    if tell and min(len(one), len(two)) >= FEWEST:
        told = told_apart(*_pair(one, two))
        auc, low, high = told.auc, told.low, told.high
        if len(held_out) >= FEWEST:
            control = told_apart(*_pair(one, held_out)).auc
    return ClassGap(code, len(one), len(two), before, now, moved, auc, low, high, control)


def _pair(one: Float, two: Float) -> tuple[Float, Float]:
    """Both with spreads of 1 inside the class."""
    points = evened(np.concatenate([one, two]))
    return points[: len(one)], points[len(one) :]


def _or(value: float, other: float) -> float:
    return other if value != value else value
