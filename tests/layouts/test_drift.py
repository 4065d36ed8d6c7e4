"""The page that compares data sets: figures with n, interval, limit and control; what is left out is said."""

from __future__ import annotations

import pytest

from layouts import drift, drift_lists, pages
from layouts.kit.state import State
from layouts.part import draw
from tests.layouts.looking import elements, rows, text
from tests.tiny import answer

pages()


@pytest.fixture
def compared(opened):
    """A session whose first two splits were compared."""
    session = opened()
    for column in drift.columns(session, State()):
        answer(session, column)
    return session


def said(session, part, **view):
    return text(draw(f"drift-{part}", session, State(**view)))


def test_it_asks_for_what_is_chosen(opened):
    session = opened()
    assert drift.columns(session, State()) == [
        "drift?new=test&reference=train", "driftanswers?new=test&reference=train",
    ]  # fmt: skip
    assert drift.columns(session, State(reference="test", compared="nonsense"))[0] == "drift?new=train&reference=test"
    assert "train and test are being compared" in said(session, "verdict")


def test_every_measure_with_interval_limit_and_control(compared):
    table = rows(draw("drift-verdict", compared, State()))
    assert [row[3] for row in table[1:]] == ["0.600", "0.075", "2.5 %"]
    for row, measure in zip(table[1:], compared.drift.measures("train", "test"), strict=True):
        assert row[1] == drift.figure(measure.name, measure.value)
        assert row[4] == drift.figure(measure.name, measure.control) and " – " in row[2]
    told = said(compared, "verdict")
    assert "n = 20 of train, 20 of test; control: 20 other samples of train" in told
    assert "40 of 40 of train, 20 of 20 of test" in told and "What to do:" in told


def test_accuracy_estimated_and_measured(compared):
    table = rows(draw("drift-cost", compared, State()))
    assert [row[0] for row in table[1:]] == [
        "train, measured", "test, estimated without its labels", "test, measured",
    ]  # fmt: skip
    assert [row[3] for row in table[1:]] == ["40", "20", "20"]


def test_the_ratio_says_why_it_does_not_decide(compared):
    told = said(compared, "ratio")
    assert "It does not decide" in told and "0.6 to 0.8 small gap" in told and "nats, 95 % interval" in told


def test_classes_coverage_and_pairs(compared):
    assert "3 of 3 classes by label, the most changed first" in said(compared, "classes")
    assert "train, unlike anything in test" in " ".join(
        row[0] for row in rows(draw("drift-coverage", compared, State()))
    )
    for order in ("new", "far"):
        buttons = elements(draw("drift-samples", compared, State(behind=order)), "button")
        shown = [int(button[1]["go"]["value"]) for button in buttons]
        pairs, _ = compared.drift.pairs("train", "test", order, drift_lists.PAIRS)
        assert shown == [index for pair in pairs for index in (pair.new, pair.nearest)]
    assert "20 of 20 compared samples of test" in said(compared, "samples")


def test_what_cannot_be_said_is_said(tiny_session):
    embedding, unlabelled, one = (tiny_session(kind) for kind in ("embedding", "no labels", "one sample"))
    for session in (embedding, unlabelled, one):
        for column in drift.columns(session, State()):
            answer(session, column)
    assert "Left out: the answers. This network has no class head" in said(embedding, "verdict")
    assert "This network has no class head" in said(embedding, "cost")
    assert "Left out for want of labels: train and test" in said(unlabelled, "cost")
    assert "classes by predicted class" in said(unlabelled, "classes")
    assert "Too few samples to compare" in said(one, "verdict") and "Too few" in said(one, "samples")
