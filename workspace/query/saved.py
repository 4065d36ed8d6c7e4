"""Queries that were saved under a name, for everybody who looks at this dataset."""

from __future__ import annotations

from workspace.query import parse
from workspace.saved import LONGEST_NAME, MOST, NotSaved, SavedTexts
from workspace.store import Store

__all__ = ["KIND", "LONGEST_NAME", "MOST", "NotSaved", "SavedQueries"]

KIND = "queries"


class SavedQueries(SavedTexts):
    """The saved queries of one dataset.

    Args:
        store: where they are kept.
        fingerprint: the dataset's.
    """

    def __init__(self, store: Store, fingerprint: str) -> None:
        super().__init__(store, fingerprint, kind=KIND, called="saved queries", check=_check)


def _check(text: str) -> None:
    """Raise QueryError for what cannot be read, and NotSaved for nothing."""
    if parse(text) is None:
        raise NotSaved("saved queries: the query is empty; type one first")
