"""Clusterings of many draws at once: what plain loops give, and which clusters come again."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import clustering
from analysis.clustering import kmeans, stability


def blobs(centers, each=100, spread=0.3):
    random = np.random.default_rng(0)
    points = np.concatenate([random.normal(center, spread, (each, len(center))) for center in centers])
    return points.astype(np.float32), np.repeat(np.arange(len(centers)), each)


def test_every_column_is_a_clustering_of_its_own_weights():
    points, truth = blobs([(0, 0), (5, 0), (0, 5)])
    weights = np.ones((300, 4), np.float32)
    weights[truth == 2, 3] = 0  # the last one never sees the third blob
    found = kmeans(points, weights, 2, np.random.default_rng(1))
    assert found.centers.shape == (2, 4, 2) and found.codes.shape == (300, 4)
    for column in range(4):
        apart = ((points[:, None] - found.centers[:, column]) ** 2).sum(axis=2)
        assert (apart.argmin(axis=1) == found.codes[:, column]).mean() > 0.99
        assert found.inertia[column] == pytest.approx((apart.min(axis=1) * weights[:, column]).sum(), rel=1e-3)
    middles = sorted(found.centers[:, 3].tolist())
    assert np.allclose(middles, [points[truth == code].mean(axis=0) for code in (0, 1)], atol=0.05)


def test_blobs_come_again_and_halves_of_a_blob_do_not():
    points, truth = blobs([(0, 0, 0), (4, 0, 0)])
    codes, centers, again = stability(points, 2, np.random.default_rng(0))
    assert again.min() > 0.95 and centers.shape == (2, 3)
    assert max((codes == truth).mean(), (codes != truth).mean()) > 0.99
    one = np.random.default_rng(0).normal(size=(400, 5)).astype(np.float32)
    assert stability(one, 3, np.random.default_rng(0))[2].max() < 0.75


def test_the_jaccard_coefficient_is_that_of_a_plain_loop():
    random = np.random.default_rng(0)
    one, two = random.integers(0, 3, (2, 50)).astype(np.int16)
    found = clustering._jaccard(one, two, 4)
    for code in range(4):
        mine = {row for row in range(50) if one[row] == code}
        theirs = [{row for row in range(50) if two[row] == other} for other in range(4)]
        assert found[code] == pytest.approx(max(len(mine & each) / max(len(mine | each), 1) for each in theirs))


def test_points_that_are_all_the_same_are_one_cluster_without_warnings():
    codes, _, again = stability(np.zeros((60, 3), np.float32), 3, np.random.default_rng(0))
    assert len(np.unique(codes)) == 1 and np.isfinite(again).all()
