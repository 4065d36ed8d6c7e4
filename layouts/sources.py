"""Where maps, walls, galleries and tables find by URL what belongs to a view: its selection, facts about samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layouts.kit import parts
from layouts.kit.state import State
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Session


def selection(session: Session, state: State) -> dict[str, Any] | None:
    """The view's selection as {url, count}, the URL that of its bits; None where there is none that is known here."""
    count = selected(session, state)
    if not count:
        return None
    return {"url": parts.selection_url(session.dataset.fingerprint, state.selection), "count": count}


def selected(session: Session, state: State) -> int | None:
    """How many samples are selected; None if the selection is not known here."""
    try:
        return len(session.selections.read(state.selection))
    except InspectorError:
        return None


def fact(session: Session, column: str) -> dict[str, Any]:
    """A column that is ready as {url, title, names, digits}, to be said of the sample under the pointer."""
    unit = session.unit(column)
    url = parts.column_url(session.key(column))
    return {"url": url, "title": unit.title, "names": list(unit.names), "digits": 3}
