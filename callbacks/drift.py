"""The page that compares data sets asks for what was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import MATCH, Input, Output, no_update

import layouts.kit.state
from layouts import drift
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page."""

    @app.callback(
        Output(ids.own("drift-asked", MATCH), "data"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
    )
    def ask(state: dict[str, Any], version: int) -> Any:
        """A word to the worker about the splits that were chosen."""
        session.want(drift.columns(session, layouts.kit.state.State.of(state)))
        return no_update
