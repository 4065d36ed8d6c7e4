"""The way through a list of samples on the sample page: which one is shown, who comes before and who next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layouts import gallery, table
from layouts.kit.state import State
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Session

QUERY = "query"
LISTS = {
    QUERY: "what the query finds",
    "table": "the table's rows",
    "pool": "the image pool",
    "selection": "the selection",
    "loss": "the hardest by loss",
    "issues": "label issues",
}
QUEUES = ("loss", "issues")  # lists that reviewers go through as well
MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sample stands in a list.

    Attributes:
        n: samples in the list.
        at: its place, counted from 1; None if it is not in the list.
        previous, next: who stands beside it; next is the first of the list if it is not in it; None at the ends.
        key: changes whenever the list does.
    """

    n: int
    at: int | None
    previous: int | None
    next: int | None
    key: str


def current(session: Session, state: State) -> int:
    """The sample that the page shows: the one in the path, else the first of the list.

    Raises:
        InspectorError: there is no such sample.
        ColumnNotReady: the dataset is being read.
    """
    n = session.dataset.n
    text = state.sample
    if not text:
        rows, _ = listed(session, state)
        return int(rows[0]) if len(rows) else 0
    if not (text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS and int(text) < n):
        raise InspectorError(f"sample {text[:MOST_DIGITS]}: there is none; there are {n:,}, 0 to {n - 1:,}")
    return int(text)


def lists(session: Session, state: State) -> dict[str, str]:
    """The lists that there are to walk through: name -> what it is called."""
    absent = {name for name in QUEUES if name not in session.queues.lists(state.selection)}
    absent |= set() if state.selection else {"selection"}
    absent |= set() if state.filters.strip() else {"table"}
    absent |= set() if state.sort or state.pool else {"pool"}
    return {name: title for name, title in LISTS.items() if name not in absent}


def chosen(session: Session, state: State) -> str:
    """The list that is walked through."""
    same = {"table": QUERY, "pool": QUERY}  # without filters or an order of its own
    name = state.among if state.among in LISTS else QUERY
    return name if name in lists(session, state) else same.get(name, QUERY)


def listed(session: Session, state: State) -> tuple[NDArray[np.int32], str]:
    """The samples of the chosen list, in order, and a key of it. Raises InspectorError as `Session.find` does."""
    name = chosen(session, state)
    if name in QUEUES:
        queue = session.queues.queue(name, state.query.strip(), state.hidden, "", state.selection)
        return queue.indices, queue.key
    sort = state.sort if state.sort.removeprefix("-") in session.fields() else ""
    if name == "table":
        result = table.found(session, state)
    elif name == "selection" or (name == "pool" and gallery.source(state) == gallery.SELECTION):
        result = session.find(state.query, sort=sort, within=state.selection, hidden=state.hidden)
    else:
        sort = sort if name == "pool" else table.order(session, state)
        result = session.find(state.query, sort=sort, hidden=state.hidden)
    return result.indices, result.key


def place(session: Session, state: State) -> Place:
    """Where the shown sample stands. Raises InspectorError as `current` and `Session.find` do."""
    index = current(session, state)
    rows, key = listed(session, state)
    found = np.flatnonzero(rows == index)
    if not len(found):
        return Place(len(rows), None, None, int(rows[0]) if len(rows) else None, key)
    at = int(found[0])
    previous = int(rows[at - 1]) if at else None
    following = int(rows[at + 1]) if at + 1 < len(rows) else None
    return Place(len(rows), at + 1, previous, following, key)
