"""Words for the parts of a dataset, and which of its rows are wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset, codes_of
from datasets.loader import Wish

UNNAMED = "data"
"""The split of samples that are in none."""

WORDS = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
}  # fmt: skip
ORDER = ("train", "validation", "test", UNNAMED)
MOST = 100


def coded(words: Sequence[str], what: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Splits by the words of every sample, as (n,) positions in the names; usual words get one spelling.

    Raises:
        BadDataset: more different words than there can be splits.
    """
    split_of = {word: WORDS.get(word.lower(), word) or UNNAMED for word in set(words)}
    if len(split_of) > MOST:
        raise BadDataset(f"{what}: {len(split_of):,} different splits; name a few, such as train and test")
    names = sorted(set(split_of.values()), key=lambda name: (ORDER.index(name) if name in ORDER else 9, name))
    position = {word: names.index(split) for word, split in split_of.items()}
    return np.array([position[word] for word in words], np.uint8), tuple(names)


def wanted(
    what: str,
    split: NDArray[np.uint8],
    split_names: Sequence[str],
    wish: Wish,
    *,
    in_turn: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """The rows that are wished for, in order.

    Args:
        what: the dataset, for messages.
        split: (n,) positions in `split_names`.
        split_names: all of them.
        wish: which split, and how many rows of each.
        in_turn: (n,) classes to take rows of in turn, where the rows are sorted by class; else the first
            rows are taken.

    Raises:
        BadDataset: there is no such split.
    """
    rows = [np.flatnonzero(split == code) for code in codes_of(what, wish.split, split_names)]
    if wish.limit is not None:
        rows = [part[_first(wish.limit, None if in_turn is None else in_turn[part])] for part in rows]
    found: NDArray[np.int64] = np.sort(np.concatenate(rows))
    if not len(found):
        raise BadDataset(f"{what}: no images in it; choose another dataset, split or limit")
    return found


def _first(limit: int, classes: NDArray[np.int64] | None) -> slice | NDArray[np.int64]:
    """Places of the first so many rows, or of the first of each class, the second of each, ..."""
    if classes is None:
        return slice(limit)
    order = np.argsort(classes, kind="stable")
    _, starts, counts = np.unique(classes[order], return_index=True, return_counts=True)
    turn = np.empty(len(classes), np.int64)
    turn[order] = np.arange(len(classes)) - np.repeat(starts, counts)
    chosen: NDArray[np.int64] = np.lexsort((classes, turn))[:limit]
    return chosen
