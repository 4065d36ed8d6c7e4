"""Parquet files as Hugging Face keeps images: the bytes of the files in a column, with the labels beside.

One `.parquet` file, or a folder of them (`data/train-00000-of-00002.parquet`, ...). A file's name says its
split. The names of the classes are in the file's own description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets import parquet_footer, parquet_table, roles, splits
from datasets.class_names import Names, names_beside
from datasets.dataset import BadDataset, Dataset
from datasets.decoding import decode_all
from datasets.loader import Source, Wish, path_reader, shown

ENDINGS = (".parquet", ".pq")
AT_ONCE = 32
MOST_BYTES_OF_A_GROUP = 2**31


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which column holds the images, how (their bytes inside a struct or plain), and what is said of classes."""

    column: str
    bytes_path: str
    has_path: bool
    names: dict[str, tuple[str, ...]]
    others: tuple[str, ...]


def claims(path: Path) -> bool:
    """Whether a path is a Parquet file with images in it, or a folder of such."""
    try:
        found = files(path)
        return bool(found) and parquet_footer.holds_images(found[0])
    except (BadDataset, OSError):
        return False


def files(path: Path) -> list[Path]:
    """The Parquet files of a path, sorted by name; those of a folder, or of `data` in it."""
    if not path.is_dir():
        return [path] if path.suffix.lower() in ENDINGS and path.is_file() else []
    for folder in (path, path / "data"):
        if folder.is_dir():
            found = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
            if found:
                return found
    return []


@path_reader("huggingface", title=".parquet", claims=claims, files=files, streams=True)
def read(source: Source, wish: Wish) -> Dataset:
    """The images in the files, shard after shard; see the module's docstring.

    Raises:
        BadDataset: damaged files, files that differ in their columns, or no image that can be read.
    """
    what = shown(source.name)
    shapes = [_checked(file) for file in source.files]
    shape = shapes[0]
    if any(
        (other.column, other.names, set(other.others)) != (shape.column, shape.names, set(shape.others))
        for other in shapes
    ):
        raise BadDataset(f"{what}: its files have different columns; give one file by its path")
    table, counts, paths = _table(source.files, shape)
    label = roles.of(table, roles.LABEL) or next(iter(shape.names), None)
    given = names_beside(source.files[0].parent)
    if not given and label in shape.names:
        given = Names(shape.names[label], "the file's own description")
    n = sum(counts)
    labels = roles.labels_of(table.get(label or ""), n, given, what)
    words = np.repeat([_split(file) for file in source.files], counts).tolist()
    split, split_names = splits.coded(words, what)
    spelled = {name: _spelled(column, shape.names.get(name)) for name, column in table.items()}
    metadata, aside = roles.metadata_of(spelled, (label,))
    wanted = splits.wanted(what, split, split_names, wish)
    names = [paths[row] or f"row {row:,}" for row in wanted.tolist()]

    def pictures() -> Iterator[bytes]:
        yield from _bytes(source.files, shapes, counts, wanted)

    decoded = decode_all(what, names, pictures, wish)
    kept = wanted[decoded.rows]
    filenames = {roles.FILENAME: np.array(paths)[kept]} if any(paths) else {}
    return Dataset(
        name=source.name,
        images=decoded.images,
        labels=labels.positions[kept],
        class_names=labels.class_names,
        split=split[kept],
        split_names=split_names,
        notices=(*labels.notices, *aside, *decoded.notices),
        metadata={**filenames, **{name: column[kept] for name, column in metadata.items()}},
        problems=decoded.problems,
        rows=kept,
        total=len(paths),
        sizes=decoded.sizes,
    )


def _checked(path: Path) -> _Shape:
    shape = _shape(path)
    if shape is None:
        raise BadDataset(f"{shown(path)}: no column of images in it; give the other files by their path")
    return shape


def _shape(path: Path) -> _Shape | None:
    """What the header of a file says; None if there are no images in it."""
    from pyarrow import types

    def holds_bytes(kind: Any) -> bool:
        return kind is not None and bool(types.is_binary(kind) or types.is_large_binary(kind))

    with parquet_table.opened(path) as file:
        schema = file.schema_arrow
    for field in sorted(schema, key=lambda field: field.name not in ("image", "img")):
        inner = {part.name: part.type for part in field.type} if types.is_struct(field.type) else {}
        within = holds_bytes(inner.get("bytes"))
        if within or (holds_bytes(field.type) and field.name in ("image", "img")):
            others = tuple(name for name in schema.names if name != field.name)
            inside = f"{field.name}.bytes" if within else field.name
            return _Shape(field.name, inside, "path" in inner, _class_names(schema.metadata), others)
    return None


def _class_names(metadata: dict[bytes, bytes] | None) -> dict[str, tuple[str, ...]]:
    """Column -> class names, as the library `datasets` writes them into the file's description."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        return {
            name: tuple(str(word) for word in feature["names"])
            for name, feature in features.items()
            if isinstance(feature, dict) and isinstance(feature.get("names"), list)
        }
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _table(paths: tuple[Path, ...], shape: _Shape) -> tuple[dict[str, roles.Column], list[int], list[str]]:
    """The other columns of all files one after the other, rows per file, and each picture's own path or ""."""
    parts, counts, names = [], [], []
    for path in paths:
        with parquet_table.opened(path) as file:
            counts.append(file.metadata.num_rows)
            own = [""] * counts[-1]
            if shape.has_path:
                column = file.read(columns=[f"{shape.column}.path"]).column(0)
                own = [
                    PurePosixPath(row["path"]).as_posix() if row and row["path"] else "" for row in column.to_pylist()
                ]
        names += own
        parts.append(parquet_table.columns(path, shape.others) if shape.others else {})
        if {len(column) for column in (own, *parts[-1].values())} != {counts[-1]}:
            raise BadDataset(f"{shown(path)}: damaged, its columns differ in length; copy or download it again")
    table: dict[str, roles.Column] = {}
    for name in parts[0]:
        columns = [part[name] for part in parts if name in part]
        if len(columns) == len(parts):
            lists = [column for column in columns if isinstance(column, list)]
            arrays = [column for column in columns if not isinstance(column, list)]
            if not arrays:
                table[name] = [value for column in lists for value in column]
            elif not lists:
                table[name] = np.concatenate(arrays)
            else:
                table[name] = [str(value) for column in columns for value in column]
    return table, counts, names


def _bytes(
    paths: tuple[Path, ...], shapes: list[_Shape], counts: list[int], wanted: NDArray[np.int64]
) -> Iterator[bytes]:
    """The bytes of the wanted pictures in order; groups of rows without any are not read."""
    start = 0
    is_wanted = np.zeros(sum(counts), bool)
    is_wanted[wanted] = True
    for path, shape in zip(paths, shapes, strict=True):
        with parquet_table.opened(path) as file:
            for group in range(file.metadata.num_row_groups):
                about = file.metadata.row_group(group)
                if is_wanted[start : start + about.num_rows].any():
                    if about.total_byte_size > MOST_BYTES_OF_A_GROUP:
                        raise BadDataset(f"{shown(path)}: a group of rows takes over 2 GiB; save smaller row groups")
                    row = start
                    for batch in file.iter_batches(AT_ONCE, row_groups=[group], columns=[shape.bytes_path]):
                        column = batch.column(0)
                        if shape.bytes_path != shape.column:
                            column = column.field(0)
                        for at in np.flatnonzero(is_wanted[row : row + len(column)]).tolist():
                            yield column[at].as_py() or b""
                        row += len(column)
                start += about.num_rows


def _spelled(column: roles.Column, names: tuple[str, ...] | None) -> roles.Column:
    """Positions in class names as words."""
    if names is None or isinstance(column, list) or column.dtype.kind != "i":
        return column
    return [names[value] if 0 <= value < len(names) else "" for value in column.tolist()]


def _split(path: Path) -> str:
    words = re.split(r"[-_.]", path.stem.lower())
    return next((word for word in words if word in splits.WORDS), "")
