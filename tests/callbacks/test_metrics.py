"""Charts are changed, added, copied and removed; boards are saved and forgotten; a click selects a bin."""

from __future__ import annotations

import json

import pytest

from app import create_app
from tests.callbacks.calling import OWN, client, dependencies, post
from workspace.charts import Chart


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def app(full):
    return create_app(full)


def output_of(app, word):
    """The output of the callback that listens to something."""
    return next(entry["output"] for entry in dependencies(app) if any(word in part["id"] for part in entry["inputs"]))


def charts(answer):
    return next(
        each["params"]["value"] for each in answer["state"]["data"]["operations"] if each["location"] == ["charts"]
    )


def menu(app, state, field, at, value):
    values = {
        '{"at":["ALL"],"chart_field":["ALL"]}.value': [({"chart_field": field, "at": at}, value)],
        "state.data": state,
    }
    name = json.dumps({"at": at, "chart_field": field}, separators=(",", ":"))
    return post(app, output_of(app, "chart_field"), values, f"{name}.value")


def press(app, state, do, at):
    values = {'{"at":["ALL"],"chart_do":["ALL"]}.n_clicks': [({"chart_do": do, "at": at}, 1)], "state.data": state}
    name = json.dumps({"at": at, "chart_do": do}, separators=(",", ":"))
    return charts(post(app, output_of(app, "chart_do"), values, f"{name}.n_clicks"))


def test_a_menu_changes_its_chart(app):
    state = {"charts": "ink~loss;brightness~correct"}
    assert charts(menu(app, state, "x", 1, "contrast")) == "ink~loss;contrast~correct"
    assert charts(menu(app, state, "by", 0, "label")) == "ink~loss~label;brightness~correct"
    assert charts(menu(app, {"charts": "ink~loss~label"}, "by", 0, "-")) == "ink~loss"
    assert charts(menu(app, {}, "y", 0, "confidence")).startswith("mean_distance~confidence;"), "of the usual board"


def test_menus_that_have_just_come_change_nothing(app):
    entry = next(each for each in dependencies(app) if "chart_field" in str(each["inputs"]))
    body = {
        "output": entry["output"],
        "outputs": {"id": "state", "property": entry["output"].rpartition(".")[2]},
        "inputs": [[{"id": {"chart_field": "x", "at": 0}, "property": "value", "value": "ink"}]],
        "state": [{"id": "state", "property": "data", "value": {"charts": "ink~loss"}}],
        "changedPropIds": ['{"at":0,"chart_field":"x"}.value'],
    }
    answer = client(app).post("/_dash-update-component", json=body, base_url=OWN)
    assert answer.status_code == 204 or answer.json["response"] == {}, answer.text


def test_charts_are_added_copied_and_removed(app):
    state = {"charts": "ink~loss;brightness~correct~label"}
    assert press(app, state, "add", 2) == "ink~loss;brightness~correct~label;contrast~correct"
    assert press(app, state, "copy", 1) == "ink~loss;brightness~correct~label;brightness~correct~label"
    assert press(app, state, "remove", 0) == "brightness~correct~label"
    assert press(app, {"charts": "ink~loss"}, "remove", 0) == "-", "an empty board is not the usual one"


def test_a_click_selects_the_samples_of_a_bin(app, full):
    chart = Chart("ink", "loss", "label")
    own = {"graph": "metrics-0"}
    clicked = {"points": [{"customdata": ["text", 1, 2]}]}
    values = {
        '{"graph":["ALL"]}.clickData': [(own, clicked), ({"graph": "confusion"}, None)],
        '{"board":["ALL"],"board_part":"said"}.children': [({"board": "this", "board_part": "said"}, None)],
        "state.data": {"charts": "ink~loss~label", "split": "train", "query": "index > 2"},
    }
    answer = post(app, output_of(app, '"graph"'), values, '{"graph":"metrics-0"}.clickData')
    (operation,) = answer["state"]["data"]["operations"]
    assert operation["location"] == ["selection"]
    drawn = full.board.draw(chart, query="index > 2", split="train")
    assert len(full.selections.read(operation["params"]["value"])) == drawn.panels[1].n[2]
    assert "selected now" in json.dumps(answer)


def board(app, word, values, changed, pattern=None):
    """Run a callback of the board's names; `values`: the part or id -> its value."""
    entry = next(each for each in dependencies(app) if word in str(each["inputs"]) and "board_part" in each["output"])
    spec = app.callback_map[entry["output"]]["output"]
    several = isinstance(spec, list | tuple)

    def named(text):
        name = json.loads(text) if text.startswith("{") else text
        return {**name, "board": "this"} if isinstance(name, dict) else name

    def given(part):
        name = named(part["id"])
        if pattern and isinstance(name, dict) and ["ALL"] in name.values():
            return [{"id": {**name, **pattern}, "property": part["property"], "value": 1}]
        key = name["board_part"] if isinstance(name, dict) else name
        return {"id": name, "property": part["property"], "value": values.get(key)}

    outs = [
        {"id": named(each.to_dict()["id"]), "property": each.component_property}
        for each in (spec if several else [spec])
    ]
    body = {
        "output": entry["output"],
        "outputs": outs if several else outs[0],
        "inputs": [given(part) for part in entry["inputs"]],
        "state": [given(part) for part in entry["state"]],
        "changedPropIds": [changed],
    }
    answer = client(app).post("/_dash-update-component", json=body, base_url=OWN)
    assert answer.status_code == 200 and "sideUpdate" not in answer.json, answer.text


def test_a_board_is_saved_and_forgotten(app, full):
    values = {"save": 1, "name": "light", "state": {"charts": "brightness~loss"}}
    board(app, '"save"', values, '{"board":"this","board_part":"save"}.n_clicks')
    assert [(each.name, each.text) for each in full.board.boards.all()] == [("light", "brightness~loss")]
    board(app, "forget_board", {}, '{"board":"this","forget_board":"light"}.n_clicks', {"forget_board": "light"})
    assert full.board.boards.all() == []
