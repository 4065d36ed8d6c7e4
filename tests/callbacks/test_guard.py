"""Names, token, other sites, and the headers of every answer."""

import base64
import hashlib
import re

import pytest

from callbacks import guard, server
from tests.callbacks.guarded import (
    INLINE,
    OWN,
    SECRET,
    TOKEN,
    UPDATE,
    CheckedClient,
    all_routes,
    client_of,
    good_bodies,
    make_app,
    suite_paths,
)


@pytest.fixture(scope="module")
def app():
    return make_app()


@pytest.fixture
def client(app):
    return client_of(app)


@pytest.fixture(scope="module")
def locked():
    return make_app(token=TOKEN, hosts=["box.example", "192.0.2.7", "2001:db8::7"])


# Names


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8050",
        "localhost",
        "localhost:1",
        "LocalHost:8050",
        "localhost.:8050",
        "[::1]",
        "[::1]:8050",
        "127.8.9.1:80",
        "box.example",
        "BOX.example.:8050",
        "192.0.2.7:80",
        "[2001:DB8::7]:8050",
    ],
)
def test_names_of_this_server_are_answered(locked, host):
    client = client_of(locked, TOKEN)
    assert client.get("/_dash-layout", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8050",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "::1",
        "127.0.0.1, evil.example",
        "127.0.0.1:8050, 127.0.0.1:8050",
        "evil.example#127.0.0.1",
        "127.0.0.1:x",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1 ",
        "[evil.example]",
        "[::1",
        "0.0.0.0",
        "192.0.2.8",
        "[2001:db8::8]",
        "notbox.example",
        "box.example..",
        ".",
        "a" * 300,
        "bücher.example",
    ],
)
def test_foreign_names_are_refused_on_every_route(locked, host):
    client = client_of(locked, TOKEN)
    headers = {} if host is None else {"Host": host}
    routes = all_routes(locked) if host == "evil.example" else [("GET", "/", None), ("GET", "/health", None)]
    for method, path, body in routes:
        environ = {"HTTP_HOST": ""} if host is None else {}
        response = client.open(path, method=method, json=body, headers=headers, environ_overrides=environ)
        assert response.status_code == 400, (method, path)
        assert SECRET not in response.text and response.text.count("\n") <= 1


# Token


@pytest.mark.parametrize(
    "give",
    [
        {},
        {"query": "token=wrong"},
        {"query": f"token={TOKEN}x"},
        {"query": f"token={TOKEN[:-1]}"},
        {"query": "token="},
        {"query": f"token={TOKEN.upper()}"},
        {"query": "token=%C3%BC%FF%00%ED%A0%80"},
        {"query": f"token={TOKEN}&token={TOKEN}"},
        {"query": f"token=wrong&token={TOKEN}"},
        {"headers": {"Authorization": "Bearer wrong"}},
        {"headers": {"Authorization": "Bearer \xfc\xff"}},
        {"headers": {"Authorization": f"Basic {TOKEN}"}},
        {"headers": {"Authorization": TOKEN}},
        {"headers": {"Authorization": f"Bearer {TOKEN}, Bearer {TOKEN}"}},
        {"headers": {"Cookie": f"token={TOKEN}"}},
        {"headers": {"Cookie": "NAME=wrong"}},
        {"headers": {"Cookie": "NAME=\xfc\xff"}},
        {"headers": {"Cookie": f"NAME={TOKEN}; NAME={TOKEN}"}},
    ],
    ids=str,
)
def test_without_the_right_token_no_route_says_anything(locked, give):
    client = client_of(locked)
    headers = dict(give.get("headers", {}))
    if "Cookie" in headers:
        headers["Cookie"] = headers["Cookie"].replace("NAME", guard._cookie_name(TOKEN))
    for method, path, body in all_routes(locked):
        response = client.open(path, method=method, json=body, query_string=give.get("query"), headers=headers)
        assert response.status_code == 401, (method, path)
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert "Set-Cookie" not in response.headers and SECRET not in response.text
        assert response.text.count("\n") == (method != "HEAD")


@pytest.mark.parametrize("way", ["query", "bearer", "cookie"])
def test_with_the_right_token_every_route_answers_as_without_a_guard(locked, app, client, way):
    for method, path, body in all_routes(app):
        known = client_of(locked)
        if way == "cookie":
            known.set_cookie(guard._cookie_name(TOKEN), TOKEN, domain="127.0.0.1")
        headers = {"Authorization": f"Bearer {TOKEN}"} if way == "bearer" else {}
        query = f"token={TOKEN}" if way == "query" else None
        response = known.open(path, method=method, json=body, query_string=query, headers=headers)
        assert response.status_code == client.open(path, method=method, json=body).status_code, (method, path)
        assert ("Set-Cookie" in response.headers) == (way == "query")


def test_a_browser_is_sent_on_without_the_token_in_its_address(locked):
    client = client_of(locked)
    query = f"layer=a+b%26&token={TOKEN}&color=%C3%BC&token2=no"
    response = client.get("/projection/x%3By", query_string=query, headers={"Accept": "text/html,*/*"})
    assert response.status_code == 200
    assert response.headers["Refresh"] == "0; url=/projection/x%3By?layer=a+b%26&color=%C3%BC&token2=no"
    assert TOKEN not in response.text and SECRET not in response.text
    cookie = response.headers["Set-Cookie"]
    assert re.fullmatch(rf"innerview-[0-9a-f]{{8}}={TOKEN}; HttpOnly; Path=/; SameSite=Strict", cookie)
    assert client.get("/_dash-layout").status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "//evil.example/%2e%2e"])
def test_a_browser_is_never_sent_to_another_site(locked, path):
    response = client_of(locked).get(
        f"/?token={TOKEN}", headers={"Accept": "text/html"}, environ_overrides={"PATH_INFO": path}
    )
    assert re.match(r"0; url=/[^/]", response.headers["Refresh"])


def test_an_old_token_in_the_address_does_no_harm_to_somebody_who_is_known(locked):
    client = client_of(locked, TOKEN)
    response = client.get("/?token=old&layer=dense", headers={"Accept": "text/html"})
    assert response.headers["Refresh"] == "0; url=/?layer=dense"
    assert "Set-Cookie" not in response.headers


def test_two_servers_on_one_machine_have_cookies_of_different_names():
    assert guard._cookie_name(server.new_token()) != guard._cookie_name(server.new_token())


# Other sites


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Sec-Fetch-Site": "other"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OWN}, False),
        ({"Origin": OWN}, True),
        ({"Origin": OWN.upper()}, True),
        ({"Origin": "http://127.0.0.1:8051"}, False),
        ({"Origin": "https://127.0.0.1:8050"}, False),
        ({"Origin": "http://localhost:8050"}, False),
        ({"Origin": "http://127.0.0.1"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
    ],
    ids=str,
)
def test_only_our_own_pages_may_change_something(client, method, headers, passes):
    status = client.open("/tags", method=method, json={}, headers=headers).status_code
    assert (status != 403) is passes
    if passes:
        assert status == (200 if method == "POST" else 405)


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_a_callback_from_another_site_is_refused_and_a_link_to_a_page_is_not(app, client, headers):
    assert client.post(UPDATE, json=good_bodies(app)["one"], headers=headers).status_code == 403
    assert client.get("/projection", headers=headers).status_code == 200


# Answers


def test_every_inline_script_of_a_page_is_allowed_and_no_other(client):
    response = client.get("/projection")
    policy = response.headers["Content-Security-Policy"]
    scripts = re.findall(r"<script(?![^>]*(?:src=|json))[^>]*>(.*?)</script>", response.text, re.DOTALL)
    assert INLINE in scripts and len(scripts) == 3
    for script in scripts:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    assert policy.count("'sha256-") == 3
    assert "sha256" not in client.get("/_dash-layout").headers["Content-Security-Policy"]


def test_what_a_browser_may_keep(app, client):
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert client.get("/_dash-layout").headers["Cache-Control"] == "no-store"
    assert client.get("/image/3.png").headers["Cache-Control"] == "private, max-age=31536000, immutable"
    path = suite_paths(app)[0]
    assert "max-age=31536000" in client.get(path).headers["Cache-Control"]
    plain = re.sub(r"\.v[0-9_]+m[0-9]+(?=\.)", "", path)
    assert plain != path
    fresh = client.get(plain)
    assert (fresh.status_code, fresh.headers["Cache-Control"]) == (200, "no-cache")
    assert client.get(plain, headers={"If-None-Match": fresh.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "os/x.js",
        "os/path.py",
        "dash/../../etc/passwd",
        "dash/%2e%2e/%2e%2e/etc/passwd",
        "dash/dash.py",
        "nosuch/a",
        "dash/x",
        "dash/deps/%00.js",
        "dash/deps/react.js",
    ],
)
def test_an_unknown_file_of_a_component_is_not_found(client, path):
    assert client.get(f"/_dash-component-suites/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/..%2fapp.py",
        "/assets/..%5capp.py",
        "/assets/%00",
        "/C:/",
        "/image/-1.png",
        "/image/1e3.png",
        "/" + "x" * 9000,
        "/%00",
        "/%ff",
        "/console",
        "/?__debugger__=yes&cmd=resource&f=debugger.js",
        "/_mcp",
        "/.env",
        "/image/404.png",
    ],
)
def test_odd_addresses_get_a_page_or_nothing(client, path):
    response = client.get(path)
    assert response.status_code in (200, 404)
    assert "import " not in response.text and "debugger.js" not in response.text


def test_a_mistake_in_a_route_that_a_person_can_mend_is_one_line(client):
    assert client.get("/image/404.png").text == "image 404: not there; choose another\n"


def test_the_variables_of_flask_and_dash_do_not_turn_debugging_on(monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert make_app().server.debug is False


def test_our_own_fault_in_a_route_is_a_plain_page(caplog):
    app = make_app()

    @app.server.get("/broken")
    def broken():
        raise ZeroDivisionError(SECRET)

    response = client_of(app).get("/broken")
    assert response.status_code == 500
    assert SECRET not in response.text and SECRET in caplog.text


def test_two_apps_in_one_process_do_not_share_their_guards():
    open_, closed = make_app(), make_app(token=TOKEN, hosts=["box.example"])
    assert client_of(open_).get("/").status_code == 200
    assert client_of(closed).get("/").status_code == 401
    assert client_of(open_).get("/", headers={"Host": "box.example"}).status_code == 400


def test_the_headers_were_looked_at():
    assert CheckedClient.seen > 0
