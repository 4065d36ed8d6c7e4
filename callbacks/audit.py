"""The button that has faults planted and looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import MATCH, Input, Output, no_update

from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the button."""

    @app.callback(
        Output(ids.own("audit-asked", MATCH), "data"),
        Input(ids.own("audit-run", MATCH), "n_clicks"),
        prevent_initial_call=True,
    )
    def run(clicks: int | None) -> Any:
        """A word to the worker."""
        if clicks:
            session.audits.run()
        return no_update
