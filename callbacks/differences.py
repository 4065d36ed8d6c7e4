"""The difference of two samples' pixels as a picture, by URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from flask import Flask, Response, abort
from numpy.typing import NDArray

from callbacks.kept import Kept
from callbacks.routes import forever, png

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

KEPT = 4 * 2**20  # bytes


def register(app: Dash, session: Session) -> None:
    """Add the route to the app's server."""
    server: Flask = app.server
    kept = Kept(KEPT)

    @server.get("/difference/<fingerprint>/<int:first>-<int:second>.png")
    def difference(fingerprint: str, first: int, second: int) -> Response:
        if not session.following.shows(fingerprint):
            abort(404)
        if max(first, second) >= session.dataset.n:
            abort(404)

        def make() -> tuple[bytes, str]:
            return png(apart(session.image(first), session.image(second))), "image/png"

        return forever(*kept.of((fingerprint, first, second), make))


def apart(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The absolute difference of two pictures (h, w, ch), 0 where they are the same."""
    return np.abs(first.astype(np.int16) - second.astype(np.int16)).astype(np.uint8)
