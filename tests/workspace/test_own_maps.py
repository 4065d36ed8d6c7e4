"""Maps by own settings: what may be typed, the column it stands for, and that the worker makes it with these."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.cosine_maps import cosine_trustworthiness
from analysis.projection import pca, umap
from tests.tiny import answer
from util import InspectorError
from workspace.plan import ColumnNotReady
from workspace.request import asking


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def test_what_can_be_set_is_what_the_rule_has(full):
    assert [setting.name for setting in full.own_maps.settings("tsne")] == ["perplexity"]
    assert [setting.name for setting in full.own_maps.settings("umap_cosine")] == ["neighbors", "min_dist"]
    assert full.own_maps.settings("pca") == full.own_maps.settings("nothing") == []
    perplexity = full.own_maps.settings("tsne")[0]
    assert (perplexity.low, perplexity.high, perplexity.usual) == (2, 19, 30)  # a third of the other 59


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), (" 7.5 ", 7.5), ("7,5", 7.5), ("2", 2), ("19", 19), ("30", None), ("", None)]
)
def test_numbers_within_bounds_are_taken(full, text, value):
    values, wrong = full.own_maps.read("tsne", {"perplexity": text})
    assert values == ({} if value is None else {"perplexity": value}) and wrong == []


@pytest.mark.parametrize("text", ["1.9", "20", "-5", "many", "nan", "inf", "1e999", "9" * 400])
def test_anything_else_is_one_clear_line_and_the_usual_map(full, text):
    values, wrong = full.own_maps.read("tsne", {"perplexity": text, "neighbors": "nonsense"})
    assert values == {} and len(wrong) == 1
    assert "is not a number from 2 to 19; the map takes 30" in wrong[0] and len(wrong[0]) < 120
    assert full.own_maps.column("dense", "tsne", {"perplexity": text}) == ""


def test_neighbors_are_whole_and_a_distance_may_be_zero(full):
    values, wrong = full.own_maps.read("umap", {"neighbors": "4.5", "min_dist": "0"})
    assert values == {"min_dist": 0} and "a whole number" in wrong[0]


def test_the_same_settings_are_the_same_column(full):
    column = full.own_maps.column("dense", "umap", {"neighbors": "15", "min_dist": "0,50", "perplexity": "7"})
    assert column == full.own_maps.column("dense", "umap", {"min_dist": ".5"})
    assert full.own_maps.of(column, "dense", "umap") == {"neighbors": 15, "min_dist": 0.5}
    assert (
        full.own_maps.of(column, "conv", "umap") is full.own_maps.of("projection/dense/umap", "dense", "umap") is None
    )
    assert full.own_maps.column("dense", "umap", {"neighbors": "15", "min_dist": "0.1"}) == ""
    assert full.key(column) != full.key(full.own_maps.column("dense", "umap", {"min_dist": "0.6"}))


@pytest.mark.parametrize("column", ["map?", "map?layer=dense", "map?x=1", "projection/dense/tsne", "mapping"])
def test_what_a_stranger_types_is_none_of_these(full, column):
    assert not full.own_maps.owns(column)


def test_the_worker_makes_it_as_the_rule_would_and_says_how_true_it_is(opened):
    session = opened()
    column = session.own_maps.column("conv", "umap_cosine", {"neighbors": "5", "min_dist": "0.4"})
    with pytest.raises(ColumnNotReady):
        session.own_maps.about(column)
    assert any("UMAP (cosine) of conv, neighbors 5, min dist 0.4" in said for said in answer(session, column))
    plane = session.column(column)
    np.testing.assert_array_equal(plane, umap(session.column("reduced_cosine/conv"), neighbors=5, min_dist=0.4))
    about = session.own_maps.about(column)
    expected = cosine_trustworthiness(np.asarray(session.column("activations/conv")), plane)
    np.testing.assert_allclose(about.truth, expected)
    assert not about.stands_in
    assert session.own_maps.described(column)["settings"] == {"seed": 0, "neighbors": 5, "min_dist": 0.4}


def test_pca_stands_in_for_what_has_nothing_to_work_with(tmp_path, tiny_session):
    session = tiny_session("one sample")
    column = asking("map", layer="dense", method="tsne", space="reduced", perplexity=2.0)
    answer(session, column)
    np.testing.assert_array_equal(session.column(column), pca(session.column("reduced/dense")))
    about = session.own_maps.about(column)
    assert about.stands_in and np.isnan(about.truth[0])


@pytest.mark.parametrize(
    "values", [{"perplexity": 1e6}, {"neighbors": 1}, {"min_dist": float("nan")}, {"space": "x"}]
)
def test_the_worker_refuses_what_no_page_asks_for(values):
    from workspace.requests.own_map import own_map

    with pytest.raises(InspectorError, match="out of bounds"):
        own_map(None, **{"layer": "dense", "method": "tsne", "space": "reduced", **values})
