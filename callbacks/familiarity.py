"""The familiarity page asks for what was chosen; its numbers per sample as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import MATCH, Input, Output, no_update
from flask import Flask, Response

import layouts.kit.state
from callbacks.routes import line
from layouts import familiarity
from layouts.kit import ids
from util import InspectorError
from workspace import vectors
from workspace.plan import ColumnNotReady

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the page, and add the route."""
    server: Flask = app.server

    @server.get(f"/export/familiarity/<any({', '.join(familiarity.EXPORTS)}):name>.npy")
    def scores(name: str) -> Response:
        """One number per sample, in the order of the index."""
        try:
            values = np.asarray(session.column(name))
        except ColumnNotReady as waiting:
            return line(503, str(waiting))
        except InspectorError as error:
            return line(400, str(error))
        response = Response(vectors.npy(values), mimetype="application/octet-stream")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.npy"'
        return response

    @app.callback(
        Output(ids.own("familiarity-asked", MATCH), "data"),
        Input(ids.STATE, "data"),
        Input(ids.VERSION, "data"),
    )
    def ask(state: dict[str, Any], version: int) -> Any:
        """A word to the worker about the layer and the model that were chosen."""
        session.want(familiarity.columns(session, layouts.kit.state.State.of(state)))
        return no_update
