"""Which samples lie further out than nearly all of the training data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

USUAL, FAR = 0, 1
NAMES = ("usual", "far out")
SHARE = 0.01  # of the reference split that counts as far out by itself
FEWEST = 20  # samples of the reference from which on a tail can be told


@rule("stranger", title="Far from the training data", kind="class")
def stranger(outlier: NDArray[np.float32], split: NDArray[np.integer]) -> NDArray[np.int64]:
    """Whether a sample lies further out than 99 % of the first split do; of that split itself it is 1 %.

    outlier: (n,) high is odd; split: (n,) -> (n,) int64: 1 far out, 0 usual, -1 without a score.
    """
    with np.errstate(invalid="ignore"):
        far = outlier > limit(outlier[split == split.min(initial=0)])
    return np.where(np.isfinite(outlier), np.where(far, FAR, USUAL), -1).astype(np.int64)


def limit(reference: NDArray[np.floating]) -> float:
    """The score that 99 % of the reference do not exceed; infinity where fewer than 20 of it have a score."""
    known = reference[np.isfinite(reference)]
    return float(np.quantile(known, 1 - SHARE, method="inverted_cdf")) if len(known) >= FEWEST else float("inf")
