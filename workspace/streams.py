"""Tables and pictures as files, piece by piece: the whole is never in memory, however many rows there are."""

from __future__ import annotations

import csv as csv_module
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\0")
CSV_ROWS, PARQUET_ROWS, ZIP_ROWS = 4096, 65536, 256  # at a time
NAME_LENGTH = 40  # letters of a class name in a file name

Table = Callable[[NDArray[np.integer]], dict[str, NDArray[Any]]]  # rows -> columns, numbers or text, (k,) each


class Pipe:
    """A file that is only written to; what was written is taken out again piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0
        self.closed = False

    def write(self, piece: Any) -> int:
        """Take a piece of bytes."""
        held = bytes(piece)
        self._pieces.append(held)
        self._length += len(held)
        return len(held)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._length

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is held open."""
        self.closed = True

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def csv(table: Table, rows: NDArray[np.integer]) -> Iterator[bytes]:
    """The rows as UTF-8 with a head; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv_module.writer(text)
    writer.writerow(map(cell, table(rows[:0])))
    for some in _pieces(rows, CSV_ROWS):
        writer.writerows(zip(*(map(cell, column.tolist()) for column in table(some).values()), strict=True))
        yield text.getvalue().encode("utf-8", "replace")
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def parquet(table: Table, rows: NDArray[np.integer]) -> Iterator[bytes]:
    """The rows as a Parquet file, 65,536 to a row group."""
    import pyarrow
    import pyarrow.parquet

    empty = table(rows[:0])
    schema = pyarrow.schema([(name, _arrow(column).type) for name, column in empty.items()])
    pipe = Pipe()
    with pyarrow.parquet.ParquetWriter(pyarrow.PythonFile(pipe, mode="w"), schema) as writer:
        for some in _pieces(rows, PARQUET_ROWS):
            columns = [_arrow(column) for column in table(some).values()]
            writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=schema))
            yield pipe.take()
    yield pipe.take()


def images(
    table: Table, rows: NDArray[np.integer], picture: Callable[[int], bytes], report: str = "samples.csv"
) -> Iterator[bytes]:
    """The samples' pictures as a ZIP file, each named by index, label and prediction, with their table inside.

    Args:
        table: must have the columns index and label; predicted is there unless the network has no class head.
        rows: which samples.
        picture: row -> a PNG file. It is stored as it is, because it is packed already.
        report: what the table is called in the file.
    """
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for some in _pieces(rows, ZIP_ROWS):
            columns = table(some)
            said = columns.get("predicted", np.full(len(some), ""))
            for index, label, predicted in zip(columns["index"], columns["label"], said, strict=True):
                archive.writestr(
                    zipfile.ZipInfo(file_name(int(index), str(label), str(predicted))), picture(int(index))
                )
            yield pipe.take()
        about = zipfile.ZipInfo(report)
        about.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(about, "w", force_zip64=True) as file:
            for piece in csv(table, rows):
                file.write(piece)
                yield pipe.take()
    yield pipe.take()


def file_name(index: int, label: str, predicted: str) -> str:
    """What a sample's picture is called: `<index>_<label>_<predicted>.png`, fit for every file system."""
    parts = [re.sub(r"[^\w.-]+", "-", text).strip("-.")[:NAME_LENGTH] or "none" for text in (label, predicted)]
    return f"{index}_{'_'.join(parts)}.png"


def cell(value: Any) -> Any:
    """A cell of a CSV file."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _pieces(rows: NDArray[np.integer], size: int) -> Iterator[NDArray[np.integer]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _arrow(values: NDArray[Any]) -> Any:
    """A column for Parquet. Made of buffers, because `pyarrow.array` would load pandas into the server."""
    import pyarrow

    n = len(values)
    if values.dtype.kind == "U":
        texts = [text.encode("utf-8", "replace") for text in values.tolist()]
        ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
        return pyarrow.Array.from_buffers(
            pyarrow.string(), n, [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(b"".join(texts))]
        )
    if values.dtype.kind == "b":
        bits = np.packbits(values, bitorder="little")
        return pyarrow.Array.from_buffers(pyarrow.bool_(), n, [None, pyarrow.py_buffer(bits)])
    plain = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))
    return pyarrow.Array.from_buffers(pyarrow.from_numpy_dtype(plain.dtype), n, [None, pyarrow.py_buffer(plain)])
