"""The wall of pictures: its layout and tiles by URL, and what is picked on it.

Every URL holds the wall's key and, in its query, how to make the wall again; what these give must be
the wall of just that key, because browsers keep all of it for ever.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, MATCH, ClientsideFunction, Input, Output, Patch, State, ctx, no_update
from flask import Flask, Response, abort, jsonify, request
from numpy.typing import NDArray

import layouts.kit.state
from callbacks.kept import Answer, Kept
from callbacks.routes import FOR_EVER, forever, numbers
from layouts import confusion, wall
from layouts.kit import ids
from layouts.kit.mosaic import mosaic_id
from layouts.part import place
from util import InspectorError
from workspace.mosaic import Mosaic, layout
from workspace.query import both
from workspace.tiles import TILE

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

ASKED = ("down", "across", "arrange", "split", "query", "hidden")
PROPERTIES = ("wall", "images", "imageSize", "facts", "selection", "focus", "cell", "note")
KEPT = 64 * 2**20  # bytes of tiles, some 5,000 of digits
QUALITY = 84  # of colored tiles; the sample's own picture, close by, is exact


def register(app: Dash, session: Session) -> None:
    """Wire the walls."""
    _routes(app.server, session)

    @app.callback(
        {name: Output(mosaic_id(MATCH), name) for name in PROPERTIES},
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
        State(mosaic_id(MATCH), "id"),
        prevent_initial_call=True,
    )
    def show(state: dict[str, Any], version: int, which: dict[str, str]) -> dict[str, Any]:
        """What the wall shows, and a word to the worker if that is not there yet."""
        if session.has_dataset:
            session.want(wall.columns(session))
        properties = wall.properties(session, layouts.kit.state.State.of(state))
        return {name: properties.get(name) for name in PROPERTIES}

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(mosaic_id(ALL), "picked"),
        Input(mosaic_id(ALL), "lasso"),
        State(mosaic_id(ALL), "wall"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def pick(picked: list[Any], lassos: list[Any], walls: list[Any], state: dict[str, Any]) -> Any:
        """A cell becomes the selection and the query; what a lasso holds becomes the selection."""
        if not ctx.triggered or not ctx.triggered[0]["value"] or not walls or not walls[0]:
            return no_update
        what = ctx.triggered[0]["value"]
        mosaic = session.mosaics.find(**walls[0]["asked"])
        if "polygon" in what:
            samples, query = mosaic.within(what["polygon"]), ""
        else:
            samples, query = _of_cell(mosaic, int(what["row"]), int(what["column"]))
        view = layouts.kit.state.State.of(state)
        patch = Patch()
        patch["selection"] = session.selections.combine(view.selection, samples, what["mode"])
        if query and what["mode"] == "replace":
            patch["query"] = both(mosaic.parameters.get("query", ""), query)
        return patch

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Output(mosaic_id(ALL), "goto"),
        Input({"pair": ALL}, "n_clicks"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def pair(clicks: list[Any], state: dict[str, Any]) -> Any:
        """A pair of the list: sorted by label and prediction, selected, asked for, and zoomed to."""
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, [no_update for _ in ctx.outputs_list[1]]
        label, predicted = (int(code) for code in ctx.triggered_id["pair"].split(","))
        view = layouts.kit.state.State.of(state)
        changes, mosaic, place = _paired(session, view, label, predicted)
        changes["selection"] = session.selections.save(mosaic.members(*place))
        goto = {"cell": list(place), "layout": mosaic.url("layout.json"), "stamp": time.time()}
        patch = Patch()
        for name, value in changes.items():
            patch[name] = value
        return patch, [goto for _ in ctx.outputs_list[1]]

    @app.callback(
        Output(confusion.counts_id(MATCH), "children"),
        Input(mosaic_id(MATCH), "drawn"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def count(drawn: bool, state: dict[str, Any]) -> Any:
        """The chart of the counts, after the pictures."""
        return place("confusion-counts", session, layouts.kit.state.State.of(state)) if drawn else no_update

    app.clientside_callback(
        ClientsideFunction("navigation", "pick"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(mosaic_id(ALL), "clicked"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("mosaic", "cut"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input({"bins": ALL}, "value"),
        Input({"similar": ALL}, "value"),
        State({"control": ALL}, "value"),
        State({"control": ALL}, "id"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )


def _of_cell(mosaic: Mosaic, row: int, column: int) -> tuple[NDArray[np.int32], str]:
    """The samples of a cell, of a whole row (column -1) or of a whole column (row -1), and their query."""
    if not (-1 <= row < len(mosaic.rows) and -1 <= column < len(mosaic.columns)):
        return np.empty(0, np.int32), ""
    if row >= 0 and column >= 0:
        return mosaic.members(row, column), mosaic.condition(row, column)
    facet, code = (mosaic.rows, row) if row >= 0 else (mosaic.columns, column)
    if code < 0:
        return mosaic.samples, ""
    return mosaic.samples[facet.codes[mosaic.samples] == code], ""


def _paired(
    session: Session, view: layouts.kit.state.State, label: int, predicted: int
) -> tuple[dict[str, str], Mosaic, tuple[int, int]]:
    """The view by label and prediction with a pair in its query; its wall; the pair's cell."""
    asked = wall.asked(session, view)
    names = asked["down"].partition(":")[0] or "label", asked["across"].partition(":")[0] or "predicted"
    if names != ("label", "predicted"):
        asked |= {"down": "", "across": ""}
    mosaic, _ = session.mosaics.lit(**asked)
    order = session.column("class_order").tolist() if mosaic.rows.spec.endswith(":similar") else None
    across = session.column("class_order").tolist() if mosaic.columns.spec.endswith(":similar") else None
    place = order.index(label) if order else label, across.index(predicted) if across else predicted
    query = both(mosaic.parameters.get("query", ""), mosaic.condition(*place))
    return {"down": asked["down"], "across": asked["across"], "query": query}, mosaic, place


# -- routes ----------------------------------------------------------------------------------------


def _routes(server: Flask, session: Session) -> None:
    tiles = Kept(KEPT)

    def asked(key: str) -> Mosaic:
        try:
            mosaic = session.mosaics.find(**{name: request.args.get(name, "") for name in ASKED})
        except InspectorError:
            abort(404)
        if mosaic.key != key:
            abort(404)
        return mosaic

    @server.get("/mosaic/<key>/layout.json")
    def mosaic_layout(key: str) -> Response:
        mosaic = asked(key)
        try:
            levels = session.mosaics.levels(mosaic)
        except InspectorError:
            abort(404)
        answer = jsonify({**layout(mosaic), "levels": levels, "tile": TILE})
        answer.headers["Cache-Control"] = FOR_EVER
        return answer

    @server.get("/mosaic/<key>/ids.bin")
    def mosaic_ids(key: str) -> Response:
        return numbers(asked(key).ids)

    @server.get("/mosaic/<key>/<int:z>/<int:x>/<int:y>.<any(png, webp):kind>")
    def mosaic_tile(key: str, z: int, x: int, y: int, kind: str) -> Response:
        def drawn() -> Answer:
            pixels = session.mosaics.tile(asked(key), z, x, y)
            if pixels is None:
                abort(404)
            return encoded(pixels, kind), f"image/{kind}"

        try:
            return forever(*tiles.of((key, z, x, y, kind), drawn))
        except InspectorError:
            abort(404)


def encoded(pixels: NDArray[np.uint8], kind: str) -> bytes:
    """A tile (h, w, ch + 1) as a file: PNG without loss, or WebP, a tenth of its size for photographs."""
    from PIL import Image

    file = io.BytesIO()
    image = Image.fromarray(pixels)
    if kind == "webp":
        (image.convert("RGBA") if pixels.shape[2] == 2 else image).save(file, "WEBP", quality=QUALITY, method=1)
    else:
        image.save(file, "PNG", compress_level=1)
    return file.getvalue()
