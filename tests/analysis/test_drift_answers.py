"""Shifts of answers and the accuracy to expect: against scipy, plain counts, and their signs."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.drift_answers import accuracy, confidence, estimated_accuracy, share_beyond, shift


def answers(n, right, seed=0):
    """Probabilities of three classes that are sure where they are right, mostly; and the labels."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, n)
    logits = random.normal(0, 1, (n, 3))
    logits[np.arange(n), labels] += right
    odds = np.exp(logits)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32), labels


def test_the_distance_is_that_of_scipy():
    from scipy.stats import ks_2samp

    one, two = answers(300, 3)[0], answers(500, 1, 1)[0]
    found = shift(one, two)
    each = [ks_2samp(one[:, column], two[:, column]).statistic for column in range(3)]
    assert found.distance == pytest.approx(max(each)) and found.column == int(np.argmax(each))
    assert 0 <= found.low < found.distance < found.high <= 1
    assert shift(one, one).distance == 0 == shift(one, one).low


def test_chance_is_inside_the_interval():
    assert all(shift(answers(200, 2, seed)[0], answers(200, 2, 100 + seed)[0]).low == 0 for seed in range(20))


def test_the_estimate_follows_the_accuracy():
    reference, labels = answers(4000, 3)
    own = estimated_accuracy(reference, labels, reference)
    assert own.value == pytest.approx(accuracy(reference, labels).value, abs=1e-3)
    worse, truth = answers(4000, 1.5, 1)
    found = estimated_accuracy(reference, labels, worse)
    assert found.value < own.value - 0.1
    assert abs(found.value - accuracy(worse, truth).value) < 0.06
    assert found.low < found.value < found.high and found.n == 4000


def test_without_labels_there_is_no_estimate():
    reference, _ = answers(50, 3)
    none = np.full(50, -1)
    assert np.isnan(estimated_accuracy(reference, none, reference).value)
    assert accuracy(reference, none).n == 0
    assert estimated_accuracy(reference, (reference.argmin(axis=1)), reference).value == 0, "never right"
    assert estimated_accuracy(reference, reference.argmax(axis=1), reference).value == 1, "always right"


def test_sure_is_high():
    assert confidence(np.array([[1.0, 0.0]], np.float32))[0] == 0 > confidence(np.array([[0.5, 0.5]], np.float32))[0]


def test_a_limit_taken_from_few_makes_the_interval_wide():
    narrow, wide = share_beyond(0.1, 1000, 100_000), share_beyond(0.1, 1000, 100)
    assert wide.low < narrow.low < 0.1 < narrow.high < wide.high
