"""The inspection panel: what it lists for which view, what its cards say, and what it offers."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import gallery, inspection
from layouts.kit.gallery import Gallery
from layouts.kit.state import State
from tests.layouts.looking import components, text


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def chosen(full):
    return full.selections.save(np.array([7, 3, 40]))


def count(session, **view):
    return inspection.properties(session, State(**view))["rows"]["count"]


def test_all_that_is_shown_and_then_what_is_selected_of_it(full, chosen):
    found = inspection.properties(full, State())
    assert found["rows"]["count"] == 60 and found["note"] == "shown" and found["editing"] == "mark"
    assert count(full, query="index < 20") == 20
    assert count(full, query="index < 20", hidden="split:train") == 0
    assert count(full, hidden="split:train") == 20
    found = inspection.properties(full, State(selection=chosen, hidden="split:test"))
    assert found["rows"]["count"] == 2 and found["note"] == "selected · 1 more selected, which are hidden"
    assert inspection.properties(full, State(selection=chosen))["note"] == "selected"
    found = inspection.properties(full, State(selection=chosen, query="index < 10"))
    assert found["rows"]["count"] == 2 and found["note"] == "selected · 1 more selected, which the query leaves out"
    assert count(full, selection=chosen, pool="query") == 60


def test_it_is_sorted_as_the_view_says(full):
    url = inspection.properties(full, State(sort="quality"))["rows"]["url"]
    assert url == full.find(sort="quality").url != full.find(sort="-quality").url


def test_a_card_says_what_it_is_sorted_by_and_its_tags(opened):
    session = opened()

    def facts(sort=""):
        return {fact["name"]: fact for fact in inspection.properties(session, State(sort=sort))["facts"]}

    assert list(facts("quality")) == ["label", "predicted", "loss", "quality"]
    assert list(facts("label")) == list(facts()) == ["label", "predicted", "loss"]
    assert facts("-suggested")["suggested"]["names"] == list(session.class_names)
    session.tags.add("odd, seven", [4, 5], "Ann")
    session.tags.add("seven", [6], "Ann")
    tags = facts()["tags"]
    assert tags["bits"] == ["odd", "seven"] and len(set(tags["colors"])) == 2
    key = tags["url"].removeprefix("column/").removesuffix(".bin")
    bits = session.by_key(key)
    assert bits.shape == (60, 1) and bits[[3, 4, 6], 0].tolist() == [0, 3, 2]


def test_two_buttons_say_which_samples_once_some_are_selected(full, chosen):
    assert "All shown" not in text(inspection.tools(full, State()))
    for pool, pressed in (("", "Selected"), ("query", "All shown")):
        drawn = inspection.tools(full, State(selection=chosen, pool=pool))
        on = [node for node in components(drawn) if getattr(node, "aria-pressed", "") == "true"]
        assert [text(node) for node in on] == [pressed]


def test_every_order_is_offered_up_and_down(full):
    drawn = inspection.tools(full, State(sort="-margin"))
    menu = next(node for node in components(drawn) if getattr(node, "id", None) == {"control": "sort"})
    offered = [option["value"] for option in menu.options]
    assert menu.value == "-margin" and offered == [value for value, _ in gallery.orders(full)]
    assert {"quality", "-quality"} <= set(offered)


@pytest.mark.parametrize(("inspected", "folded"), [("", False), ("folded", True), ("nonsense", False)])
def test_it_stands_beside_the_maps_and_folds(full, inspected, folded):
    drawn = list(components(inspection.beside(full, State(inspection=inspected), "maps")))
    panel = next(node for node in drawn if getattr(node, "id", None) == inspection.panel_id())
    assert ("folded" in panel.className) is folded
    assert any(isinstance(node, Gallery) for node in drawn), "folded away it still knows what it lists"
