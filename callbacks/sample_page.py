"""The page of a sample asks for what it shows of a layer, and tags its sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, Input, Output, State, no_update

import layouts.kit.state
from callbacks.tags import SAID, VERSION, told
from layouts import sample_page, walk
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page."""

    @app.callback(
        Output(ids.own(sample_page.ASKED, MATCH), "data"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
    )
    def ask(state: dict[str, Any], version: int) -> Any:
        """A word to the worker about the layer that was chosen."""
        session.want(sample_page.columns(session, layouts.kit.state.State.of(state)))
        return no_update

    @app.callback(
        Output(ids.own("page-tag", ALL), "value"),
        SAID,
        VERSION,
        Input(ids.own("page-tag-add", ALL), "n_clicks"),
        Input(ids.own("page-tag", ALL), "n_submit"),
        State(ids.own("page-tag", ALL), "value"),
        State(ids.WHO, "value"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def tag(
        add: list[int | None],
        submit: list[int | None],
        names: list[str | None],
        who: str | None,
        state: dict[str, Any],
    ) -> Any:
        """Give the typed tags to the sample of the page."""
        if not any(add + submit):
            return [no_update] * len(names), no_update, no_update
        index = walk.current(session, layouts.kit.state.State.of(state))
        done = session.tags.add(", ".join(filter(None, names)), [index], who or "")
        return [""] * len(names), *told(session, done)
