"""Samples as files: the routes behind the export menus. Files are sent while they are made, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State
from flask import Flask, Response

import layouts.kit.state
from callbacks.results import asked
from callbacks.routes import line, png
from layouts import exports
from layouts.kit import ids
from util import InspectorError
from workspace import export, streams
from workspace.plan import ColumnNotReady

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Result, Session

TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "zip": "application/zip"}


def register(app: Dash, session: Session) -> None:
    """Add the routes, and fill the menus."""
    server: Flask = app.server

    @server.get("/export/samples.<any(csv, parquet):kind>")
    def samples(kind: str) -> Response:
        return _file(session, kind)

    @server.get("/export/images.zip")
    def images() -> Response:
        return _file(session, "zip")

    @app.callback(
        Output(exports.body_id(ALL), "children"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        State(exports.body_id(ALL), "id"),
    )
    def offer(state: dict[str, Any], version: int, names: list[dict[str, str]]) -> list[Any]:
        """What the menus offer, for the view as it is."""
        view = layouts.kit.state.State.of(state)
        if not session.has_dataset:
            return [[] for _ in names]
        return [exports.body(session, view) for _ in names]


def _file(session: Session, kind: str) -> Response:
    """The samples that the URL asks for as a file, or one line that says why not."""
    try:
        result = asked(session)
        export.table(session, result.indices[:1])  # whatever is not there says so before the file begins
    except ColumnNotReady as waiting:
        return line(503, str(waiting))
    except InspectorError as error:
        return line(400, str(error))
    if kind == "zip" and len(result) > exports.MOST_IMAGES:
        found = f"{len(result):,} samples; narrow the query, {exports.MOST_IMAGES:,} is the most"
        return line(400, f"images.zip: {found}")
    response = Response(_pieces(session, result, kind), mimetype=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(session, result, kind)}"'
    return response


def _pieces(session: Session, result: Result, kind: str) -> Iterator[bytes]:
    table = partial(export.table, session)
    if kind == "csv":
        return streams.csv(table, result.indices)
    if kind == "parquet":
        return streams.parquet(table, result.indices)
    return streams.images(table, result.indices, lambda index: png(session.image(index)))


def file_name(session: Session, result: Result, kind: str) -> str:
    """A name that says of what the file is: `innerview-mnist-selection-12-samples.csv`."""
    asked = result.parameters
    what = "selection" if "within" in asked else "query" if "query" in asked or "filters" in asked else "all"
    name = re.sub(r"[^A-Za-z0-9]+", "-", session.dataset.name.rpartition("/")[2]).strip("-")[:40] or "data"
    noun = "images" if kind == "zip" else "samples"
    return f"innerview-{name}-{what}-{len(result)}-{noun}.{kind}"
