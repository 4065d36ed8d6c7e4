"""Queries and boards with a name: shown, kept, forgotten."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, Input, Output, ctx, no_update
from dash import State as Given

from layouts import saved
from layouts.kit import ids
from layouts.kit.state import State
from workspace import charts
from workspace.query.saved import SavedQueries
from workspace.saved import SavedTexts

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the rows of chips and their forms."""
    stamp = Output(ids.saved(saved.LIST, MATCH), "data-stamp", allow_duplicate=True)

    @app.callback(
        Output(ids.saved(saved.LIST, MATCH), "children"),
        Input(ids.VERSION, "data"),
        Input(ids.saved(saved.LIST, MATCH), "data-stamp"),
        Given(ids.saved(saved.LIST, MATCH), "id"),
    )
    def show(version: int, changed: str, row: dict[str, str]) -> Any:
        """The saved texts, as they are now."""
        if not session.has_dataset:
            return no_update
        return saved.chips(saved.KINDS[row["of"]], texts(session, row["of"]).all())

    @app.callback(
        stamp,
        Output(ids.saved(saved.NAME, MATCH), "value"),
        Output(ids.saved(saved.FORM, MATCH), "open"),
        Input(ids.saved(saved.SAVE, MATCH), "n_clicks"),
        Input(ids.saved(saved.NAME, MATCH), "n_submit"),
        Given(ids.saved(saved.NAME, MATCH), "value"),
        Given(ids.saved(saved.NAME, MATCH), "id"),
        Given(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def save(
        clicks: int | None, submits: int | None, name: str | None, box: dict[str, str], state: dict[str, Any]
    ) -> Any:
        """Keep what this view shows under a name."""
        if not (clicks or submits):
            return no_update, no_update, no_update
        texts(session, box["of"]).save(name or "", _shown(session, box["of"], State.of(state)))
        return str(time.time_ns()), "", False

    @app.callback(stamp, Input(ids.forget(ALL, MATCH), "n_clicks"), prevent_initial_call=True)
    def remove(clicks: list[int | None]) -> Any:
        """Forget the text whose cross was clicked."""
        which = ctx.triggered_id
        if not any(clicks) or not which:
            return no_update
        texts(session, which["of"]).remove(which["forget"])
        return str(time.time_ns())


def texts(session: Session, of: str) -> SavedTexts:
    """The saved texts of a kind."""
    if of == saved.BOARDS.name:
        return session.board.boards
    return SavedQueries(session.store, session.dataset.lasting)


def _shown(session: Session, of: str, view: State) -> str:
    return charts.written(session.board.charts(view.charts)) if of == saved.BOARDS.name else view.query
