"""Two columns as a map: its menus, axes and caption, and that it is offered where it makes sense."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import exports, maps, pages, scatter
from layouts.kit.state import State
from layouts.part import draw
from tests.layouts.looking import components, text

pages()
VIEW = State(method=scatter.METHOD, x="brightness", y="contrast")


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def menus(session, side, state):
    found = components(draw(f"{side}-tools", session, state))
    ids = {
        one.id["control"]: one for one in found if isinstance(getattr(one, "id", None), dict) and "control" in one.id
    }
    return ids


def test_the_map_is_of_both_columns_and_says_so(full):
    properties = maps.map_properties(full, VIEW, "right")
    name = full.scatter.name("brightness", "contrast")
    assert properties["positions"] == {"url": f"column/{full.key(name)}.bin", "name": name}
    assert [axis["title"] for axis in properties["axes"]] == ["Brightness", "Contrast"]
    assert properties["color"] and properties["note"] == ""
    assert maps.columns(full, VIEW, "right") == ["brightness", "contrast"]
    said = maps.caption(full, VIEW, "right")
    low, high = (f"{value:.3g}" for value in (full.column("brightness").min(), full.column("brightness").max()))
    assert said.startswith(f"Across: Brightness, {low} to {high}. Up: Contrast, ")
    assert said.endswith("All 60 samples have both values.")


def test_who_is_left_out_is_counted(full, monkeypatch):
    values = np.array(full.column("contrast"), np.float64)
    values[:4] = np.nan
    real = full.column
    monkeypatch.setattr(full, "column", lambda name: values if name == "contrast" else real(name))
    assert maps.caption(full, VIEW, "right").endswith("56 of 60 samples have both values; the others are left out.")


def test_the_layer_gives_way_to_both_menus(full):
    found = menus(full, "right", VIEW)
    assert list(found) == ["method", "x", "y"]
    assert found["x"].value == "brightness" and found["y"].value == "contrast"
    assert {"value": scatter.METHOD, "label": scatter.TITLE} in menus(full, "right", State())["method"].options
    beside = State(beside_method=scatter.METHOD, beside_x="loss", beside_y="loss")
    assert list(menus(full, "left", beside)) == ["beside_method", "beside_x", "beside_y"]
    assert maps.caption(full, beside, "left").endswith("have a value.")


def test_beside_another_network_it_is_not_offered(full):
    assert not maps.is_scatter(full, VIEW, "mine")
    assert maps.chosen(full, VIEW, "mine")[1] == "pca"


def test_other_maps_have_no_axes(full):
    assert maps.map_properties(full, State(), "right")["axes"] is None


def test_numbers_that_are_not_there_yet_are_waited_for(tiny_session):
    session = tiny_session("no column")
    properties = maps.map_properties(session, VIEW, "right")
    assert properties["positions"] is None and "is being computed" in properties["note"]
    assert maps.caption(session, VIEW, "right") == ""


def test_there_are_no_coordinates_to_take_away(full):
    assert set(exports._arrays(full, VIEW)) == {"vectors"}
    assert set(exports._arrays(full, State(method="pca"))) == {"vectors", "coordinates"}


def test_the_chart_that_stands_in_draws_the_same(full):
    assert "60 of 60 samples" in text(maps.chart(full, VIEW, "right"))
