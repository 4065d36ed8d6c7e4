"""Recall, precision and F1 of every class, each with its n and its 95 % interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import wilson
from analysis.rule import rule

COLUMNS = (
    "labelled", "predicted", "both",
    "recall", "recall_low", "recall_high",
    "precision", "precision_low", "precision_high",
    "f1", "f1_low", "f1_high",
)  # fmt: skip


@rule("class_metrics", title="Recall, precision and F1", kind="table")
def class_metrics(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Recall, precision and F1 of every class, over all splits and in each alone, with 95 % intervals.

    With TP the samples both labelled and predicted as the class, recall = TP / labelled and
    precision = TP / predicted are shares, so their intervals are Wilson's (Probable Inference, 1927).
    F1 is no share, but it is 2J / (1 + J) with J = TP / (labelled or predicted), which is one; as this
    rises with J, the ends of Wilson's interval of J become the ends of F1's and hold it just as often.
    Condition for all three: the samples are drawn independently of each other.

    Args:
        confusion: (s, c, c), [split, label, predicted].

    Returns:
        (s + 1, c, 12) float64: row 0 is about all splits together, row 1 + i about split i; in columns
        the counts labelled, predicted and both, then recall, precision and F1, each followed by the low
        and high end of its interval. All in 0..1, low is bad; not-a-number where there is nothing to
        count: recall of a class without labels, precision of one that is never predicted, F1 of neither.
    """
    counts = np.concatenate([confusion.sum(axis=0, keepdims=True), confusion]).astype(np.float64)
    both = np.diagonal(counts, axis1=1, axis2=2)
    labelled, predicted = counts.sum(axis=2), counts.sum(axis=1)
    columns = [labelled, predicted, both]
    for total, curve in ((labelled, _plain), (predicted, _plain), (labelled + predicted - both, _f1)):
        with np.errstate(invalid="ignore", divide="ignore"):
            columns += [curve(both / total), *(curve(end) for end in wilson(both, total))]
    return np.stack(columns, axis=2)


def _plain(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return share


def _f1(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 from J, the share of the samples labelled or predicted as a class that are both."""
    return 2 * share / (1 + share)
