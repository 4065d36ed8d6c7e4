"""The metrics page: charts with their n, what was tested, figures that plotly takes, and what is not there."""

from __future__ import annotations

import json

import numpy as np
import pytest
from dash import dcc
from dash._utils import to_json

from analysis.association import Correlation
from layouts import class_pictures, metrics, metrics_figures, nuisances  # noqa: F401 - makes their parts known
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.layouts.looking import components, elements, text
from workspace.charts import Chart, read, written


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def graphs(tree):
    return [part.figure for part in components(tree) if isinstance(part, dcc.Graph)]


def test_every_chart_says_its_n_and_correlation(full):
    tree = draw("metric-charts", full, State(split="train"))
    said = text(tree)
    assert said.count("n = 40 of 40") == 3 and "Spearman ρ" in said and "3 of 3 groups" in said
    assert len(graphs(tree)) == 3
    assert "5 correlations are looked at here, so p counts only below 0.05 / 5 = 0.01" in said


def test_a_figure_has_the_numbers_of_the_board(full):
    state = State(charts="ink~correct;label~loss~split", split="test")
    first, second = graphs(draw("metric-charts", full, state))
    drawn = full.board.draw(Chart("ink", "correct"), split="test")
    (trace,) = first["data"]
    assert trace["y"] == drawn.panels[0].mean.tolist()
    assert np.allclose(np.array(trace["y"]) + trace["error_y"]["array"], drawn.panels[0].high)
    assert [(place, at) for _, place, at in trace["customdata"]] == [(0, at) for at in range(len(drawn.bins))]
    assert "95 % interval" in trace["customdata"][0][0] and "n = " in trace["customdata"][0][0]
    assert first["layout"]["yaxis"]["title"]["text"] == "Accuracy"
    assert [trace["xaxis"] for trace in second["data"]] == ["x", "x2"]
    assert second["layout"]["xaxis"]["ticktext"] == ["class 0", "class 1", "class 2"]
    assert all(heading in json.dumps(second["layout"]["annotations"]) for heading in ("train", "test"))


def test_query_and_hidden_are_followed(full):
    said = text(draw("metric-charts", full, State(charts="ink~loss", query="index < 7", split="train")))
    assert "n = 7 of 7" in said and "that match the query" in said
    hidden = text(draw("metric-charts", full, State(charts="ink~loss", hidden="label:class 0", split="train")))
    assert f"n = {int((full.column('labels')[:40] != 0).sum())} of" in hidden
    one = State(charts="ink~loss", query="index < 7")
    assert stage("metric-charts", full, one) != stage("metric-charts", full, State(charts="ink~loss"))


def test_a_chart_that_cannot_be_drawn_leaves_the_others(full):
    tree = draw("metric-charts", full, State(charts="ink~loss;nothing~loss;ink~label"))
    assert text(tree).count("no column that can be drawn so") == 2 and len(graphs(tree)) == 1


def test_twelve_charts_stay_light(full, tiny_session):
    board = written(read(";".join(["ink~loss~label", "brightness~correct"] * 8)))
    for session in (full, tiny_session("hundred classes")):
        tree = draw("metric-charts", session, State(charts=board, split="train"))
        assert len(graphs(tree)) == 12 and len(list(components(tree))) < 430
        json.dumps(json.loads(to_json(tree)), allow_nan=False)
    assert "12 of 100 groups" in text(tree)


def test_an_empty_board_offers_a_chart(full):
    tree = draw("metric-charts", full, State(charts="-"))
    assert "no chart on this board" in text(tree) and "+ Add a chart" in text(tree)


def test_without_labels_or_a_head_it_is_said(tiny_session):
    bare = tiny_session("no labels")
    assert "None of 20 samples has both values" in text(draw("metric-charts", bare, State(charts="ink~loss")))
    assert "no classes to average" in text(draw("class-pictures", bare, State()))
    embedding = tiny_session("embedding")
    assert "no class head" in text(draw("metric-charts", embedding, State(charts="ink~loss")))
    assert "no class head" in text(draw("nuisances", embedding, State()))


def test_correlations_say_when_they_are_no_more_than_chance():
    said = metrics_figures.correlation
    assert said(Correlation(0.3, 0.004, 90), 5) == "Spearman ρ +0.30, p = 0.004"
    assert said(Correlation(-0.3, 0.04, 90), 5).endswith("p = 0.04, no more than chance")
    assert said(Correlation(1.0, 0.0, 9000), 5) == "Spearman ρ +1.00, p < 1e−99"
    assert said(Correlation(0.5, float("nan"), 3), 1).endswith("too few for a p")
    assert said(Correlation(float("nan"), float("nan"), 9), 1).startswith("no correlation")


def test_class_pictures_are_the_rows_of_the_split(full):
    tree = draw("class-pictures", full, State(split="test"))
    key = full.key("class_pictures")
    sources = [image[1]["src"] for image in elements(tree, "img")]
    assert sources == [f"picture/{key}/{row}.png" for row in range(2 * 2 * 3, 2 * 3 * 3)]
    assert "test: 3 of 3 classes" in text(tree) and "n = 7" in text(tree)


def test_nuisances_show_both_ends_and_say_how_many_were_tried(full):
    tree = draw("nuisances", full, State())
    said = text(tree)
    assert "of 9 properties, each alone," in said and "Brightness alone tells the class" in said
    assert "lowest: class 0" in said and "highest: class 2" in said
    assert len(elements(tree, "img")) >= 8


def test_names_are_not_taken_for_markup(full):
    assert metrics_figures._safe("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"


def test_chosen_samples_are_shown_with_ways_on(full):
    name, own = full.board.choose(Chart("ink", "loss"), 0, 2)
    tree = metrics.chosen(full, name, own, own)
    n = len(full.selections.read(name))
    assert f"{n} of 60 samples, selected now" in text(tree) and own in text(tree)
