"""Planted shortcuts and weak spots are found; noise is none, over many seeds."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.nuisance import CLEAR, COLUMNS, MUCH, gain, judged, nuisance_error, nuisance_label, predictability

N, CHANCE, DEVIATIONS = 3000, COLUMNS.index("chance"), COLUMNS.index("deviations")


def properties(random: np.random.Generator, n: int = N) -> list[np.ndarray]:
    return [random.normal(0, 1, n).astype(np.float32) for _ in range(8)]


def test_a_planted_shortcut_is_found_and_nothing_else():
    random = np.random.default_rng(0)
    labels, values = random.integers(0, 5, N), properties(random)
    values[0] = (labels * 0.1 + random.normal(0, 0.01, N)).astype(np.float32)
    gains = [gain(row) for row in nuisance_label(*values, labels)]
    assert gains[0] > 0.9 and not any(gains[1:])


def test_a_planted_weak_spot_is_found_on_later_splits_only():
    random = np.random.default_rng(1)
    values, split = properties(random), np.arange(N) % 2
    dark = values[0] < -1
    wrong = dark & (random.random(N) < 0.7) & (split == 1)
    found = nuisance_error(*values, (~wrong).astype(np.int64), split.astype(np.uint8))
    assert [gain(row) > 0 for row in found] == [True] + [False] * 7
    assert found[0, 0] == N / 2
    flipped = nuisance_error(*values, (~wrong).astype(np.int64), 1 - split.astype(np.uint8))
    assert not any(gain(row) for row in flipped), "errors of the first split are not judged"


@pytest.mark.parametrize(("classes", "n"), [(2, 300), (10, 1000), (40, 2000)])
def test_noise_is_no_shortcut(classes, n):
    deviations = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        target = random.choice(classes, n, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
        row = predictability(random.normal(0, 1, n), target)
        assert gain(row) == 0
        deviations.append(row[DEVIATIONS])
    assert abs(np.mean(deviations)) < 0.6 and 0.5 < np.std(deviations) < 1.5, "standard deviations are what they say"
    assert max(deviations) < CLEAR - 1


def test_rare_errors_in_noise_are_no_weak_spot():
    for seed in range(40):
        random = np.random.default_rng(seed)
        assert gain(predictability(random.exponential(1, 2000), (random.random(2000) > 0.02).astype(int))) == 0


def test_a_number_with_few_values_by_hand():
    values, target = np.repeat([0.0, 1.0], 50), np.repeat([0, 1], 50)
    target[:10] = 1  # of the class with value 0, ten are called otherwise
    n, k, accuracy, low, high, chance, _ = predictability(values, target)
    assert (n, k, chance) == (100, 2, 0.5)
    assert accuracy == pytest.approx((40 / 40 + 50 / 60) / 2) and low < accuracy <= high <= 1


def test_nothing_to_judge():
    for values, target in (
        (np.zeros(0), np.zeros(0, int)),
        (np.ones(100), np.arange(100) % 2),
        (np.arange(100.0), np.zeros(100, int)),
        (np.full(100, np.nan), np.arange(100) % 2),
        (np.arange(60.0), np.arange(60) % 4),  # fifteen of each are too few
    ):
        row = predictability(values, target)
        assert row[0] == 0 and np.isnan(row[CHANCE]) and gain(row) == 0


def test_a_sure_but_small_effect_is_left_alone():
    random = np.random.default_rng(0)
    target = random.integers(0, 2, 200_000)
    row = predictability(random.normal(0.1 * target, 1), target)
    assert row[DEVIATIONS] > CLEAR and (row[2] - 0.5) / 0.5 < MUCH and gain(row) == 0


def test_errors_of_an_only_split_count():
    assert judged(np.array([0, 0])).tolist() == [True, True]
    assert judged(np.array([1, 2, 3])).tolist() == [False, True, True]
