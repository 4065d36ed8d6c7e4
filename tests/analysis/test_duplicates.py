"""Groups of copies and what is wrong with each."""

from __future__ import annotations

import numpy as np

from analysis.duplicates import (
    ACROSS,
    CONFLICT,
    CONFLICT_ACROSS,
    SINGLE,
    WITHIN,
    copy_likeness,
    duplicate,
    duplicate_group,
)


def test_exact_and_near_copies_make_one_group():
    near = np.array([0, 0, -1, -1, 4, -1, 4, -1], np.int32)
    exact = np.array([0, 1, 1, 3, 4, 5, 6, 5], np.int32)
    assert duplicate_group(near, exact).tolist() == [0, 0, 0, -1, 4, 5, 4, 5]


def test_a_chain_of_copies_ends_at_its_first():
    near = np.array([-1, -1, 1, -1], np.int32)
    exact = np.array([0, 0, 2, 2], np.int32)
    assert duplicate_group(near, exact).tolist() == [0, 0, 0, 0]


def test_what_is_worst_about_a_group_is_said_of_all_of_it():
    group = np.array([0, 0, 2, 2, 4, 4, 6, 6, 8, 8, -1], np.int32)
    labels = np.array([1, 1, 1, 1, 1, 2, 1, 2, -1, 2, 3])
    split = np.array([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], np.uint8)
    pairs = [WITHIN, ACROSS, CONFLICT, CONFLICT_ACROSS, WITHIN]
    assert duplicate(group, labels, split).tolist() == [kind for kind in pairs for _ in range(2)] + [SINGLE]


def test_without_copies_nothing_is_one():
    alone = np.full(4, -1, np.int32)
    group = duplicate_group(alone, np.arange(4, dtype=np.int32))
    assert group.tolist() == [-1] * 4
    assert duplicate(group, np.arange(4), np.zeros(4, np.uint8)).tolist() == [SINGLE] * 4


def test_likeness_is_one_for_the_same_pixels_and_what_the_nearest_copy_leaves_otherwise():
    copy_of = np.array([[2, 0.25, 0.5], [3, 1.0, 2.0], [0, 0.25, 0.4], [1, 1.0, 2.0], [-1, 2.0, 2.0]])
    found = copy_likeness(copy_of, np.array([0, 1, 2, 1, 4], np.int32))
    assert found[:4].tolist() == [0.75, 1.0, 0.75, 1.0] and np.isnan(found[4])
