"""Several pairs under one server: who answers for which path, and how another pair is opened.

Every pair has an app of its own under `/with/<key>/`, behind the same guard; the first one answers for
everything else. What is posted to `pair` names a network and data by their keys in the lists, never by a path.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from dash import ALL, ClientsideFunction, Input, Output
from dash import State as Given
from flask import Flask, abort, redirect, request

from callbacks.routes import line
from callbacks.routing import LISTS
from layouts import open_options
from layouts.kit import ids
from util import InspectorError, UnknownName
from workspace import more_options

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from dash import Dash
    from werkzeug.wrappers import Response as AnyResponse

    from workspace.pairs import Pairs
    from workspace.session import Session

_PATH = re.compile(r"/with/([0-9a-f]+)(/.*)", re.DOTALL)


class Dispatcher:
    """The WSGI application of all pairs that are open.

    Args:
        pairs: which these are.
        make: the app of a session under a base, guarded.
    """

    def __init__(self, pairs: Pairs, make: Callable[[Session, str], Dash]) -> None:
        self._pairs = pairs
        self._make = make
        self._first = make(pairs.first, "/")
        self._apps: dict[str, tuple[Session, Dash]] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand a request to the pair that its path names; to the first one if it names none that is open."""
        app = self._first
        match = _PATH.fullmatch(environ.get("PATH_INFO", ""))
        session = self._pairs.get(match[1]) if match else None
        if match and session is not None:
            app = self._app(match[1], session)
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/with/{match[1]}"
            environ["PATH_INFO"] = match[2]
        return app(environ, start_response)  # type: ignore[no-any-return]

    def _app(self, key: str, session: Session) -> Dash:
        """The app of an open pair; those of pairs that are closed are let go of."""
        with self._lock:
            kept = self._apps.get(key)
            if kept is None or kept[0] is not session:
                opened = self._pairs.sessions
                self._apps = {other: entry for other, entry in self._apps.items() if other in opened}
                kept = self._apps[key] = session, self._make(session, f"/with/{key}/")
            return kept[1]


def register(app: Dash, session: Session) -> None:
    """Add the route that opens a listed pair, and those of pairs that are not open."""
    server: Flask = app.server
    _wire_options(app)

    @server.post("/pair")
    def choose() -> AnyResponse:
        """Open a network on data, by their keys in the lists; what is refused is said by the page of the lists."""
        if session.pairs is None:
            abort(404)
        network, data = request.values.get("network", ""), request.values.get("data", "")
        opening = more_options.written(_said(request.form))
        try:
            return redirect(session.pairs.url(session.pairs.choose(network, data, opening, at=session)), 303)
        except InspectorError:
            return _to_the_lists(network, data, opening)

    @server.get("/with/")
    def no_key() -> AnyResponse:
        abort(404)

    @server.get("/with/<key>")
    def without_slash(key: str) -> AnyResponse:
        return open_again(key, "")

    @server.get("/with/<key>/")
    @server.get("/with/<key>/<path:rest>")
    def open_again(key: str, rest: str = "") -> AnyResponse:
        """A page of a pair that was open before opens it again; its pictures and data alone do not."""
        if session.pairs is None or not key.isalnum() or "text/html" not in request.headers.get("Accept", ""):
            abort(404)
        try:
            session.pairs.reopen(key)
        except UnknownName as error:
            return line(404, str(error))
        except InspectorError:
            known = session.pairs.known(key)
            return _to_the_lists(*session.pairs.choices.keys(known), more_options.written(more_options.typed(known)))
        query = f"?{urlencode(list(request.args.items(multi=True)))}" if request.args else ""
        return redirect(f"/with/{key}/{quote(rest)}{query}", 302)


def _wire_options(app: Dash) -> None:
    """What is chosen under "More options" becomes part of the link, at once; the button takes it back."""
    fields = {open_options.FIELD: ALL, "usual": ALL}
    app.clientside_callback(
        ClientsideFunction("open", "say"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(fields, "value"),
        Given(fields, "id"),
        Given(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("open", "reset"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Output(fields, "value"),
        Input({open_options.RESET: ALL}, "n_clicks"),
        Given(fields, "id"),
        Given(fields, "value"),
        Given(ids.STATE, "data"),
        prevent_initial_call=True,
    )


def _said(form: Mapping[str, str]) -> dict[str, str]:
    """What the fields of the form say, by the names of `more_options`."""
    said = {name: form[name].strip() for name in more_options.TYPED if name in form}
    ticked = [name.removeprefix(open_options.TICK) for name in form if name.startswith(open_options.TICK)]
    return {**said, more_options.JOIN: ",".join(ticked)} if ticked else said


def _to_the_lists(network: str, data: str, opening: str) -> AnyResponse:
    """Back to the page that lists what can be opened, which says what is in the way."""
    view = {"network": network[:40], "data": data[:40], **({"opening": opening} if opening else {})}
    return redirect(f"{request.script_root}{LISTS}?{urlencode(view)}", 303)
