"""Maps of several moments: dots move no more than they must."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.moving_maps import moving_maps, turned


def blobs(n=90, spread=1.0):
    random = np.random.default_rng(0)
    labels = np.arange(n) % 3
    centers = random.normal(size=(3, 8)) * 6
    return (centers[labels] * spread + random.normal(size=(n, 8))).astype(np.float32), labels


def test_a_moment_that_is_the_same_hardly_moves_and_a_turned_one_neither():
    points, labels = blobs()
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0].astype(np.float32)
    maps = moving_maps([points @ turn, points])
    moved = np.sqrt(np.square(maps[0] - maps[1]).sum(axis=1))
    assert moved.mean() < 0.15, "of a map whose dots lie 1 from the middle"
    nearest = np.array([np.argsort(np.square(maps[1] - dot).sum(axis=1))[1] for dot in maps[1]])
    assert (labels[nearest] == labels).mean() > 0.9
    np.testing.assert_allclose(np.square(maps).sum(axis=2).mean(axis=1), 1, rtol=1e-3)


def test_turning_undoes_a_rotation_and_a_reflection():
    points = np.random.default_rng(0).normal(size=(20, 2))
    mirrored = points[:, ::-1] @ np.array([[0.6, 0.8], [-0.8, 0.6]])
    np.testing.assert_allclose(turned(mirrored, points), points, atol=1e-9)


@pytest.mark.parametrize("n", [1, 3])
def test_few_points_and_none_that_differ(n):
    assert moving_maps([np.ones((n, 4), np.float32)] * 2).shape == (2, n, 2)


def test_rows_that_are_no_numbers_stay_so_and_disturb_nobody():
    points, _ = blobs(30)
    points[4] = np.nan
    maps = moving_maps([points, points])
    assert np.isnan(maps[:, 4]).all()
    assert np.isfinite(np.delete(maps, 4, axis=1)).all()
