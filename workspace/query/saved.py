"""Queries that were saved under a name, for everybody who looks at this dataset.

One small file per dataset in the store's folder. It is replaced as a whole, under a lock that other
processes respect too; a file that cannot be read is put aside, never overwritten.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from util import InspectorError
from workspace.query import parse
from workspace.store import Store

MOST = 50
LONGEST_NAME = 60
KIND = "queries"


class NotSaved(InspectorError):
    """A query that cannot be saved as it is."""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query with a name."""

    name: str
    text: str


class SavedQueries:
    """The saved queries of one dataset.

    Args:
        store: where they are kept.
        fingerprint: the dataset's.
    """

    def __init__(self, store: Store, fingerprint: str) -> None:
        self.store = store
        self.fingerprint = fingerprint

    def all(self) -> list[SavedQuery]:
        """All of them, by name."""
        given = self._read() or {}
        saved = [SavedQuery(name, text) for name, text in given.items() if isinstance(text, str) and _is_name(name)]
        return sorted(saved, key=lambda query: query.name.casefold())[:MOST]

    def save(self, name: str, text: str) -> None:
        """Keep a query under a name; one of that name is replaced.

        Raises:
            NotSaved: no name, no query, or too many.
            QueryError: it cannot be read.
            BadWorkspace: the disk is full or read-only.
        """
        name = " ".join(name.split())
        if not _is_name(name):
            raise NotSaved(f"saved queries: a name has 1 to {LONGEST_NAME} visible characters; choose such a one")
        if parse(text) is None:
            raise NotSaved("saved queries: the query is empty; type one first")
        with self.store.lock(f"{KIND}-{self.fingerprint}"):
            kept = {query.name: query.text for query in self.all()}
            if name not in kept and len(kept) >= MOST:
                raise NotSaved(f"saved queries: there are {MOST} already; remove one first")
            self._write({**kept, name: text.strip()})

    def remove(self, name: str) -> None:
        """Forget a query; nothing happens if somebody else has done so."""
        with self.store.lock(f"{KIND}-{self.fingerprint}"):
            kept = {query.name: query.text for query in self.all()}
            if kept.pop(name, None) is not None:
                self._write(kept)

    def _read(self) -> dict[str, Any] | None:
        try:
            body = self.store.read_record(KIND, self.fingerprint)
        except KeyError:
            return None
        found = body.get("queries") if isinstance(body, dict) else None
        return found if isinstance(found, dict) else None

    def _write(self, queries: dict[str, str]) -> None:
        path = self.store.folder / "records" / f"{KIND}-{self.fingerprint}.json"
        if path.exists() and self._read() is None:
            path.replace(path.with_suffix(f".damaged-{time.time_ns()}"))
        self.store.write_record(KIND, self.fingerprint, {"queries": queries})


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and bool(name.strip())
