"""Whole pictures by URL: a sample's number leads to one, never a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, abort

from callbacks.kept import Kept
from callbacks.routes import forever, line
from util import InspectorError

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

KEPT = 16 * 2**20  # bytes


def register(app: Dash, session: Session) -> None:
    """Add the route to the app's server."""
    server: Flask = app.server
    kept = Kept(KEPT)

    @server.get("/whole/<fingerprint>/<int:index>")
    def whole(fingerprint: str, index: int) -> Response:
        if not session.following.shows(fingerprint) or index >= session.dataset.n:
            abort(404)
        try:
            answer = forever(*kept.of((fingerprint, index), lambda: session.originals.picture(index)))
        except InspectorError as error:
            return line(410, str(error))
        # The file may change while its URL stays the same.
        answer.headers["Cache-Control"] = "private, max-age=600"
        return answer
