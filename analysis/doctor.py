"""What may be wrong with a network: units that say nothing, scores that are none, classes in another order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

BLOCK = 2**22  # values at a time: 16 MiB
TOLERANCE = 1e-3  # by which probabilities may miss a sum of 1


@rule(
    "unit_ranges/{layer}",
    title="Ranges of units",
    kind="table",
    needs={"activations": "activations/{layer}"},
)
def unit_ranges(activations: NDArray[np.float32]) -> NDArray[np.float32]:
    """The smallest and the largest value of every unit: equal ones are a unit that says nothing.

    About 0.05 s for 70,000 x 128 on one core.

    Args:
        activations: (n, d).

    Returns:
        (d, 3) float32: smallest and largest finite value, not-a-number where there is none; and the share of
        samples, 0 to 1, for which the unit gives no finite number.
    """
    n, d = activations.shape
    least, most, broken = np.full(d, np.inf), np.full(d, -np.inf), np.zeros(d)
    step = max(1, BLOCK // max(d, 1))
    for start in range(0, n, step):
        block = np.asarray(activations[start : start + step])
        finite = np.isfinite(block)
        if not finite.all():
            broken += (~finite).sum(axis=0)
        least = np.minimum(least, np.where(finite, block, np.inf).min(axis=0))
        most = np.maximum(most, np.where(finite, block, -np.inf).max(axis=0))
    seen = broken < n
    return np.stack([np.where(seen, least, np.nan), np.where(seen, most, np.nan), broken / max(n, 1)], axis=1).astype(
        np.float32
    )


@rule("answers", title="Answers", kind="table")
def answers(logits: NDArray[np.float32]) -> NDArray[np.int64]:
    """What the scores are like as a whole: numbers at all, probabilities already, always the same class.

    Args:
        logits: (n, c).

    Returns:
        (5,) int64: samples; those with a score that is not finite; those whose scores are between 0 and 1 and
        add up to 1; the class that is best most often among those with finite scores, -1 without any; and how often.
    """
    finite = np.isfinite(logits).all(axis=1)
    scores = np.asarray(logits[finite], np.float64)
    if not len(scores):
        return np.array([len(logits), len(logits), 0, -1, 0], np.int64)
    within = (scores >= 0).all(axis=1) & (np.abs(scores.sum(axis=1) - 1) < TOLERANCE)
    counts = np.bincount(scores.argmax(axis=1))
    usual = int(counts.argmax())
    return np.array([len(logits), len(logits) - len(scores), within.sum(), usual, counts[usual]], np.int64)


@rule("relabelling", title="Classes in another order", kind="table", leans_on=("scipy",))
def relabelling(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], logits: NDArray[np.float32], *, seed: int = 0
) -> NDArray[np.int64]:
    """Which class of the data each output means, if each meant another one: one to one, with most samples right.

    The assignment problem (Kuhn, "The Hungarian method", 1955) on the confusion counts; an output keeps its own
    class where another would do no better. What it gains is counted on one half of the samples for an
    assignment made from the other, because on its own samples any assignment gains. Below 1 s for 1,000 classes.

    Args:
        labels: (n,), -1 for none.
        predicted: (n,), -1 for none.
        logits: (n, c), for the number of outputs alone.
        seed: of the halves.

    Returns:
        (c + 1, 4) int64. Row 0, about the other half: samples, right as they are, right only after the
        change, right only before it. Row 1 + j, about output j and all samples: the class it would mean, how
        often it is the answer, how often that is right as it is, and how often it would be.
    """
    c = max(logits.shape[1], int(labels.max(initial=-1)) + 1)
    known = np.flatnonzero((labels >= 0) & (predicted >= 0))
    truth, answer = np.asarray(labels[known]), np.asarray(predicted[known], np.int64)
    first = np.random.default_rng(seed).permutation(len(known)) % 2 == 0
    found = np.empty((c + 1, 4), np.int64)
    meant = _assigned(_counts(truth[first], answer[first], c))
    before, after = answer[~first] == truth[~first], meant[answer[~first]] == truth[~first]
    found[0] = len(before), before.sum(), (after & ~before).sum(), (before & ~after).sum()
    counts = _counts(truth, answer, c)
    meant = _assigned(counts)
    found[1:] = np.stack([meant, counts.sum(axis=1), np.diag(counts), counts[np.arange(c), meant]], axis=1)
    return found


def _counts(truth: NDArray[np.int64], answer: NDArray[np.int64], c: int) -> NDArray[np.int64]:
    """(c, c), [answer, label]."""
    return np.bincount(answer * c + truth, minlength=c * c).reshape(c, c)


def _assigned(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(c,): the class of each output."""
    from scipy.optimize import linear_sum_assignment

    c = len(counts)
    _, classes = linear_sum_assignment(counts * (c + 1) + np.eye(c, dtype=np.int64), maximize=True)
    return np.asarray(classes, np.int64)
