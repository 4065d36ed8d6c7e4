"""Nearest by brute force, planted copies, and which units make two points alike."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis import similar


def plain(points, query, metric):
    """Every distance by a plain loop."""
    found = []
    for row in np.asarray(points, float).tolist():
        if metric == "euclidean":
            found.append(math.sqrt(sum((a - b) ** 2 for a, b in zip(row, query, strict=True))))
        else:
            product = sum(a * b for a, b in zip(row, query, strict=True))
            lengths = math.sqrt(sum(a * a for a in row) * sum(b * b for b in query))
            found.append(1 - product / lengths if lengths else math.nan)
    return np.array(found)


@pytest.fixture
def points():
    return np.random.default_rng(3).normal(1, 1, (211, 7)).astype(np.float32)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("among", [None, np.arange(0, 211, 3)])
def test_the_same_as_a_plain_loop(points, metric, among, monkeypatch):
    monkeypatch.setattr(similar, "BLOCK", 7 * 10)  # many blocks
    for query in (0, 3, 7):
        distances = plain(points, points[query].tolist(), metric)
        rows = [row for row in (range(211) if among is None else among) if row != query]
        expected = sorted(rows, key=lambda row: (distances[row], row))[:9]
        found = similar.nearest(points, points[query], 9, metric=metric, among=among, but=query)
        assert found.rows.tolist() == expected
        np.testing.assert_allclose(found.distances, distances[expected], rtol=1e-5, atol=1e-7)
        assert (found.searched, found.left_out) == (len(rows), 0)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_a_planted_copy_is_first_at_distance_0(points, metric):
    points[150] = points[20]
    found = similar.nearest(points, points[20], 3, metric=metric, but=20)
    assert found.rows[0] == 150
    assert found.distances[0] == 0
    assert (found.distances[1:] > 0).all()


def test_a_crowd_of_copies_stands_in_the_order_of_the_rows(points):
    points[:] = points[0]
    found = similar.nearest(points, points[0], 5, but=2)
    assert found.rows.tolist() == [0, 1, 3, 4, 5]
    assert found.distances.tolist() == [0] * 5


def test_order_of_rows_changes_nothing_but_their_numbers(points):
    order = np.random.default_rng(1).permutation(len(points))
    query = points[9].copy()
    first = similar.nearest(points, query, 12)
    second = similar.nearest(points[order], query, 12)
    assert order[second.rows].tolist() == first.rows.tolist()
    np.testing.assert_array_equal(first.distances, second.distances)


def test_differences_that_single_precision_loses_are_still_in_order():
    points = np.full((400, 3), 1000.0, np.float32)
    points[:, 1] += np.linspace(0, 0.02, 400, dtype=np.float32)[::-1]
    found = similar.nearest(points, np.full(3, 1000.0), 5, metric="cosine")
    expected = sorted(range(400), key=lambda row: (similar.exactly(points[row][None], [1000] * 3, "cosine")[0], row))
    assert found.rows.tolist() == expected[:5]


def test_rows_that_are_no_numbers_are_counted_and_left_out(points):
    points[[4, 60]] = np.nan
    points[5, 2] = np.inf
    points[6] = 0
    found = similar.nearest(points, points[0], 300, but=0)
    assert (found.searched, found.left_out) == (207, 3)
    assert not set(found.rows.tolist()) & {0, 4, 5, 60}
    assert np.isfinite(found.distances).all()
    assert similar.nearest(points, points[0], 300, metric="cosine", but=0).left_out == 4


def test_nothing_to_compare_with(points):
    assert len(similar.nearest(points[:1], points[0], 5, but=0).rows) == 0
    assert similar.nearest(points, points[0], 5, among=np.array([3]), but=3).searched == 0
    assert math.isnan(similar.random_pairs(points[:1]).farther(1.0))


def test_few_samples_give_all_pairs_and_many_the_same_in_every_run(points):
    few = similar.random_pairs(points[:20])
    expected = np.sort([d for i in range(20) for d in plain(points[i + 1 : 20], points[i].tolist(), "euclidean")])
    np.testing.assert_allclose(few.distances, expected, rtol=1e-6)
    many = similar.random_pairs(points, pairs=1000)
    assert len(many.distances) == 1000
    np.testing.assert_array_equal(many.distances, similar.random_pairs(points, pairs=1000).distances)
    assert many.distances[0] > 0, "a sample was paired with itself"


def test_farther_is_the_share_of_pairs(points):
    pairs = similar.random_pairs(points[:20])
    assert pairs.farther(-1) == 1
    assert pairs.farther(float(pairs.distances[-1])) == 0
    assert pairs.farther(float(pairs.distances[18])) == pytest.approx(1 - 19 / 190)


def test_squares_are_twice_the_variance(points):
    pairs = similar.random_pairs(points[:90])
    np.testing.assert_allclose(pairs.squares, 2 * points[:90].astype(float).var(axis=0, ddof=1), rtol=1e-6)
    points[3] = np.nan
    assert np.isfinite(similar.random_pairs(points[:90]).squares).all()


def test_the_unit_that_is_shared_and_the_unit_that_differs_come_first():
    squares = np.array([8.0, 8.0, 8.0, 8.0])
    x, y = np.array([5.0, 4.0, 0.0, 1.0]), np.array([5.0, 1.0, 0.0, 1.5])
    common = similar.likeness(x, y, squares)
    assert common.argmax() == 0
    assert common[1] < 0
    assert common[2] == 0, "neither is active"
    assert common[common > 0].sum() == pytest.approx(1)
    apart = similar.difference(x, y)
    assert apart.tolist() == pytest.approx([0, 9 / 9.25, 0, 0.25 / 9.25])
    products = similar.likeness(x, y, squares, metric="cosine")
    assert products.tolist() == pytest.approx([25 / 30.5, 4 / 30.5, 0, 1.5 / 30.5])
    turned = similar.difference(x, y, metric="cosine")
    assert turned.sum() == pytest.approx(1)


def test_a_copy_differs_nowhere():
    x = np.array([1.0, 2.0, 0.0])
    assert similar.difference(x, x).tolist() == [0, 0, 0]
    assert similar.difference(x, 3 * x, metric="cosine") == pytest.approx([0, 0, 0])
