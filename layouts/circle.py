"""Both networks on one plane: every class is a corner, a sample lies where its probabilities pull it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import versus
from layouts.kit import parts
from layouts.kit.state import State
from layouts.part import part
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Session

THEIRS = "theirs"  # whose answers place the dots; by default this network's
MOST_MARKS = 200  # names around the circle; those that would overlap are left out by the browser


def places(session: Session, state: State) -> dict[str, Any]:
    """Where the dots of the map are, the other ends of its lines, the corners; a note if they are not to be had."""
    found: dict[str, Any] = {"positions": None, "lines": None, "marks": [], "note": ""}
    short = versus.short(session, state)
    if not short:
        return found
    by_them = state.placed == THEIRS
    dots, ends = (f"circle/{short}/{what}" for what in (("theirs", "back") if by_them else ("mine", "lines")))
    try:
        if reason := versus.silent(session, state) or session.comparing.why_not(short):
            return {**found, "note": reason}
        session.column(dots)
        session.column(ends)
        corners = session.comparing.corners()
    except InspectorError as waiting:
        return {**found, "note": str(waiting)}
    names = session.class_names
    found["positions"] = {"url": parts.column_url(session.key(dots)), "name": dots}
    found["lines"] = {"url": parts.column_url(session.key(ends))}
    found["marks"] = [{"x": x, "y": y, "text": names[code]} for code, (x, y) in list(enumerate(corners))[:MOST_MARKS]]
    return found


@part("circle-tools", choice=versus.known)
def tools(session: Session, state: State) -> Any:
    """Whose answers place the dots."""
    if not versus.short(session, state):
        return versus.alone()
    mine, theirs = versus.names(session, state)
    placed = THEIRS if state.placed == THEIRS else "mine"
    menu = parts.select(
        "placed",
        [("mine", mine), (THEIRS, theirs)],
        placed,
        label="Dots at the answers of",
        tooltip="Whose probabilities place the dots; lines lead to where the other network's do",
    )
    return html.Div([html.H2("Both on one map"), menu], className="map-tools circle-tools")


def caption(session: Session, state: State) -> str:
    """How the map is to be read."""
    short = versus.short(session, state)
    if not short or not places(session, state)["positions"]:
        return ""
    drawn, changed = session.comparing.lines(short)
    mine, theirs = versus.names(session, state)
    there = mine if state.placed == THEIRS else theirs
    said = f"lines lead to where {there} puts the samples that the two answer differently"
    many = f" ({parts.count(drawn, changed)}, evenly chosen)" if drawn < changed else f" ({changed:,})"
    return (
        "Every corner is a class, similar ones side by side; a sample lies between the corners, pulled by the square "
        f"roots of its probabilities, so in the middle it is unsure or torn between opposite classes; {said}{many}."
    )
