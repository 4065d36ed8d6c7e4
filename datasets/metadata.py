"""What a dataset tells about its samples besides the label: file names, dates, cameras, ..."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.archive import Archive
from datasets.loader import shown

KINDS = "USbiuf"
MOST_LETTERS = 1000


def metadata_of(
    archive: Archive, splits: Mapping[str, str], lengths: Mapping[str, int], taken: Collection[str]
) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """The arrays of an archive that have a value for every image.

    An array belongs to a split if a word of its name says so: `filename_train` and `filename_test` are
    one column, `filename`. With a single split the name may say nothing.

    Args:
        archive: where they are.
        splits: word in an array's name -> split.
        lengths: split -> number of images, in the order of the rows.
        taken: arrays that are something else.

    Returns:
        Name -> (n,) text, truth values or numbers; and a sentence for each array that was left aside.
    """
    found: dict[str, dict[str, str]] = {}
    aside = []
    for array in archive.names:
        if array in taken:
            continue
        words = [word for word in re.split(r"[_\-.\s]+", array) if word]
        said = [splits[word.lower()] for word in words if word.lower() in splits]
        name = "_".join(word for word in words if word.lower() not in splits)
        split = said[0] if said else next(iter(lengths)) if len(lengths) == 1 else ""
        if split in lengths and len(said) <= 1 and name and _fits(archive, array, lengths[split]):
            found.setdefault(name, {})[split] = array
        else:
            aside.append(array)
    columns: dict[str, NDArray[Any]] = {}
    for name, arrays in found.items():
        if all(split in arrays for split, n in lengths.items() if n):
            rows = [archive.read(arrays[split]) for split in lengths if split in arrays]
            if len({row.dtype.kind in "US" for row in rows}) == 1:
                columns[name] = _plain(np.concatenate(rows))
                continue
        aside += arrays.values()
    return columns, [f"The array '{shown(array)}' was left aside: not one value for every image." for array in aside]


def _fits(archive: Archive, array: str, n: int) -> bool:
    header = archive.header(array)
    small = header.dtype.kind not in "US" or header.dtype.itemsize <= 4 * MOST_LETTERS
    return header.shape == (n,) and header.dtype.kind in KINDS and small


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """Text as text, the rest as it is."""
    return np.char.decode(column, "utf-8", "replace") if column.dtype.kind == "S" else column
