"""One main cause for every sample that is classified wrongly, by rules that are asked in turn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis import duplicates, strangers, suspects
from analysis.rule import rule
from analysis.subtype_recall import weak

NAMES = (
    "contradicting copies",
    "suspect label",
    "far from training data",
    "ambiguous",
    "rare sub-type",
    "plain confusion",
    "unexplained",
)
CONTRADICTED, SUSPECT, FAR, AMBIGUOUS, RARE, CONFUSED, UNEXPLAINED = range(len(NAMES))
CLOSE = np.log(3.0)  # how much likelier the likelier of two classes may be in an ambiguous case
OFTEN = 3  # errors of the same kind


@rule("error_cause", title="Cause of the error", kind="class")
def error_cause(
    correct: NDArray[np.int64],
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    split: NDArray[np.integer],
    opinions: NDArray[np.float32],
    label_suspect: NDArray[np.int64],
    duplicate: NDArray[np.int64],
    stranger: NDArray[np.int64],
    subtype_parts: NDArray[np.float32],
) -> NDArray[np.int64]:
    """Why a sample is classified wrongly, the first that holds: contradicting copies, a suspect label, ...

    In this order: the same picture stands in the data with another label; the label is suspect; the sample
    lies far from the training data; opinions that never saw the label find label and prediction about
    equally likely (neither three times the other); it belongs to a sub-type of at most a fifth of its class
    that is clearly more often wrong than the rest; at least three samples of its split and label are taken for
    the same class; none of these.

    correct, labels, predicted, split, label_suspect, duplicate, stranger: (n,); opinions: (n, c);
    subtype_parts: (n, 3) -> (n,) int64, -1 where nothing is wrong or nobody knows.
    """
    cause = np.full(len(labels), -1, np.int64)
    rows = np.flatnonzero((correct == 0) & (labels >= 0) & (predicted >= 0))
    if not len(rows):
        return cause
    kinds = np.stack([split[rows].astype(np.int64), labels[rows], predicted[rows]], axis=1)
    _, which, counts = np.unique(kinds, axis=0, return_inverse=True, return_counts=True)
    inside = (labels[rows] < opinions.shape[1]) & (predicted[rows] < opinions.shape[1])
    last = opinions.shape[1] - 1
    for_label = opinions[rows, np.minimum(labels[rows], last)]
    for_answer = opinions[rows, np.minimum(predicted[rows], last)]
    with np.errstate(invalid="ignore"):
        close = inside & (np.abs(for_label - for_answer) < CLOSE)
    held = [
        duplicate[rows] >= duplicates.CONFLICT,
        label_suspect[rows] == suspects.SUSPECT,
        stranger[rows] == strangers.FAR,
        close,
        weak(subtype_parts[:, 0].astype(np.int64), labels, split, correct)[rows],
        counts[which.ravel()] >= OFTEN,
    ]
    cause[rows] = np.select(held, list(range(len(held))), UNEXPLAINED)
    return cause
