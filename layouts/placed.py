"""Maps of earlier data into which the new samples were placed: shown until somebody asks for better ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit import ids, parts
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

PLACED = "placed/"
WHY = (
    "The data changed since this map was made. Samples that were on it keep their places; each new one stands "
    "between the known samples nearest to it in the layer, so a new kind of sample cannot show as a cluster of its "
    "own."
)


def shown(session: Session, layer: str, method: str) -> str:
    """The column of a map: the one made of all samples, or the earlier one while nobody has asked for that."""
    real, placed = f"projection/{layer}/{method}", f"{PLACED}{layer}/{method}"
    return placed if not session.is_ready(real) and session.knows(placed) else real


def anew(column: str) -> str:
    """The column of a map that is made of all samples."""
    return column.replace(PLACED, "projection/", 1) if column.startswith(PLACED) else column


def truth(column: str) -> str:
    """The column that says how true a map is."""
    kind, _, name = column.partition("/")
    return f"{'placed_' if kind == 'placed' else ''}trustworthiness/{name}"


def again(session: Session, column: str, called: str, side: str) -> list[Any]:
    """How many points a map has that were placed by their neighbors, and a button for the map made anew.

    Args:
        session: whose map it is.
        column: the map as it is shown.
        called: what the map made anew is called in the session of the page.
        side: the map's.
    """
    if not column.startswith(PLACED):
        return []
    try:
        placed = parts.count(int(session.column(truth(column))[4]), session.dataset.n)
    except ColumnNotReady:
        placed = "new"
    sentence = html.Span(f"{placed} points are placed by their neighbors; ", title=WHY)
    if session.is_wanted(anew(column)):
        return [sentence, "the map is being made anew · "]
    button = html.Button(
        "Refresh the map",
        id=ids.refresh(called, side),
        className="plain refresh",
        title="Make the map anew from all samples; this one stays until it is ready",
    )
    return [sentence, button, " · "]
