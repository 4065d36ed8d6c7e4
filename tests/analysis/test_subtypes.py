"""Planted sub-types are found, and none where there is one cloud; sizes stay bounded."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import subtypes
from analysis.subtype_recall import tail, weak
from analysis.subtypes import kinds, subtype, subtype_parts


def peaks(shifts, each=200, seed=0):
    """Strongest answers of 24 filters; each group answers more in four filters of its own, by its shift."""
    random = np.random.default_rng(seed)
    values = random.gamma(4, 1, (each * len(shifts), 24))
    for place, shift in enumerate(shifts):
        values[each * place : each * (place + 1), 4 * place : 4 * place + 4] += shift
    return values.astype(np.float32), np.repeat(np.arange(len(shifts)), each)


def test_two_groups_inside_a_class_are_found_and_one_cloud_stays_whole():
    values, group = peaks([20, 20, 0])
    labels = np.where(group == 2, 1, 0)
    found = subtype_parts(values, labels)
    assert (found[labels == 1, 0] == 0).all() and np.isnan(found[labels == 1, 1]).all()
    letters = found[labels == 0, 0]
    assert sorted(np.unique(letters).tolist()) == [1, 2]
    for code in (0, 1):
        assert np.bincount(found[group == code, 0].astype(int)).max() >= 198
    assert (found[labels == 0, 1] > 0.9).all() and (found[labels == 0, 2] > 0).all()


def test_a_small_group_has_a_letter_and_the_rest_of_its_class_has_none():
    values, group = peaks([0, 0, 0, 0, 0, 25], each=80)
    found = subtype_parts(values, np.zeros(len(group), np.int64))
    mine = found[group == 5, 0]
    letter = np.bincount(mine.astype(int)).argmax()
    assert letter > 0 and (mine == letter).mean() > 0.95
    assert (found[group != 5, 0] == letter).mean() < 0.05


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["normal", "gamma"])
def test_one_cloud_is_never_cut(kind, seed):
    random = np.random.default_rng(seed)
    shape = (600, 12)
    values = random.normal(size=shape) if kind == "normal" else random.gamma(3, 1, shape)
    values[:, 0] *= 10  # longer in one direction
    found = subtype_parts(values.astype(np.float32), np.zeros(600, np.int64))
    assert (found[:, 0] == 0).all()


def test_shuffled_rows_give_the_same_groups():
    values, group = peaks([20, 20])
    order = np.random.default_rng(1).permutation(len(group))
    one, other = (subtype_parts(each, np.zeros(len(group), np.int64)) for each in (values, values[order]))
    same = one[order, 0] == other[:, 0]
    assert max(same.mean(), 1 - same.mean()) > 0.99


def test_small_classes_and_unknown_rows_are_left_whole():
    values, _ = peaks([0, 0])
    labels = np.arange(400) // 2
    labels[:150] = -1
    values[399] = np.nan
    found = subtype_parts(values, labels)
    assert (found[:150, 0] == -1).all() and found[399, 0] == -1
    assert (found[150:399, 0] == 0).all()
    codes = subtype(found, labels)
    assert (codes[:150] == -1).all() and codes[399] == -1
    assert codes[150:399].tolist() == (labels[150:399] - labels[150]).tolist()


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_samples_do_not_break(n):
    values, labels = np.ones((n, 4), np.float32), np.zeros(n, np.int64)
    assert subtype(subtype_parts(values, labels), labels).tolist() == [0] * n


def test_features_that_never_change_cut_nothing():
    values = np.ones((300, 6), np.float32)
    assert (subtype_parts(values, np.zeros(300, np.int64))[:, 0] == 0).all()


def test_codes_count_classes_and_letters_in_order():
    parts = np.full((6, 3), np.nan, np.float32)
    parts[:, 0] = [0, 2, 1, 0, 0, -1]
    labels = np.array([4, 4, 4, 1, 7, -1])
    assert kinds(parts[:, 0].astype(int), labels).tolist() == [[1, 0], [4, 0], [4, 1], [4, 2], [7, 0]]
    assert subtype(parts, labels).tolist() == [1, 3, 2, 0, 4, -1]


def test_only_so_many_classes_and_samples_are_clustered(monkeypatch):
    sizes = []
    monkeypatch.setattr(
        subtypes, "divided", lambda points, noise: sizes.append(len(points)) or np.zeros((len(points), 3))
    )
    labels = np.concatenate([np.repeat(np.arange(300), 120), np.full(500, 300)])
    subtype_parts(np.random.default_rng(0).random((len(labels), 4), np.float32), labels)
    assert len(sizes) == subtypes.MOST_CLASSES and max(sizes) == 500
    monkeypatch.undo()
    clustered = []
    monkeypatch.setattr(
        subtypes,
        "stability",
        lambda points, k, random: (
            clustered.append(len(points)) or (np.zeros(len(points), int), points[:k], np.zeros(k))
        ),
    )
    subtypes.divided(np.zeros((9000, 3), np.float32), {})
    assert max(clustered) == subtypes.SAMPLES


def test_fishers_test_is_that_of_all_tables():
    assert tail(3, 4, 1, 4) == pytest.approx((16 + 1) / 70)  # the lady who tastes tea
    assert tail(0, 10, 5, 50) == 1.0 and tail(2, 0, 1, 5) == 1.0
    assert tail(3, 84, 0, 898) == pytest.approx(84 * 83 * 82 / (982 * 981 * 980))


def test_only_rare_sub_types_with_clearly_more_errors_are_weak():
    n = 1000
    letters = np.where(np.arange(n) < 100, 1, np.where(np.arange(n) < 400, 2, 0))
    labels, split = np.zeros(n, np.int64), np.arange(n) % 2
    correct = np.ones(n, np.int64)
    correct[1:40:2] = 0  # of the first sub-type, in the second split only
    correct[101:300:2] = 0  # of the second one, which is not rare
    found = weak(letters, labels, split, correct)
    assert found.any() and set(np.flatnonzero(found)) <= set(range(1, 100, 2))
    assert not weak(letters, labels, split, np.full(n, -1)).any()
    assert not weak(np.zeros(n, np.int64), labels, split, correct).any()
