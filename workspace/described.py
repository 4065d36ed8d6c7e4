"""What the dataset tells about its samples besides the label, as columns that color and size maps.

`described/<name>` is the metadata column `<name>`: numbers as they are, texts as codes in a stable order
where they are few, true and false as codes. Texts that differ from sample to sample color nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from util import digest
from workspace import fields
from workspace.plan import UnknownColumn
from workspace.short_texts import few
from workspace.units import Unit

if TYPE_CHECKING:
    from workspace.session import Session

START = "described/"
KEPT = 8
TRUTH = ("no", "yes")


class Described:
    """The metadata of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._values = lru_cache(KEPT)(self._read)
        self._few = lru_cache(4 * KEPT)(self._names)

    def owns(self, column: str) -> bool:
        """Whether a column is one of these."""
        return column.startswith(START)

    def has(self, column: str) -> bool:
        """Whether a column is there."""
        return self.session.has_dataset and any(unit.name == column for unit in self.units())

    def units(self) -> list[Unit]:
        """Everything that can color a map, and the numbers that can size it."""
        if not self.session.has_dataset:
            return []
        found = []
        for name in self.session.metadata:
            if fields.column(self.session, name) != fields.METADATA + name:
                continue  # a field of ours is called so
            kind = self.session.column(fields.METADATA + name).dtype.kind
            names = TRUTH if kind == "b" else self.names(name) if kind == "U" else ()
            if names is not None:
                said = f"From the dataset: {name}."
                found.append(Unit(START + name, name, "class" if names else "score", names, description=said))
        return found

    def names(self, name: str) -> tuple[str, ...] | None:
        """The different texts of a metadata column, None if there are many."""
        return self._few(name, self.session.key(fields.METADATA + name))

    def column(self, column: str) -> NDArray[Any]:
        """(n,) int32 codes or float64 numbers. Raises UnknownColumn."""
        self._check(column)
        name = column.removeprefix(START)
        return self._values(name, self.session.key(fields.METADATA + name))

    def key(self, column: str) -> str:
        """The key that stands for the content of such a column. Raises as `column` does."""
        self._check(column)
        return self._key(column)

    def by_key(self, key: str) -> NDArray[Any] | None:
        """A column by its key."""
        return next((self.column(unit.name) for unit in self.units() if self._key(unit.name) == key), None)

    def _check(self, column: str) -> None:
        if not self.has(column):
            name = column.removeprefix(START)
            raise UnknownColumn(
                f"color by {name[:40]!r}: the dataset has nothing of that name that can; choose another"
            )

    def _key(self, column: str) -> str:
        return digest("described", self.session.key(fields.METADATA + column.removeprefix(START)))

    def _names(self, name: str, key: str) -> tuple[str, ...] | None:
        found = few(self.session.column(fields.METADATA + name))
        return found[0] if found else None

    def _read(self, name: str, key: str) -> NDArray[Any]:
        values = np.asarray(self.session.column(fields.METADATA + name))
        if values.dtype.kind == "U":
            found = few(values)
            return found[1] if found else np.full(len(values), -1, np.int32)
        return values.astype(np.int32 if values.dtype.kind == "b" else np.float64)
