"""What a page needs of the worker: asked for while somebody looks at it, or when its button is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, Input, Output, ctx, no_update
from dash import State as Given

from layouts.kit import ids
from layouts.kit.state import State
from layouts.page import PAGES

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire all pages that say what they want, and their buttons."""

    @app.callback(
        Output(ids.asks(MATCH), "data"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        Given(ids.asks(MATCH), "id"),
    )
    def ask(state: dict[str, Any], version: int, which: dict[str, str]) -> Any:
        """A word to the worker about what the page shows for this view."""
        wants = PAGES[which["asks"]].wants
        if wants and session.has_dataset and session.has_network:
            session.want(wants(session, State.of(state)))
        return no_update

    @app.callback(
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(ids.start(ALL, ALL), "n_clicks"),
        Given(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def start(clicks: list[int | None], state: dict[str, Any]) -> Any:
        """Have the worker begin with what the button of a page stands for."""
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            return no_update
        starts = PAGES[ctx.triggered_id["start"]].starts
        for column in starts(session, State.of(state)) if starts else ():
            session.ask(column)
        session.tell()
        return 0
