"""Groups of pictures that are copies of each other, exact and near ones together, and what is wrong with each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.joining import joined
from analysis.neighbors import NOBODY
from analysis.rule import rule

SINGLE, WITHIN, ACROSS, CONFLICT, CONFLICT_ACROSS = range(5)
NAMES = (
    "no copy",
    "within its split",
    "in another split",
    "with another label",
    "with another label in another split",
)


@rule("duplicate_group", title="Group of duplicates", kind="vector")
def duplicate_group(copy_group: NDArray[np.int32], copies: NDArray[np.int32]) -> NDArray[np.int32]:
    """The first sample of the group of exact and near copies that each one belongs to; -1 where it is alone.

    copy_group: (n,) groups of near copies, -1 for none; copies: (n,) the first of the same pixels -> (n,) int32.
    """
    return joined(copy_group, copies)


@rule("copy_likeness", title="Likeness to the nearest copy", bad="high")
def copy_likeness(copy_of: NDArray[np.float64], copies: NDArray[np.int32]) -> NDArray[np.float32]:
    """How alike the most alike other picture is, shifted by up to two pixels; 1 is a copy, 0 has nothing in common.

    1 - how far it is, as in `copy_of`. The other one of a pair is at least as alike to some picture, too.
    copy_of: (n, 3), copies: (n,) the first of the same pixels -> (n,) float32 in -1..1, not-a-number of one picture.
    """
    again = np.bincount(copies, minlength=len(copies))[copies] > 1
    likeness = np.where(copy_of[:, 0] == NOBODY, np.nan, 1 - copy_of[:, 1])
    return np.where(again, 1, likeness).astype(np.float32)


@rule("duplicate", title="Copy", kind="class")
def duplicate(
    duplicate_group: NDArray[np.int32], labels: NDArray[np.int64], split: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Whether a picture stands in the data again, and what is worst about it: another label, another split.

    It says what holds for the group as a whole. A label that is missing contradicts none.

    duplicate_group, labels, split: (n,) -> (n,) int64: 0 no copy, 1 within its split, 2 in another split,
    3 with another label, 4 with another label in another split.
    """
    kind = np.full(len(labels), SINGLE, np.int64)
    rows = np.flatnonzero(duplicate_group != NOBODY)
    kind[rows] = WITHIN
    kind[rows[_differ(duplicate_group[rows], split[rows])]] += ACROSS - WITHIN
    kind[rows[_differ(duplicate_group[rows], labels[rows])]] += CONFLICT - WITHIN
    return kind


def _differ(groups: NDArray[np.int32], values: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(k,) whether the group of each row has more than one of these values, -1 not counted."""
    known = values >= 0
    low = np.full(groups.max(initial=0) + 1, np.iinfo(np.int64).max)
    high = np.full(len(low), -1, np.int64)
    np.minimum.at(low, groups[known], values[known])
    np.maximum.at(high, groups[known], values[known])
    return np.asarray(low[groups] < high[groups])
