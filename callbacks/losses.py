"""The losses page: a range of a histogram becomes a selection, a class's name becomes the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Input, Output, Patch, State, ctx, no_update

import layouts.kit.state
from layouts import accuracy, query
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

CHARTS = {"histograms": ALL}


def register(app: Dash, session: Session) -> None:
    """Wire the histograms."""

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(CHARTS, "brushed"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def brush(brushed: list[Any], state: dict[str, Any]) -> Any:
        """The samples whose losses lie in the range that was dragged over."""
        chosen = next((each for each in brushed if each), None)
        if chosen is None or not ctx.triggered_id:
            return no_update
        view = layouts.kit.state.State.of(state)
        patch = Patch()
        patch["selection"] = session.losses.choose(
            chosen["low"],
            chosen["high"],
            label=chosen["code"],
            query=query.followed(session, view),
            split=accuracy.split(session, view),
            selection=view.selection,
            mode=chosen["mode"],
        )
        return patch

    app.clientside_callback(
        ClientsideFunction("losses", "ask"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(CHARTS, "went"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("losses", "selection"),
        Output(CHARTS, "selection"),
        Input(ids.STATE, "data"),
        State(CHARTS, "id"),
        prevent_initial_call=True,
    )
