"""The compare page: this network against another one on the same samples, in numbers, pictures and maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import map_sheet, query, sets, versus
from layouts.kit import parts
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session


@page("/compare", title="Compare", group="Samples", order=65, purpose="Where two networks differ on the same samples")
def compare(session: Session, state: State) -> Any:
    """The choice of the other network and of the split, the query, and what comes with a second network."""
    tools = html.Div([place(name, session, state) for name in ("compare-tools", "accuracy-tools")], className="tools")
    return html.Div(
        [
            head("/compare", tools),
            query.bar(session, state),
            place("compare-body", session, state),
        ],
        className="compare",
    )


@part("compare-body", choice=lambda session, state: "two" if session.others else "one")
def body(session: Session, state: State) -> Any:
    """Who is right, where, and in which samples; or how to open a second network."""
    if not session.others:
        return parts.card("Two networks are needed", versus.alone())

    def card(title: str, name: str) -> Any:
        return parts.card(title, place(f"compare-{name}", session, state))

    left = [card("Who is right", "outcomes"), map_sheet.sheet(session, state, versus.CIRCLE)]
    right = [
        card("Open networks", "networks"),
        card("By class", "classes"),
        card("Broken", "broken"),
        card("Fixed", "fixed"),
    ]
    return [
        html.Div([html.Div(cards, className="column") for cards in (left, right)], className="two-columns even"),
        sets.beside(
            session,
            state,
            versus.MINE,
            html.Div(
                [map_sheet.sheet(session, state, side) for side in (versus.MINE, versus.THEIRS)], className="two-maps"
            ),
        ),
    ]
