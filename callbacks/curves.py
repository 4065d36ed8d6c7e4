"""The training curves page asks for the files beside the model; its button for the checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import MATCH, Input, Output, no_update

from layouts import checkpoints
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page."""

    @app.callback(Output(ids.own("curves-asked", MATCH), "data"), Input(ids.VERSION, "data"))
    def ask(version: int) -> Any:
        """A word to the worker about the files as they are now."""
        column = session.training.history() if session.has_network else ""
        if column and not session.is_ready(column):
            session.want([column])
        return no_update

    @app.callback(
        Output(ids.own(checkpoints.START, MATCH), "disabled"),
        Input(ids.own(checkpoints.START, MATCH), "n_clicks"),
        prevent_initial_call=True,
    )
    def look(clicks: int | None) -> Any:
        """Have the worker look at the checkpoints."""
        if not clicks:
            return no_update
        session.ask(session.training.checkpoints())
        session.tell()
        return True
