"""Samples as files: the routes behind the export menus. Files are sent while they are made, row by row."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State
from flask import Flask, Response, request

import layouts.kit.state
from callbacks.results import asked
from callbacks.routes import line, png
from layouts import exports, report
from layouts.kit import ids
from util import InspectorError
from workspace import export, streams, vectors
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

    @server.get("/export/<any(vectors, coordinates):noun>.npy")
    def array(noun: str) -> Response:
        return _array(session)

    @server.get("/export/innerview.json")
    def about() -> Response:
        return _about(session)

    @server.get("/export/report.html")
    def whole_report() -> Response:
        try:
            pieces = list(report.report(session, png, made=time.strftime("%Y-%m-%d %H:%M")))
        except ColumnNotReady as waiting:
            return line(503, str(waiting))
        response = Response("".join(pieces), mimetype="text/html")
        response.headers["Content-Disposition"] = 'attachment; filename="innerview-report.html"'
        return response

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
    return _attached(session, _pieces(session, result, kind), TYPES[kind], result, kind, "")


def _array(session: Session) -> Response:
    """A layer's vectors, or a map's coordinates, of the samples that the URL asks for."""
    try:
        result, column = asked(session), request.args.get("column", "")
        values = vectors.checked(session, column)
    except ColumnNotReady as waiting:
        return line(503, str(waiting))
    except InspectorError as error:
        return line(400, str(error))
    noun = vectors.file_of(column).replace("/", "-").removesuffix(".npy")
    rows = None if len(result) == session.dataset.n and not result.parameters else result.indices
    return _attached(session, vectors.npy(values, rows), "application/octet-stream", result, "npy", noun)


def _about(session: Session) -> Response:
    """What the files of `_array` are."""
    try:
        result = asked(session)
        columns = [request.args[noun] for noun in ("vectors", "coordinates") if noun in request.args]
        for column in columns:
            vectors.checked(session, column)
        said = vectors.about(session, {vectors.file_of(column): column for column in columns}, result.indices)
    except ColumnNotReady as waiting:
        return line(503, str(waiting))
    except InspectorError as error:
        return line(400, str(error))
    whole = json.dumps(said, indent=2) + "\n"
    return _attached(session, [whole.encode()], "application/json", result, "json", "about")


def _attached(
    session: Session, pieces: Iterable[bytes], kind: str, result: Result, ending: str, noun: str
) -> Response:
    response = Response(pieces, mimetype=kind)
    name = file_name(session, result, ending, noun)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pieces(session: Session, result: Result, kind: str) -> Iterator[bytes]:
    table = partial(export.table, session)
    if kind == "csv":
        return streams.csv(table, result.indices)
    if kind == "parquet":
        return streams.parquet(table, result.indices)
    return streams.images(table, result.indices, lambda index: png(session.image(index)))


def file_name(session: Session, result: Result, kind: str, noun: str = "") -> str:
    """A name that says of what the file is: `innerview-mnist-selection-12-samples.csv`."""
    asked = result.parameters
    what = "selection" if "within" in asked else "query" if "query" in asked or "filters" in asked else "all"
    name = re.sub(r"[^A-Za-z0-9]+", "-", session.dataset.name.rpartition("/")[2]).strip("-")[:40] or "data"
    noun = noun or ("images" if kind == "zip" else "samples")
    return f"innerview-{name}-{what}-{len(result)}-{noun}.{kind}"
