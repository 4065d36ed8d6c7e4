"""What two sets of samples do to the answers of a network: how far they shift, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import wilson

Float = NDArray[np.float32]

CHANCE = 0.05  # that an interval misses


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the distribution of a class's probability moved.

    Attributes:
        distance: Kolmogorov and Smirnov's: the largest gap between the two cumulative distributions, 0 to 1.
        low, high: its 95 % interval, for all places and classes at once (Massart, The Tight Constant in the
            Dvoretzky-Kiefer-Wolfowitz Inequality, 1990): what few samples do by chance is inside.
        column: the class whose probability moved most.
    """

    distance: float
    low: float
    high: float
    column: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share of n samples, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def shift(one: Float, two: Float) -> Shift:
    """The largest Kolmogorov-Smirnov distance over all classes. one: (n, c), two: (m, c) probabilities."""
    gaps = []
    for column in range(one.shape[1]):
        mine, theirs = np.sort(one[:, column]), np.sort(two[:, column])
        places = np.concatenate([mine, theirs])
        below, beneath = (np.searchsorted(values, places, "right") / len(values) for values in (mine, theirs))
        gaps.append(float(np.abs(below - beneath).max()))
    distance = max(gaps)
    error = float(np.sqrt(np.log(2 * len(gaps) / CHANCE) / 2 * (1 / len(one) + 1 / len(two))))
    return Shift(distance, max(0.0, distance - error), min(1.0, distance + error), gaps.index(distance))


def estimated_accuracy(reference: Float, labels: NDArray[np.int64], new: Float) -> Share:
    """The accuracy that a set without labels should have, by average thresholded confidence.

    Garg, Balakrishnan, Lipton, Neyshabur and Sedghi, Leveraging Unlabeled Data to Predict Out-of-Distribution
    Performance, 2022: the limit of confidence (minus the entropy) above which the share of reference samples equals
    their accuracy; the share of new samples above it is the estimate.

    reference: (n, c), new: (m, c) probabilities; labels: (n,), -1 for none. Not-a-number without labels. The interval
    counts the chance in both sets, and not that the method itself errs.
    """
    known = labels >= 0
    n = int(known.sum())
    if not n or not len(new):
        return Share(float("nan"), float("nan"), float("nan"), 0)
    right = float((reference[known].argmax(axis=1) == labels[known]).mean())
    sure = np.sort(confidence(reference[known]))
    limit = sure[min(round((1 - right) * n), n - 1)] if right else np.inf
    return _share((confidence(new) >= limit).mean(), len(new), n)


def accuracy(probabilities: Float, labels: NDArray[np.int64]) -> Share:
    """The measured accuracy of the samples that have a label."""
    known = labels >= 0
    if not known.any():
        return Share(float("nan"), float("nan"), float("nan"), 0)
    return _share((probabilities[known].argmax(axis=1) == labels[known]).mean(), int(known.sum()))


def confidence(probabilities: Float) -> NDArray[np.float64]:
    """Minus the entropy, (n,) in nats: 0 is sure."""
    p = probabilities.astype(np.float64)
    return np.asarray((p * np.log(np.maximum(p, 1e-300))).sum(axis=1))


def share_beyond(value: float, n: int, yardstick: int) -> Share:
    """A share of n samples beyond a limit that was taken from others, whose chance counts too."""
    return _share(value, n, yardstick)


def _share(value: float, n: int, yardstick: int = 0) -> Share:
    """With Wilson's interval; a limit taken from a yardstick makes it as wide as n m / (n + m) samples would."""
    trials = n * yardstick / (n + yardstick) if yardstick else float(n)
    low, high = wilson(np.array(float(value) * trials), np.array(trials))
    return Share(float(value), float(low), float(high), n)
