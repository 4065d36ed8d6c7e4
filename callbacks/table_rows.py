"""The table's rows by URL: a slice of a result, with the columns that are shown. And ag-grid's own scripts.

The rows of a result are worked out once and kept by the session, so that a block in the middle of a million
costs no more than the first. ag-grid is served from its package without importing it: no other page loads it.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Flask, Response, abort, jsonify, request, send_from_directory
from numpy.typing import NDArray

from layouts import table, table_columns
from layouts.kit.state import State
from util import InspectorError
from workspace.query import sets
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Field, Session

MOST_ROWS = 500  # in one answer
ASKED = ("query", "filters", "hidden", "sort", "columns")
SCRIPTS = ("dash_ag_grid.min.js", "async-community.js")


def register(app: Dash, session: Session) -> None:
    """Add the routes to the app's server."""
    server: Flask = app.server

    @server.get("/rows/<fingerprint>.json")
    def rows(fingerprint: str) -> Response:
        if not session.following.shows(fingerprint):
            abort(404)
        view = State.of({name: request.args.get(name, "") for name in ASKED})
        answer = jsonify(block(session, view, _number("start"), _number("stop"), _number("seek", -1)))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @server.get("/ag-grid/<name>")
    def script(name: str) -> Response:
        folder = library()
        if folder is None or name not in SCRIPTS:
            abort(404)
        response = send_from_directory(folder, name)
        response.headers["Cache-Control"] = "private, max-age=86400"
        return response

    # What none of these takes would otherwise get Dash's page, with a status of 200.
    @server.get("/rows/<path:rest>")
    @server.get("/ag-grid/<path:rest>")
    def neither(rest: str) -> Response:
        abort(404)


def block(session: Session, view: State, start: int, stop: int, seek: int = -1) -> dict[str, Any]:
    """Rows of the table as plain values, column by column.

    Args:
        session: whose samples they are.
        view: query, filters, what is hidden, sort and columns count.
        start: the first row, counted from 0.
        stop: the row after the last one; at most MOST_ROWS after the first.
        seek: a sample whose row is wanted, or -1.

    Returns:
        count, total, sort, shown (names of the columns), index (the samples), values (name -> list; class codes,
        numbers, null for no value, "inf" and "-inf"), truth (1 right, 0 wrong, -1 unknown), waiting (names of
        columns that are not there yet) and position (the row of `seek`, or -1). Or error, a sentence, and
        whether waiting will help.
    """
    try:
        order = table.order(session, view)
        result = session.find(view.query, filters=view.filters, hidden=view.hidden, sort=order)
    except InspectorError as error:
        return {"error": str(error), "later": isinstance(error, ColumnNotReady)}
    rows = result.indices[max(start, 0) : max(start, 0) + min(max(stop - start, 0), MOST_ROWS)]
    fields = session.fields()
    shown = table_columns.shown(session, view)
    values: dict[str, list[Any]] = {}
    for name in shown:
        try:
            values[name] = rows.tolist() if name == "index" else plain(_read(fields[name], rows))
        except ColumnNotReady:
            continue
    try:
        truth = fields["correct"].read()[rows].astype(int).tolist() if "correct" in fields else []
    except ColumnNotReady:
        truth = []
    place = np.flatnonzero(result.indices == seek)
    return {
        "count": len(result), "total": result.total, "sort": order, "shown": shown, "index": rows.tolist(),
        "values": values, "truth": truth, "waiting": [name for name in shown if name not in values],
        "position": int(place[0]) if len(place) else -1,
    }  # fmt: skip


def plain(values: NDArray[Any]) -> list[Any]:
    """Values that JSON can hold: None where there is none, words for the infinite."""
    if values.dtype.kind != "f":
        return list(values.tolist())
    words = {np.inf: "inf", -np.inf: "-inf"}
    return [None if value != value else words.get(value, value) for value in values.tolist()]


def library() -> Path | None:
    """Where the package dash-ag-grid keeps its scripts; found without importing it."""
    found = importlib.util.find_spec("dash_ag_grid")
    places = found.submodule_search_locations if found else None
    return Path(places[0]) if places else None


def _read(field: Field, rows: NDArray[np.int32]) -> NDArray[Any]:
    values = np.asarray(field.read()[rows])
    return sets.texts(values, field.names) if field.kind == "set" else values


def _number(name: str, default: int = 0) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 12 else default
