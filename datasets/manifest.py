"""A list of images by its path: a .csv, .tsv or Parquet table with a row for every image.

    path,label,split,camera
    cats/1.jpg,cat,train,left

Paths are relative to the list's folder and cannot leave it. Labels are names, or positions in the class
names. Every other column becomes metadata of that name. Rows stay in the order of the list.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from datasets import csv_table, huggingface, parquet_footer, parquet_table, roles, splits
from datasets.below import Below
from datasets.class_names import names_beside
from datasets.dataset import BadDataset, Dataset
from datasets.decoding import decode_all
from datasets.known_files import printed
from datasets.loader import Source, Wish, path_reader, shown
from datasets.origins import of_files
from datasets.picture import BadPicture
from datasets.walking import Listing, listing, prints, readable

TEXT = (".csv", ".tsv")
PARQUET = (".parquet", ".pq")


def claims(path: Path) -> bool:
    """Whether a path is named like a table, and does not bring the images' bytes itself."""
    ending = path.suffix.lower()
    return ending in TEXT or (ending in PARQUET and not huggingface.claims(path))


def identity(path: Path) -> list[str]:
    """Size and time of every file that is listed, and what the classes are called.

    A Parquet list is opened by the worker alone; here every picture below its folder counts.

    Raises:
        BadDataset: no table, or one without paths.
    """
    if path.suffix.lower() in PARQUET:
        parquet_footer.columns(path)
        return ["".join(prints(_around(path).pictures)), *names_beside(path.parent).names]
    _, listed = _read(path)
    lines = []
    below = Below(path.parent)
    for text in listed:
        try:
            info = below.find(text)[1]
            lines.append(f"{info.st_size} {info.st_mtime_ns}\n")
        except BadPicture as error:
            lines.append(f"{error}\n")
    return ["".join(lines), *names_beside(path.parent).names]


@path_reader("manifest", title=".csv", claims=claims, streams=True, identity=identity)
def read(source: Source, wish: Wish) -> Dataset:
    """The images that a list names; see the module's docstring.

    Raises:
        BadDataset: no table, or no image that can be read.
    """
    path = source.files[0]
    what = shown(path)
    table, listed = _read(path)
    n = len(listed)
    label, split_column = roles.of(table, roles.LABEL), roles.of(table, roles.SPLIT)
    labels = roles.labels_of(table.get(label or ""), n, names_beside(path.parent), what)
    split, split_names = roles.splits_of(table.get(split_column or ""), n, what)
    metadata, aside = roles.metadata_of(table, (roles.of(table, roles.PATH), label, split_column))
    wanted = splits.wanted(what, split, split_names, wish)

    below = Below(path.parent)
    files: list[Path] = []
    marks: list[tuple[str, int, int]] = []
    rows, problems = [], []
    for row in wanted.tolist():
        try:
            file, info = below.find(listed[row])
            files.append(file)
            marks.append((str(file), info.st_size, info.st_mtime_ns))
            rows.append(row)
        except BadPicture as error:
            problems.append((readable(listed[row]), str(error)))
    if not rows:
        name, why = problems[0]
        raise BadDataset(
            f"{what}: none of its {len(problems):,} images can be used (the first, '{shown(name)[-50:]}': {why}); "
            "write paths relative to the list's folder"
        )

    def paths() -> Iterator[Path]:
        yield from files

    prints = printed(below.folder, marks)
    decoded = decode_all(what, [_name(listed[row]) for row in rows], paths, wish, prints)
    kept = np.array(rows, np.int64)[decoded.rows]
    filename = np.array([_name(listed[row]) for row in kept])
    return Dataset(
        name=source.name,
        images=decoded.images,
        labels=labels.positions[kept],
        class_names=labels.class_names,
        split=split[kept],
        split_names=split_names,
        notices=(*labels.notices, *_twice(files), *aside, *decoded.notices),
        metadata={roles.FILENAME: filename, **{name: column[kept] for name, column in metadata.items()}},
        problems=(*problems, *decoded.problems),
        origins=of_files(below.folder, [files[row] for row in decoded.rows]),
        rows=kept,
        total=n,
        sizes=decoded.sizes,
    )


def _around(path: Path) -> Listing:
    try:
        return listing(path.parent)
    except OSError as error:
        raise BadDataset(f"{shown(path)}: cannot be read ({error.strerror}); check its permissions") from error


def _read(path: Path) -> tuple[dict[str, roles.Column], Sequence[str]]:
    """The table, and its column of paths."""
    table: dict[str, roles.Column] = {}
    if path.suffix.lower() in TEXT:
        table.update(csv_table.read(path))
    else:
        table.update(parquet_table.columns(path))
    column = roles.of(table, roles.PATH)
    listed = table[column] if column is not None else None
    if not isinstance(listed, list):
        heard = shown(", ".join(list(table)[:12]) + (", ..." if len(table) > 12 else "")) or "none"
        raise BadDataset(f"{shown(path)}: no column of paths (it has: {heard}); name one 'path'")
    if not listed:
        raise BadDataset(f"{shown(path)}: a header and no rows; write a row for every image")
    return table, listed


def _name(text: str) -> str:
    return readable(os.path.normpath(text.replace("\\", "/")))


def _twice(files: Sequence[Path]) -> Iterator[str]:
    again = len(files) - len(set(files))
    if again:
        yield f"{again:,} rows name a file that an earlier row names too: they are samples of their own."
