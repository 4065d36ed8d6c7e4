"""Wires of the sample maps: a page that is opened with a map asks for it."""

from __future__ import annotations

import pytest

from app import create_app
from tests.callbacks.calling import OWN, body, client

MAPS = '{"kind":"map","side":["ALL"]}'


@pytest.fixture
def opened_with(tiny_session, monkeypatch):
    """What is asked of the worker when maps appear on a page, and whether anybody was told."""
    session = tiny_session("full")
    app, asked = create_app(session), []
    monkeypatch.setattr(session, "want", asked.extend)
    output = next(
        name
        for name, spec in app.callback_map.items()
        if "n_intervals" in name and [part["property"] for part in spec["inputs"]] == ["id"]
    )

    def opened(state, sides, missing):
        monkeypatch.setattr(session, "is_ready", lambda column: column not in missing)
        before = session.version
        maps = [({"kind": "map", "side": side},) * 2 for side in sides]
        asking = body(app, output, {f"{MAPS}.id": maps, "state.data": state}, f"{MAPS}.id")
        assert client(app).post("/_dash-update-component", json=asking, base_url=OWN).status_code in (200, 204)
        return asked, session.version > before

    return opened


def test_a_map_that_nobody_has_looked_at_is_asked_for(opened_with):
    missing = "projection/dense/umap_cosine"
    assert opened_with({"method": "umap_cosine"}, ("left", "right"), [missing]) == ([missing], True)


@pytest.mark.parametrize("sides", [(), ("left", "right")])
def test_what_is_there_is_not_asked_for(opened_with, sides):
    assert opened_with({"method": "umap_cosine"}, sides, []) == ([], False)
