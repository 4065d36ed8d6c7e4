"""The query box: its count and errors, its vocabulary, and its result as a selection."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, MATCH, ClientsideFunction, Input, Output, Patch, State, no_update
from flask import Flask, Response, abort, jsonify, request

import layouts.kit.state
from layouts import query
from layouts.kit import ids
from util import InspectorError
from workspace.plan import ColumnNotReady
from workspace.query import QueryError, parse, vocabulary

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

KEPT_VOCABULARIES = 4
FOR_EVER = "private, max-age=31536000, immutable"


def register(app: Dash, session: Session) -> None:
    """Wire the box, what stands around it, and its routes."""
    _routes(app.server, session)
    _wire_box(app, session)

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.query_part(query.SELECT, ALL), "n_clicks"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def select(clicks: list[int | None], state: dict[str, Any]) -> Any:
        """What the query finds, as the selection."""
        if not any(clicks):
            return no_update
        patch = Patch()
        found = query.found(session, layouts.kit.state.State.of(state))
        patch["selection"] = session.selections.save(found.indices)
        return patch


def count(session: Session, text: str) -> dict[str, Any]:
    """What the box says of a text: {hits, total}, {error, position, length, suggestion} or {waiting}."""
    try:
        total = session.dataset.n
        asked = parse(text)
        hits = total if asked is None else int(np.count_nonzero(asked.evaluate(session.fields(), total)))
        return {"hits": hits, "total": total}
    except QueryError as error:
        return {
            "error": str(error).removeprefix("query: "),
            "position": error.position,
            "length": error.length,
            "suggestion": error.suggestion,
        }
    except ColumnNotReady as waiting:
        return {"waiting": str(waiting)}
    except InspectorError as error:
        return {"error": str(error), "position": 0, "length": 0, "suggestion": ""}


def _routes(server: Flask, session: Session) -> None:
    @functools.lru_cache(maxsize=KEPT_VOCABULARIES)
    def written(key: str) -> str:
        return json.dumps(vocabulary.vocabulary(session))

    @server.get("/query")
    def ask() -> Response:
        answer = jsonify(count(session, request.args.get("text", "")))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @server.get("/vocabulary/<key>.json")
    def words(key: str) -> Response:
        if not session.has_dataset or key != vocabulary.key(session):
            abort(404)
        response = Response(written(key), mimetype="application/json")
        response.headers["Cache-Control"] = FOR_EVER
        return response

    @server.get("/vocabulary/<path:rest>")
    def no_words(rest: str) -> Response:
        abort(404)


def _wire_box(app: Dash, session: Session) -> None:
    app.clientside_callback(
        ClientsideFunction("query", "apply"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.query_box(ALL), "applied"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("query", "follow"),
        Output(ids.query_box(ALL), "value"),
        Input(ids.STATE, "data"),
        State(ids.query_box(ALL), "value"),
        prevent_initial_call=True,
    )

    @app.callback(Output(ids.query_box(MATCH), "vocabulary"), Input(ids.VERSION, "data"))
    def learn(version: int) -> str | None:
        """What can be named now."""
        return f"vocabulary/{vocabulary.key(session)}.json" if session.has_dataset else None
