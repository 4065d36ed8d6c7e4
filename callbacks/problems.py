"""The problems page's file, the counts in the navigation, and the banner that says that a file has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, Input, Output, State
from flask import Flask, Response, request

from callbacks.routes import line
from layouts import shell
from layouts.kit import ids
from layouts.kit.state import MAXIMUM_LENGTH
from workspace import problems, streams

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Add the route, and wire counts and banner to the clock."""
    server: Flask = app.server

    @server.get("/export/problems.csv")
    def listed() -> Response:
        """The files that the page lists, with their reasons."""
        if not session.has_dataset:
            return line(503, "The dataset is being read; wait a moment")
        reason, text = (request.args.get(name, "")[:MAXIMUM_LENGTH] for name in ("reason", "file"))
        rows = session.problems.found(reason, text)
        pieces = streams.csv(lambda chosen: problems.table(rows, chosen), np.arange(len(rows)))
        response = Response(pieces, mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="innerview-problems.csv"'
        return response

    @app.callback(
        Output(ids.page_count(ALL), "children"), Input(ids.VERSION, "data"), State(ids.page_count(ALL), "id")
    )
    def tell(version: int, names: list[dict[str, Any]]) -> list[str]:
        """The counts beside the pages that have one."""
        return [shell.count_of(session, name["count"]) for name in names]

    @app.callback(Output(ids.BANNER, "children"), Output(ids.BANNER, "hidden"), Input(ids.VERSION, "data"))
    def warn(version: int) -> tuple[Any, bool]:
        """That the network's file is another one now."""
        said = shell.banner(session)
        return said, not said
