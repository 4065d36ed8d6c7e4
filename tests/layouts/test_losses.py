"""The losses page: figures with their n, histograms of each class, the hardest samples."""

from __future__ import annotations

import json

import numpy as np
import pytest

from layouts import losses  # noqa: F401 - makes its parts known
from layouts.kit.histograms import Histograms, ticks
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.layouts.looking import components, elements, text


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def histograms(session, **view):
    tree = draw("loss-histograms", session, State(**view))
    return next((part for part in components(tree) if isinstance(part, Histograms)), None)


def test_the_line_says_n_mean_interval_and_share(full):
    said = text(draw("loss-line", full, State(split="train")))
    code = full.dataset.split_names.index("train")
    n, _, _, _, _, mean, low, high = full.column("metrics")[code][0]
    assert f"{n:.0f} of 40 samples of train have a loss" in said
    assert f"mean {mean:#.3g} nats 95 % interval {low:#.3g}–{high:#.3g}, n = 40" in said
    assert "of the total loss lies with the hardest 1 % (1 of 40)" in said


def test_a_query_is_followed_and_a_broken_one_is_not(full):
    said = text(draw("loss-line", full, State(split="train", query="not correct")))
    wrong = int((full.column("correct")[:40] == 0).sum())
    assert f"{wrong} of {wrong} samples of train that match the query have a loss" in said
    for query in ("loss >", "los > 1", "   "):
        assert text(draw("loss-line", full, State(query=query))) == text(draw("loss-line", full, State()))
    assert stage("loss-line", full, State(query="not correct")) != stage("loss-line", full, State())
    assert stage("loss-line", full, State(query="loss >")) == stage("loss-line", full, State())


def test_a_histogram_of_all_and_of_each_class(full):
    chart = histograms(full, split="train")
    everyone, *classes = chart.rows
    assert everyone["name"] == "all classes" and everyone["n"] == sum(everyone["counts"]) == 40
    assert sorted(row["code"] for row in classes) == [0, 1, 2]
    assert np.sum([row["counts"] for row in classes], axis=0).tolist() == everyone["counts"]
    means = [row["mean"] for row in classes]
    assert means == sorted(means, reverse=True), "the hardest class first"
    loss, labels = full.column("loss")[:40], full.column("labels")[:40]
    for row in classes:
        assert row["n"] == sum(row["counts"]) == (labels == row["code"]).sum()
        assert row["median"] == pytest.approx(np.median(loss[labels == row["code"]]))
        assert row["query"] == f'label == "class {row["code"]}"'
        assert len(full.find(row["query"])) == (full.column("labels") == row["code"]).sum()
    assert len(chart.edges) == len(everyone["counts"]) + 1


def test_with_a_query_all_samples_stand_behind(full):
    chart = histograms(full, split="train", query="not correct")
    for row in chart.rows:
        assert (np.array(row["of"]) >= row["counts"]).all()
    assert sum(chart.rows[0]["of"]) == 40
    assert histograms(full).rows[0]["of"] is None


def test_a_hundred_classes_begin_with_the_hardest(tiny_session):
    session = tiny_session("hundred classes")
    chart = histograms(session, split="train")
    assert len(chart.rows) == 101 and chart.first == 21
    assert len(json.dumps(chart.to_plotly_json()["props"])) < 60_000


def test_the_hardest_samples_in_their_order(full):
    tree = draw("hardest", full, State(split="test"))
    buttons = elements(tree, "button")
    assert [int(button[1]["go"]["value"]) for button in buttons] == full.losses.order("", "test")[:24].tolist()
    assert "20 of 20 of test, hardest first" in text(tree)
    hardest = full.losses.order("", "test")[0]
    label, taken = (full.class_names[full.column(name)[hardest]] for name in ("labels", "predicted"))
    assert text(tree).count(f"{label} → {taken}") >= 1


def test_without_labels_it_is_said(tiny_session):
    session = tiny_session("no labels")
    assert "None of 20 samples of test has a label" in text(draw("loss-line", session, State()))
    assert "no losses to count" in text(draw("loss-histograms", session, State()))
    assert "No sample here has a loss" in text(draw("hardest", session, State()))


def test_ticks_are_round_and_few():
    powers = ticks(2e-12, 15, log=True)
    assert [value for value, _ in powers] == pytest.approx([1e-12 * 100**k for k in range(1, 7)])
    assert [said for _, said in powers][-3:] == ["10⁻⁴", "0.01", "1"]
    assert [said for _, said in ticks(0, 4, log=False)] == ["0", "1", "2", "3", "4"]
    assert ticks(1, 1, log=False) == []
