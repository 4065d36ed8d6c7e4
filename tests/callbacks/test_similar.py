"""The wires of the image query page."""

from __future__ import annotations

import numpy as np
import pytest

from app import create_app
from layouts.kit import ids
from tests.callbacks.calling import OWN, client, dependencies, post
from workspace.session import Question


@pytest.fixture
def session(tiny_session, monkeypatch):
    opened = tiny_session("full")
    opened.wished = []
    monkeypatch.setattr(opened, "want", lambda columns: opened.wished.extend(columns))
    return opened


def answer(session, state, stage=""):
    """What the page gets to show, with its stage; None for no change. As a browser posts it for a MATCH."""
    app, body = create_app(session), ids.own("similar-body", "answer")
    entry = next(entry for entry in dependencies(app) if "similar-body" in entry["output"])
    values = {"state": state, "version": 0, "poll": 0}
    request = {
        "output": entry["output"],
        "outputs": [{"id": body, "property": name} for name in ("children", "data-stage")],
        "inputs": [{**part, "value": values[part["id"]]} for part in entry["inputs"]],
        "state": [{"id": body, "property": "data-stage", "value": stage}],
        "changedPropIds": ["state.data"],
    }
    done = client(app).post("/_dash-update-component", json=request, base_url=OWN)
    assert done.status_code == 200, done.text
    assert "sideUpdate" not in done.json, done.json
    return next(iter(done.json["response"].values()), None)


def test_an_answer_is_drawn_once_and_the_worker_is_asked(session):
    drawn = answer(session, {"focus": "3"})
    assert "nearest by dense" in str(drawn["children"])
    assert "selectivity/dense" in session.wished
    assert "exciting/dense" in session.wished
    assert answer(session, {"focus": "3"}, drawn["data-stage"]) is None
    assert answer(session, {"focus": "4"}, drawn["data-stage"]) is not None


def test_nothing_is_asked_of_the_worker_before_anything_is_asked(session):
    answer(session, {})
    answer(session, {"focus": "70000"})
    answer(session, {"upload": "0" * 24})
    assert session.wished == []


def test_results_become_the_selection_in_their_order(session):
    button = ids.own("similar-select", "results")
    values = {'{"similar-select":["ALL"]}.n_clicks': [(button, 1)], "state.data": {"focus": "3", "nearest": "5"}}
    app = create_app(session)
    entry = next(key for key, found in app.callback_map.items() if "similar-select" in str(found["inputs"]))
    response = post(app, entry, values, '{"similar-select":"results"}.n_clicks')
    patch = response["state"]["data"]
    name = patch["operations"][0]["params"]["value"]
    found = session.similar.find(Question("dense", index=3, k=5))
    assert session.selections.read(name).tolist() == found.rows.tolist()


def test_the_negative_of_a_picture_is_asked_about(session):
    image = np.array(session.image(3))
    name = session.uploads.save(image)
    values = {
        '{"similar-swap":["ALL"]}.n_clicks': [(ids.own("similar-swap", name), 1)],
        "state.data": {"upload": name},
    }
    app = create_app(session)
    entry = next(key for key, found in app.callback_map.items() if "similar-swap" in str(found["inputs"]))
    response = post(app, entry, values, f'{{"similar-swap":"{name}"}}.n_clicks')
    changes = {step["location"][0]: step["params"]["value"] for step in response["state"]["data"]["operations"]}
    negative = session.uploads.read(changes["upload"])
    np.testing.assert_array_equal(negative.image, 255 - image)
    assert negative.notes == ("Light and dark were swapped.",)
    assert session.uploads.swap(negative.name) == name
