"""A text table with a header line, read strictly: a line that does not fit is refused by its number.

Commas, semicolons and tabs are known by the header; a byte order mark and any line ends are taken. All
values stay text here, so that "007", "1e3" and "NA" are what they were.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset
from datasets.loader import shown

MOST_BYTES = 2**29
MOST_COLUMNS = 1000
LONGEST_LINE = 2**20
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")


def read(path: Path) -> dict[str, list[str]]:
    """The columns of a table by name, of equal length. Columns without a name are left out.

    Raises:
        BadDataset: no table, with the number of the line.
    """
    what = shown(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadDataset(f"{what}: more than {MOST_BYTES // 2**20:,} MiB; save it as Parquet")
        lines = _lines(path, what)
        head = next(lines, "")
        if not head.strip():
            raise BadDataset(f"{what}: no header line; name the columns in the first line (path, label, split)")
        reader = csv.reader(_with(head, lines), delimiter=_delimiter(head), strict=True)
        names = _header(next(reader), what)
        columns: list[list[str]] = [[] for _ in names]
        same: dict[str, str] = {}
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                raise BadDataset(
                    f"{what}: line {reader.line_num:,} has {len(row):,} fields and the header {len(names):,}; "
                    "repair the line"
                )
            for column, value in zip(columns, row, strict=True):
                column.append(same.setdefault(value, value))
            if len(same) > 2**16:  # keeps one copy of words that recur, not of all that are different
                same.clear()
    except csv.Error as error:
        where = f"line {reader.line_num:,}" if "reader" in locals() else "the header"
        raise BadDataset(f"{what}: {where} is no line of a table ({error}); repair its quotes") from error
    except OSError as error:
        raise BadDataset(f"{what}: cannot be read ({error.strerror}); check its permissions") from error
    return {name: column for name, column in zip(names, columns, strict=True) if name}


def typed(values: list[str]) -> NDArray[np.generic]:
    """Text as what it says: whole numbers, numbers with NaN for nothing, truth values, or text."""
    if all(_WHOLE.fullmatch(value) for value in values):
        return np.array([int(value) for value in values], np.int64)
    if any(values) and all(not value or _NUMBER.fullmatch(value) for value in values):
        return np.array([float(value) if value else np.nan for value in values], np.float64)
    if {value.lower() for value in values} <= {"true", "false"}:
        return np.array([value.lower() == "true" for value in values])
    return np.array(values)


def _lines(path: Path, what: str) -> Iterator[str]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE):
            number += 1
            if len(raw) == LONGEST_LINE:
                raise BadDataset(f"{what}: line {number:,} is too long; a manifest has a line for every image")
            if number == 1 and raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise BadDataset(f"{what}: its text is UTF-16; save it as UTF-8")
            if b"\0" in raw:
                raise BadDataset(f"{what}: line {number:,} has a zero byte; save it as plain text")
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise BadDataset(f"{what}: line {number:,} is not UTF-8 text; save it as UTF-8") from error
            yield line


def _with(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(head: str) -> str:
    bare = re.sub(r'"[^"]*"', "", head)
    return max(",;\t", key=bare.count)


def _header(row: list[str], what: str) -> list[str]:
    names = [name.strip() for name in row]
    if len(names) > MOST_COLUMNS:
        raise BadDataset(f"{what}: {len(names):,} columns, and at most {MOST_COLUMNS:,} are read; leave some out")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise BadDataset(f"{what}: two columns are named '{shown(twice)}'; rename one of them")
    return names
