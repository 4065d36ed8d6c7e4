"""Pages ask the worker for what they show while somebody looks at them, and for the rest when a button is pressed."""

from __future__ import annotations

import json

import dash
import pytest

import callbacks.asking
from app import create_app
from layouts import pages
from layouts.kit import ids
from layouts.kit.state import State
from layouts.page import PAGES
from tests.callbacks.calling import dependencies, post
from workspace.session import asking

ASKING = {"/curves", "/drift", "/familiarity", "/flips"}


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def asked(full, monkeypatch):
    """What the session is asked for, in order."""
    columns = []
    monkeypatch.setattr(full, "want", columns.extend)
    return columns


def look(session, path, state):
    """Run what a browser calls that shows a page."""
    app = dash.Dash(__name__)
    callbacks.asking.register(app, session)
    ask = next(each for each in app.callback_map.values() if '"asks"' in str(each["inputs"] + each["state"]))
    ask["callback"].__wrapped__(state, 1, ids.asks(path))


def press(session, path, at, clicks):
    pattern = '{"at":["ALL"],"start":["ALL"]}.n_clicks'
    values = {pattern: [(ids.start(path, at), clicks)], "state.data": {}}
    name = json.dumps({"at": at, "start": path}, separators=(",", ":"))
    app = create_app(session)
    output = next(entry["output"] for entry in dependencies(app) if '"start"' in entry["inputs"][0]["id"])
    return post(app, output, values, f"{name}.n_clicks")


def test_whoever_wants_something_holds_the_store_that_asks(full):
    pages()
    assert {page.path for page in PAGES if page.wants} >= ASKING
    for page in PAGES:
        drawn = json.dumps(page.layout(full, State()).to_plotly_json(), default=lambda part: part.to_plotly_json())
        assert (json.dumps(ids.asks(page.path)) in drawn) is bool(page.wants), page.path


def test_a_page_asks_for_what_was_chosen(full, asked):
    look(full, "/drift", {"reference": "test", "compared": "train"})
    assert asked == list(full.drift.columns("test", "train")) != list(full.drift.columns("train", "test"))


def test_nothing_is_asked_before_both_are_open(tiny_session, monkeypatch):
    nothing = tiny_session("nothing")
    monkeypatch.setattr(nothing, "want", lambda columns: pytest.fail("asked"))
    for path in ASKING:
        look(nothing, path, {})


def test_a_press_asks_and_tells(full, asked):
    version = full.version
    press(full, "/audit", "page", 1)
    assert asked == [asking("auditedlabels", seed=0), asking("auditedpictures", seed=0)]
    assert full.version > version, "pages show at once that it runs"


def test_a_button_that_has_just_come_asks_for_nothing(full, asked):
    press(full, "/audit", "page", None)
    assert asked == []
