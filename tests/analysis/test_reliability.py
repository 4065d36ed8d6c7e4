"""Reliability: bins by hand, an error above 0 by chance alone, and no more than that for an honest network."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.reliability import BINS, bins, by_chance, error


def honest(n, seed):
    """Confidences, and answers that are right just so often."""
    random = np.random.default_rng(seed)
    confidence = random.beta(5, 1.5, n).astype(np.float32)
    return confidence, (random.random(n) < confidence).astype(np.int64)


def test_bins_by_hand():
    confidence = np.repeat([0.5, 0.9], 20).astype(np.float32)
    correct = np.array([1] * 12 + [0] * 8 + [1] * 15 + [0] * 5)
    order = np.random.default_rng(0).permutation(40)
    found = bins(confidence[order], correct[order])
    assert found.n.tolist() == [20, 20]
    np.testing.assert_allclose(found.confidence, [0.5, 0.9], rtol=1e-6)
    np.testing.assert_allclose(found.accuracy, [0.6, 0.75])
    assert (found.low < found.accuracy).all() and (found.accuracy < found.high).all()
    assert error(confidence, correct).value == pytest.approx((0.1 + 0.15) / 2, rel=1e-6)


def test_bins_are_of_equal_count_and_never_part_equal_confidences():
    confidence, correct = honest(3000, 0)
    assert bins(confidence, correct).n.tolist() == [200] * BINS
    confidence[:1600] = 1
    found = bins(confidence, correct)
    assert found.n.sum() == 3000 and found.n[-1] >= 1600 and found.confidence[-1] == pytest.approx(1, abs=1e-6)
    assert len(bins(confidence[:30], correct[:30]).n) == 1, "few samples, few bins"
    assert len(bins(confidence[:1], correct[:1]).n) == 1


def test_an_honest_network_stays_within_its_noise_floor():
    found = [error(*honest(1500, seed), seed=seed) for seed in range(30)]
    assert all(each.value > 0 for each in found), "chance alone gives more than nothing"
    assert np.mean([each.value <= each.chance_high for each in found]) >= 0.8
    ratio = np.mean([each.value for each in found]) / np.mean([each.chance for each in found])
    assert ratio == pytest.approx(1, abs=0.15)
    assert np.mean([each.p < 0.05 for each in found]) <= 0.2
    assert np.mean([each.debiased for each in found]) < np.mean([each.value for each in found])


def test_a_network_that_is_too_sure_is_beyond_it():
    confidence, correct = honest(1500, 1)
    sure = 1 - (1 - confidence) / 3
    found = error(sure, correct)
    assert found.value > 3 * found.chance_high and found.p < 0.01
    assert found.low <= found.value <= found.high and found.low > found.chance_high
    assert found.debiased == pytest.approx(0.15, abs=0.06)


def test_the_floor_shrinks_with_the_root_of_n():
    small, large = (error(*honest(n, 2)).chance for n in (500, 8000))
    assert small / large == pytest.approx(4, rel=0.3)


def test_who_states_certainty_is_never_drawn_as_wrong():
    draws = by_chance(np.ones(50, np.float32), np.array([50]), np.random.default_rng(0))
    assert not draws.any()
    assert error(np.ones(50), np.ones(50, int)).value == 0


def test_the_order_of_samples_does_not_matter():
    confidence, correct = honest(400, 3)
    order = np.random.default_rng(0).permutation(400)
    assert error(confidence, correct).value == pytest.approx(error(confidence[order], correct[order]).value)
