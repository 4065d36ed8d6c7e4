"""Columns that the server works out when somebody asks for them, and finds again by their keys."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from workspace.session import Session

KEPT, KEPT_NAMES = 6, 200  # columns, and names by key


class OnDemand(ABC):
    """Such columns of one session; safe for several threads. The names of the last ones asked for are kept."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()

    @abstractmethod
    def has(self, column: str) -> bool:
        """Whether a column can be worked out now."""

    @abstractmethod
    def column(self, column: str) -> NDArray[Any]:
        """(n, ...) its values. Raises UnknownColumn, and ColumnNotReady as what it is made of does."""

    @abstractmethod
    def key(self, column: str) -> str:
        """The key that stands for its content. Raises UnknownColumn, and ColumnNotReady as what it is made of may."""

    def by_key(self, key: str) -> NDArray[Any] | None:
        """A column by its key, if anybody has asked for it lately."""
        name = self._names.get(key)
        return self.column(name) if name and self.has(name) and self.key(name) == key else None

    def _remembered(self, key: str, column: str) -> str:
        """The key, by which the column is found from now on."""
        with self._lock:
            while len(self._names) >= KEPT_NAMES and key not in self._names:
                self._names.pop(next(iter(self._names)))
            self._names[key] = column
        return key
