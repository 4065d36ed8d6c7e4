"""The samples of a result by URL, as row numbers or as bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, abort, request

from callbacks.routes import numbers
from util import InspectorError

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Result, Session

ASKED = ("query", "filters", "sort", "within", "hidden")


def register(app: Dash, session: Session) -> None:
    """Add the routes to the app's server."""
    server: Flask = app.server

    @server.get("/result/<key>.bin")
    def result(key: str) -> Response:
        return numbers(_of(session, key).indices)

    @server.get("/hits/<key>.bin")
    def hits(key: str) -> Response:
        return numbers(_of(session, key).bitmap())


def asked(session: Session) -> Result:
    """The result that the URL's parameters ask for. Raises InspectorError as `Session.find` does."""
    found = {name: request.args.get(name, "") for name in ASKED}
    return session.find(found.pop("query"), **found)


def _of(session: Session, key: str) -> Result:
    """The result under a key: what the parameters give must be just that, because browsers keep it for ever."""
    try:
        result = asked(session)
    except InspectorError:
        abort(404)
    if result.key != key:
        abort(404)
    return result
