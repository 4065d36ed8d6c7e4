"""Maps by cosine: the length of a vector changes nothing, and what has no direction has no place."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as scikits

from analysis.cosine_maps import cosine_trustworthiness, reduced_cosine, tsne_cosine, umap_cosine, unit
from analysis.rule import find


def rays(n=240, d=6, seed=0):
    """Points on three rays from the origin, of very different lengths, and on which ray each is."""
    random = np.random.default_rng(seed)
    which = random.permutation(np.arange(n) % 3)
    directions = np.eye(3, d) + random.normal(0, 0.02, (n, d))[:, None]
    lengths = np.exp(random.normal(0, 2, n))
    return (directions[np.arange(n), which] * lengths[:, None]).astype(np.float32), which


def test_lengths_change_nothing():
    points, _ = rays()
    longer = points * np.random.default_rng(1).uniform(0.1, 1000, (len(points), 1)).astype(np.float32)
    np.testing.assert_allclose(reduced_cosine(longer), reduced_cosine(points), atol=1e-5)


def test_euclidean_distance_of_unit_rows_is_the_cosine_distance():
    points, _ = rays(60)
    long = points.astype(np.float64) / np.linalg.norm(points.astype(np.float64), axis=1)[:, None]
    mine = unit(points)
    apart = ((mine[:, None] - mine) ** 2).sum(axis=2)
    np.testing.assert_allclose(apart, 2 * (1 - long @ long.T), atol=1e-5)


@pytest.mark.parametrize("draw", [tsne_cosine, umap_cosine])
def test_rays_become_islands(draw):
    points, which = rays()
    plane = draw(reduced_cosine(points))
    apart = np.linalg.norm(plane[:, None] - plane, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (which[apart.argmin(axis=1)] == which).mean() > 0.98


def test_without_a_direction_there_is_no_place():
    points, _ = rays(30)
    points[3], points[4, 0] = 0, np.nan
    points[5] *= 1e30
    found = reduced_cosine(points)
    assert np.flatnonzero(np.isnan(found).any(axis=1)).tolist() == [3, 4]


def test_the_truth_is_measured_by_cosine():
    points, _ = rays()
    plane = np.random.default_rng(2).normal(size=(len(points), 2)).astype(np.float32) + points[:, :2]
    expected = scikits(points.astype(np.float64), plane, n_neighbors=15, metric="cosine")
    assert cosine_trustworthiness(points, plane)[0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("method", ["tsne_cosine", "umap_cosine"])
def test_menu_and_caption_find_both(method):
    assert find(f"projection/dense/{method}")[0].kind == "projection"
    assert find(f"trustworthiness/dense/{method}")[1] == "dense"
