"""The flip test page: its button, and the steps of the sample that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import MATCH, Input, Output, no_update
from dash import State as Given

from layouts import flips
from layouts.kit import ids
from layouts.kit.state import State

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page."""

    @app.callback(Output(ids.own("flips-asked", MATCH), "data"), Input(ids.STATE, "data"), Input(ids.VERSION, "data"))
    def ask(state: dict[str, Any], version: int) -> Any:
        """A word to the worker about the sample whose steps are shown."""
        if session.has_network and session.has_dataset:
            session.want(flips.wanted(session, State.of(state)))
        return no_update

    @app.callback(
        Output(ids.own(flips.START, MATCH), "disabled"),
        Input(ids.own(flips.START, MATCH), "n_clicks"),
        Given(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def run(clicks: int | None, state: dict[str, Any]) -> Any:
        """Have the worker run the test that is chosen."""
        if not clicks:
            return no_update
        session.ask(flips.column(session, State.of(state)))
        session.tell()
        return True
