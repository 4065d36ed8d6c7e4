"""What lies further out than nearly all of the first split."""

from __future__ import annotations

import numpy as np

from analysis.strangers import limit, stranger


def test_one_in_a_hundred_of_the_first_split_is_far_out():
    scores = np.random.default_rng(0).permutation(500).astype(np.float32)
    found = stranger(scores, np.zeros(500, np.uint8))
    assert sorted(scores[found == 1].tolist()) == [495, 496, 497, 498, 499]


def test_the_other_splits_are_measured_by_the_first():
    scores = np.concatenate([np.arange(100), [98, 98.5, 99, 500, np.nan]]).astype(np.float32)
    split = np.array([0] * 100 + [1] * 5, np.uint8)
    assert stranger(scores, split)[100:].tolist() == [0, 1, 1, 1, -1]
    assert stranger(scores, split)[:100].sum() == 1


def test_few_samples_say_nothing():
    assert limit(np.arange(19.0)) == float("inf")
    assert stranger(np.arange(5, dtype=np.float32), np.zeros(5, np.uint8)).tolist() == [0] * 5
