"""The flip test page, with a network made of numpy that knows samples by their brightness."""

from __future__ import annotations

import json

import numpy as np
import pytest

from layouts import flips
from layouts.kit.state import State
from layouts.part import draw, stage
from model.network import Forward
from tests import tiny
from tests.layouts.looking import components, elements, rows, text
from util import InspectorError
from workspace.worker import Worker


class Bright:
    """Classes are levels of brightness, as in the tiny data: light changes answers, a shift hardly."""

    def forward(self, images, layers, **_):
        mean = np.asarray(images, float).reshape(len(images), -1).mean(axis=1)
        return Forward(-np.abs(mean[:, None] - np.array([60, 125, 190])).astype(np.float32), {})


@pytest.fixture
def session(opened, monkeypatch):
    monkeypatch.setattr(Worker, "with_keras", lambda worker: Bright())
    return opened()


@pytest.fixture
def tested(session):
    tiny.answer(session, flips.column(session, State()))
    return session


def test_before_the_button(session):
    said = text(draw("flips-accuracy", session, State()))
    assert "up to 1,000 labelled samples of test in 8 ways at 4 strengths" in said and "32 passes" in said
    for part in ("classes", "fragile", "strips"):
        assert text(draw(f"flips-{part}", session, State())) == "Shown once the test was run."
    assert flips.wanted(session, State(focus="3")) == []


def test_accuracy_by_strength(tested):
    drawn = draw("flips-accuracy", tested, State())
    assert "20 of 20 labelled samples of test" in text(drawn)
    (graph,) = [one for one in components(drawn) if type(one).__name__ == "Graph"]
    lines = {trace["name"]: trace["y"] for trace in graph.figure["data"]}
    assert len(lines) == 8 and len({line[0] for line in lines.values()}) == 1
    assert lines["Shift"][-1] > lines["Brighter"][-1]
    assert lines["Brighter"][-1] == pytest.approx(100 * np.mean(np.asarray(tested.column("labels"))[-20:] == 2))
    assert "Worst is" in text(drawn)
    assert len(rows(drawn)) == 1 + 8


def test_numbers_by_hand(tested):
    found = tested.flips.tested(flips.column(tested, State()))
    assert found.predicted.shape == (33, 20) and found.usable == 20
    order, kind, level = found.fragile()
    assert (np.diff(level) >= 0).all() and found.right[0][order].all()
    flipped = found.flipped()
    for at, which, step in zip(order, kind, level, strict=True):
        assert flipped[which, step, at] and not flipped[:, :step, at].any()
    assert np.nanmax(found.accuracy()[0]) <= 1
    np.testing.assert_allclose(found.accuracy()[0, 0], found.right[0].mean())


def test_classes_and_fragile_samples(tested):
    assert [len(row) for row in rows(draw("flips-classes", tested, State()))] == [11] * 4
    drawn = draw("flips-fragile", tested, State())
    buttons = elements(drawn, "button")
    found = tested.flips.tested(flips.column(tested, State()))
    assert [int(button[1]["go"]["value"]) for button in buttons] == found.rows[found.fragile()[0]].tolist()
    assert f"{len(buttons)} of {len(buttons)} shown" in text(drawn)


def test_steps_of_a_sample(tested):
    view = State(focus="45")
    (name,) = flips.wanted(tested, view)
    before = stage("flips-strips", tested, view)
    assert "wait a moment" in text(draw("flips-strips", tested, view))
    tiny.answer(tested, name)
    assert stage("flips-strips", tested, view) != before
    pictures = elements(draw("flips-strips", tested, view), "img")
    assert len(pictures) == 8 * 5 and len({picture[1]["src"] for picture in pictures}) == 33
    facts = tested.facts(name)
    assert len(facts["predicted"]) == 33 and json.dumps(facts)
    assert tested.column(name).dtype == np.uint8
    framed = [one for one in elements(draw("flips-strips", tested, view), "div") if "flipped" in str(one[1])]
    assert len(framed) == sum(answer != facts["predicted"][0] for answer in facts["predicted"])


def test_what_makes_no_sense(tested, tiny_session):
    assert flips.wanted(tested, State(focus="99999")) == []
    assert flips.column(tested, State(flip_samples="7")) == flips.column(tested, State())
    assert "no class head" in text(draw("flips-accuracy", tiny_session("embedding"), State()))
    unlabelled = tiny_session("no labels")
    with pytest.raises(InspectorError, match="no labelled samples"):
        from workspace.requests.flips import flips as asked

        asked(_Desk(unlabelled), split=unlabelled.dataset.split_names[0], samples=5)


class _Desk:
    def __init__(self, session):
        self.dataset, self.column = session.dataset, session.column
