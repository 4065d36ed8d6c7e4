"""What pages are told of confidence: verdict, split and query, what is handed over, and the sentence about it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workspace.confident import confident
from workspace import findings


@pytest.fixture(scope="module")
def sure(tmp_path_factory):
    """Logits three times too large."""
    return confident(tmp_path_factory.mktemp("sure"))


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """Logits as they should be."""
    return confident(tmp_path_factory.mktemp("honest"), too_large=1.0)


def test_too_sure_is_told_from_honest(sure, honest):
    found, fine = sure.calibration.measured("test"), honest.calibration.measured("test")
    assert (found.n, found.size, found.verdict) == (300, 300, "too sure")
    assert found.low > 0.1 and found.before.error.low > found.before.error.chance_high
    assert found.after.error.value < found.before.error.value / 2 and found.after.loss < found.before.loss
    assert fine.verdict == "" and fine.low < 0 < fine.high
    fitted = sure.calibration.fitted("test")
    assert fitted.n == 300 and fitted.low < 3 < fitted.high


def test_the_figures_are_of_the_split_and_the_query(sure):
    found = sure.calibration.measured("train", 'label == "class 1"')
    rows = np.flatnonzero((sure.column("split") == 0) & (sure.column("labels") == 1))
    assert found.n == len(rows) == 200
    assert found.accuracy == pytest.approx((sure.column("correct")[rows] == 1).mean())
    assert found.before.confidence == pytest.approx(sure.column("confidence")[rows].mean())
    assert sure.calibration.measured("train", "index < 0") is None


def test_what_is_handed_over_is_what_its_query_finds(sure):
    for target in (0.3, 0.2, 0.1):
        given = sure.calibration.abstain("test", target)
        rows = sure.calibration.handed(given)
        assert len(rows) == given.handed == len(sure.find(given.query)) > 0
        confidence = sure.column("confidence")[rows]
        assert (np.diff(confidence) >= 0).all() and confidence.max() < np.float32(given.chosen.limit)
        assert given.chosen.errors <= target * given.chosen.kept
        assert given.chosen.n + given.checked.n == given.n == 300


def test_the_other_half_has_its_own_error_and_interval(sure):
    given = sure.calibration.abstain("test", 0.2)
    rate, low, high = given.risk
    assert rate == given.checked.errors / given.checked.kept and low < rate < high
    share, least, most = given.share
    assert share == 1 - given.checked.kept / given.checked.n and least < share < most


def test_with_few_samples_nothing_is_chosen(sure):
    given = sure.calibration.abstain("test", 0.1, "index < 640")
    assert given.few and given.chosen is None and not len(sure.calibration.handed(given))


def test_a_limit_for_each_predicted_class(sure):
    found = sure.calibration.classes("test", 0.2)
    assert sorted(each.code for each in found) == [0, 1, 2] and sum(each.n for each in found) == 300
    predicted, correct = sure.column("predicted"), sure.column("correct")
    for each in found:
        rows = np.flatnonzero((predicted == each.code) & (sure.column("split") == 1))
        assert each.n == len(rows) and each.accuracy == pytest.approx((correct[rows] == 1).mean())
        if each.abstention.query:
            handed = sure.find(each.abstention.query).indices
            assert set(handed) <= set(rows) and len(handed) == each.abstention.handed


def test_the_overview_names_what_is_clearly_wrong_and_no_more(sure, honest):
    said = [next(iter(findings.MAKERS["calibration"](session))) for session in (sure, honest)]
    assert [sentence.severity for sentence in said] == ["doubtful", "fine"]
    assert "The network is too sure: on test it is" in said[0].text and "n = 300" in said[0].text
    assert 0.1 < said[0].low < said[0].high and len(said[0].images) == 3
    wrong = sure.find(said[0].query).indices
    assert set(said[0].images) <= set(wrong) and (sure.column("correct")[wrong] == 0).all()
