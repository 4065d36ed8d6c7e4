"""The duplicates page: the limit of likeness follows its slider in the browser, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import ALL, ClientsideFunction, Input, Output, State

from layouts import duplicates
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the slider and the way back."""
    slider = {duplicates.LIMIT: ALL}
    app.clientside_callback(
        ClientsideFunction("duplicates", "move"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(slider, "value"),
        State(slider, "id"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("duplicates", "usual"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Output(slider, "value"),
        Input({duplicates.RESET: ALL}, "n_clicks"),
        State(slider, "id"),
        State(slider, "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
