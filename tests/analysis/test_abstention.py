"""Risk against coverage: by hand, monotone where it must be, and limits that people can read."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.abstention import between, choose, curve, keep

SURE = np.array([0.9, 0.8, 0.8, 0.6, 0.5], np.float32)
RIGHT = np.array([1, 1, 0, 1, 0])


def test_by_hand():
    found = curve(SURE, RIGHT)
    np.testing.assert_allclose(found.limit, [0.9, 0.8, 0.6, 0.5], rtol=1e-6)
    assert found.kept.tolist() == [1, 3, 4, 5] and found.errors.tolist() == [0, 1, 1, 2]
    assert found.area == pytest.approx((1 * 0 + 2 / 3 + 1 / 4 + 2 / 5) / 5)


def test_a_limit_for_each_error():
    assert choose(SURE, RIGHT, 0.4).kept == 5 and choose(SURE, RIGHT, 0.4).limit == "0"
    found = choose(SURE, RIGHT, 0.3)
    assert (found.kept, found.errors, found.n) == (4, 1, 5) and 0.5 < float(found.limit) <= 0.6
    assert choose(SURE, RIGHT, 0.1).kept == 1
    assert choose(SURE, 1 - RIGHT, 0.1) is None, "the surest one is wrong"
    assert choose(SURE[:0], RIGHT[:0], 0.1) is None


def test_what_it_chose_is_what_it_keeps():
    random = np.random.default_rng(0)
    confidence = random.random(500).astype(np.float32)
    correct = (random.random(500) < confidence).astype(int)
    shares = []
    for target in (0.05, 0.1, 0.2, 0.3):
        found = choose(confidence, correct, target)
        assert found.errors <= target * found.kept
        assert keep(confidence, correct, found.limit) == found
        assert found.kept == int((confidence >= np.float32(found.limit)).sum())
        shares.append(found.kept)
    assert shares == sorted(shares), "who allows more errors keeps more"


def test_with_the_best_order_the_risk_only_rises():
    confidence = np.linspace(1, 0, 200).astype(np.float32)
    correct = (np.arange(200) < 150).astype(int)
    found = curve(confidence, correct)
    risk = found.errors / found.kept
    assert (np.diff(risk) >= 0).all() and risk[-1] == 0.25
    assert found.area < curve(confidence[::-1], correct).area


def test_equal_confidences_are_kept_or_handed_over_together():
    found = curve(np.full(10, 0.7), np.arange(10) % 2)
    assert found.kept.tolist() == [10] and choose(np.full(10, 0.7), np.arange(10) % 2, 0.1) is None


@pytest.mark.parametrize(
    ("low", "high", "text"), [(0.2, 0.9, "0.6"), (0.83, 0.84, "0.83"), (0.999, 0.9999, "0.9995")]
)
def test_limits_are_short(low, high, text):
    found = between(float(np.float32(low)), float(np.float32(high)))
    assert np.float32(low) < np.float32(found) <= np.float32(high)
    assert len(found) <= len(text) + 1


def test_neighbors_among_float32_are_told_apart():
    high = np.float32(0.99999994)
    low = np.nextafter(high, np.float32(0))
    found = between(float(low), float(high))
    assert low < np.float32(found) <= high
