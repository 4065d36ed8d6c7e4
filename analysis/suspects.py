"""Which labels look wrong, and between how many and how many of them probably are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

FITS, SUSPECT = 0, 1
NAMES = ("fits", "suspect")
RATIO = np.log(20.0)  # how much likelier another class must be than the label
BLOCK = 2**22


@rule("label_suspect", title="Suspect label", kind="class")
def label_suspect(verdicts: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whether another class is at least twenty times as likely as the label, by opinions that never saw it.

    verdicts: (n, c) log-probabilities; labels: (n,) -> (n,) int64: 1 suspect, 0 not, -1 without label or opinion.
    """
    known = _known(verdicts, labels)
    given = verdicts[np.arange(len(labels)), np.where(known, labels, 0)]
    lead = verdicts.max(axis=1) - given
    return np.where(known, np.where(lead > RATIO, SUSPECT, FITS), -1).astype(np.int64)


@rule("suspect_counts", title="How many labels are suspect", kind="table")
def suspect_counts(
    verdicts: NDArray[np.float32],
    labels: NDArray[np.int64],
    label_suspect: NDArray[np.int64],
    split: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Per split how many labels were judged, how many are suspect, and how many would be if every label were right.

    The last one takes the opinions at their word: a label drawn by the probabilities they give is a
    twentieth as likely as the likeliest with the sum of all probabilities that are so small. Opinions that
    were fitted to wrong labels are the less sure, so it is rather too high, and what is left over too low.

    verdicts: (n, c); labels, label_suspect, split: (n,) -> (s, 3) float64: judged, suspect, expected.
    """
    n_splits = int(split.max(initial=0)) + 1
    rows = np.flatnonzero(_known(verdicts, labels))
    chance = np.empty(len(rows))
    step = max(1, BLOCK // verdicts.shape[1])
    for start in range(0, len(rows), step):
        block = verdicts[rows[start : start + step]].astype(np.float64)
        far = block < block.max(axis=1, keepdims=True) - RATIO
        chance[start : start + step] = np.where(far, np.exp(block), 0).sum(axis=1)
    code = split[rows]
    columns = (None, (label_suspect[rows] == SUSPECT).astype(float), chance)
    return np.stack([np.bincount(code, weights, n_splits).astype(np.float64) for weights in columns], axis=1)


def _known(verdicts: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = (labels >= 0) & np.isfinite(verdicts).all(axis=1)
    return known
