"""Queries and boards are saved under a name and forgotten."""

from __future__ import annotations

from types import SimpleNamespace

import dash
import pytest

import callbacks.saved
from callbacks.saved import texts
from layouts.kit import ids
from tests.layouts.looking import components
from util import InspectorError

VIEW = {"query": "loss > 1", "charts": "brightness~loss;nonsense"}


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def wired(full):
    """wired(name) -> the function behind a callback."""
    app = dash.Dash(__name__)
    callbacks.saved.register(app, full)
    found = {each["callback"].__name__: each["callback"].__wrapped__ for each in app.callback_map.values()}
    return found.__getitem__


@pytest.mark.parametrize(("of", "text"), [("queries", "loss > 1"), ("boards", "brightness~loss")])
def test_what_the_view_shows_is_saved_shown_and_forgotten(full, wired, monkeypatch, of, text):
    _, name, is_open = wired("save")(1, None, "mine", ids.saved("name", of), VIEW)
    assert (name, is_open) == ("", False)
    assert [(each.name, each.text) for each in texts(full, of).all()] == [("mine", text)]
    (chip,) = wired("show")(1, "", ids.saved("list", of))
    assert [node.id for node in components(chip) if "forget" in getattr(node, "id", {})] == [ids.forget("mine", of)]
    monkeypatch.setattr(callbacks.saved, "ctx", SimpleNamespace(triggered_id=ids.forget("mine", of)))
    wired("remove")([None])
    assert len(texts(full, of).all()) == 1, "a cross that has just come forgets nothing"
    wired("remove")([1])
    assert texts(full, of).all() == []


def test_a_name_that_is_none_is_refused(full, wired):
    with pytest.raises(InspectorError, match="a name has 1 to 60"):
        wired("save")(1, None, " ", ids.saved("name", "queries"), VIEW)
    assert texts(full, "queries").all() == []


def test_a_form_that_has_just_come_saves_nothing(full, wired):
    assert wired("save")(None, None, "mine", ids.saved("name", "boards"), VIEW) == (dash.no_update,) * 3
    assert texts(full, "boards").all() == []
