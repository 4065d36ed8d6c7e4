"""The image pool and the list beside maps follow the view: which samples, in which order, how large."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, State

import layouts.kit.state
from layouts import gallery, inspection
from layouts.kit import ids
from layouts.kit.gallery import Gallery

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

PROPERTIES = (
    "rows", "total", "note", "empty", "sprite", "side", "image", "imageSize", "facts", "selection", "editing",
    "focus",
)  # fmt: skip


def register(app: Dash, session: Session) -> None:
    """Wire the galleries; what is clicked and chosen on them is wired as for every picker."""
    _follow(app, session, gallery.NAME, gallery.properties)
    _follow(app, session, inspection.NAME, inspection.properties)

    app.clientside_callback(
        ClientsideFunction("gallery", "hold"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.picker(inspection.NAME), "chosen"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("gallery", "fold"),
        Output(inspection.panel_id(), "className"),
        Input(ids.STATE, "data"),
        State(inspection.panel_id(), "className"),
        prevent_initial_call=True,
    )

    # The size follows the slider at once; the view is told when it is let go.
    app.clientside_callback(
        ClientsideFunction("gallery", "size"),
        Output(ids.picker(gallery.NAME), "thumb"),
        Input(ids.control("thumb"), "drag_value"),
        Input(ids.control("thumb"), "value"),
        prevent_initial_call=True,
    )

    # Who marks the first sample of a result wants to go on there, not to be shown that one alone.
    app.clientside_callback(
        ClientsideFunction("gallery", "stay"),
        Output(ids.control("pool"), "value"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.picker(gallery.NAME), "chosen"),
        State(ids.control("pool"), "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )


def _follow(app: Dash, session: Session, name: str, properties: Callable[[Session, Any], dict[str, Any]]) -> None:
    """Wire one gallery to the view."""

    @app.callback(
        {prop: Output(ids.picker(name), prop) for prop in PROPERTIES},
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        prevent_initial_call=True,
    )
    def show(state: dict[str, Any], version: int) -> dict[str, Any]:
        """What the gallery shows, and a word to the worker if it needs smaller pictures."""
        view = layouts.kit.state.State.of(state)
        session.want(gallery.columns(session))
        empty = Gallery(id="")
        return {prop: getattr(empty, prop) for prop in PROPERTIES} | properties(session, view)
