"""The numbers of the familiarity page as files, one per sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from flask import Flask, Response

from callbacks.routes import line
from layouts import familiarity
from util import InspectorError
from workspace import vectors
from workspace.plan import ColumnNotReady

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Add the route to the app's server."""
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
