"""A small app with every kind of callback that our pages use, behind the guard, for the guard's tests."""

import re

import dash
from dash import ALL, MATCH, Input, Output, State, dcc, html
from flask import Response
from flask.testing import FlaskClient

from callbacks import guard
from layouts.kit import ids
from util import InspectorError

TOKEN = "a" * 20 + "Ab-_3" * 4
UPDATE = "/_dash-update-component"
OWN = "http://127.0.0.1:8050"
SECRET = "secret-of-the-page"
INLINE = "document.documentElement.dataset.theme = 'dark';"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class CheckedClient(FlaskClient):
    """Every response of every test below is looked at, whatever its status."""

    seen = 0

    def open(self, *args, **kwargs):
        kwargs.setdefault("base_url", OWN)
        response = super().open(*args, **kwargs)
        for name, value in HEADERS.items():
            assert response.headers[name] == value, (args, name)
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy and "connect-src 'self'" in policy
        assert "*" not in policy and "http" not in policy and "unsafe-eval" not in policy
        assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
        assert response.headers["Cache-Control"]
        assert not any(name.startswith("Access-Control") for name, _ in response.headers)
        assert b"Traceback" not in response.data
        CheckedClient.seen += 1
        return response


def make_app(**protection):
    app = dash.Dash(
        __name__,
        on_error=guard.on_error,
        enable_mcp=False,
        serve_locally=True,
        assets_folder="none",
        index_string="<!DOCTYPE html><html><head>{%metas%}<title>{%title%}</title>{%css%}"
        f"<script>{INLINE}</script></head><body>{{%app_entry%}}{{%config%}}{{%scripts%}}{{%renderer%}}"
        "</body></html>",
    )
    app.server.test_client_class = CheckedClient
    guard.protect(app, **protection)
    app.layout = html.Div(
        [
            dcc.Input(id="text"),
            dcc.Input(id="other"),
            html.Button(id="button"),
            html.P(SECRET),
            *[html.P(id=f"out-{name}") for name in ("one", "two", "three", "all", "clock", "fails", "maybe")],
            *[
                html.P(id={"part": part, "page": page})
                for part in ("points", "echo")
                for page in ("projection", "losses")
            ],
            html.Div(html.P(id=ids.MESSAGE_TEXT), id=ids.MESSAGE),
        ]
    )

    @app.callback(Output("out-one", "children"), Input("text", "value"), State("other", "value"))
    def one(text, other):
        return f"{text} {other}"

    @app.callback([Output("out-two", "children"), Output("out-three", "title")], Input("text", "value"))
    def two(text):
        return str(text), str(text).upper()

    @app.callback(Output("out-all", "children"), Input({"part": ALL, "page": "projection"}, "title"))
    def gathered(titles):
        return f"{len(titles)} titles, {dash.ctx.triggered_id}"

    @app.callback(
        Output({"part": "echo", "page": MATCH}, "children"), Input({"part": "points", "page": MATCH}, "title")
    )
    def matched(title):
        return str(title)

    @app.callback(
        Output({"part": ALL, "page": "losses"}, "children"),
        Output({"part": ALL, "page": "losses"}, "title"),
        Input("text", "value"),
        State({"part": ALL, "page": "losses"}, "id"),
    )
    def spread(text, parts):
        return [str(text) for _ in parts], [part["part"] for part in parts]

    @app.callback(
        Output("out-one", "children", allow_duplicate=True),
        Input("button", "n_clicks"),
        prevent_initial_call=True,
    )
    def again(clicks):
        if clicks == 0:
            raise dash.exceptions.PreventUpdate
        return f"{clicks} clicks"

    @app.callback(Input("button", "n_clicks"))
    def silent(clicks):
        dash.set_props("out-clock", {"children": str(clicks)})

    @app.callback(
        output={"first": Output("out-three", "children"), "second": Output("out-three", "lang")},
        inputs={"text": Input("text", "value"), "other": State("other", "value")},
    )
    def named(text, other):
        return {"first": str(text), "second": str(other)}

    @app.callback(Output("out-maybe", "children"), Input("not-in-the-page", "value", allow_optional=True))
    def maybe(value):
        return str(value)

    @app.callback(Output("out-fails", "children"), Input("text", "value"))
    def fails(text):
        if text == "person":
            raise InspectorError("layer 'x': not in this network; choose 'dense'")
        return f"{1 / (text == 'fine')} is {SECRET}"

    app.clientside_callback("function(n) { return n; }", Output("out-clock", "lang"), Input("button", "n_clicks"))

    @app.server.get("/image/<int:index>.png")
    def image(index):
        if index == 404:
            raise InspectorError("image 404: not there; choose another")
        response = Response(SECRET, mimetype="image/png")
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response

    @app.server.get("/health")
    def health():
        return {"status": SECRET}

    @app.server.post("/tags")
    def tags():
        return {"saved": True}

    return app


def client_of(app, token=None):
    client = app.server.test_client()
    if token:
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def value(id_, property_, *given):
    return {"id": id_, "property": property_} | ({"value": given[0]} if given else {})


def output_name(app, wanted, *, containing=""):
    """The name that Dash gave to the callback of a test function."""
    found = [
        name
        for name, callback in app.callback_map.items()
        if getattr(callback.get("callback"), "__name__", "") == wanted and containing in name
    ]
    assert len(found) == 1
    return found[0]


def good_bodies(app):
    """What the browser's half of Dash posts for each callback; a property that was never set has no value."""
    text, clicks = value("text", "value", "seven"), value("button", "n_clicks", 3)
    echo, points = [{"part": part, "page": "projection"} for part in ("echo", "points")]
    losses = [{"part": part, "page": "losses"} for part in ("points", "echo")]
    again = output_name(app, "again")
    return {
        "one": {
            "output": "out-one.children",
            "outputs": value("out-one", "children"),
            "inputs": [text],
            "changedPropIds": ["text.value"],
            "parsedChangedPropsIds": ["text.value"],
            "state": [value("other", "value")],
        },
        "two": {
            "output": "..out-two.children...out-three.title..",
            "outputs": [value("out-two", "children"), value("out-three", "title")],
            "inputs": [text],
            "changedPropIds": [],
        },
        "gathered": {
            "output": "out-all.children",
            "outputs": value("out-all", "children"),
            "inputs": [[value(echo, "title"), value(points, "title", "b")]],
            "changedPropIds": ['{"page":"projection","part":"points"}.title'],
        },
        "gathered none": {
            "output": "out-all.children",
            "outputs": value("out-all", "children"),
            "inputs": [[]],
            "changedPropIds": [],
        },
        "matched": {
            "output": output_name(app, "matched"),
            "outputs": value(echo, "children"),
            "inputs": [value(points, "title", "t")],
            "changedPropIds": [],
        },
        "spread": {
            "output": output_name(app, "spread"),
            "outputs": [[value(part, name) for part in losses] for name in ("children", "title")],
            "inputs": [text],
            "state": [[value(part, "id", part) for part in losses]],
            "changedPropIds": [],
        },
        "again": {
            "output": again,
            "outputs": value("out-one", again.partition(".")[2]),
            "inputs": [clicks],
            "changedPropIds": ["button.n_clicks"],
        },
        "silent": {
            "output": output_name(app, "silent"),
            "inputs": [clicks],
            "changedPropIds": ["button.n_clicks"],
        },
        "named": {
            "output": "..out-three.children...out-three.lang..",
            "outputs": [value("out-three", "children"), value("out-three", "lang")],
            "inputs": [text],
            "state": [value("other", "value", "o")],
            "changedPropIds": ["text.value"],
        },
        "maybe": {
            "output": "out-maybe.children",
            "outputs": value("out-maybe", "children"),
            "inputs": [value("not-in-the-page", "value", None) | {"allow_optional": True}],
            "changedPropIds": [],
        },
        "fails": {
            "output": "out-fails.children",
            "outputs": value("out-fails", "children"),
            "inputs": [value("text", "value", "fine")],
            "changedPropIds": [],
        },
    }


def all_routes(app):
    """(method, path, body) of every rule of the server, and of addresses that have none."""
    fill = {"index": "3", "path": "projection", "package_name": "dash", "fingerprinted_path": "os.js"}
    found = []
    for rule in app.server.url_map.iter_rules():
        path = re.sub(r"<(?:[a-z]+:)?(\w+)>", lambda match: fill.get(match[1], "x"), rule.rule)
        found += [(method, path, None) for method in rule.methods if method != "OPTIONS"]
    found += [("GET", path, None) for path in suite_paths(app)[:2]]
    found += [("GET", "/nothing", None), ("DELETE", "/", None), ("OPTIONS", "/", None), ("PUT", UPDATE, None)]
    found += [("POST", UPDATE, body) for body in good_bodies(app).values()]
    assert len(found) > 25
    return found


def suite_paths(app):
    page = app.server.test_client_class(app.server, Response)
    text = page.get("/", headers={"Host": "localhost", "Authorization": f"Bearer {TOKEN}"}).text
    paths = re.findall(r'src="(/_dash-component-suites/[^"?]+)', text)
    assert paths
    return paths
