"""The depth page: the ring around the sample looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import ClientsideFunction, Input, Output

from layouts import depth
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page."""
    app.clientside_callback(
        ClientsideFunction("depth", "focus"),
        Output(ids.picker(depth.NAME), "focus"),
        Input(ids.STATE, "data"),
        prevent_initial_call=True,
    )
