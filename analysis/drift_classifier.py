"""How well a classifier tells two sets of samples apart, each sample judged by one that never saw it.

The classifier two-sample test (Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, 2017), read as an effect
size: the area under the ROC curve, 0.5 where the sets cannot be told apart and 1 where every sample can. With
thousands of samples a p-value calls everything different; how different is another question.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import Z
from analysis.reduction import reduced

Float = NDArray[np.float32]

FOLDS = 5
FEWEST = 20  # samples of each set: four in every fold
DIRECTIONS = 256  # columns that the classifier reads at most, principal directions where there are more
PENALTY = 1e-3  # of the squared weights, for each sample: columns have variance 1
ROUNDS, STEP, STEEPEST = 12, 1e-3, 30.0
NO_SPREAD = 1e-6  # of the largest spread: a column that says nothing


@dataclass(frozen=True, slots=True)
class Told:
    """How well two sets are told apart.

    Attributes:
        auc: 0.5 is not at all; below 0.5 is chance. Not-a-number with fewer than 20 samples in one of them.
        low, high: its 95 % interval.
        one, two: (n,), (m,) log-odds that a sample belongs to the second set, by a classifier that never saw it.
    """

    auc: float
    low: float
    high: float
    one: NDArray[np.float64]
    two: NDArray[np.float64]


def told_apart(one: Float, two: Float, *, seed: int = 0) -> Told:
    """Five-fold logistic regression between two sets.

    The area is the mean over the folds; its interval is DeLong's, the folds taken as independent (DeLong, DeLong and
    Clarke-Pearson, Comparing the Areas under Two or More Correlated Receiver Operating Characteristic Curves, 1988).

    one: (n, d), two: (m, d), all finite, columns as `evened` makes them. 10,000 x 192 take about 1 s.
    """
    n, m = len(one), len(two)
    if min(n, m) < FEWEST:
        nan = float("nan")
        return Told(nan, nan, nan, np.full(n, nan), np.full(m, nan))
    points = np.concatenate([one, two])
    points = np.concatenate([points, np.ones((n + m, 1), np.float32)], axis=1)
    is_two = np.arange(n + m) >= n
    draw = np.random.default_rng(seed)
    fold = np.concatenate([draw.permutation(n) % FOLDS, draw.permutation(m) % FOLDS])
    scores, beaten = np.empty(n + m), np.empty(n + m)
    for number in range(FOLDS):
        taught, judged = fold != number, fold == number
        weights = _logistic(points[taught], is_two[taught])
        scores[judged] = points[judged] @ weights
        above, below = np.flatnonzero(judged & is_two), np.flatnonzero(judged & ~is_two)
        beaten[above] = _share_below(scores[above], scores[below])
        beaten[below] = 1 - _share_below(scores[below], scores[above])
    auc = float(beaten[n:].mean())
    error = Z * float(np.sqrt(beaten[:n].var(ddof=1) / n + beaten[n:].var(ddof=1) / m))
    return Told(auc, max(0.0, auc - error), min(1.0, auc + error), scores[:n], scores[n:])


def evened(*views: Float) -> Float:
    """Several views of the same samples, each (n, d_i), as one: spreads of 1, constant columns left out.

    Where that is more than 256 columns, their first 256 principal directions, again with spreads of 1.
    """
    points = np.concatenate([_even(view) for view in views], axis=1)
    return points if points.shape[1] <= DIRECTIONS else _even(reduced(points, directions=DIRECTIONS))


def _even(points: Float) -> Float:
    largest = np.float32(np.abs(points).max(initial=0) or 1)
    small = points / largest
    spread = small.std(axis=0, dtype=np.float64)
    kept = spread > NO_SPREAD * spread.max(initial=0)
    center = small[:, kept].mean(axis=0, dtype=np.float64)
    return np.asarray((small[:, kept] - center) / spread[kept], np.float32)


def _logistic(points: Float, is_two: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of a logistic regression with a small penalty, by Newton's method."""
    n, d = points.shape
    weights, penalty = np.zeros(d), PENALTY * n
    for _ in range(ROUNDS):
        odds = np.clip(points @ weights.astype(np.float32), -STEEPEST, STEEPEST)
        chance = 1 / (1 + np.exp(-odds))
        curve = np.maximum(chance * (1 - chance), 1e-6).astype(np.float32)
        slope = (points.T @ (chance - is_two).astype(np.float32)).astype(np.float64) + penalty * weights
        bend = ((points * curve[:, None]).T @ points).astype(np.float64)
        bend[np.diag_indices(d)] += penalty
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() <= STEP * np.abs(weights).max():
            break
    return weights


def _share_below(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the others that each value beats; of equal ones half."""
    ordered = np.sort(others)
    places = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return np.asarray(places / 2 / len(ordered))
