"""Which column of a table says what: the image's path, its label, its split; the others are metadata."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets import splits
from datasets.class_names import Names, positions_in
from datasets.csv_table import typed
from datasets.dataset import UNLABELLED
from datasets.labels import positions_of
from datasets.loader import shown
from datasets.metadata import MOST_LETTERS

PATH = (
    "path", "filename", "file", "file_name", "filepath", "file_path", "image", "image_path", "img", "img_path",
    "image_file",
)  # fmt: skip
LABEL = ("label", "labels", "class", "class_name", "category", "target", "y", "fine_label")
SPLIT = ("split", "set", "subset", "partition")
FILENAME = "filename"
MOST_METADATA = 200

Column = list[str] | NDArray[Any]


@dataclass(frozen=True, slots=True)
class Labels:
    """The class of every row.

    Attributes:
        positions: (n,) int64, -1 for no label.
        class_names: one per class.
        notices: how they came about, a sentence each.
    """

    positions: NDArray[np.int64]
    class_names: tuple[str, ...]
    notices: tuple[str, ...]


def of(columns: Collection[str], role: tuple[str, ...]) -> str | None:
    """The column that has a role: the first of its usual names that is there, in any case."""
    by_name = {name.strip().lower(): name for name in reversed(list(columns))}
    return next((by_name[word] for word in role if word in by_name), None)


def labels_of(column: Column | None, n: int, given: Names, what: str) -> Labels:
    """The classes of n rows. Whole numbers are positions in the class names, and anything else is a name.

    Raises:
        BadDataset: what can't be one class per image.
    """
    if column is None or (isinstance(column, list) and not any(column)):
        nothing = np.full(n, UNLABELLED, np.int64)
        return Labels(nothing, given.names, ("There are no labels in it: nothing that needs them can be shown.",))
    if isinstance(column, list):
        numbers = typed([word for word in column if word])
        words = numbers.dtype.kind != "i" or (bool(given) and not set(column) - {"", *given.names})
        if words:
            positions, names, order = positions_in(column, given, what)
            return Labels(positions, names, (*_bare(positions), order))
        every = np.full(len(column), UNLABELLED, np.int64)
        every[[place for place, word in enumerate(column) if word]] = numbers
        column = every
    if column.dtype.kind == "f":
        column = np.where(np.isnan(column), UNLABELLED, column)
    positions, names, notices = positions_of([column], what, given.names or None)
    if given:
        notices = (*notices, f"The classes and their order come from {given.file}.")
    return Labels(positions, names, notices)


def splits_of(column: Column | None, n: int, what: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The split of n rows, and the splits' names. Raises BadDataset where there are too many of them."""
    words = [""] * n if column is None else [str(word).strip() for word in column]
    return splits.coded(words, what)


def metadata_of(
    table: Mapping[str, Column], taken: Collection[str | None]
) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """The other columns, as numbers or truth values where all their values are; a sentence on those left aside."""
    found: dict[str, NDArray[Any]] = {}
    aside = []
    for name, column in table.items():
        if name in taken:
            continue
        values = typed(column) if isinstance(column, list) else column
        long = values.dtype.kind == "U" and values.dtype.itemsize > 4 * MOST_LETTERS
        if long or name == FILENAME or len(found) == MOST_METADATA:
            aside.append(name)
        else:
            found[name] = values
    if not aside:
        return found, []
    names = ", ".join(f"'{shown(name)}'" for name in aside[:5]) + (", ..." if len(aside) > 5 else "")
    why = f"only short values and {MOST_METADATA} columns are kept, and '{FILENAME}' is the images' own path"
    return found, [f"{len(aside):,} columns were left aside ({names}): {why}."]


def _bare(positions: NDArray[np.int64]) -> tuple[str, ...]:
    n = int((positions == UNLABELLED).sum())
    return (f"{n:,} images have no label.",) if n else ()
