"""The image query: an index or a picture becomes the question, and the answer is drawn when it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, ClientsideFunction, Input, Output, Patch, State, no_update

import layouts.kit.state
from layouts import similar
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page."""

    @app.callback(
        Output(ids.own("similar-body", MATCH), "children"),
        Output(ids.own("similar-body", MATCH), "data-stage"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        Input(ids.POLL, "n_intervals"),
        State(ids.own("similar-body", MATCH), "data-stage"),
    )
    def answer(state: dict[str, Any], version: int, n: int, old: str) -> Any:
        """The answer, if it is another than the one that is shown; and a word to the worker."""
        view = layouts.kit.state.State.of(state)
        session.want(similar.columns(session, view))
        new = similar.stage(session, view)
        return (no_update, no_update) if new == old else (similar.body(session, view), new)

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.own("similar-select", ALL), "n_clicks"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def select(clicks: list[int | None], state: dict[str, Any]) -> Any:
        """The results, as the selection."""
        if not any(clicks):  # the button has just been drawn
            return no_update
        asked = similar.question(session, layouts.kit.state.State.of(state))
        if asked is None:
            return no_update
        patch = Patch()
        patch["selection"] = session.selections.save(session.similar.find(asked).rows)
        return patch

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.own("similar-swap", ALL), "n_clicks"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def swap(clicks: list[int | None], state: dict[str, Any]) -> Any:
        """The negative of the uploaded picture, as a picture of its own."""
        name = layouts.kit.state.State.of(state).upload
        if not any(clicks) or not name:
            return no_update
        patch = Patch()
        patch["upload"], patch["versus"] = session.uploads.swap(name), ""
        return patch

    def browser(name: str) -> ClientsideFunction:
        return ClientsideFunction("similar", name)

    app.clientside_callback(
        browser("go"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.own("similar-go", ALL), "n_clicks"),
        Input(ids.own("similar-index", ALL), "n_submit"),
        State(ids.own("similar-index", ALL), "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        browser("uploaded"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.own("similar-upload", ALL), "uploaded"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        browser("show"),
        Output(ids.own("similar-index", ALL), "value"),
        Input(ids.STATE, "data"),
        State(ids.own("similar-index", ALL), "value"),
        prevent_initial_call=True,
    )
