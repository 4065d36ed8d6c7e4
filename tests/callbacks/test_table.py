"""The table's wires and the routes of its rows, called as a browser calls them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app import create_app
from callbacks.table_rows import MOST_ROWS, SCRIPTS, library, plain
from tests.callbacks.calling import client, post

TABLE, BAR, CHIPS = {"table": "samples"}, {"table-part": "bar"}, {"table-part": "chips"}
KEY = '{"table":["ALL"]}'


@pytest.fixture(scope="module")
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture(scope="module")
def app(full):
    return create_app(full)


def rows(app, session, **asked):
    answer = client(app).get(f"/rows/{session.dataset.fingerprint}.json", query_string={"stop": 100, **asked})
    assert answer.status_code == 200
    return json.loads(answer.text, parse_constant=pytest.fail)  # NaN is no JSON


# -- rows ------------------------------------------------------------------------------------------


def test_rows_are_the_samples_of_the_result_with_their_values(app, full):
    answer = rows(app, full, columns="index,label,loss", start=0)
    losses = full.column("loss")
    order = np.argsort(-losses, kind="stable")
    assert answer["index"] == order.tolist()
    assert answer["values"]["index"] == order.tolist()
    assert answer["values"]["label"] == full.column("labels")[order].tolist()
    assert answer["values"]["loss"] == pytest.approx(losses[order].tolist())
    assert answer["truth"] == full.column("correct")[order].tolist()
    assert answer["shown"] == ["index", "label", "loss"]
    assert (answer["count"], answer["total"], answer["sort"], answer["waiting"]) == (60, 60, "-loss", [])


def test_a_block_is_a_slice_and_no_more_than_the_most(app, full):
    whole = rows(app, full)["index"]
    assert rows(app, full, start=20, stop=25)["index"] == whole[20:25]
    assert rows(app, full, start=50, stop=10**9)["index"] == whole[50:]
    assert rows(app, full, start=60, stop=70)["index"] == []
    for nonsense in ({"start": "x"}, {"stop": "-5"}, {"start": "9" * 40}):
        assert rows(app, full, **nonsense)["count"] == 60
    assert MOST_ROWS <= 500


def test_a_sample_is_found_among_the_rows(app, full):
    answer = rows(app, full, seek=17, stop=0)
    assert rows(app, full)["index"].index(17) == answer["position"]
    assert rows(app, full, query="index != 17", seek=17)["position"] == -1
    assert rows(app, full)["position"] == -1


def test_query_filters_and_sort_count(app, full):
    answer = rows(app, full, query='label == "class 1"', filters="index > 30", sort="-index")
    assert answer["index"] == [i for i in range(59, 30, -1) if i % 3 == 1]


@pytest.mark.parametrize("asked", [{"query": "loss >"}, {"filters": "nosuch > 1"}, {"query": "x" * 1999}])
def test_what_cannot_be_read_is_a_sentence(app, full, asked):
    answer = rows(app, full, **asked)
    assert answer["error"].startswith("query") and answer["later"] is False


def test_columns_that_are_not_there_yet_are_named(tiny_session):
    session = tiny_session("no column")
    answer = rows(create_app(session), session)
    assert answer["index"] == list(range(60))
    assert set(answer["waiting"]) >= {"predicted", "loss"}
    assert answer["truth"] == []
    later = rows(create_app(session), session, query="loss > 1")
    assert later["later"] is True and "loss" in later["error"].lower()


@pytest.mark.parametrize(
    "path",
    [
        "/rows/0123.json",
        "/rows/x/y",
        "/rows/..%2f..%2fetc",
        "/ag-grid/x.js",
        "/ag-grid/a/../x",
        "/ag-grid/__init__.py",
    ],
)
def test_other_rows_and_other_files_are_not_here(app, path):
    assert client(app).get(path).status_code == 404


def test_the_grids_scripts_are_found_without_importing_it(app):
    assert library() is not None
    for name in SCRIPTS:
        answer = client(app).get(f"/ag-grid/{name}")
        assert answer.status_code == 200 and "javascript" in answer.mimetype
        assert "max-age" in answer.headers["Cache-Control"]
        answer.close()


def test_values_are_what_json_can_hold():
    assert plain(np.array([1.5, np.nan, np.inf, -np.inf])) == [1.5, None, "inf", "-inf"]
    assert plain(np.array([1, -1])) == [1, -1]
    assert plain(np.array(["a", "<b>"])) == ["a", "<b>"]


# -- wires -----------------------------------------------------------------------------------------


def narrow(app, models, state):
    values = {f"{KEY}.filtered": [(TABLE, {"model": models, "stamp": 1})], "state.data": state}
    answer = post(app, filtering(app), values, '{"table":"samples"}.filtered')
    return answer["state"]["data"]["operations"]


def filtering(app):
    return of_input(app, "filtered")


def of_input(app, prop):
    """The output of the callback that hears that property."""
    return next(
        entry["output"]
        for entry in client(app).get("/_dash-dependencies").json
        if entry["clientside_function"] is None
        and any(part["property"] == prop and "table" in part["id"] for part in entry["inputs"])
    )


def test_a_heads_filter_becomes_text_of_the_state(app):
    model = {"loss": {"filterType": "number", "type": "greaterThan", "filter": 2}}
    operations = narrow(app, model, {"filters": "not correct"})
    assert operations == [{"operation": "Assign", "location": ["filters"], "params": {"value": "loss > 2"}}]


def test_rows_that_are_checked_join_the_selection(app, full):
    old = full.selections.save(np.array([4]))
    values = {
        f"{KEY}.chosen": [(TABLE, {"indices": [7, 9], "mode": "add", "stamp": 1})],
        "state.data": {"selection": old},
    }
    answer = post(app, of_input(app, "chosen"), values, '{"table":"samples"}.chosen')
    name = answer["state"]["data"]["operations"][0]["params"]["value"]
    assert sorted(full.selections.read(name).tolist()) == [4, 7, 9]


@pytest.mark.parametrize(("mode", "count"), [("add", 21), ("remove", 1)])
def test_all_of_a_result_join_or_leave_the_selection(app, full, mode, count):
    old = full.selections.save(np.array([0, 1]))
    buttons = [{"table-all": "add"}, {"table-all": "remove"}]
    values = {
        '{"table-all":["ALL"]}.n_clicks': [
            (button, 1 if button["table-all"] == mode else None) for button in buttons
        ],
        "state.data": {"selection": old, "query": 'label == "class 1"'},
    }
    answer = post(
        app, of_input(app, "n_clicks"), values, json.dumps({"table-all": mode}, separators=(",", ":")) + ".n_clicks"
    )
    name = answer["state"]["data"]["operations"][0]["params"]["value"]
    assert len(full.selections.read(name)) == count


def test_bar_chips_and_selection_follow_the_state(app, full):
    name = full.selections.save(np.array([1, 2]))
    parts = [(BAR, None), (CHIPS, None)]
    values = {
        f"{KEY}.model": [(TABLE, None)], f"{KEY}.selection": [(TABLE, None)], f"{KEY}.id": [(TABLE, TABLE)],
        '{"table-part":["ALL"]}.children': parts, '{"table-part":["ALL"]}.id': [(BAR, BAR), (CHIPS, CHIPS)],
        '{"table-all":["ALL"]}.children': [({"table-all": "add"}, None)],
        '{"table-all":["ALL"]}.id': [({"table-all": "add"}, {"table-all": "add"})],
        "state.data": {"selection": name, "filters": "loss > 1"}, "version.data": 1,
    }  # fmt: skip
    answer = json.dumps(post(app, f"{KEY}.model", values, "state.data"))
    assert "2 selected" in answer and "loss > 1" in answer and '"count": 2' in answer and "greaterThan" in answer
    assert f"Select all {(full.column('loss') > 1).sum()}" in answer


def test_columns_come_with_the_session(app, full):
    values = {f"{KEY}.{name}": [(TABLE, None)] for name in ("rows", "images", "columns", "version")}
    values |= {f"{KEY}.id": [(TABLE, TABLE)], '{"table-menu":["ALL"]}.children': [({"table-menu": "samples"}, None)]}
    answer = json.dumps(post(app, f"{KEY}.rows", {**values, "version.data": 1, "state.data": {}}, "version.data"))
    assert full.dataset.fingerprint in answer and "Entropy" in answer
