"""The calibration page: the verdict with its n, bins and scores, what is handed over, and what few samples allow."""

from __future__ import annotations

import pytest

from layouts import calibration  # noqa: F401 - makes its parts known
from layouts.abstaining import risk
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.layouts.looking import components, elements, rows, text
from tests.workspace.confident import confident


@pytest.fixture(scope="module")
def sure(tmp_path_factory):
    return confident(tmp_path_factory.mktemp("sure"))


def figure(session, part, **view):
    tree = draw(f"calibration-{part}", session, State(**view))
    return next(each.figure for each in components(tree) if type(each).__name__ == "Graph")


def test_the_verdict_says_n_interval_and_what_chance_gives(sure):
    said = text(draw("calibration-tiles", sure, State()))
    found = sure.calibration.measured("test").before.error
    assert "Too sure" in said and "n = 300" in said
    assert f"{100 * found.value:.2f} %" in said and f"chance alone gives {100 * found.chance:.2f} %" in said
    assert "training samples" not in said and "flatters" in text(
        draw("calibration-tiles", sure, State(split="train"))
    )


def test_the_plot_has_every_bin_with_its_interval(sure):
    bins = sure.calibration.measured("test").before.bins
    drawn = figure(sure, "plot", scale="right")["data"]
    assert [trace["name"] for trace in drawn] == ["as often right as sure", "as it is", "with temperature"]
    assert drawn[1]["x"] == pytest.approx(100 * bins.confidence)
    assert drawn[1]["y"] == pytest.approx(100 * bins.accuracy)
    ends = [y + more for y, more in zip(drawn[1]["y"], drawn[1]["error_y"]["array"], strict=True)]
    assert ends == pytest.approx(100 * bins.high)
    table = rows(draw("calibration-plot", sure, State()))
    assert [row[0] for row in table[1:]] == [f"{n}" for n in bins.n]


def test_on_the_scale_of_doubts_nothing_is_below_the_axis(sure):
    drawn = figure(sure, "plot", scale="wrong")
    low = 10 ** drawn["layout"]["yaxis"]["range"][0]
    assert drawn["layout"]["xaxis"]["type"] == "log" and drawn["layout"]["yaxis"]["type"] == "log"
    assert all(y >= low for trace in drawn["data"] for y in trace["y"])


def test_what_is_handed_over_is_said_shown_and_linked(sure):
    given = sure.calibration.abstain("test", 0.2)
    said = text(draw("calibration-risk", sure, State(risk="0.2")))
    assert "20 % error" not in said, "only errors of the menu"
    given = sure.calibration.abstain("test", 0.1)
    said = text(draw("calibration-risk", sure, State(risk="0.1")))
    assert f"At 10 % error you hand over {100 * given.handed / 300:.1f} %" in said
    assert f"the {given.handed} of 300 with a confidence below {given.chosen.limit}" in said
    tree = draw("calibration-handed", sure, State(risk="0.1"))
    shown = [int(button[1]["go"]["value"]) for button in elements(tree, "button")]
    assert shown == sure.calibration.handed(given)[:24].tolist() and f"24 of {given.handed}" in text(tree)
    links = [each.href for each in components(tree) if type(each).__name__ == "Link"]
    assert len(links) == 3 and all("confidence+%3C+" + given.chosen.limit in link for link in links)


def test_every_class_has_a_row(sure):
    table = rows(draw("calibration-classes", sure, State(risk="0.1")))
    found = sure.calibration.classes("test", 0.1)
    assert [row[0] for row in table[1:]] == [sure.class_names[each.code] for each in found]
    assert [row[1] for row in table[1:]] == [f"{each.n}" for each in found]


def test_the_usual_error_is_below_what_there_is(sure, tiny_session):
    assert risk(sure, State()) == 0.01 and risk(sure, State(risk="0.05")) == 0.05
    assert risk(sure, State(risk="7")) == 0.01 and risk(tiny_session("nothing"), State(risk="0.02")) == 0.02


def test_a_query_is_followed(sure):
    asked = State(query='label == "class 1"')
    assert "n = 100 that match the query" in text(draw("calibration-tiles", sure, asked))
    assert stage("calibration-tiles", sure, asked) != stage("calibration-tiles", sure, State())


def test_few_samples_no_labels_and_no_scores_are_said(tiny_session):
    few = text(draw("calibration-risk", tiny_session("full"), State()))
    assert "Too few samples: 30 in each half are needed." in few
    assert "nobody can tell how often" in text(draw("calibration-tiles", tiny_session("no labels"), State()))
    embedding = tiny_session("embedding")
    assert text(draw("calibration-tiles", embedding, State())) == embedding.no_head
