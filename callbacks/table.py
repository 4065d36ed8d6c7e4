"""The table page: what it follows, and what is picked, chosen, sorted and filtered on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, ClientsideFunction, Input, Output, Patch, State, ctx, no_update

import layouts.kit.state
from layouts import table, table_columns
from layouts.kit import ids
from layouts.kit.table import table_id, table_part
from workspace.query import filters

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

FROM_SESSION = ("rows", "images", "columns", "version")
FROM_VIEW = ("model", "selection")
PARTS = {"bar": table.bar, "chips": table.chips}
MODES = ("add", "remove")
EVERY = table_id(ALL)


def register(app: Dash, session: Session) -> None:
    """Wire the table. Its outputs are patterns, because it comes and goes with its page."""
    _wire_browser(app)
    to_state = Output(ids.STATE, "data", allow_duplicate=True)

    @app.callback(
        *[Output(EVERY, name) for name in FROM_SESSION],
        Output({"table-menu": ALL}, "children"),
        Input(ids.VERSION, "data"),
        State(EVERY, "id"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def come(version: int, here: list[Any], state: dict[str, Any]) -> Any:
        """The columns that are there now."""
        properties = table.properties(session) if here else {}
        menu = table_columns.menu(session, layouts.kit.state.State.of(state)) if here else None
        return [*[[properties[name] for _ in here] for name in FROM_SESSION], [menu for _ in here]]

    @app.callback(
        *[Output(EVERY, name) for name in FROM_VIEW],
        Output(table_part(ALL), "children"),
        Output({"table-all": ALL}, "children"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        State(EVERY, "id"),
        State(table_part(ALL), "id"),
        State({"table-all": ALL}, "id"),
        prevent_initial_call=True,
    )
    def tell(
        state: dict[str, Any],
        version: int,
        here: list[Any],
        around: list[dict[str, str]],
        all_of: list[dict[str, str]],
    ) -> Any:
        """How many the query finds, the filters, and what is selected."""
        view = layouts.kit.state.State.of(state)
        follows = table.follows(session, view) if here else {}
        drawn = [PARTS[part["table-part"]](session, view) for part in around]
        said = [table.choice(session, view, button["table-all"]) for button in all_of]
        return [*[[follows[name] for _ in here] for name in FROM_VIEW], drawn, said]

    @app.callback(to_state, Input(EVERY, "filtered"), State(ids.STATE, "data"), prevent_initial_call=True)
    def narrow(filtered: list[Any], state: dict[str, Any]) -> Any:
        """The filters of the column heads, as text in the state."""
        if not filtered or not filtered[0]:
            return no_update
        view = layouts.kit.state.State.of(state)
        patch = Patch()
        patch["filters"] = filters.merged(view.filters, filtered[0]["model"], table.kinds(session))
        return patch

    @app.callback(to_state, Input(EVERY, "chosen"), State(ids.STATE, "data"), prevent_initial_call=True)
    def choose(chosen: list[Any], state: dict[str, Any]) -> Any:
        """The selection with the rows that were checked or unchecked."""
        if not chosen or not chosen[0] or chosen[0]["mode"] not in MODES:
            return no_update
        return _selection(state, np.asarray(chosen[0]["indices"], np.int64), chosen[0]["mode"])

    @app.callback(
        to_state, Input({"table-all": ALL}, "n_clicks"), State(ids.STATE, "data"), prevent_initial_call=True
    )
    def choose_all(clicks: list[Any], state: dict[str, Any]) -> Any:
        """The selection with or without all that the query finds."""
        if ctx.triggered_id is None or not any(clicks):
            return no_update
        view = layouts.kit.state.State.of(state)
        return _selection(state, table.found(session, view).indices, ctx.triggered_id["table-all"])

    def _selection(state: dict[str, Any], indices: Any, mode: Any) -> Patch:
        patch = Patch()
        old = layouts.kit.state.State.of(state).selection
        patch["selection"] = session.selections.combine(old, indices, mode)
        return patch


def _wire_browser(app: Dash) -> None:
    """What needs no server: assets/table_wires.js."""
    state, to_state = State(ids.STATE, "data"), Output(ids.STATE, "data", allow_duplicate=True)

    def wire(name: str, outputs: Any, *inputs: Any) -> None:
        app.clientside_callback(ClientsideFunction("table", name), outputs, *inputs, prevent_initial_call=True)

    wire("pick", to_state, Input(EVERY, "clicked"), state)
    wire("sort", to_state, Input(EVERY, "sorted"), state)
    wire("columns", to_state, Input({"table-columns": ALL}, "value"), state)
    wire("follow", [Output(EVERY, "view"), Output(EVERY, "focus")], Input(ids.STATE, "data"), State(EVERY, "id"))
