"""Accuracy and mean loss per split and per class, each with its count and its 95 % interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

COLUMNS = ("n", "correct", "accuracy", "accuracy_low", "accuracy_high", "loss", "loss_low", "loss_high")
Z = 1.959963984540054  # standard deviations on either side that hold 95 % of a normal distribution


@rule("metrics", title="Accuracy and loss", kind="table")
def metrics(
    labels: NDArray[np.int64],
    correct: NDArray[np.int64],
    loss: NDArray[np.float64],
    split: NDArray[np.uint8],
    logits: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Accuracy and mean loss of every split, over all classes and for each alone, with 95 % intervals.

    The interval of the accuracy is Wilson's (Probable Inference, 1927), that of the loss the normal
    one of a mean, not below 0. Samples without a label are left out.

    Args:
        labels: (n,), -1 for none.
        correct: (n,) 1, 0, or -1 without label or prediction.
        loss: (n,) nats, not-a-number without a label.
        split: (n,) codes from 0.
        logits: (n, c), for the number of classes alone.

    Returns:
        (s, c + 1, 8) float64: row 0 is about all classes, row 1 + j about the samples labelled j; in
        columns n, correct, accuracy, its low and high end, mean loss, its low and high end.
        Not-a-number where there is nothing to count, and for the ends of the loss of fewer than two.
    """
    s, c = int(split.max()) + 1, max(logits.shape[1], int(labels.max()) + 1)
    known = (labels >= 0) & (correct >= 0)
    cell = split[known].astype(np.int64) * c + labels[known]
    losses = loss[known]

    def totals(weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """(s, c + 1): the sum over all classes, then each class."""
        each = np.bincount(cell, weights, minlength=s * c).astype(np.float64).reshape(s, c)
        return np.concatenate([each.sum(axis=1, keepdims=True), each], axis=1)

    n, right = totals(), totals(correct[known].astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = totals(losses) / n
        of_all, of_class = mean[split[known], 0], mean[split[known], labels[known] + 1]
        squares = totals((losses - of_class) ** 2)
        squares[:, 0] = np.bincount(split[known], (losses - of_all) ** 2, minlength=s)
        reach = np.where(n >= 2, Z * np.sqrt(squares / (n - 1) / n), np.nan)
        columns = (n, right, right / n, *wilson(right, n), mean, np.maximum(mean - reach, 0), mean + reach)
    return np.stack(columns, axis=2)


def wilson(
    successes: NDArray[np.float64], trials: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends of Wilson's 95 % interval of a share; not-a-number where there were no trials."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = successes / trials
        center = (share + Z**2 / (2 * trials)) / (1 + Z**2 / trials)
        reach = Z / (1 + Z**2 / trials) * np.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    low = np.where(successes == 0, 0.0, np.maximum(center - reach, 0))
    high = np.where(successes == trials, 1.0, np.minimum(center + reach, 1))
    empty = trials == 0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)
