"""The wall by URL: what comes is what the key stands for; what is picked becomes selection and query."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from app import create_app
from callbacks.mosaic import encoded
from layouts import wall
from layouts.kit.state import State
from tests.callbacks.calling import client
from workspace.tiles import TILE

MOSAIC = '{"mosaic":["ALL"]}'
PICKED, LASSO, WALL = f"{MOSAIC}.picked", f"{MOSAIC}.lasso", f"{MOSAIC}.wall"
ID = {"mosaic": "confusion"}
SAME = {"arrange": "same", "split": "all"}


@pytest.fixture(scope="module")
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture(scope="module")
def app(full):
    return create_app(full)


@pytest.fixture(scope="module")
def browser(app):
    return client(app)


def test_layout_and_samples_are_of_the_wall(full, browser):
    mosaic = full.mosaics.find(**SAME)
    answer = browser.get(mosaic.url("layout.json"))
    assert "immutable" in answer.headers["Cache-Control"]
    found = answer.json
    assert (found["total"], found["hits"], found["shown"]) == (60, 60, 60)
    assert found["rows"]["labels"] == ["class 0", "class 1", "class 2"]
    assert sum(found["cells"]["count"]) == 60
    ids = browser.get(mosaic.url("ids.bin"))
    assert np.frombuffer(ids.data, "<i4").tolist() == mosaic.ids.tolist()
    begin = 0
    for row, column, count in zip(*(found["cells"][name] for name in ("row", "column", "shown")), strict=True):
        assert np.frombuffer(ids.data, "<i4")[begin : begin + count].tolist() == mosaic.cell(row, column).tolist()
        begin += count


def test_tiles_are_the_pixels_of_the_thumbnails(full, browser):
    mosaic = full.mosaics.find(**SAME)
    z = len(full.mosaics.levels(mosaic)) - 1
    answer = browser.get(mosaic.url(f"{z}/0/0.png"))
    image = np.asarray(Image.open(io.BytesIO(answer.data)))
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert np.array_equal(image, full.mosaics.tile(mosaic, z, 0, 0))
    pixels = full.mosaics.levels(mosaic)[z]
    first, (x, y, _) = int(mosaic.ids[0]), mosaic.places()[0] * pixels
    s = full.column("thumbnails/0").shape[1]
    block = image[round(y) : round(y) + s, round(x) : round(x) + s, 0]
    assert np.abs(block.astype(int) - full.column("thumbnails/0")[first, ..., 0]).mean() < 60
    assert browser.get(mosaic.url(f"{z}/0/0.png")).data == answer.data


def test_colored_tiles_are_small_and_keep_what_is_empty(tiny_session):
    session = tiny_session("hundred classes")
    mosaic = session.mosaics.find(split="all")
    answer = client(create_app(session)).get(mosaic.url("0/0/0.webp"))
    image = np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))
    assert image.shape == (TILE, TILE, 4)
    plain = session.mosaics.tile(mosaic, 0, 0, 0)
    assert np.array_equal(image[..., 3], plain[..., 3])


@pytest.mark.parametrize("what", ["layout.json", "ids.bin", "0/0/0.png"])
def test_another_key_or_nonsense_gets_nothing(full, browser, what):
    mosaic = full.mosaics.find(**SAME)
    assert browser.get(mosaic.url(what).replace(mosaic.key, "0" * 24)).status_code == 404
    assert browser.get(mosaic.url(what).replace("down=label", "down=loss")).status_code == 404
    assert browser.get(mosaic.url(what) + "&query=los+%3E+1").status_code == 404
    assert browser.get(f"/mosaic/{mosaic.key}/{what}").status_code == 404
    assert browser.get(mosaic.url(what)).status_code == 200


@pytest.mark.parametrize(
    "place", ["99/0/0.png", "0/99/0.png", "0/0/99999999999999999999.png", "0/0/0.gif", "0/-1/0.png"]
)
def test_tiles_that_are_nowhere(full, browser, place):
    assert browser.get(full.mosaics.find(**SAME).url(place)).status_code == 404


def test_a_restarted_server_makes_the_same_wall(full, tiny_session):
    mosaic = full.mosaics.find(down="loss:4:width", across="correct", query="loss > 0.001", **SAME)
    again = client(create_app(tiny_session("full")))
    assert np.frombuffer(again.get(mosaic.url("ids.bin")).data, "<i4").tolist() == mosaic.ids.tolist()


def test_before_anything_is_there(tiny_session):
    assert client(create_app(tiny_session("nothing"))).get("/mosaic/0/layout.json").status_code == 404
    assert client(create_app(tiny_session("dataset only"))).get("/mosaic/0/0/0/0.png").status_code == 404


def test_a_gray_tile_may_be_asked_for_in_either_format():
    pixels = np.zeros((4, 4, 2), np.uint8)
    assert encoded(pixels, "png").startswith(b"\x89PNG")
    assert encoded(pixels, "webp")[8:12] == b"WEBP"


# -- picking ---------------------------------------------------------------------------------------


def pick(full, app, state, *, picked=None, lasso=None, asked=None):
    """What the state becomes: the changed fields."""
    url = wall.properties(full, State.of({**SAME, **state}))["wall"]
    assert url is not None
    values = {
        PICKED: [(ID, picked)],
        LASSO: [(ID, lasso)],
        WALL: [(ID, {**url, **({"asked": asked} if asked else {})})],
        "state.data": {**SAME, **state},
    }
    name = json.dumps(ID, separators=(",", ":"))
    answer = post_of(app, values, f"{name}.{'picked' if picked else 'lasso'}")
    operations = answer["state"]["data"]["operations"]
    return {operation["location"][0]: operation["params"]["value"] for operation in operations}


def post_of(app, values, changed):
    entry = next(
        key for key, spec in app.callback_map.items() if any(part["property"] == "picked" for part in spec["inputs"])
    )
    found = app.callback_map[entry]
    body = {
        "output": entry,
        "outputs": {"id": "state", "property": re.search(r"data@\w+", entry)[0]},
        "inputs": [_part(part, values) for part in found["inputs"]],
        "state": [_part(part, values) for part in found["state"]],
        "changedPropIds": [changed],
    }
    answer = client(app).post("/_dash-update-component", json=body, base_url="http://127.0.0.1:8050")
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def _part(part, values):
    value = values[f"{part['id']}.{part['property']}"]
    if part["id"].startswith("{"):
        return [{"id": name, "property": part["property"], "value": each} for name, each in value]
    return {"id": part["id"], "property": part["property"], "value": value}


def test_a_cell_becomes_selection_and_query(full, app):
    mosaic = full.mosaics.find(**SAME)
    row, column = (int(at[0]) for at in np.nonzero(mosaic.wrong))
    found = pick(full, app, {}, picked={"row": row, "column": column, "mode": "replace", "stamp": 1})
    assert found["query"] == f'label == "class {row}" and predicted == "class {column}"'
    assert full.selections.read(found["selection"]).tolist() == mosaic.cell(row, column).tolist()
    assert sorted(full.find(found["query"]).indices) == sorted(mosaic.cell(row, column))


def test_a_second_cell_takes_the_place_of_the_first(full, app):
    base = "loss > 0.0001"
    mosaic = full.mosaics.find(query=base, **SAME)
    first, second = list(zip(*np.nonzero(mosaic.counts), strict=True))[:2]
    state = {"query": base}
    for row, column in (first, second):
        picked = {"row": int(row), "column": int(column), "mode": "replace", "stamp": 1}
        state = {**state, **pick(full, app, state, picked=picked)}
    assert state["query"] == f"({base}) and ({mosaic.condition(*second)})"


def test_shift_adds_a_cell_without_touching_the_query(full, app):
    mosaic = full.mosaics.find(**SAME)
    before = full.selections.save(np.array([59]))
    picked = {"row": 0, "column": 0, "mode": "add", "stamp": 1}
    found = pick(full, app, {"selection": before}, picked=picked)
    assert set(found) == {"selection"}
    assert set(full.selections.read(found["selection"])) == {59, *mosaic.cell(0, 0).tolist()}


def test_a_name_selects_its_whole_row_or_column(full, app):
    labels = full.column("labels")
    row = pick(full, app, {}, picked={"row": 1, "column": -1, "mode": "replace", "stamp": 1})
    assert sorted(full.selections.read(row["selection"])) == np.flatnonzero(labels == 1).tolist()
    column = pick(full, app, {}, picked={"row": -1, "column": 2, "mode": "replace", "stamp": 1})
    predicted = full.column("predicted")
    assert sorted(full.selections.read(column["selection"])) == np.flatnonzero(predicted == 2).tolist()
    assert set(row) == set(column) == {"selection"}


def test_a_place_that_is_not_there_selects_nothing(full, app):
    assert pick(full, app, {}, picked={"row": 77, "column": 0, "mode": "replace", "stamp": 1}) == {"selection": ""}


def test_a_lasso_selects_the_pictures_inside(full, app):
    mosaic = full.mosaics.find(**SAME)
    x, y, side = mosaic.places()[0]
    around = [[x - 0.1, y - 0.1], [x + side, y - 0.1], [x + side, y + side], [x - 0.1, y + side]]
    found = pick(full, app, {}, lasso={"polygon": around, "mode": "replace", "stamp": 1})
    assert full.selections.read(found["selection"]).tolist() == [mosaic.ids[0]]
    nothing = pick(full, app, found, lasso={"polygon": [], "mode": "replace", "stamp": 2})
    assert nothing == {"selection": ""}


def test_a_pair_of_the_list_is_selected_asked_for_and_zoomed_to(full, app):
    confusion = full.column("confusion").sum(axis=0)
    np.fill_diagonal(confusion, 0)
    label, predicted = divmod(int(confusion.argmax()), 3)
    pair = {"pair": f"{label},{predicted}"}
    key = next(key for key, spec in app.callback_map.items() if "goto" in key)
    body = {
        "output": key,
        "outputs": [
            {"id": "state", "property": re.search(r"data@\w+", key)[0]},
            [{"id": ID, "property": "goto"}],
        ],
        "inputs": [[{"id": pair, "property": "n_clicks", "value": 1}]],
        "state": [{"id": "state", "property": "data", "value": {**SAME, "down": "loss"}}],
        "changedPropIds": [json.dumps(pair, separators=(",", ":")) + ".n_clicks"],
    }
    answer = client(app).post("/_dash-update-component", json=body, base_url="http://127.0.0.1:8050")
    assert answer.status_code == 200, answer.text
    response = answer.json["response"]
    changed = {one["location"][0]: one["params"]["value"] for one in response["state"]["data"]["operations"]}
    assert changed["down"] == changed["across"] == ""
    assert changed["query"] == f'label == "class {label}" and predicted == "class {predicted}"'
    mosaic = full.mosaics.find(**SAME)
    assert len(full.selections.read(changed["selection"])) == mosaic.counts[label, predicted]
    assert response['{"mosaic":"confusion"}']["goto"]["cell"] == [label, predicted]
