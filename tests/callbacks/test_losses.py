"""Wires of the losses page and of the panel: a brushed range, a lasso under a query, a panel that is drawn once."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app import create_app
from layouts import maps, sample
from layouts.kit import ids
from layouts.kit.state import State
from tests.callbacks.calling import post

CHART = {"histograms": "losses"}
MAP = {"kind": "map", "side": "losses"}
MAPS = '{"kind":"map","side":["ALL"]}'
STAGE = "sample-panel-body.data-stage"


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def app(full):
    return create_app(full)


def selection(answer, full):
    """What was put into the view's selection, as rows."""
    changed = {tuple(one["location"]): one["params"]["value"] for one in answer["state"]["data"]["operations"]}
    name = changed.pop(("selection",))
    assert changed in ({}, {("pool",): ""})
    return sorted(full.selections.read(name).tolist())


def brushed(app, full, state, **asked):
    values = {
        '{"histograms":["ALL"]}.brushed': [(CHART, {"mode": "replace", "stamp": 1, **asked})],
        "state.data": state,
    }
    output = next(
        name for name in app.callback_map if "state.data" in name and "brushed" in str(app.callback_map[name])
    )
    return selection(post(app, output, values, '{"histograms":"losses"}.brushed'), full)


def test_a_range_becomes_a_selection(app, full):
    loss, labels = full.column("loss"), full.column("labels")
    found = brushed(app, full, {"split": "train"}, code=1, low=0.5, high=None)
    assert found == [index for index in range(40) if labels[index] == 1 and loss[index] >= 0.5] != []


def test_a_range_keeps_to_split_and_query(app, full):
    state = {"split": "test", "query": "not correct"}
    wrong = np.flatnonzero(full.column("correct") == 0)
    assert brushed(app, full, state, code=-2, low=None, high=None) == [index for index in wrong if index >= 40]
    everyone = brushed(app, full, {"split": "test", "query": "loss >"}, code=-2, low=None, high=None)
    assert everyone == list(range(40, 60)), "a query that cannot be understood filters nothing"


def test_a_range_is_added_and_removed(app, full):
    old = full.selections.save(np.array([0, 59]))
    state = {"split": "train", "selection": old}
    assert 59 in brushed(app, full, state, code=0, low=None, high=None, mode="add")
    assert brushed(app, full, state, code=0, low=None, high=None, mode="remove") == [59]


def lassoed(app, full, state):
    lasso = {
        "polygon": [[-1e6, -1e6], [1e6, -1e6], [1e6, 1e6], [-1e6, 1e6]],
        "mode": "replace",
    }
    positions = maps.map_properties(full, State.of(state), "losses")["positions"]
    values = {f"{MAPS}.lasso": [(MAP, lasso)], f"{MAPS}.positions": [(MAP, positions)], "state.data": state}
    output = next(name for name in app.callback_map if "lasso" in str(app.callback_map[name]["inputs"]))
    return selection(post(app, output, values, f"{json.dumps(MAP, separators=(',', ':'))}.lasso"), full)


def test_a_lasso_takes_what_is_shown(app, full):
    assert lassoed(app, full, {}) == list(range(60))
    assert lassoed(app, full, {"query": 'label == "class 2" and not correct'}) == [
        index for index in range(2, 60, 3) if full.column("correct")[index] == 0
    ]
    assert lassoed(app, full, {"query": "nonsense ("}) == list(range(60))
    assert lassoed(app, full, {"hidden": "split:test"}) == list(range(40))
    assert lassoed(app, full, {"hidden": "split:test", "query": "index > 30"}) == list(range(31, 40))


def look(app, state, stage=None):
    values = {"state.data": state, "version.data": 1, STAGE: stage}
    return post(app, "sample-panel-body.children", values, "state.data")


def test_the_panel_is_drawn_anew_only_when_it_changes(app, full):
    first = look(app, {"focus": "3"})
    stage = first[ids.PANEL_BODY]["data-stage"]
    assert "Sample 3" in json.dumps(first)
    same = look(app, {"focus": "3", "color": "loss", "selection": "0123456789ab", "layer": "conv"}, stage)
    assert not any("children" in part for part in same.values())
    for other in ({"focus": "4"}, {"focus": "3", "query": "not correct"}):
        assert "children" in look(app, other, stage)[ids.PANEL_BODY]
    closed = look(app, {}, stage)
    assert closed[ids.PANEL]["hidden"] is True


def test_the_panel_s_word_tells_what_has_landed(tiny_session):
    stages = [sample.stage(tiny_session(kind), 0) for kind in ("dataset only", "no column", "full")]
    assert len(set(stages)) == 3


def test_the_closed_panel_holds_the_way_to_the_hardest(app, full):
    hardest = str(full.losses.order()[0])
    button = look(app, {})[ids.PANEL_BODY]["children"]
    assert button["props"]["id"] == {"at": "hardest", "go": "focus", "value": hardest}
    assert set(button["props"]["className"].split()) == {"harder", "easier"}
