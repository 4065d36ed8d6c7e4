"""The metrics page: charts that are changed, added and removed, and a click on a bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Input, Output, Patch, State, ctx, no_update

import layouts.kit.state
from layouts import accuracy, metrics, query
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

CHARTS = {"graph": ALL}


def register(app: Dash, session: Session) -> None:
    """Wire the page."""
    _wire_charts(app)

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Output(metrics.board_part(metrics.SAID, ALL), "children"),
        Input(CHARTS, "clickData"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def choose(clicked: list[Any], state: dict[str, Any]) -> Any:
        """The samples of a bin, as the selection, with the first of them on the page."""
        at = _chart_of(ctx.triggered_id)
        data = ctx.triggered[0]["value"] if ctx.triggered else None
        view = layouts.kit.state.State.of(state)
        shown = session.board.charts(view.charts)
        if not data or at is None or at >= len(shown):
            return no_update, [no_update] * len(ctx.outputs_list[1])
        _, panel, place = data["points"][0]["customdata"]
        asked, split = query.followed(session, view), accuracy.split(session, view)
        name, own = session.board.choose(shown[at], int(panel), int(place), query=asked, split=split)
        patch = Patch()
        patch["selection"] = name
        return patch, [metrics.chosen(session, name, own, own)] * len(ctx.outputs_list[1])


def _wire_charts(app: Dash) -> None:
    """What changes the board does so in the browser, so that two quick presses both count."""
    shown = metrics.board_part(metrics.SHOWN, ALL)
    for name, each, prop in (
        ("change", {metrics.FIELD: ALL, "at": ALL}, "value"),
        ("press", {metrics.DO: ALL, "at": ALL}, "n_clicks"),
    ):
        app.clientside_callback(
            ClientsideFunction("metrics", name),
            Output(ids.STATE, "data", allow_duplicate=True),
            Input(each, prop),
            State(each, "id"),
            State(shown, "data-drawn"),
            State(ids.STATE, "data"),
            prevent_initial_call=True,
        )


def _chart_of(where: Any) -> int | None:
    """Which chart of the board an id is of; None for another page's."""
    number = str((where or {}).get("graph", "")).removeprefix(metrics.CHART)
    return int(number) if number.isdecimal() else None
