"""Class centers and the distances to them, against plain means."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import centers as rules
from analysis.centers import center_distances, centers


@pytest.fixture
def drawn():
    random = np.random.default_rng(3)
    labels = random.integers(-1, 4, 90)
    labels[labels == 2] = 1  # a class that nobody has
    return (random.normal(0, 1, (90, 5)) + 3 * labels[:, None]).astype(np.float32), labels


@pytest.mark.parametrize("block", [7, 35, 10_000])
def test_a_center_is_the_mean_of_its_class_whatever_the_blocks(drawn, monkeypatch, block):
    points, labels = drawn
    monkeypatch.setattr(rules, "BLOCK", block)
    found = centers(points, labels)
    assert found.shape == (4, 5) and found.dtype == np.float32
    assert np.isnan(found[2]).all()
    for code in (0, 1, 3):
        np.testing.assert_allclose(found[code], points[labels == code].mean(axis=0), rtol=1e-5)


def test_a_sample_is_measured_to_the_mean_of_the_others(drawn):
    points, labels = drawn
    found = center_distances(points, labels, centers(points, labels))
    for row in range(len(points)):
        others = np.flatnonzero((labels == labels[row]) & (np.arange(len(points)) != row))
        if labels[row] < 0:
            assert np.isnan(found[row])
        else:
            assert found[row] == pytest.approx(np.linalg.norm(points[row] - points[others].mean(axis=0)), rel=1e-4)


def test_a_planted_stranger_is_the_farthest_and_order_does_not_matter(drawn):
    points, labels = drawn
    row = int(np.flatnonzero(labels == 1)[4])
    points[row] += 50
    found = center_distances(points, labels, centers(points, labels))
    assert int(np.nanargmax(found)) == row
    order = np.random.default_rng(0).permutation(len(labels))
    shuffled = center_distances(points[order], labels[order], centers(points[order], labels[order]))
    np.testing.assert_allclose(shuffled, found[order], rtol=1e-5)


def test_what_is_not_a_number_stands_aside(drawn):
    points, labels = drawn
    row = int(np.flatnonzero(labels == 0)[0])
    points[row, 2] = np.inf
    found = centers(points, labels)
    others = (labels == 0) & (np.arange(len(labels)) != row)
    np.testing.assert_allclose(found[0], points[others].mean(axis=0), rtol=1e-5)
    distances = center_distances(points, labels, found)
    assert np.isnan(distances[row]) and np.isfinite(distances[others]).all()


def test_a_class_of_one_and_no_labels_at_all():
    points = np.eye(3, dtype=np.float32)
    labels = np.array([0, 1, 1])
    found = center_distances(points, labels, centers(points, labels))
    assert np.isnan(found[0]) and found[1:] == pytest.approx(np.sqrt(2))
    nobody = np.full(3, -1)
    assert np.isnan(centers(points, nobody)).all() and centers(points, nobody).shape == (1, 3)
    assert np.isnan(center_distances(points, nobody, centers(points, nobody))).all()
