"""What is posted as a callback: ours is answered, anything else is refused, and nothing is a 500."""

import copy
import json
import logging
import random
import re

import pytest

from callbacks import server
from layouts.kit import ids
from tests.callbacks.guarded import SECRET, UPDATE, client_of, good_bodies, make_app, value


@pytest.fixture(scope="module")
def app():
    return make_app()


@pytest.fixture
def client(app):
    return client_of(app)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("one", {"out-one": {"children": "seven None"}}),
        ("two", {"out-two": {"children": "seven"}, "out-three": {"title": "SEVEN"}}),
        ("gathered", {"out-all": {"children": "2 titles, {'page': 'projection', 'part': 'points'}"}}),
        ("gathered none", {"out-all": {"children": "0 titles, None"}}),
        ("matched", {'{"page":"projection","part":"echo"}': {"children": "t"}}),
        (
            "spread",
            {
                '{"page":"losses","part":"points"}': {"children": "seven", "title": "points"},
                '{"page":"losses","part":"echo"}': {"children": "seven", "title": "echo"},
            },
        ),
        ("again", {"out-one": {"children": "3 clicks"}}),
        ("named", {"out-three": {"children": "seven", "lang": "o"}}),
        ("maybe", {"out-maybe": {"children": "None"}}),
        ("fails", {"out-fails": {"children": f"1.0 is {SECRET}"}}),
    ],
)
def test_a_callback_as_a_browser_posts_it_is_answered(app, client, name, answer):
    response = client.post(UPDATE, json=good_bodies(app)[name])
    assert response.status_code == 200
    assert response.json["response"] == answer


def test_a_callback_without_output_is_answered(app, client):
    response = client.post(UPDATE, json=good_bodies(app)["silent"])
    assert response.status_code == 200
    assert response.json["sideUpdate"] == {"out-clock": {"children": "3"}}


def test_a_callback_that_has_nothing_to_say_stays_silent(app, client):
    body = good_bodies(app)["again"] | {"inputs": [value("button", "n_clicks", 0)]}
    assert client.post(UPDATE, json=body).status_code == 204


def test_a_callback_that_only_a_browser_runs_is_refused_here(app, client):
    assert "out-clock.lang" in app.callback_map
    body = {
        "output": "out-clock.lang",
        "outputs": value("out-clock", "lang"),
        "inputs": [value("button", "n_clicks", 1)],
        "changedPropIds": [],
    }
    assert client.post(UPDATE, json=body).status_code == 400


@pytest.mark.parametrize("raw", ["", "{bad", "null", "[]", "42", "{}", '"text"', "\xff", "[" * 100_000, "1" * 9999])
def test_what_is_no_callback_at_all_is_refused(client, raw):
    response = client.post(UPDATE, data=raw.encode("latin-1"), content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("one", {"output": "nosuch.children"}),
        ("one", {"output": ["out-one.children"]}),
        ("one", {"output": {"id": "out-one"}}),
        ("one", {"output": "..out-one.children.."}),
        ("one", {"output": "__proto__"}),
        ("one", {"outputs": None}),
        ("one", {"outputs": []}),
        ("one", {"outputs": value("out-two", "children")}),
        ("one", {"outputs": value("out-one", "style")}),
        ("one", {"inputs": None}),
        ("one", {"inputs": "text"}),
        ("one", {"inputs": []}),
        ("one", {"inputs": [None]}),
        ("one", {"inputs": [{"id": "text"}]}),
        ("one", {"inputs": [{"property": "value", "value": 1}]}),
        ("one", {"inputs": [value("other", "value", 1)]}),
        ("one", {"inputs": [value({"part": "points"}, "value", 1)]}),
        ("one", {"inputs": [value("text", "value", 1)] * 2}),
        ("one", {"inputs": [[value("text", "value", 1)]]}),
        ("one", {"state": None}),
        ("one", {"state": []}),
        ("one", {"state": [value("text", "value")]}),
        ("one", {"changedPropIds": "text.value"}),
        ("one", {"changedPropIds": [1]}),
        ("one", {"changedPropIds": ["text"]}),
        ("one", {"changedPropIds": ["{bad}.value"]}),
        ("one", {"changedPropIds": ['{"a":' * 90_000 + ".value"]}),
        ("two", {"outputs": [value("out-two", "children")]}),
        ("two", {"outputs": [value("out-three", "title"), value("out-two", "children")]}),
        ("gathered", {"inputs": [value({"part": "echo", "page": "projection"}, "title")]}),
        ("gathered", {"inputs": [[value({"part": "echo", "page": "losses"}, "title")]]}),
        ("gathered", {"inputs": [[value({"part": None, "page": "projection"}, "title")]]}),
        ("gathered", {"inputs": [[value({"part": ["ALL"], "page": "projection"}, "title")]]}),
        ("gathered", {"inputs": [[value({"page": "projection"}, "title")]]}),
        ("matched", {"outputs": value({"part": "points", "page": "projection"}, "children")}),
        ("matched", {"outputs": [value({"part": "echo", "page": "projection"}, "children")]}),
        ("maybe", {"inputs": [value("another", "value", 1)]}),
        ("silent", {"outputs": [value("out-one", "children")]}),
    ],
)
def test_a_callback_with_one_wrong_part_is_refused(app, client, name, change):
    body = good_bodies(app)[name]
    assert client.post(UPDATE, json=body).status_code == 200
    response = client.post(UPDATE, json=body | change)
    assert (response.status_code, response.text.count("\n")) == (400, 1)


@pytest.mark.parametrize("part", ["output", "inputs", "state"])
def test_a_callback_with_one_missing_part_is_refused(app, client, part):
    body = good_bodies(app)["one"]
    del body[part]
    assert client.post(UPDATE, json=body).status_code == 400


@pytest.mark.parametrize("given", [{"a": [1]}, 10**400, float("nan"), None, True, "\ud800", "x" * 100_000])
def test_a_value_of_any_kind_is_the_callbacks_own_matter(app, client, given):
    body = good_bodies(app)["one"] | {"inputs": [value("text", "value", given)]}
    assert client.post(UPDATE, json=body).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_that_a_form_could_send_is_refused(app, client, kind):
    body = json.dumps(good_bodies(app)["one"])
    assert client.post(UPDATE, data=body, content_type=kind).status_code == 415


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH"])
def test_callbacks_are_only_posted(client, method):
    response = client.open(UPDATE, method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_two_mebibytes_are_the_limit_of_a_body(app, client):
    body = good_bodies(app)["one"]
    body["inputs"] = [value("text", "value", "x" * (server.BODY_LIMIT - 1000))]
    assert client.post(UPDATE, json=body).status_code == 200
    body["inputs"] = [value("text", "value", "x" * server.BODY_LIMIT)]
    assert client.post(UPDATE, json=body).status_code == 413
    good = good_bodies(app)["one"]
    said = client.post(UPDATE, json=good, environ_overrides={"CONTENT_LENGTH": "31000000"})
    assert said.status_code == 413
    assert client.post(UPDATE, json=good).status_code == 200


@pytest.mark.parametrize("length", ["9000", "20"])
def test_a_length_that_is_not_kept_is_refused(app, client, length):
    good = good_bodies(app)["one"]
    response = client.post(UPDATE, json=good, environ_overrides={"CONTENT_LENGTH": length})
    assert response.status_code == 400


VALUES = [
    None,
    True,
    -1,
    2**70,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\ud800",
    "\0",
    "<script>",
    "x" * 5000,
    [],
    {},
    [[]],
    [None],
    {"id": "text"},
    {"__proto__": 1},
    {"page": ["ALL"]},
    '{"page":1}',
    "..",
    "@",
    ".",
    "text.value",
]


def mutate(body, choose):
    """Replace, drop, double or add one thing somewhere in a body."""
    body = copy.deepcopy(body)
    places = []

    def walk(node):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                walk(node[key])

    walk(body)
    node, key = choose.choice(places)
    kind = choose.choice(["replace", "replace", "drop", "add", "double"])
    if kind == "replace":
        node[key] = choose.choice(VALUES)
    elif kind == "drop":
        del node[key]
    elif kind == "double" and isinstance(node, list):
        node.insert(key, copy.deepcopy(node[key]))
    elif isinstance(node, dict):
        node[choose.choice(["__proto__", "value", "id", "", "x", "property"])] = choose.choice(VALUES)
    else:
        node.append(choose.choice(VALUES))
    return body


def test_no_mutated_callback_is_an_error_of_the_server(app, client, caplog):
    choose = random.Random(20180)
    bodies = good_bodies(app)
    caplog.set_level(logging.CRITICAL)
    counts = {200: 0, 204: 0, 400: 0}
    for _ in range(600):
        body = choose.choice(list(bodies.values()))
        for _ in range(choose.randint(1, 3)):
            body = mutate(body, choose) if body else body
        counts[client.post(UPDATE, data=json.dumps(body), content_type="application/json").status_code] += 1
    assert counts[200] > 50 and counts[400] > 250
    for body in bodies.values():
        assert client.post(UPDATE, json=body).status_code == 200


def test_a_person_sees_the_sentence_of_their_own_mistake(app, client, caplog):
    body = good_bodies(app)["fails"] | {"inputs": [value("text", "value", "person")]}
    answer = client.post(UPDATE, json=body).json
    assert answer["sideUpdate"] == {
        ids.MESSAGE: {"is_open": True},
        ids.MESSAGE_TEXT: {"children": "layer 'x': not in this network; choose 'dense'"},
    }
    assert answer["response"] == {}
    assert not caplog.records


def test_a_person_sees_the_reference_of_our_mistake_and_the_log_has_the_rest(app, client, caplog):
    body = good_bodies(app)["fails"] | {"inputs": [value("text", "value", "a zero")]}
    response = client.post(UPDATE, json=body)
    text = response.json["sideUpdate"][ids.MESSAGE_TEXT]["children"]
    reference = re.search(r"error ([0-9a-f]{8})\b", text)[1]
    assert "ZeroDivisionError" not in response.text
    assert [record.getMessage() for record in caplog.records] == [f"error {reference}"]
    assert "ZeroDivisionError" in caplog.text and "Traceback" in caplog.text


def test_a_fault_outside_the_callbacks_function_is_shown_the_same_way(client, app, caplog):
    body = good_bodies(app)["spread"]
    body["state"][0].pop()
    response = client.post(UPDATE, json=body)
    assert response.status_code == 200
    assert "error " in response.json["sideUpdate"][ids.MESSAGE_TEXT]["children"]
    assert "InvalidCallbackReturnValue" in caplog.text
