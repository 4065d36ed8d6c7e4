"""The columns of a Parquet file as text or numbers, within limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset
from datasets.loader import shown

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

MOST_BYTES = 2**31
MOST_COLUMNS = 1000
MOST_ROWS = 20_000_000

Column = list[str] | NDArray[Any]


@contextmanager
def opened(path: Path) -> Iterator[ParquetFile]:
    """The file; whatever goes wrong inside is a BadDataset.

    Raises:
        BadDataset: no Parquet file, damaged, or too many rows or columns.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
            width = len(file.schema_arrow.names)
            if width > MOST_COLUMNS:
                raise BadDataset(
                    f"{shown(path)}: {width:,} columns, and at most {MOST_COLUMNS:,} are read; leave some out"
                )
            rows = file.metadata.num_rows
            if rows > MOST_ROWS:
                raise BadDataset(f"{shown(path)}: {rows:,} rows, and at most {MOST_ROWS:,} are read; take fewer")
            yield file
    except PermissionError as error:
        raise BadDataset(f"{shown(path)}: permission denied; make the file readable") from error
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, OverflowError) as error:
        raise BadDataset(f"{shown(path)}: damaged, or no Parquet file; copy or download it again") from error


def columns(path: Path, names: Sequence[str] | None = None) -> dict[str, Column]:
    """Columns by name: text ("" for nothing), whole numbers, numbers with NaN for nothing, or truth values.

    What is none of these (dates, decimals, lists, ...) becomes text; bytes are left out.

    Args:
        path: the file.
        names: which columns; by default all.

    Raises:
        BadDataset: as `opened`, too large, or two columns of one name.
    """
    with opened(path) as file:
        every = file.schema_arrow.names
        twice = next((name for name in every if every.count(name) > 1), None)
        if twice is not None:
            raise BadDataset(f"{shown(path)}: two columns are named '{shown(twice)}'; rename one of them")
        # What the file says of each column is not asked for: Arrow ends the process when that is damaged.
        declared = sum(
            file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups)
        )
        if names is None and declared > MOST_BYTES:
            raise BadDataset(
                f"{shown(path)}: its columns would take {declared / 2**30:.1f} GiB; leave out what is not needed"
            )
        table = file.read(columns=None if names is None else list(names))
        found = {name: _plain(table.column(name)) for name in table.column_names}
    return {name: column for name, column in found.items() if column is not None}


def _plain(column: Any) -> Column | None:
    """The column's values; not by Arrow's own way to numpy, which imports pandas into the server."""
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return None
    if types.is_boolean(kind) and not column.null_count:
        return np.array(column.to_pylist(), bool)
    if types.is_integer(kind) and not types.is_uint64(kind) and not column.null_count:
        return np.array(column.cast("int64").to_pylist(), np.int64)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        numbers = column.cast("float64").to_pylist()
        return np.array([np.nan if number is None else number for number in numbers], np.float64)
    if types.is_nested(kind):
        return [str(value) for value in column.to_pylist()]
    return ["" if value is None else str(value) for value in column.cast("string").to_pylist()]
