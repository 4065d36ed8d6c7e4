"""The sample maps of all pages: what they show, and what is picked on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, ClientsideFunction, Input, Output, Patch, State, ctx, no_update

import layouts.kit.state
from layouts import maps
from layouts.kit import ids

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

PROPERTIES = (
    "positions", "lines", "marks", "axes", "color", "size", "front", "facts", "total", "note", "selection", "shown",
    "focus", "images", "imageSize", "together",
)  # fmt: skip


def register(app: Dash, session: Session) -> None:
    """Wire the maps."""

    @app.callback(
        {
            "properties": {name: Output(ids.sample_map(MATCH), name) for name in PROPERTIES},
            "caption": Output(ids.caption(MATCH), "children"),
            "fallback": Output(ids.fallback(MATCH), "children"),
        },
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        Input(ids.sample_map(MATCH), "unsupported"),
        State(ids.sample_map(MATCH), "id"),
        State(ids.sample_map(MATCH), "positions"),
        prevent_initial_call=True,
    )
    def show(
        state: dict[str, Any], version: int, unsupported: bool, which: dict[str, str], now: dict[str, str] | None
    ) -> Any:
        """What a map shows, and a word to the worker if that is not there yet."""
        view, side, before = layouts.kit.state.State.of(state), which["side"], (now or {}).get("name", "")
        if session.has_dataset:
            session.want(maps.columns(session, view, side))
        properties = maps.map_properties(session, view, side, before)
        return {
            "properties": {name: properties.get(name) for name in PROPERTIES},
            "caption": maps.caption(session, view, side, before),
            "fallback": maps.chart(session, view, side) if unsupported else None,
        }

    @app.callback(
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(ids.sample_map(ALL), "id"),
        State(ids.STATE, "data"),
        prevent_initial_call="initial_duplicate",
    )
    def ask(which: list[dict[str, str]], state: dict[str, Any] | None) -> Any:
        """Have the maps made that a page was opened with: a link may name one that nobody has looked at before."""
        if not which or not session.has_dataset:
            return no_update
        view = layouts.kit.state.State.of(state)
        wanted = {column for entry in which for column in maps.columns(session, view, entry["side"])}
        absent = [column for column in wanted if not session.is_ready(column)]
        if not absent:
            return no_update
        session.want(absent)
        session.tell()
        return 0

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.sample_map(ALL), "lasso"),
        State(ids.sample_map(ALL), "positions"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def select(lassos: list[Any], positions: list[Any], state: dict[str, Any]) -> Any:
        """What a lasso or box selects."""
        triggered = ctx.triggered_id
        drawn = next((i for i, entry in enumerate(ctx.inputs_list[0]) if entry["id"] == triggered), None)
        if drawn is None or not isinstance(triggered, dict) or not lassos[drawn] or not positions[drawn]:
            return no_update
        view, lasso = layouts.kit.state.State.of(state), lassos[drawn]
        patch = Patch()
        patch["selection"] = session.lasso(
            view.selection,
            positions[drawn]["name"],
            lasso["polygon"],
            mode=lasso["mode"],
            query=maps.asked(session, view, triggered["side"]),
        )
        if lasso["mode"] == "replace":
            patch["pool"] = ""  # a new selection is what lists show
        return patch

    @app.callback(
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(ids.refresh(ALL, ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def refresh(clicks: list[int | None]) -> Any:
        """Have a map made anew, of all samples."""
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        session.want([ctx.triggered_id["refresh"]])
        session.tell()
        return 0

    app.clientside_callback(
        ClientsideFunction("navigation", "reset"),
        Input(ids.own("map_reset", ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("navigation", "pick"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.sample_map(ALL), "clicked"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
