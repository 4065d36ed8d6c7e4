"""A recording that grows: the strip that tells of it, its switch, and the gate that requests go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Input, Output
from flask import Flask, g

from layouts import following
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the strip; let no request see one half of a session before and one half after it was added to."""
    gate = session.following.gate
    server: Flask = app.server

    @server.before_request
    def enter() -> None:
        gate.enter()
        g.inside = True

    @server.teardown_request
    def leave(error: BaseException | None = None) -> None:
        if g.pop("inside", False):
            gate.leave()

    @app.callback(
        {
            "hidden": Output(ids.FOLLOWING, "hidden"),
            "class": Output(ids.FOLLOWING, "className"),
            "text": Output(ids.FOLLOWING_TEXT, "children"),
            "switch": Output(ids.FOLLOWING_SWITCH, "children"),
            "tooltip": Output(ids.FOLLOWING_SWITCH, "title"),
        },
        Input(ids.VERSION, "data"),
    )
    def tell(version: int) -> dict[str, Any]:
        """How the recording stands."""
        if not session.following.possible:
            return {"hidden": True, "class": "following", "text": [], "switch": [], "tooltip": ""}
        switch, tooltip = following.switch(session)
        return {
            "hidden": False,
            "class": "following" if session.following.on else "following still",
            "text": following.sentence(session),
            "switch": switch,
            "tooltip": tooltip,
        }

    @app.callback(
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(ids.FOLLOWING_SWITCH, "n_clicks"),
        prevent_initial_call=True,
    )
    def turn(clicks: int) -> int:
        """Stop following, or go on."""
        session.following.switch()
        return 0
