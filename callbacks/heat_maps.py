"""Heat maps: asked of the worker for the sample that is looked at, and given as pictures to lay over it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, Input, Output, no_update
from dash import State as Given
from flask import Flask, Response, abort
from numpy.typing import NDArray

from callbacks.kept import Kept
from callbacks.routes import forever
from layouts import heat_maps
from layouts.kit import ids
from layouts.kit.state import State
from util import InspectorError

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

KEPT = 8 * 2**20  # bytes
FAINT = 0.7  # the power that lifts what is weak
DENSEST = 235  # of 255


def register(app: Dash, session: Session) -> None:
    """Wire the part, and add the route."""
    server: Flask = app.server
    kept = Kept(KEPT)

    @server.get("/heatmap/<key>/<int:row>.png")
    def overlay(key: str, row: int) -> Response:
        """One map as a see-through picture."""
        try:
            return forever(*kept.of((key, row), lambda: (png(session.heat.row(key, row)), "image/png")))
        except InspectorError:
            abort(404)

    @app.callback(
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(ids.own(heat_maps.ASKED, ALL), "data"),
        Given(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    def ask(rested: list[int | None], state: dict[str, Any]) -> Any:
        """A word to the worker about what is looked at, once somebody stays there (assets/heat_maps.js)."""
        if not any(rested):
            return no_update
        session.want(heat_maps.wanted(session, State.of(state)))
        session.tell()
        return 0


def png(shares: NDArray[np.float32]) -> bytes:
    """(h, w) of -1 to 1 as a picture: the color says for or against, the density how much."""
    from PIL import Image

    ends = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (heat_maps.AGAINST, heat_maps.FOR)])
    picture = np.empty((*shares.shape, 4), np.uint8)
    picture[..., :3] = ends[(shares > 0).astype(np.int64)]
    picture[..., 3] = np.rint(DENSEST * np.abs(shares).clip(0, 1) ** FAINT)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
