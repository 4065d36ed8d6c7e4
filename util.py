"""Small things that several rooms use. Nothing of ours is imported here.

The tree of errors that a person can mend; each is raised in the room it belongs to, and the front
door prints its sentence and leaves with its exit code:

    InspectorError              2  usage
      UnknownName               2  a word that is not registered (names the nearest)
      model.BadModel            3
      datasets.BadDataset       4
      model.Mismatch            3  network and dataset do not fit each other
      workspace.BadWorkspace    5  port, disk, permission, memory, lock
      workspace.UnknownColumn   2
      workspace.ColumnNotReady  -  not an error of the person's: a page shows "still computing"
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import mmap
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

T = TypeVar("T")

DIGEST_LENGTH = 32
PIECE = 2**24


class InspectorError(Exception):
    """A mistake that a person can mend. The message reads `<what>: <what was found>; <what to do>`."""

    exit_code = 2


class UnknownName(InspectorError):
    """A name that nothing is registered under."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one piece of long work is.

    `done` and `total` count in `unit`; a total of 0 means that nobody can know it beforehand.
    """

    what: str
    done: int = 0
    total: int = 0
    unit: str = ""


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Take a progress report and say nothing."""


def nearest(name: str, known: list[str]) -> str:
    """The hint that ends a message about an unknown name: the nearest known one, and all of them."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}known: {', '.join(known) or 'none'}"


class Registry(Generic[T]):
    """Things by name. A duplicate name stops the program; an unknown one names the nearest."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> None:
        """Register item. Raises ValueError when the name is taken."""
        if name in self._items:
            raise ValueError(f"two {self.noun}s are named '{name}': rename one of them")
        self._items[name] = item

    def __getitem__(self, name: str) -> T:
        """Look a name up. Raises UnknownName."""
        try:
            return self._items[name]
        except KeyError:
            raise UnknownName(f"{self.noun} '{name}': not known; {nearest(name, self.names())}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._items)


def discover(package: str) -> None:
    """Import every module of a package, so that whatever they register is registered."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")


def digest(*parts: Any) -> str:
    """Content hash of the parts, 32 hexadecimal digits.

    Type, length, dtype and shape go in before the bytes, so that ["ab"] and ["a", "b"] differ.
    Parts: None, bool, int, float, str, bytes, numpy arrays, and lists, tuples and mappings of these.
    """
    state = hashlib.sha256()
    for part in parts:
        _feed(state, part)
    return state.hexdigest()[:DIGEST_LENGTH]


def blocks(n: int, width: int, *, most: int) -> Iterator[slice]:
    """The rows 0..n-1 in slices of at most `most` values (one row at least), each row `width` values wide."""
    step = max(1, most // max(width, 1))
    return (slice(start, min(n, start + step)) for start in range(0, n, step))


def pieces(array: np.ndarray[Any, Any]) -> Iterator[memoryview]:
    """The bytes of an array, some megabytes at a time.

    What was read of a file that is mapped read-only is let go again, so that a process never holds all
    of an array that is larger than memory.
    """
    flat = np.ascontiguousarray(array).reshape(-1)
    if not flat.nbytes:
        return
    flat = flat.view(np.uint8)
    mapped = _mapped(array)
    for start in range(0, len(flat), PIECE):
        yield flat[start : start + PIECE].data
        if mapped is not None:
            mapped.madvise(mmap.MADV_DONTNEED)


def _mapped(array: Any) -> mmap.mmap | None:
    """The read-only map of a file that an array lies in, where the system can let go of its pages."""
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap) and array.mode != "r":
            return None
        array = array.base
    return array if isinstance(array, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED") else None


def _feed(state: Any, part: Any) -> None:
    match part:
        case np.ndarray():
            state.update(f"array {part.dtype.str} {part.shape or (1,)} ".encode())
            for piece in pieces(part):
                state.update(piece)
        case bytes():
            state.update(b"bytes %d " % len(part))
            state.update(part)
        case str():
            text = part.encode("utf-8", "surrogateescape")
            state.update(b"str %d " % len(text))
            state.update(text)
        case Mapping():
            state.update(b"map %d " % len(part))
            for key in sorted(part):
                _feed(state, key)
                _feed(state, part[key])
        case list() | tuple():
            state.update(b"list %d " % len(part))
            for item in part:
                _feed(state, item)
        case None | bool() | int() | float():
            state.update(f"{type(part).__name__} {part!r} ".encode())
        case _:
            raise TypeError(f"cannot digest a {type(part).__name__}")
