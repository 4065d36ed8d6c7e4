"""An .npz file, read within limits: nothing is allocated before the file has shown that it is there.

`numpy.load` believes a header that declares 40 GB, expands one megabyte to one gigabyte without a
word, and calls an empty or cut file "pickled data". Here the headers are read and weighed first, no
Python objects are ever made, and each kind of damage gets its own sentence.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset
from datasets.loader import shown

MOST_BYTES = 8 * 2**30
MOST_RATIO = 200
SMALL = 32 * 2**20
"""Bytes below which an array may be as compressible as it likes: labels of one class are."""

PIECE = 2**20
LONGEST_HEADER = 2**16

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
    struct.error, OverflowError,
)  # fmt: skip

_IMPOSTORS = (
    (b"\x93NUMPY", "a single .npy array; put images and labels into one .npz with np.savez"),
    (b"version https://git-lfs", "a Git LFS pointer, not the data itself; run 'git lfs pull' first"),
    (b"<", "a web page, not data; download it again, perhaps after signing in"),
    (b"\x80", "a pickle, which may run code; save plain arrays with np.savez"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"\x89HDF", "an HDF5 file; save the arrays with np.savez"),
)


@dataclass(frozen=True, slots=True)
class Header:
    """What an array says about itself before its numbers come."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    length: int

    @property
    def nbytes(self) -> int:
        """Bytes of the array's numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


class Archive:
    """The arrays of an .npz file by name. Use it in a `with` statement.

    Args:
        path: the file.
        most_bytes: how much all that is read may take in memory.

    Raises:
        BadDataset: it is no .npz file, or a damaged one.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self._left = most_bytes
        try:
            with path.open("rb") as file:
                start = file.read(64)
            if not start.startswith(b"PK"):
                raise BadDataset(f"{shown(path)}: {_looks_like(start)}")
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise self._damaged(error) from error
        self._members = {
            info.filename.removesuffix(".npy"): info
            for info in self._zip.infolist()
            if info.filename.endswith(".npy")
        }

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """The arrays' names, in the file's order."""
        return list(self._members)

    def header(self, name: str) -> Header:
        """What the array `name` declares.

        Raises:
            BadDataset: Python objects, sizes that contradict each other, too large, or too compressible.
        """
        info = self._members[name]
        try:
            with self._zip.open(info) as stream:
                header = _header(stream)
        except _DAMAGE as error:
            raise self._damaged(error) from error
        what = f"{shown(self.path)}: array '{shown(name)}'"
        if header.dtype.hasobject:
            raise BadDataset(f"{what} contains Python objects; save plain arrays")
        if header.length + header.nbytes != info.file_size:
            raise BadDataset(
                f"{what} declares {header.nbytes:,} bytes but has "
                f"{max(info.file_size - header.length, 0):,}; copy or download the file again"
            )
        if header.nbytes > self._left:
            raise BadDataset(
                f"{what} would take {header.nbytes / 2**30:.1f} GiB, more than is allowed; "
                "save fewer images, as uint8"
            )
        if header.nbytes > SMALL and header.nbytes > MOST_RATIO * max(info.compress_size, 1):
            raise BadDataset(
                f"{what} grows {header.nbytes // max(info.compress_size, 1):,} times when unpacked, "
                "which images do not; if it is meant so, save it with np.savez"
            )
        return header

    def read(self, name: str, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """The array `name`, into `out` if given: contiguous, of the same dtype and shape, not Fortran order.

        Raises:
            BadDataset: as `header`, or damaged.
        """
        header = self.header(name)
        try:
            if out is None:
                order = header.shape[::-1] if header.fortran else header.shape
                out = np.empty(order, header.dtype)
            with self._zip.open(self._members[name]) as stream:
                stream.read(header.length)
                _fill(stream, out)
        except _DAMAGE as error:
            raise self._damaged(error) from error
        self._left -= header.nbytes
        return out.T if header.fortran else out

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of the array `name` in order, a megabyte at a time. Raises BadDataset as `read` does."""
        header = self.header(name)
        left = header.nbytes
        try:
            with self._zip.open(self._members[name]) as stream:
                stream.read(header.length)
                while left:
                    piece = stream.read(min(PIECE, left))
                    if not piece:
                        raise EOFError
                    left -= len(piece)
                    yield piece
                stream.read(1)  # with the end of the stream the zip compares its checksum
        except _DAMAGE as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> BadDataset:
        if isinstance(error, PermissionError):
            return BadDataset(f"{shown(self.path)}: permission denied; make the file readable")
        if isinstance(error, FileNotFoundError):
            return BadDataset(f"{shown(self.path)}: no such file; check the path")
        if "password" in str(error):
            return BadDataset(f"{shown(self.path)}: encrypted; save the arrays with np.savez")
        if isinstance(error, NotImplementedError):
            return BadDataset(f"{shown(self.path)}: packed in an unknown way; save the arrays with np.savez")
        why = "its checksum differs" if "CRC" in str(error) else "part of it is missing or unreadable"
        return BadDataset(f"{shown(self.path)}: damaged, {why}; copy or download it again")


def _looks_like(start: bytes) -> str:
    """What a file that is no zip archive is instead, and what to do."""
    if not start:
        return "an empty file; copy or download it again"
    for magic, sentence in _IMPOSTORS:
        if start.lstrip().startswith(magic):
            return sentence
    text = all(32 <= byte < 127 or byte in b"\t\r\n" for byte in start)
    return f"{'a text file' if text else 'not an .npz file'}; save the arrays with np.savez"


def _header(stream: IO[bytes]) -> Header:
    counted = _Counted(stream)
    version = np.lib.format.read_magic(counted)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"unknown .npy version {version}")
    try:
        shape, fortran, dtype = readers[version](counted)
    except Exception as error:  # a header is parsed as Python, and what is no header fails in a dozen ways
        raise ValueError("unreadable header") from error
    if any(length < 0 for length in shape):
        raise ValueError("a negative length")
    return Header(tuple(shape), dtype, fortran and len(shape) > 1, counted.bytes)


class _Counted(io.RawIOBase):
    """A stream that remembers how much has been read, and refuses to be read for long.

    numpy reads a header of any length before it finds it too long.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.bytes = 0

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LONGEST_HEADER:
            raise ValueError("a header without end")
        piece = self._stream.read(size)
        self.bytes += len(piece)
        return piece


def _fill(stream: IO[bytes], out: NDArray[Any]) -> None:
    """Read exactly the array's bytes. With the last one the zip compares its checksum."""
    if not out.size:
        return
    view = out.reshape(-1).view(np.uint8).data
    at = 0
    while at < len(view):
        piece = stream.read(min(PIECE, len(view) - at))
        if not piece:
            raise EOFError
        view[at : at + len(piece)] = piece
        at += len(piece)
