"""Short texts that were saved under a name, for everybody who looks at this dataset: queries, boards of charts.

One small file per kind and dataset in the store's folder. It is replaced as a whole, under a lock that other
processes respect too; a file that cannot be read is put aside, never overwritten.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from util import InspectorError
from workspace.store import Store

MOST = 50
LONGEST_NAME = 60


class NotSaved(InspectorError):
    """A text that cannot be saved as it is."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A text with a name."""

    name: str
    text: str


class SavedTexts:
    """The saved texts of one kind for one dataset.

    Args:
        store: where they are kept.
        fingerprint: the dataset's.
        kind: of the record, and the name of what is in it.
        called: what a person calls them, in messages.
        check: raises InspectorError for a text that cannot be saved.
    """

    def __init__(
        self, store: Store, fingerprint: str, *, kind: str, called: str, check: Callable[[str], None]
    ) -> None:
        self.store = store
        self.fingerprint = fingerprint
        self.kind, self.called, self.check = kind, called, check

    def all(self) -> list[Saved]:
        """All of them, by name."""
        given = self._read() or {}
        saved = [Saved(name, text) for name, text in given.items() if isinstance(text, str) and _is_name(name)]
        return sorted(saved, key=lambda entry: entry.name.casefold())[:MOST]

    def save(self, name: str, text: str) -> None:
        """Keep a text under a name; one of that name is replaced.

        Raises:
            NotSaved: no name, or too many.
            InspectorError: as `check` does.
            BadWorkspace: the disk is full or read-only.
        """
        name = " ".join(name.split())
        if not _is_name(name):
            raise NotSaved(f"{self.called}: a name has 1 to {LONGEST_NAME} visible characters; choose such a one")
        self.check(text)
        with self.store.lock(f"{self.kind}-{self.fingerprint}"):
            kept = {entry.name: entry.text for entry in self.all()}
            if name not in kept and len(kept) >= MOST:
                raise NotSaved(f"{self.called}: there are {MOST} already; remove one first")
            self._write({**kept, name: text.strip()})

    def remove(self, name: str) -> None:
        """Forget a text; nothing happens if somebody else has done so."""
        with self.store.lock(f"{self.kind}-{self.fingerprint}"):
            kept = {entry.name: entry.text for entry in self.all()}
            if kept.pop(name, None) is not None:
                self._write(kept)

    def _read(self) -> dict[str, Any] | None:
        try:
            body = self.store.read_record(self.kind, self.fingerprint)
        except KeyError:
            return None
        found = body.get(self.kind) if isinstance(body, dict) else None
        return found if isinstance(found, dict) else None

    def _write(self, texts: dict[str, str]) -> None:
        path = self.store.folder / "records" / f"{self.kind}-{self.fingerprint}.json"
        if path.exists() and self._read() is None:
            path.replace(path.with_suffix(f".damaged-{time.time_ns()}"))
        self.store.write_record(self.kind, self.fingerprint, {self.kind: texts})


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and bool(name.strip())
