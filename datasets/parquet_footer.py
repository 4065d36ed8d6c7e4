"""What columns a Parquet file says that it has, read without a library.

The server must know what kind of file a path is before anything is opened. A library written in C++ can be made to
end the process by a damaged file, and takes its time to import; so here the few bytes that matter are taken apart
in plain Python: the description at the file's end, in Thrift's compact form, as far as the list of columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.dataset import BadDataset
from datasets.loader import shown

MAGIC = b"PAR1"
MOST_BYTES = 2**22  # of the description, of which the columns are the beginning
MOST_COLUMNS = 20_000
MOST_DEPTH = 32
BYTE_ARRAY = 6

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_TYPE, _NAME, _CHILDREN, _CONVERTED, _LOGICAL = 1, 4, 5, 6, 10
"""Fields of a column's description."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column at the top: its name, whether it holds plain bytes, and (name, plain bytes) of what is inside it."""

    name: str
    plain: bool
    inside: tuple[tuple[str, bool], ...] = ()


def columns(path: Path) -> list[Column]:
    """The columns at the top of a Parquet file.

    Raises:
        BadDataset: it is no Parquet file, or a damaged one.
    """
    damaged = f"{shown(path)}: damaged, or no Parquet file; copy or download it again"
    try:
        with path.open("rb") as file:
            start = file.read(4)
            end = file.seek(0, 2)
            if start != MAGIC or end < 12:
                raise BadDataset(damaged)
            file.seek(end - 8)
            tail = file.read(8)
            length = int.from_bytes(tail[:4], "little")
            if tail[4:] != MAGIC or length > end - 12:
                raise BadDataset(damaged)
            file.seek(end - 8 - length)
            described = _Thrift(file.read(min(length, MOST_BYTES)))
        return list(_top(described))
    except PermissionError as error:
        raise BadDataset(f"{shown(path)}: permission denied; make the file readable") from error
    except (OSError, ValueError, IndexError) as error:
        raise BadDataset(damaged) from error


def holds_images(path: Path) -> bool:
    """Whether one of its columns holds the bytes of pictures, plain or as "bytes" in a group. Raises BadDataset."""
    return any(
        ("bytes", True) in column.inside or (column.plain and column.name in ("image", "img"))
        for column in columns(path)
    )


def _top(described: _Thrift) -> Iterator[Column]:
    """The columns as a tree of depth two, out of a list in which each says how many of the next belong to it."""
    for field, kind in described.fields():
        if field == 2 and kind == _LIST:
            elements = described.structs()
            break
        described.skip(kind)
    else:
        raise ValueError("no columns")
    at = 1
    while at < len(elements):
        element = elements[at]
        first, at = at + 1, _after(elements, at)
        inside = []
        while first < at:
            inside.append((_name(elements[first]), _plain(elements[first])))
            first = _after(elements, first)
        yield Column(_name(element), _plain(element), tuple(inside))


def _after(elements: list[dict[int, Any]], at: int) -> int:
    """The place after an element and all that is inside it."""
    open_ones = 1
    while open_ones and at < len(elements):
        children = elements[at].get(_CHILDREN, 0)
        open_ones += (children if isinstance(children, int) and children > 0 else 0) - 1
        at += 1
    return at


def _name(element: dict[int, Any]) -> str:
    name = element.get(_NAME, b"")
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else ""


def _plain(element: dict[int, Any]) -> bool:
    return element.get(_TYPE) == BYTE_ARRAY and _CONVERTED not in element and _LOGICAL not in element


class _Thrift:
    """Bytes in Thrift's compact form, read one after the other.

    Raises (everywhere):
        ValueError, IndexError: they are not.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """(number, type) of a structure's fields; the value must be taken before the next is asked for."""
        number = 0
        while head := self._byte():
            step = head >> 4
            number = number + step if step else self._signed()
            yield number, head & 15

    def structs(self) -> list[dict[int, Any]]:
        """A list of structures; of each the fields that are numbers or bytes, None for the others."""
        count, kind = self._sized()
        if kind != _STRUCT or count > MOST_COLUMNS:
            raise ValueError("no list of columns")
        return [{number: self._value(kind) for number, kind in self.fields()} for _ in range(count)]

    def skip(self, kind: int, depth: int = 0) -> None:
        """Pass a value over."""
        if depth > MOST_DEPTH:
            raise ValueError("nested too deeply")
        if kind == _STRUCT:
            for _, inner in self.fields():
                self.skip(inner, depth + 1)
        elif kind in (_LIST, _SET):
            count, inner = self._sized()
            for _ in range(count):
                self._element(inner, depth + 1)
        elif kind == _MAP:
            count = self._number()
            kinds = self._byte() if count else 0
            for _ in range(count):
                self._element(kinds >> 4, depth + 1)
                self._element(kinds & 15, depth + 1)
        else:
            self._value(kind)

    def _element(self, kind: int, depth: int) -> None:
        if kind in (_TRUE, _FALSE):  # a byte of its own in a list, nothing in a field
            self._byte()
        else:
            self.skip(kind, depth)

    def _value(self, kind: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._signed()
        if kind in (_DOUBLE, _BINARY):
            return self._bytes(8 if kind == _DOUBLE else self._number())
        if kind not in (_LIST, _SET, _MAP, _STRUCT):
            raise ValueError("no such type")
        self.skip(kind, 1)
        return None

    def _sized(self) -> tuple[int, int]:
        head = self._byte()
        return (self._number() if head >> 4 == 15 else head >> 4), head & 15

    def _signed(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)

    def _number(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7
            if shift > 63:
                raise ValueError("a number without end")

    def _bytes(self, length: int) -> bytes:
        self._at += length
        if self._at > len(self._data):
            raise IndexError
        return self._data[self._at - length : self._at]

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]
