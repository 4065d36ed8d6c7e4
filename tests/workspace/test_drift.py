"""Two splits compared: what is asked for, what is read of it, which sentence is said, and what to do."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from analysis.drift import Measure, table
from tests.tiny import answer
from tests.workspace.planted import planted
from workspace.drift import Drift


def compared(session, one="train", two="test"):
    """The session, once the worker has compared two of its splits."""
    for column in session.drift.columns(one, two):
        answer(session, column)
    return session.drift


def test_splits_that_make_no_sense_are_the_first_and_the_next(opened):
    drift = opened().drift
    assert drift.splits("", "") == ("train", "test") == drift.splits("x", "y")
    assert drift.splits("test", "") == ("test", "train") and drift.splits("test", "test") == ("test", "test")


def test_every_measure_and_figure_is_there(opened):
    drift = compared(opened())
    measures = drift.measures("train", "test")
    assert [measure.name for measure in measures] == ["classifier", "answers", "strangers"]
    assert {measure.n_new for measure in measures} == {20} == {measure.n_held_out for measure in measures}
    found = drift.facts("train", "test")
    assert found["counts"] == [20, 20, 20] and {gap["code"] for gap in found["classes"]} == {0, 1, 2}
    assert found["measured"]["n"] == 20 and 0 < found["measured"]["value"] <= 1 and found["before"]["n"] == 40
    assert found["ratio"]["n_new"] == 20
    assert drift.verdict(measures)[0] != "gap", "twenty samples are too few for one"


def test_pairs_are_of_the_new_split_and_the_reference(opened):
    session = opened()
    drift = compared(session)
    split = np.asarray(session.column("split"))
    last = np.asarray(session.column("features/last"))
    for order in ("new", "far"):
        found, n = drift.pairs("train", "test", order, 5)
        assert n == 20 and len(found) == 5
        key = [pair.apart if order == "far" else pair.chance for pair in found]
        assert key == sorted(key, reverse=True)
        for pair in found:
            assert split[pair.new] == 1 and split[pair.nearest] == 0
            assert pair.nearest == np.linalg.norm(last[:40] - last[pair.new], axis=1).argmin()
    far = drift.far("train", "test")
    assert len(far) == round(20 * drift.facts("train", "test")["uncovered"]["value"])


def test_a_split_against_itself_has_too_few_here(opened):
    drift = compared(opened(), "train", "train")
    assert drift.facts("train", "train")["counts"] == [13, 13, 13] and drift.measures("train", "train") == []


def test_without_class_scores_the_answers_are_left_out(tiny_session):
    drift = compared(tiny_session("embedding"))
    assert [measure.name for measure in drift.measures("train", "test")] == ["classifier", "strangers"]
    assert "expected" not in drift.facts("train", "test") and drift.facts("train", "test")["classes"]


def test_without_labels_classes_are_predictions(tiny_session):
    found = compared(tiny_session("no labels")).facts("train", "test")
    assert found["measured"] == {"value": None, "low": None, "high": None, "n": 0} == found["before"]
    assert found["expected"]["value"] is None and found["classes"]


def planted_gap(area, low):
    session = planted()
    session.columns |= {
        "drift": table([Measure(name, area, low, area, 0.5, 200, 200, 200) for name in ("classifier", "strangers")]),
        "drift_answers": table([Measure("answers", 0.01, 0.0, 0.05, 0.01, 200, 200, 200)]),
    }
    session.drift = Drift(session)
    return session


def test_a_gap_is_a_sentence_and_none_is_none(monkeypatch):
    monkeypatch.setattr("workspace.doctor.findings", lambda session: [])
    session = planted_gap(0.7, 0.65)
    session.columns["drift"][1] = 0.01
    said = [sentence for sentence in session.faults.findings() if sentence.subject == "drift"]
    assert [sentence.severity for sentence in said] == ["doubtful"] and len(said[0].images) == 3
    assert said[0].text == (
        "test differs from train: a classifier tells them apart with an area under the curve of 0.700 (95 % interval "
        "0.650 to 0.700, limit 0.600, n = 200 and 200)."
    )
    quiet = planted_gap(0.55, 0.52)
    quiet.columns["drift"][1] = 0.01
    assert not [sentence for sentence in quiet.faults.findings() if sentence.subject == "drift"]


def gap(code, auc, moved=False):
    return {"code": code, "auc": auc, "low": auc and auc - 0.05, "moved": moved}


@pytest.mark.parametrize(
    ("measure", "classes", "mixed", "word"),
    [
        (("classifier", 0.55, 0.53), [gap(0, 0.5)], [0.02, 0.02], "Nothing to do."),
        (("classifier", 0.59, 0.52, 0.65), [gap(0, 0.5)], [0.02, 0.02], "collect more samples to see smaller gaps"),
        (("classifier", 0.55, 0.53), [gap(3, 0.95), gap(0, 0.5)], [0.02, 0.02], "Look at 3: as a whole"),
        (("classifier", 0.65, 0.45), [gap(0, 0.5)], [0.02, 0.02], "Collect more samples of train and test"),
        (("classifier", 0.7, 0.65), [gap(code, 0.52) for code in range(4)], [0.4, 0.03], "Reshuffle"),
        (
            ("classifier", 0.7, 0.65),
            [gap(3, 0.95)] + [gap(code, 0.52) for code in range(3)],
            [0.0, 0.0],
            "samples of 3",
        ),
        (("classifier", 0.9, 0.88), [gap(code, 0.9) for code in range(4)], [0.0, 0.0], "Adjust how test is made"),
        (("strangers", 0.1, 0.08), [gap(code, 0.52) for code in range(4)], [0.0, 0.0], "take out what is broken"),
    ],
)
def test_what_to_do(monkeypatch, measure, classes, mixed, word):
    drift = Drift(SimpleNamespace(class_names=tuple("0123")))  # type: ignore[arg-type]
    name, value, low, *high = measure
    made = Measure(name, value, low, *(high or [value]), 0.5, 1000, 1000, 1000)
    monkeypatch.setattr(drift, "facts", lambda one, two: {"classes": classes, "mixed": mixed})
    monkeypatch.setattr(drift, "measures", lambda one, two: [made])
    assert word in drift.advice("train", "test")
