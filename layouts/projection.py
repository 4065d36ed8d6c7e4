"""The projection page: any two spaces side by side, at first the raw pixels and a hidden layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import maps, query, sets
from layouts.kit import parts
from layouts.kit.state import State
from layouts.page import page

if TYPE_CHECKING:
    from workspace.session import Session

SIDES = (maps.LEFT, maps.RIGHT)


@page("/projection", title="Projection", group="Samples", order=20)
def projection(session: Session, state: State) -> Any:
    """Two linked maps with their controls."""
    color, size = _units(session, "color"), _units(session, "size")
    chosen = maps.colored_by(session, state, maps.RIGHT)
    tools = [
        parts.select("color", color, chosen, label="Color by", tooltip="Which column colors the dots"),
        parts.select("size", size, state.size, label="Size by", tooltip="Which number makes dots larger"),
    ]
    return html.Div(
        [
            html.Div([html.H1("Projection"), html.Div(tools, className="tools")], className="page-title"),
            query.bar(session, state),
            sets.beside(
                session,
                state,
                maps.RIGHT,
                html.Div([maps.sheet(session, state, side) for side in SIDES], className="two-maps"),
            ),
        ]
    )


def _units(session: Session, purpose: str) -> list[tuple[str, str]]:
    if purpose == "color":
        return [(unit.name, unit.title) for unit in session.units()]
    return [
        (maps.EQUAL, "equal dots"),
        *((unit.name, unit.title) for unit in session.units() if unit.kind == "score"),
    ]
