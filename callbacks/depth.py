"""The depth page: the button that lets the worker look, and the ring around the sample looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

import layouts.kit.state
from layouts import depth
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page."""

    @app.callback(
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(ids.own("depth-ask", ALL), "n_clicks"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def ask(clicks: list[int | None], state: dict[str, Any]) -> Any:
        """A word to the worker about what was asked for."""
        if not any(clicks) or not ctx.triggered_id:
            return no_update
        for column in depth.wanted(session, layouts.kit.state.State.of(state)):
            session.ask(column)
        return 0

    app.clientside_callback(
        ClientsideFunction("depth", "focus"),
        Output(ids.picker(depth.NAME), "focus"),
        Input(ids.STATE, "data"),
        prevent_initial_call=True,
    )
