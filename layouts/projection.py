"""The projection page: any two spaces side by side, at first the raw pixels and a hidden layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import inspection, map_sheet, maps, query, sets
from layouts.kit import parts
from layouts.kit.state import State
from layouts.page import head, page

if TYPE_CHECKING:
    from workspace.session import Session

SIDES = (maps.LEFT, maps.RIGHT)


@page(
    "/projection",
    title="Projection",
    group="Samples",
    order=20,
    purpose="Samples that a layer finds alike lie close together",
)
def projection(session: Session, state: State) -> Any:
    """Groups, two linked maps with their controls, and the samples as a list."""
    color, size = _units(session, state, "color"), _units(session, state, "size")
    chosen = maps.colored_by(session, state, maps.RIGHT)
    tools = [
        parts.select("color", color, chosen, label="Color by", tooltip="Which column colors the dots"),
        parts.select("size", size, state.size, label="Size by", tooltip="Which number makes dots larger"),
        *_beside(session, state),
    ]
    return html.Div(
        [
            head("/projection", html.Div(tools, className="tools")),
            query.bar(session, state),
            sets.beside(
                session,
                state,
                maps.RIGHT,
                inspection.beside(
                    session,
                    state,
                    html.Div([map_sheet.sheet(session, state, side) for side in SIDES], className="two-maps"),
                ),
            ),
        ]
    )


def _beside(session: Session, state: State) -> list[Any]:
    """The choice of what stands beside the map; nothing where there is one split only."""
    if session.has_dataset and len(session.splits) < 2:
        return []
    options = [("layers", "another layer"), (maps.SPLITS, "another split")]
    tooltip = (
        "Another layer: any two maps, linked. Another split: the same map twice, with the samples of one split each, "
        "in the same view and colors"
    )
    value = maps.SPLITS if state.apart == maps.SPLITS else "layers"
    return [parts.select("apart", options, value, label="Side by side", tooltip=tooltip)]


def _units(session: Session, state: State, purpose: str) -> list[tuple[str, str]]:
    if purpose == "color":
        own = [session.unit(state.color)] if session.likeness.has(state.color) else []
        return [(unit.name, unit.title) for unit in (*session.units(), *own)]
    return [
        (maps.EQUAL, "equal dots"),
        *((unit.name, unit.title) for unit in session.units() if unit.kind == "score"),
    ]
