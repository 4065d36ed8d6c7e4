"""The progress line, and parts that fill in as their columns land.

One clock per browser asks what is going on, quickly while something is, slowly otherwise. The
version it brings back sets everything else in motion that depends on columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

import layouts.kit.state
from layouts import part
from layouts.kit import ids
from layouts.shell import BUSY_POLL_MS, IDLE_POLL_MS

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the clock, the progress line, its button, and all parts."""

    @app.callback(
        {
            "version": Output(ids.VERSION, "data"),
            "interval": Output(ids.POLL, "interval"),
            "hidden": Output(ids.PROGRESS, "hidden"),
            "text": Output(ids.PROGRESS_TEXT, "children"),
            "value": Output(ids.PROGRESS_BAR, "value"),
            "striped": Output(ids.PROGRESS_BAR, "animated"),
            "button": Output(ids.CANCEL, "children"),
        },
        Input(ids.POLL, "n_intervals"),
        State(ids.VERSION, "data"),
    )
    def tick(n: int, version: int) -> dict[str, Any]:
        """What is going on now."""
        status = session.status
        session.watch.glance()
        session.following.glance()
        session.tags.glance()
        return {
            "version": no_update if version == session.version else session.version,
            "interval": BUSY_POLL_MS if status.working else IDLE_POLL_MS,
            "hidden": not (status.working or status.cancelled or status.trouble),
            "text": status.sentence,
            "value": 100.0 * status.done / status.total if status.total else 100.0 * status.working,
            "striped": status.working and not status.total,
            "button": "Resume" if status.cancelled else "Cancel",
        }

    @app.callback(Output(ids.POLL, "n_intervals"), Input(ids.CANCEL, "n_clicks"), prevent_initial_call=True)
    def cancel(n: int) -> int:
        """Cancel, or go on after it."""
        if session.status.cancelled:
            session.resume()
        else:
            session.cancel()
        return 0

    @app.callback(
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(ids.again(ALL, ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def again(clicks: list[int | None]) -> Any:
        """Have the worker try once more what it could not make."""
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:
            return no_update
        column = str(ctx.triggered_id["again"])
        if session.failure(column) is not None:
            session.ask(column)
            session.tell()
        return 0

    app.clientside_callback(
        ClientsideFunction("navigation", "hurry"),
        Output(ids.POLL, "interval", allow_duplicate=True),
        Input(ids.STATE, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output({"part": ALL}, "children"),
        Output({"part": ALL}, "data-stage"),
        Input(ids.VERSION, "data"),
        Input(ids.STATE, "data"),
        State({"part": ALL}, "id"),
        State({"part": ALL}, "data-stage"),
        prevent_initial_call=True,
    )
    def fill(version: int, state: dict[str, Any], names: list[dict[str, str]], stages: list[str]) -> Any:
        """Draw the parts anew whose columns have come, or whose choice has changed."""
        view = layouts.kit.state.State.of(state)
        children: list[Any] = []
        new_stages: list[Any] = []
        for name, old in zip((entry["part"] for entry in names), stages, strict=True):
            new = part.stage(name, session, view)
            children.append(no_update if new == old else part.draw(name, session, view))
            new_stages.append(new)
        return children, new_stages
