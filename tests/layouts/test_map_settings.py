"""The menu of settings beside a map's method, and what stands in sight until a map by them is there."""

from __future__ import annotations

import pytest

from layouts import exports, maps, pages
from layouts.kit.state import State
from layouts.part import draw, stage
from tests import tiny
from tests.layouts.looking import components, text

pages()
VIEW = State(layer="dense", method="tsne", perplexity="7")


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def boxes(session, side, state):
    found = components(draw(f"{side}-tools", session, state))
    ids = [getattr(one, "id", None) for one in found]
    return [one["control"] for one in ids if isinstance(one, dict) and "control" in one]


def test_every_method_has_its_own_boxes(full):
    assert boxes(full, "right", State()) == ["layer", "method", "perplexity"]
    assert boxes(full, "right", State(method="umap")) == ["layer", "method", "neighbors", "min_dist"]
    assert boxes(full, "right", State(method="pca")) == ["layer", "method"]
    assert boxes(full, "left", State(beside_method="umap")) == [
        "beside",
        "beside_method",
        "beside_neighbors",
        "beside_min_dist",
    ]


def test_a_wrong_value_is_said_beside_the_box_and_opens_the_menu(full):
    def menu(state):
        return next(one for one in components(draw("right-tools", full, state)) if type(one).__name__ == "Details")

    wrong = menu(State(perplexity="many"))
    assert wrong.open and "Perplexity “many”: is not a number from 2 to 19; the map takes 30" in text(wrong)
    assert not menu(VIEW).open and "is not" not in text(menu(VIEW))
    assert maps.columns(full, State(perplexity="many"), "right") == maps.columns(full, State(), "right")


def test_the_menu_is_drawn_anew_for_another_method_but_not_for_another_number(full):
    def word(**fields):
        return stage("right-tools", full, State(**fields))

    assert word(method="tsne") != word(method="umap")
    assert word() == word(perplexity="7") == word(perplexity="8") != word(perplexity="8000")


def test_the_map_shown_before_stays_in_sight(opened):
    session = opened()
    wanted = maps.wanted(session, VIEW, "right")
    assert maps.columns(session, VIEW, "right") == ["projection/dense/pca", wanted]
    first = maps.map_properties(session, VIEW, "right")
    assert first["positions"]["name"] == "projection/dense/tsne"
    assert first["note"] == "t-SNE with perplexity 7 is being computed: this is t-SNE"
    tiny.answer(session, wanted)
    there = maps.map_properties(session, VIEW, "right")
    assert there["positions"]["name"] == wanted and there["note"] == ""
    said = text(maps.caption(session, VIEW, "right"))
    assert said.startswith("t-SNE of dense (seed 0, perplexity 7, rounds 750) · trustworthiness 0.")
    later = State(layer="dense", method="tsne", perplexity="8")
    properties = maps.map_properties(session, later, "right", before=wanted)
    assert properties["positions"]["name"] == wanted
    assert properties["note"] == "t-SNE with perplexity 8 is being computed: this is t-SNE with perplexity 7"
    assert "perplexity 7" in text(maps.caption(session, later, "right", before=wanted))
    elsewhere = State(layer="dense", method="umap", neighbors="4")
    assert maps.map_properties(session, elsewhere, "right", before=wanted)["positions"]["name"] != wanted


def test_a_map_that_cannot_be_made_says_why(full):
    full._worker.failed[maps.wanted(full, VIEW, "right")] = "out of memory"
    note = maps.map_properties(full, VIEW, "right")["note"]
    assert note == "t-SNE with perplexity 7 of dense could not be computed: out of memory"


def test_the_maps_of_two_networks_keep_the_usual_settings(full):
    assert maps.wanted(full, VIEW, "mine") == "projection/dense/tsne"


def test_its_coordinates_can_be_taken_away(opened):
    session = opened()
    column = maps.wanted(session, VIEW, "right")
    assert "coordinates" not in exports._arrays(session, VIEW)
    tiny.answer(session, column)
    assert exports._arrays(session, VIEW)["coordinates"] == (column, "t-SNE with perplexity 7 of dense (.npy)")


def test_reset_names_the_boxes_of_its_map(full):
    def reset(side, state):
        found = [getattr(one, "id", None) for one in components(draw(f"{side}-tools", full, state))]
        return [one["map_reset"] for one in found if isinstance(one, dict) and "map_reset" in one]

    assert reset("left", State(beside_method="umap")) == ["beside_neighbors,beside_min_dist"]
    assert reset("right", VIEW) == ["perplexity"] and reset("right", State(method="pca")) == []
