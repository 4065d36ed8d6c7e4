"""The depth page: the button, the chart with its sentences, the maps of all layers, and the last to settle."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import depth
from layouts.kit.depth_maps import DepthMaps
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.layouts.looking import components, elements, text
from tests.tiny import answer

TRAIN = State(split="train")


@pytest.fixture
def looked(opened):
    session = opened()
    for column in depth.wanted(session, TRAIN):
        answer(session, column)
    return session


def of(tree, kind):
    return next(each for each in components(tree) if type(each).__name__ == kind)


def test_it_starts_on_a_button_that_says_what_and_how_many(tiny_session):
    full = tiny_session("full")
    said = text(draw("depth-start", full, TRAIN))
    assert f"Look through {len(full.network.layers) + 1} layers at 40 samples" in said
    assert "40 of 40 samples of train with a class" in said
    assert depth.wanted(full, TRAIN) == [full.depth.column_of("train"), full.depth.maps_of("train", "pca")]
    for part in ("chart", "maps", "settles"):
        assert draw(f"depth-{part}", full, TRAIN) is None


def test_what_cannot_be_looked_at_says_why(tiny_session):
    one = tiny_session("one sample")
    assert "20 are needed" in text(draw("depth-start", one, State())) and depth.wanted(one, State()) == []
    assert "the predicted class stands in" in text(draw("depth-start", tiny_session("no labels"), TRAIN))


def test_the_button_goes_and_the_figures_come(looked):
    before = stage("depth-start", looked, State(split="test"))
    assert draw("depth-start", looked, TRAIN) is None and stage("depth-start", looked, TRAIN) != before
    assert depth.wanted(looked, TRAIN) == []
    assert depth.wanted(looked, State(split="train", drawn="tsne")) == [looked.depth.maps_of("train", "tsne")]


def test_the_chart_has_both_probes_and_the_pair(looked):
    found = looked.depth.layers("train")
    drawn = of(draw("depth-chart", looked, State(split="train", pair="0-2")), "Graph").figure["data"]
    for trace, shares in zip(drawn, (found.purity, found.linear, found.pair(1)), strict=False):
        assert trace["y"] == pytest.approx([100 * share for share, _, _ in shares])
        ends = np.array(trace["y"]) - np.array(trace["error_y"]["arrayminus"])
        np.testing.assert_allclose(ends, [100 * low for _, low, _ in shares], atol=1e-9)
    assert drawn[2]["name"] == "probe, class 0 and class 2"
    said = text(draw("depth-chart", looked, State(split="train", pair="0-2")))
    assert "class 0 and class 2 (n = 27)" in said and "40 of 40 samples of train" in said
    worst = [option["value"] for option in of(draw("depth-chart", looked, TRAIN), "Select").options]
    assert worst[0] == "worst" and sorted(worst[1:]) == ["0-1", "0-2", "1-2"]


def test_every_layer_has_a_map_of_the_same_samples(looked):
    maps = of(draw("depth-maps", looked, TRAIN), "DepthMaps")
    assert isinstance(maps, DepthMaps) and maps.rows == list(range(40))
    assert [each["name"] for each in maps.maps] == ["raw pixels", *looked.network.layers]
    assert maps.codes == looked.column("labels")[:40].tolist()
    assert looked.key(looked.depth.maps_of("train", "pca")) in maps.url
    assert [fact["title"] for fact in maps.facts] == ["label", "predicted", "settles at"]
    pair = of(draw("depth-maps", looked, State(split="train", pair="0-1")), "DepthMaps")
    assert set(pair.codes) == {-1, 0, 1}
    settles = of(draw("depth-maps", looked, State(split="train", by_depth="settles")), "DepthMaps")
    assert settles.codes == looked.column("settles")[:40].astype(int).tolist()
    assert max(settles.codes) < len(settles.colors)
    other = text(draw("depth-maps", looked, State(split="train", drawn="umap")))
    assert f"Draw {len(maps.maps)} maps by UMAP" in other


def test_the_last_to_settle_come_first(looked):
    tree = draw("depth-settles", looked, TRAIN)
    found, loss = looked.depth.layers("train"), looked.column("loss")[:40]
    shown = [int(button[1]["go"]["value"]) for button in elements(tree, "button")]
    expected = sorted(range(40), key=lambda row: (-found.settles[row], -loss[row]))[:24]
    assert shown == expected and "24 of 40, latest first" in text(tree)
    drawn = of(tree, "Graph").figure["data"]
    right, wrong = (np.array(trace["y"]) for trace in drawn)
    assert (right + wrong).tolist() == np.bincount(found.settles, minlength=len(found.names) + 1).tolist()
    assert wrong.sum() == (looked.column("correct")[:40] == 0).sum()


def test_an_embedding_has_layers_but_nothing_settles(tiny_session, tmp_path):
    session = tiny_session("embedding")
    answer(session, session.depth.column_of("train"))
    assert "no class head" in text(draw("depth-settles", session, TRAIN))
    assert "Neighbors agree in" in text(draw("depth-chart", session, TRAIN))
    assert "settles" not in session.fields()
    session.store.forget(session.key(session.depth.column_of("train")))
