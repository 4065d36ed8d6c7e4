"""Which class is taken for which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule


@rule("confusion", title="Confusion counts", kind="table")
def confusion(
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    split: NDArray[np.uint8],
    logits: NDArray[np.float32],
) -> NDArray[np.int64]:
    """How often samples of each class were taken for each class, per split.

    Args:
        labels: (n,), -1 for none.
        predicted: (n,), -1 for none.
        split: (n,) codes from 0.
        logits: (n, c), for the number of classes alone: a class nobody has or guesses still gets its row.

    Returns:
        (s, c, c) int64, [split, label, predicted]. Samples without a label or a prediction are left out.
    """
    s, c = int(split.max()) + 1, max(logits.shape[1], int(labels.max()) + 1)
    known = (labels >= 0) & (predicted >= 0)
    cell = (split[known].astype(np.int64) * c + labels[known]) * c + predicted[known]
    return np.bincount(cell, minlength=s * c * c).reshape(s, c, c).astype(np.int64)
