"""One selection and one sample looked at, whatever page they were picked on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, ClientsideFunction, Input, Output, Patch, State, ctx, no_update

import layouts.kit.state
from layouts import query, sample
from layouts.kit import ids
from util import InspectorError

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


HIDDEN: tuple[Any, bool] = ([], True)  # no text: Dash would keep looking for what stood there
MODES = ("replace", "add", "remove")


def register(app: Dash, session: Session) -> None:
    """Wire the sample panel, the selection tray, and whatever samples are clicked and chosen on."""

    @app.callback(
        Output(ids.PANEL_BODY, "children"),
        Output(ids.PANEL, "hidden"),
        Output(ids.PANEL_BODY, "data-stage"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        State(ids.PANEL_BODY, "data-stage"),
    )
    def look(state: dict[str, Any], version: int, old: str | None) -> tuple[Any, Any, Any]:
        """The sample looked at, drawn anew only when something it shows has changed."""
        if not session.has_dataset:
            return (*HIDDEN, "")
        view = layouts.kit.state.State.of(state)
        followed = query.followed(session, view)
        stage = sample.stage(session, view.index, followed)
        if stage == old:
            return no_update, no_update, no_update
        if view.index is None:
            return sample.nobody(session, followed), True, stage
        return (*_shown(partial(sample.panel, query=followed), session, view.index), stage)

    @app.callback(
        Output(ids.TRAY_BODY, "children"),
        Output(ids.TRAY, "hidden"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
    )
    def gather(state: dict[str, Any], version: int) -> tuple[Any, bool]:
        """The selected samples."""
        name = layouts.kit.state.State.of(state).selection
        if not name or not session.has_dataset:
            return HIDDEN
        return _shown(sample.tray, session, name)

    app.clientside_callback(
        ClientsideFunction("navigation", "clear"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.TRAY_CLEAR, "n_clicks"),
        Input(ids.PANEL_CLOSE, "n_clicks"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )

    app.clientside_callback(
        ClientsideFunction("navigation", "pick"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.picker(ALL), "clicked"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.picker(ALL), "chosen"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def choose(chosen: list[Any], state: dict[str, Any]) -> Any:
        """The selection with samples added, removed or replaced, as {indices, mode} says."""
        triggered = ctx.triggered_id
        asked = next((entry.get("value") for entry in ctx.inputs_list[0] if entry["id"] == triggered), None)
        if not asked or asked["mode"] not in MODES:
            return no_update
        old = layouts.kit.state.State.of(state).selection
        patch = Patch()
        patch["selection"] = session.selections.combine(old, np.asarray(asked["indices"], np.int64), asked["mode"])
        return patch


def _shown(draw: Callable[[Session, Any], Any], session: Session, what: Any) -> tuple[Any, bool]:
    """The drawing, or why there is none, and that it is not hidden."""
    try:
        return draw(session, what), False
    except InspectorError as error:
        return str(error), False
