"""What was learnt when: from the predictions at several moments of a training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Learning:
    """How samples fared, an entry each.

    Attributes:
        learnt: (n,) the moment from which on a sample was always right; the number of moments if it is wrong at
            the last one, -1 without a label.
        forgotten: (n,) how often it went from right to wrong.
        never: (n,) bool: wrong at every moment.
    """

    learnt: NDArray[np.int64]
    forgotten: NDArray[np.int64]
    never: NDArray[np.bool_]


def learning(labels: NDArray[np.integer], predicted: NDArray[np.integer]) -> Learning:
    """When each sample was learnt for good, and how often it was forgotten.

    Toneva et al., An empirical study of example forgetting during deep neural network learning (2019), count a
    forgetting whenever a sample is right at one look and wrong at the next. Here the looks are checkpoints, so what
    happens between two of them is not seen, and counts are lower than theirs.

    Args:
        labels: (n,) -1 for none.
        predicted: (t, n) at t moments, in their order.
    """
    labelled = labels >= 0
    right = (predicted == labels) & labelled
    moments = len(right)
    wrong_last = np.where(~right[::-1], 1, 0).argmax(axis=0) if moments else np.zeros(len(labels), np.int64)
    ever_wrong = ~right.all(axis=0)
    learnt = np.where(ever_wrong, moments - wrong_last, 0)
    return Learning(
        np.where(labelled, learnt, -1),
        (right[:-1] & ~right[1:]).sum(axis=0),
        ~right.any(axis=0) & labelled,
    )
