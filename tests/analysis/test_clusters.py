"""Clusters without labels: planted ones are found and numbered by size, a single cloud is not cut."""

import numpy as np
import pytest

from analysis.clusters import NOBODY, cluster


def planted(sizes, d=12, seed=0):
    """Round clusters of these sizes, well apart, in an order that tells nothing; and which is which."""
    random = np.random.default_rng(seed)
    which = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centers = random.normal(0, 5, (len(sizes), d))
    return (centers[which] + random.normal(0, 1, (len(which), d))).astype(np.float32), which


@pytest.mark.parametrize("sizes", [(300, 150), (200, 100, 80, 60, 40)])
def test_planted_clusters_are_found_the_largest_first(sizes):
    points, which = planted(sizes)
    assert cluster(points).tolist() == which.tolist()


def test_the_order_of_samples_changes_no_grouping():
    points, which = planted((120, 90, 60))
    order = np.random.default_rng(1).permutation(len(points))
    assert cluster(points[order]).tolist() == which[order].tolist()


@pytest.mark.parametrize("d", [1, 2, 3, 5, 12])
def test_a_single_cloud_is_one_cluster(d):
    points = np.random.default_rng(0).normal(size=(300, d)).astype(np.float32)
    assert set(cluster(points).tolist()) == {0}


@pytest.mark.parametrize("d", [1, 2])
def test_clusters_in_few_directions_are_found(d):
    points, which = planted((150, 100, 60), d=d, seed=5)
    assert np.mean(cluster(points) == which) > 0.95


def test_beyond_the_draw_all_are_assigned():
    points, which = planted((1600, 900, 500), d=6)
    assert (cluster(points) == which).all()


def test_rows_without_numbers_are_nowhere():
    points, which = planted((100, 60))
    points[7, 3] = np.nan
    found = cluster(points)
    assert found[7] == NOBODY and np.delete(found, 7).tolist() == np.delete(which, 7).tolist()


@pytest.mark.parametrize("points", [np.ones((40, 5)), np.ones((1, 5)), np.ones((3, 1)), np.full((4, 2), np.nan)])
def test_where_nothing_differs_there_is_one_cluster(points):
    found = cluster(points.astype(np.float32))
    assert set(found.tolist()) == {NOBODY if np.isnan(points).all() else 0}
