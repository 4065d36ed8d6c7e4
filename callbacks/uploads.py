"""Where a visitor's picture comes in: its bytes are posted, its name by hash goes back.

Nothing of what the visitor calls the file is kept. The picture is decoded and fitted here; the network
looks at it in the worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, request

from callbacks import pictures
from callbacks.server import BODY_LIMIT
from util import InspectorError
from workspace.uploads import asked_for

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session

PATH = "/upload"
ROOM = 64 * 1024  # what a request holds besides the file
LIMIT = BODY_LIMIT - ROOM  # bytes of a file
LARGEST_SIDE = 100_000


def register(app: Dash, session: Session) -> None:
    """Add the route to the app's server."""
    server: Flask = app.server

    @server.post(PATH)
    def upload() -> Response:
        """The file is the body; `name` is what to call it in a message, `shrunk` what it measured before.

        A picture that cannot be used is an answer and no failure: {error} with a status of 200, about which
        browsers do not complain on their console.
        """
        what = pictures.clean_name(request.args.get("name", ""))
        if (request.content_length or 0) > LIMIT:
            return _told(error=f"{what}: is larger than {LIMIT / 1e6:.1f} MB; make it smaller")
        try:
            image, notes = pictures.read(request.get_data(cache=False), session.dataset.image_shape, what)
            name = session.uploads.save(image, (*_shrunk(request.args.get("shrunk", "")), *notes))
        except InspectorError as error:
            return _told(error=str(error))
        if session.status.cancelled:  # who brings a picture asks for work
            session.resume()
        if session.has_network:
            session.want([asked_for(name)])
        return _told(name=name)


def _told(**facts: str) -> Response:
    answer = jsonify(facts)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _shrunk(size: str) -> tuple[str, ...]:
    """What the browser did before it sent the picture: "4032x3024" is what it measured."""
    sides = size.split("x")
    if len(sides) != 2 or not all(side.isascii() and side.isdecimal() and len(side) < 7 for side in sides):
        return ()
    width, height = (int(side) for side in sides)
    if not 0 < max(width, height) <= LARGEST_SIDE:
        return ()
    return (f"The browser shrank its {width:,} x {height:,} pixels before sending it.",)
