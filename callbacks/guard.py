"""Who may ask what: one check before every request, one set of headers after it.

The order is: is this server called by a name of its own (a page elsewhere may have pointed its name
at us), does the caller know the token, does a request that changes something come from our own page,
and is a posted callback one of ours in every part. The rest of the program can then rely on it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import dash
from dash.exceptions import DependencyException
from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from callbacks.routes import line
from callbacks.server import BODY_LIMIT, is_loopback
from layouts.kit import ids
from util import InspectorError

logger = logging.getLogger(__name__)

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
MANY = (["ALL"], ["ALLSMALLER"])
WILDCARDS = (*MANY, ["MATCH"])
SENTENCES = {
    400: "That cannot be asked here.",
    404: "There is nothing at this address; reload the page.",
    405: "That cannot be done at this address.",
    413: f"That is larger than {BODY_LIMIT / 1e6:.0f} MB, the most that is taken.",
}

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+?)\.?)(?::[0-9]{1,5})?")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def protect(app: dash.Dash, *, hosts: Sequence[str] = (), token: str | None = None) -> None:
    """Guard every route of an app. Call it right after `Dash(..., on_error=on_error)`.

    Args:
        app: with Flask behind it.
        hosts: names that a browser may call this server by, besides those of the loopback.
        token: asked for on every route when given: once as `?token=`, then as cookie, or as Bearer.
    """
    prefix = app.config.routes_pathname_prefix
    callback_path = f"{prefix}_dash-update-component"
    suites_path = f"{prefix}_dash-component-suites/"
    known = frozenset(host.lower().strip("[]").rstrip(".") for host in hosts)
    app.server.debug = False
    app.server.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT

    checks: list[Callable[[], Response | None]] = [
        lambda: _refuse_foreign_name(known),
        lambda: _ask_for_token(token),
        _refuse_other_sites,
        lambda: _refuse_unknown_callback(callback_path, app.callback_map),
    ]

    def before() -> Response | None:
        return next((answer for check in checks if (answer := check()) is not None), None)

    def after(response: Response) -> Response:
        if token is not None and g.get("has_new_token"):
            _set_cookie(response, token)
        return _with_headers(response, app)

    def failed(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return _short(error)
        if request.path.startswith(suites_path) and isinstance(error, DependencyException | OSError):
            return line(404, "There is no such file here.")
        if request.path == callback_path:
            return _message_only(_sentence(error))
        if isinstance(error, InspectorError):
            return line(404, str(error))
        raise error

    app.server.before_request(before)
    app.server.after_request(after)
    app.server.register_error_handler(Exception, failed)


def on_error(error: Exception) -> None:
    """Show what went wrong in the page, for `Dash(on_error=...)`; the callback's outputs stay as they are.

    An InspectorError is shown as its sentence. Anything else is our fault: the traceback goes to the
    log under a short reference, and the page shows the reference.
    """
    for part, properties in _message(_sentence(error)).items():
        dash.set_props(part, properties)


def _sentence(error: Exception) -> str:
    if isinstance(error, InspectorError):
        return str(error)
    reference = secrets.token_hex(4)
    logger.error("error %s", reference, exc_info=error)
    return f"This step failed: error {reference} in the program; its log has the details."


def _message(text: str) -> dict[str, dict[str, object]]:
    return {ids.MESSAGE: {"is_open": True}, ids.MESSAGE_TEXT: {"children": text}}


def _message_only(text: str) -> Response:
    """The answer to a callback that updates nothing but the message."""
    body = {"multi": True, "response": {}, "sideUpdate": _message(text)}
    return Response(json.dumps(body), mimetype="application/json")


def _short(error: HTTPException) -> Response | HTTPException:
    """Flask's refusal with its headers, in one line instead of a page; a redirect stays as it is."""
    if error.response is not None or (error.code or 0) < 400:
        return error
    response = line(error.code or 0, SENTENCES.get(error.code or 0) or f"{error.name}.")
    for name, value in error.get_headers():
        response.headers.setdefault(name, value)
    return response


# Names


def _refuse_foreign_name(known: frozenset[str]) -> Response | None:
    match = _HOST.fullmatch(request.environ.get("HTTP_HOST", "").lower())
    name = (match[1] or match[2]) if match else ""
    if name in known or is_loopback(name):
        return None
    return line(400, "This server is not called by that name; open the address that it printed.")


# Token


def _ask_for_token(token: str | None) -> Response | None:
    """Let a caller with the token pass; in a browser's address bar it is swapped for a cookie first."""
    if token is None:
        return None
    asked = request.args.getlist("token")
    in_query = _is_token(asked, token)
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if not (
        in_query
        or _is_token(request.cookies.getlist(_cookie_name(token)), token)
        or (scheme.lower() == "bearer" and _is_token([bearer.strip()], token))
    ):
        refusal = line(401, "This server asks for its token; open the whole address that it printed.")
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    g.has_new_token = in_query
    if asked and request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        return _same_page_without_token()
    return None


def _is_token(given: Sequence[str], token: str) -> bool:
    """Whether exactly one word is given and it is the token; takes equally long for every wrong one."""
    words = [word.encode("utf-8", "surrogatepass") for word in given]
    return len(words) == 1 and hmac.compare_digest(words[0], token.encode())


def _cookie_name(token: str) -> str:
    """A name of this run alone: browsers share cookies between the ports of a machine."""
    return f"innerview-{hashlib.sha256(token.encode()).hexdigest()[:8]}"


def _set_cookie(response: Response, token: str) -> None:
    response.set_cookie(_cookie_name(token), token, httponly=True, samesite="Strict", secure=request.is_secure)


def _same_page_without_token() -> Response:
    """Send the browser to the same address without the token, so that it does not stay in the bar.

    By a Refresh and not by a status of 30x: after a click on a link in somebody's mail the browser
    holds a SameSite=Strict cookie back for the whole chain of redirects.
    """
    rest = urlencode([pair for pair in request.args.items(multi=True) if pair[0] != "token"])
    path = quote(request.script_root + request.path)  # the path begins with exactly one slash
    response = Response("The page opens in a moment.\n", mimetype="text/html")
    response.headers["Refresh"] = f"0; url={path}{'?' if rest else ''}{rest}"
    return response


# Other sites


def _refuse_other_sites() -> Response | None:
    """A request that may change something must come from our own page, or from no page at all."""
    if request.method in READING_METHODS:
        return None
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        own = f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}"
        is_ours = origin is None or origin.lower() == own.lower()
    return None if is_ours else line(403, "Only pages of this server may send that.")


# Callbacks


def _refuse_unknown_callback(path: str, callbacks: Mapping[str, Any]) -> Response | None:
    if request.path != path:
        return None
    if request.method != "POST":
        refusal = line(405, "Callbacks are posted.")
        refusal.headers["Allow"] = "POST"
        return refusal
    try:
        body = request.get_json()
    except RecursionError:
        body = None
    if _is_callback(body, callbacks):
        return None
    return line(400, "This is no callback of the page that is served now; reload the page.")


def _is_callback(body: object, callbacks: Mapping[str, Any]) -> bool:
    """Whether a posted body names a callback that runs here, with its own outputs, inputs and state."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return False
    callback = callbacks.get(body["output"], {})
    return (
        "callback" in callback  # a clientside one has none: the browser runs it and never posts
        and _are_outputs(body.get("outputs"), callback)
        and _are_parts(body.get("inputs"), callback["inputs"])
        and _are_parts(body.get("state", []), callback["state"])
        and _are_property_names(body.get("changedPropIds", []))
    )


def _are_outputs(given: object, callback: Mapping[str, Any]) -> bool:
    if callback["no_output"]:
        return given is None or given == []
    wanted = callback["output"]
    if isinstance(wanted, list | tuple):
        return _are_parts(given, [output.to_dict() for output in wanted])
    return _is_part(given, wanted.to_dict())


def _are_parts(given: object, wanted: Sequence[Mapping[str, Any]]) -> bool:
    return (
        isinstance(given, list)
        and len(given) == len(wanted)
        and all(_is_part(part, spec) for part, spec in zip(given, wanted, strict=True))
    )


def _is_part(given: object, spec: Mapping[str, Any]) -> bool:
    """Whether one input, state or output is what the callback wrote down; a list where it said ALL."""
    wanted = json.loads(spec["id"]) if spec["id"].startswith("{") else spec["id"]
    if isinstance(wanted, dict) and any(value in MANY for value in wanted.values()):
        return isinstance(given, list) and all(_is_single(each, wanted, spec) for each in given)
    return _is_single(given, wanted, spec)


def _is_single(given: object, wanted: object, spec: Mapping[str, Any]) -> bool:
    if not isinstance(given, dict) or not isinstance(given.get("property"), str):
        return False
    # Two callbacks with the same output are told apart by what Dash writes after the @.
    if given["property"].partition("@")[0] != spec["property"]:
        return False
    if spec.get("allow_optional") and given.get("value") is None:
        # A component that is not in the page comes with the id as the callback wrote it.
        return isinstance(given.get("id"), str | dict)
    return _is_id(given.get("id"), wanted)


def _is_id(given: object, wanted: object) -> bool:
    if not isinstance(wanted, dict):
        return given == wanted
    return (
        isinstance(given, dict)
        and given.keys() == wanted.keys()
        and all(
            isinstance(given[key], str | int | float) if value in WILDCARDS else given[key] == value
            for key, value in wanted.items()
        )
    )


def _are_property_names(given: object) -> bool:
    return isinstance(given, list) and all(_is_property_name(each) for each in given)


def _is_property_name(given: object) -> bool:
    """Whether this reads `id.property`, where an id with braces is JSON: `dash.ctx` relies on it."""
    if not isinstance(given, str):
        return False
    part, _, name = given.rpartition(".")
    if not part or not name:
        return False
    if not part.startswith("{"):
        return True
    try:
        return isinstance(json.loads(part), dict)
    except (ValueError, RecursionError):
        return False


# Headers


def _with_headers(response: Response, app: dash.Dash) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = _policy(app if response.mimetype == "text/html" else None)
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-cache" if "ETag" in headers else "no-store"
    return response


def _policy(app: dash.Dash | None) -> str:
    """What a page may load: this server's own things, and the inline scripts that we wrote ourselves.

    The hashes are made for every page anew, because callbacks may be registered after the guard.
    Styles may be inline: plotly and the tables write theirs while they draw.
    """
    hashes: list[str] = []
    if app is not None:
        hashes = [*app.csp_hashes(), *map(_script_hash, _INLINE_SCRIPT.findall(app.index_string))]
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


def _script_hash(script: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
