"""The verdict on two sets: no false alarm on equal halves, planted gaps found, few samples told as few."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from analysis import drift
from analysis.drift import Measure
from tests.analysis.drawn_sets import blurred, seen, strokes, together

N = 800


@cache
def reference():
    return seen(*strokes(N, 1))


def measured(one, two):
    both, split = together(one, two)
    drawn = drift.usual(split, *both.features, both.probabilities)
    return [*drift.compared(*both.features, drawn).measures, drift.answered(both.probabilities, drawn)]


@pytest.fixture(scope="module")
def equal():
    return [measured(reference(), seen(*strokes(N, seed))) for seed in range(2, 12)]


def test_no_alarm_without_a_gap(equal):
    assert [drift.verdict(measures) for measures in equal].count("gap") == 0
    areas = [measures[0].value for measures in equal]
    assert 0.45 < np.mean(areas) < 0.55, "around one half, whatever the number of columns"


def test_the_control_is_the_comparison_without_a_gap(equal):
    for measure in equal[0]:
        assert abs(measure.control - (0.5 if measure.name == "classifier" else 0.0)) < 0.1


PLANTED = {
    "blurred": lambda pictures, labels: (blurred(pictures), labels),
    "turned": lambda pictures, labels: (np.rot90(pictures, axes=(1, 2)) * 0.9, labels),
    "darker": lambda pictures, labels: (pictures * 0.7, labels),
    "half the classes": lambda pictures, labels: (pictures[labels < 2], labels[labels < 2]),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_gaps_are_found(kind):
    measures = measured(reference(), seen(*PLANTED[kind](*strokes(2 * N, 20))))
    assert drift.verdict(measures) == "gap"
    assert drift.decided(measures).verdict == "gap"


def test_few_samples_are_no_gap_whatever_they_show():
    measures = measured(seen(*strokes(120, 1)), seen(blurred(strokes(120, 2)[0]), strokes(120, 2)[1]))
    assert measures[0].value > 0.9 and drift.verdict(measures) == "unclear"
    assert drift.usual(np.repeat([0, 1], [39, 200]), np.zeros((239, 1))) is None
    assert drift.usual(np.zeros(500, int), np.zeros((500, 1))) is None


def test_tables_hold_the_measures_and_come_back():
    both, split = together(reference(), seen(*strokes(N, 3)))
    made = drift.drift(*both.features, split)
    assert made.shape == (2, drift.FIGURES)
    classifier, strangers = drift.of_table(("classifier", "strangers"), made)
    assert (classifier.name, classifier.n_reference, classifier.n_new) == ("classifier", N // 2, N)
    assert strangers.low <= strangers.value <= strangers.high
    assert drift.drift_answers(both.probabilities, split).shape == (1, drift.FIGURES)
    one_split = np.zeros(len(split), int)
    assert drift.drift(*both.features, one_split).shape == (0, drift.FIGURES)
    assert drift.drift_answers(both.probabilities, one_split).shape == (0, drift.FIGURES)


def test_rows_that_are_not_finite_are_left_out():
    both, split = together(reference(), seen(*strokes(N, 3)))
    both.last[5] = np.nan
    drawn = drift.usual(split, *both.features)
    assert 5 not in [*drawn.reference, *drawn.held_out]
    assert all(np.isfinite(measure.value) for measure in drift.compared(*both.features, drawn).measures)


def test_a_draw_has_no_row_twice_and_is_the_same_every_time():
    one, two = np.arange(0, 900), np.arange(900, 1500)
    drawn = drift.draw(one, two, most=400)
    assert (len(drawn.reference), len(drawn.held_out), len(drawn.new)) == (400, 400, 400)
    itself = drift.draw(one, one)
    rows = np.concatenate([itself.reference, itself.held_out, itself.new])
    assert len(np.unique(rows)) == len(rows) == 900
    np.testing.assert_array_equal(itself.new, drift.draw(one, one).new)


def test_the_verdict_needs_the_limit_and_more_than_chance():
    def classifier(value, low, n=1000):
        return Measure("classifier", value, low, value + 0.02, 0.5, n, n, n)

    assert classifier(0.61, 0.59).verdict == "gap"
    assert classifier(0.61, 0.49).verdict == "unclear" == classifier(0.61, 0.59, 50).verdict
    assert classifier(0.60, 0.59).verdict == "alike"
    assert classifier(0.59, 0.57).is_blind and not classifier(0.55, 0.53).is_blind
    strange = Measure("strangers", 0.2, 0.1, 0.3, 0.01, 500, 500, 500)
    assert drift.decided([classifier(0.61, 0.59), strange]) is strange
    assert drift.decided([classifier(0.55, 0.53)]) is None
    assert drift.verdict([classifier(0.55, 0.53), classifier(0.61, 0.49)]) == "unclear"
