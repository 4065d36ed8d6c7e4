"""The groups beside maps, called as a browser calls them: counts, what is hidden, selected and listed."""

import json

import pytest

from app import create_app
from layouts.kit import ids
from layouts.kit.state import State
from layouts.sets import PROPERTIES, panel_id
from tests.callbacks.calling import OWN, client, dependencies, post

PANEL = panel_id("right")
EVERY = '{"sets":["ALL"]}'


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def app(full):
    return create_app(full)


def change(app, state, prop, what):
    """The fields of the state that a click changes."""
    values = {f"{EVERY}.{name}": [(PANEL, what if name == prop else None)] for name in ("hide", "picked", "listed")}
    output = next(name for name in app.callback_map if "listed" in str(app.callback_map[name]["inputs"]))
    answer = post(app, output, {**values, "state.data": state}, f"{json.dumps(PANEL, separators=(',', ':'))}.{prop}")
    return {step["location"][0]: step["params"]["value"] for step in answer[ids.STATE]["data"]["operations"]}


def shown(app, state):
    """Title -> group -> (total, shown, hidden), and all that the panel gets. As a browser posts it for a MATCH."""
    entry = next(entry for entry in dependencies(app) if "groupings" in entry["output"])
    values = {"state": state, "version": 1}
    request = {
        "output": entry["output"],
        "outputs": [{"id": PANEL, "property": name} for name in PROPERTIES],
        "inputs": [{**part, "value": values[part["id"]]} for part in entry["inputs"]],
        "state": [{"id": PANEL, "property": "id", "value": PANEL}],
        "changedPropIds": ["state.data"],
    }
    answer = client(app).post("/_dash-update-component", json=request, base_url=OWN)
    assert answer.status_code == 200, answer.text
    found = next(iter(answer.json["response"].values()))
    return {
        each["title"]: {group[1]: tuple(group[2:5]) for group in each["groups"]} for each in found["groupings"]
    }, found


def test_counts_follow_what_is_hidden_and_the_query(app, full):
    correct = full.column("correct").tolist()
    groups, found = shown(app, {})
    assert list(groups) == ["Predicted class", "Agreement", "Split", "Label"]
    assert groups["Split"] == {"train": (40, 40, False), "test": (20, 20, False)}
    assert (found["shown"], found["total"]) == (60, 60)
    assert ["loss", "Loss"] in found["menu"] and not any(name == "split" for name, _ in found["menu"])
    groups, found = shown(app, {"hidden": "correct:1", "query": "index >= 20"})
    left = correct[20:].count(0)
    assert groups["Agreement"] == {"agree": (correct.count(1), 0, True), "disagree": (correct.count(0), left, False)}
    assert (found["shown"], found["total"]) == (left, 60)
    assert sum(count for _, count, _ in groups["Split"].values()) == left


def test_the_first_grouping_is_that_of_the_colors_with_its_swatches(app):
    groups, found = shown(app, {"color": "loss", "sets": "label,split"})
    assert list(groups) == ["Loss", "Label", "Split"]
    first, second, _ = found["groupings"]
    assert first["fixed"] and all(group[5] and group[5] != group[6] for group in first["groups"])
    assert not second["fixed"] and all(group[5] is None for group in second["groups"])
    assert list(shown(app, {"color": "labels", "sets": "-"})[0]) == ["Label"]


def test_a_click_hides_and_another_field_joins(app):
    assert change(app, {}, "hide", {"name": "split", "keys": ["train"]}) == {"hidden": "split:train"}
    assert change(app, {"hidden": "split:train"}, "hide", {"name": "correct", "keys": ["1", "nosuch"]}) == {
        "hidden": "split:train;correct:1"
    }
    assert change(app, {"hidden": "split:train"}, "hide", {"name": "split", "keys": []}) == {"hidden": ""}


def test_a_ring_selects_what_is_shown(app, full):
    state = {"hidden": "split:train", "query": "index != 41"}
    name = change(app, state, "picked", {"name": "label", "key": "class 2", "mode": "replace"})["selection"]
    rows = [row for row in range(40, 60) if full.column("labels")[row] == 2 and row != 41]
    assert full.selections.read(name).tolist() == rows
    state = {**state, "selection": name}
    more = change(app, state, "picked", {"name": "label", "key": "class 0", "mode": "add"})["selection"]
    assert len(full.selections.read(more)) > len(rows)
    state["selection"] = more
    assert change(app, state, "picked", {"name": "split", "key": "test", "mode": "remove"})["selection"] == ""


def test_groupings_are_listed_in_the_state(app, full):
    assert change(app, {}, "listed", {"names": ["split", "loss"]}) == {"sets": "split,loss"}
    assert change(app, {}, "listed", {"names": []}) == {"sets": "-"}


def test_the_same_samples_are_in_table_pool_and_exports(app, full):
    view = State(hidden="correct:1;split:train")
    count = len(full.find(hidden=view.hidden))
    assert 0 < count < 20
    rows = client(app).get(f"/rows/{full.dataset.fingerprint}.json", query_string={"hidden": view.hidden, "stop": 99})
    assert rows.json["count"] == count
    result = full.find(hidden=view.hidden)
    bits = client(app).get(f"/{result.hits_url}")
    assert bits.status_code == 200 and sum(byte.bit_count() for byte in bits.data) == count
    written = client(app).get("/export/samples.csv", query_string=result.parameters)
    assert written.status_code == 200 and len(written.text.strip().splitlines()) == count + 1


def test_the_wall_of_the_confusion_page_leaves_out_what_is_hidden(full):
    found = full.mosaics.find(split="all", arrange="same", hidden="split:train;label:class 0")
    labels = full.column("labels")
    assert sorted(found.samples.tolist()) == [row for row in range(40, 60) if labels[row] != 0]
    assert found.parameters["hidden"] == "split:train;label:class 0"
    assert "query" not in found.parameters, "what is hidden is not typed into the query"
