"""The groups beside maps: their counts, and what is hidden, selected and listed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, MATCH, Input, Output, Patch, State, ctx, no_update

import layouts.kit.state
from layouts import sets
from layouts.kit import ids
from util import InspectorError
from workspace.query import LONGEST

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

MODES = ("replace", "add", "remove")
EVERY = sets.panel_id(ALL)


class TooMuchHidden(InspectorError):
    """More groups are hidden, one by one, than a link can say."""


def register(app: Dash, session: Session) -> None:
    """Wire the panels."""

    @app.callback(
        {name: Output(sets.panel_id(MATCH), name) for name in sets.PROPERTIES},
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        State(sets.panel_id(MATCH), "id"),
        prevent_initial_call=True,
    )
    def show(state: dict[str, Any], version: int, which: dict[str, str]) -> dict[str, Any]:
        """Groups and counts of the view."""
        return sets.properties(session, layouts.kit.state.State.of(state), which["sets"])

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(EVERY, "hide"),
        Input(EVERY, "picked"),
        Input(EVERY, "listed"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def change(hide: list[Any], picked: list[Any], listed: list[Any], state: dict[str, Any]) -> Any:
        """What is hidden, selected or listed after a click."""
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            return no_update
        what, prop = ctx.triggered[0]["value"], ctx.triggered[0]["prop_id"].rpartition(".")[2]
        view, patch = layouts.kit.state.State.of(state), Patch()
        if prop == "hide":
            hidden = session.groupings.hide(view.hidden, str(what["name"]), [str(key) for key in what["keys"]])
            if max(len(hidden), len(session.asked(view.query, hidden))) > LONGEST:
                raise TooMuchHidden(
                    f"hide: {LONGEST:,} characters of a link are used up; hide by a query, or show some again"
                )
            patch["hidden"] = hidden
        elif prop == "picked" and what["mode"] in MODES:
            result = session.find(view.query, hidden=view.hidden)
            rows = session.groupings.rows(str(what["name"]), str(what["key"]), result)
            patch["selection"] = session.selections.combine(view.selection, rows, what["mode"])
            if what["mode"] == "replace":
                patch["pool"] = ""  # a new selection is what lists show
        elif prop == "listed":
            patch["sets"] = session.groupings.text([str(name) for name in what["names"]]) or sets.NOTHING
        return patch
