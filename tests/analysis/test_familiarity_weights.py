"""Weights: the unfamiliar ones are large, their mean is 1 in each split, and nothing is missing."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.familiarity_weights import loss_weight, sampling_weight


@pytest.mark.parametrize("rule", [sampling_weight, loss_weight])
def test_the_less_familiar_weighs_more_and_the_mean_is_1(rule):
    draw = np.random.default_rng(0)
    familiarity = draw.normal(size=400).astype(np.float32)
    familiarity[[5, 300]] = np.nan
    split = np.repeat([0, 1], [250, 150]).astype(np.uint8)
    weights = rule(familiarity, split)
    assert weights.dtype == np.float32 and (weights > 0).all()
    assert (weights[[5, 300]] == 1).all()
    for code in (0, 1):
        rows = np.flatnonzero((split == code) & np.isfinite(familiarity))
        assert weights[rows].mean() == pytest.approx(1, abs=1e-5)
        ordered = weights[rows[np.argsort(familiarity[rows])]]
        assert (np.diff(ordered) <= 1e-6).all() and ordered[0] > 2 * ordered[-1]


def test_how_far_weights_go():
    familiarity = np.array([-50, 0, 50] * 20, np.float32)
    split = np.zeros(60, np.uint8)
    sampled, loss = sampling_weight(familiarity, split)[:3], loss_weight(familiarity, split)[:3]
    assert sampled[0] / sampled[1] == pytest.approx(np.exp(3), rel=1e-4)
    assert sampled[1] / sampled[2] == pytest.approx(np.exp(3), rel=1e-4)
    np.testing.assert_allclose(loss / loss[2], [3, 1.5, 1], rtol=1e-4)  # of a third, two thirds, all


@pytest.mark.parametrize("rule", [sampling_weight, loss_weight])
def test_without_familiarity_all_weigh_the_same(rule):
    assert (rule(np.full(7, np.nan, np.float32), np.zeros(7, np.uint8)) == 1).all()
