"""Charts against plain loops; the query of a bin finds exactly the samples that its mean is about."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tiny import KINDS
from util import InspectorError
from workspace.charts import Chart, read
from workspace.metrics_board import ranges
from workspace.query import both
from workspace.saved import NotSaved


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def test_means_of_a_metric_over_ranges_against_a_loop(full):
    drawn = full.board.draw(Chart("ink", "loss"))
    loss = np.asarray(full.column("loss"), np.float64)
    (panel,) = drawn.panels
    assert drawn.n == drawn.of == 60 == panel.n.sum() and drawn.ordered and not drawn.share
    for at, each in enumerate(drawn.bins):
        rows = full.find(each.query).indices
        assert len(rows) == panel.n[at] > 0
        assert panel.mean[at] == pytest.approx(loss[rows].mean())
        assert panel.low[at] <= panel.mean[at] <= panel.high[at]
    assert panel.total == pytest.approx(loss.mean())


@pytest.mark.parametrize("x", ["brightness", "index", "loss", "label", "correct", "split", "entropy"])
@pytest.mark.parametrize("by", ["", "label", "correct"])
def test_a_bin_s_query_finds_its_samples(full, x, by):
    chart = Chart(x, "confidence", by)
    drawn = full.board.draw(chart, query="index > 4", split="test")
    asked = full.board.asked(chart, "index > 4", "test")
    assert ("split" in asked) == (x != "split")
    for panel in drawn.panels:
        for each, n in zip(drawn.bins, panel.n, strict=True):
            assert len(full.find(both(asked, panel.query, each.query))) == n
    assert sum(panel.n.sum() for panel in drawn.panels) == drawn.n == len(full.find(asked))


def test_a_share_has_wilsons_interval_and_counts(full):
    (panel,) = full.board.draw(Chart("label", "correct"), split="test").panels
    metrics = full.column("metrics")[1]
    for code in range(3):
        n, _, accuracy, low, high = metrics[1 + code][:5]
        found = [panel.n[code], panel.mean[code], panel.low[code], panel.high[code]]
        assert found == pytest.approx([n, accuracy, low, high])


def test_correlation_is_scipys_and_only_of_numbers(full):
    from scipy import stats

    drawn = full.board.draw(Chart("brightness", "loss", "label"))
    values, loss, labels = (np.asarray(full.column(name)) for name in ("brightness", "loss", "labels"))
    for code, panel in enumerate(drawn.panels):
        wanted = stats.spearmanr(values[labels == code], loss[labels == code])
        assert [panel.rank.rho, panel.rank.p] == pytest.approx([wanted.statistic, wanted.pvalue], rel=1e-6)
    assert full.board.draw(Chart("predicted", "loss")).panels[0].rank is None
    assert len(drawn.ranks) == 3


def test_a_click_chooses_the_samples_of_a_bin(full):
    chart = Chart("brightness", "loss", "label")
    drawn = full.board.draw(chart, split="test")
    name, own = full.board.choose(chart, 1, 3, split="test")
    assert len(full.selections.read(name)) == drawn.panels[1].n[3]
    assert own == f'(label == "class 1") and ({drawn.bins[3].query})'
    with pytest.raises(InspectorError, match="no such bar"):
        full.board.choose(chart, 9, 0)


def test_texts_of_the_data_are_classes_where_they_are_few(tiny_session, full):
    drawn = full.board.draw(Chart("filename", "loss"))
    assert (len(drawn.bins), drawn.all_bins, drawn.n, drawn.of) == (40, 60, 40, 60)
    assert full.find(drawn.bins[7].query).indices.tolist() == [14] and drawn.bins[7].text == "a/014.png"
    assert "filename" not in [field.name for field in tiny_session("hundred classes").board.across()], "too many"
    names = [field.name for field in full.board.groupings()]
    assert {"label", "split", "predicted", "correct", "image_fault"} <= set(names)


def test_unknown_columns_say_so(full, tiny_session):
    for chart in (Chart("brightnes", "loss"), Chart("ink", "label"), Chart("ink", "loss", "entropy")):
        with pytest.raises(InspectorError, match="no column that can be drawn so"):
            full.board.draw(chart)
    with pytest.raises(InspectorError, match="no class head"):
        tiny_session("embedding").board.draw(Chart("ink", "loss"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_usual_board_can_be_drawn(tiny_session, kind):
    session = tiny_session(kind)
    shown = session.board.charts("")
    assert bool(shown) == session.has_network
    if KINDS[kind].got == "everything":
        for chart in shown:
            assert session.board.draw(chart).n > 0, (kind, chart)
    assert session.board.charts("-") == ()


def test_what_can_be_added_can_be_drawn(full):
    added = full.board.added()
    assert added[:3] == ("brightness~loss", "contrast~loss", "ink~loss")
    for text in added:
        (chart,) = read(text)
        assert full.board.draw(chart).n > 0


def test_boards_have_names_and_two_visitors_see_them(full, opened):
    one, two = opened(), opened()
    one.board.boards.save("light", "brightness~loss")
    assert [(each.name, each.text) for each in two.board.boards.all()] == [("light", "brightness~loss")]
    two.board.boards.remove("light")
    assert one.board.boards.all() == []
    with pytest.raises(NotSaved, match="no chart"):
        one.board.boards.save("empty", "")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_ranges_hold_about_equally_many_and_their_borders_are_exact(dtype):
    values = (np.random.default_rng(0).exponential(1, 5000) * 1000).astype(dtype)
    place, bins = ranges(values, "x")
    assert len(bins) == 10 and np.bincount(place).min() > 350
    for at, each in enumerate(bins):
        assert each.center == pytest.approx(values[place == at].mean(), rel=1e-4)
    assert bins[0].query.startswith("x < ") and bins[-1].query.startswith("x >= ") and " and " in bins[4].query


def test_few_values_are_a_bin_each_and_edges_of_nothing():
    place, bins = ranges(np.array([2.5, 1, 1, 2.5, 7], np.float32), "odd name")
    assert place.tolist() == [1, 0, 0, 1, 2]
    assert [each.query for each in bins] == ["`odd name` == 1", "`odd name` == 2.5", "`odd name` == 7"]
    assert ranges(np.zeros(0), "x")[1] == ()
    skewed = np.concatenate([np.zeros(4000), np.random.default_rng(0).random(500)])
    place, bins = ranges(skewed, "x")
    assert np.bincount(place, minlength=len(bins)).sum() == 4500


@pytest.mark.parametrize("spread", [1e5, 3e7])
def test_borders_tell_neighbors_apart_however_far_from_zero(spread):
    values = 1.7e9 + np.random.default_rng(0).uniform(0, spread, 5000)  # seconds since 1970
    place, bins = ranges(values, "taken")
    counts = np.bincount(place)
    assert len(bins) == len(counts) == 10
    assert counts.min() > 400 and counts.max() < 600
    assert len({bin.text for bin in bins}) == 10 and max(len(bin.text) for bin in bins) < 40


def test_borders_are_as_short_as_they_can_be():
    _, bins = ranges(np.random.default_rng(0).uniform(0, 1, 5000), "x")
    assert all(len(word) <= 7 for bin in bins[1:-1] for word in bin.text.split(" to "))
