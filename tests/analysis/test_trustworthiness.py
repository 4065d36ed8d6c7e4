import numpy as np
import pytest
from sklearn.manifold import trustworthiness as scikits

from analysis import trustworthiness as module
from analysis.rule import RULES, find
from analysis.trustworthiness import trustworthiness


def cloud(n, d=8, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize(("n", "k"), [(40, 15), (300, 15), (300, 4), (31, 15)])
def test_equals_scikit_learn_on_all_of_small_data(n, k):
    space, plane = cloud(n), cloud(n)[:, :2] + cloud(n, 2, seed=1) / 2
    found = trustworthiness(space, plane, k=k)
    np.testing.assert_allclose(found[0], scikits(space, plane, n_neighbors=k), rtol=1e-12)
    assert found[2:].tolist() == [n, k]


def test_kept_neighbors_by_brute_force():
    space, plane = cloud(200), cloud(200)[:, :2]

    def nearest(points):
        apart = np.linalg.norm(points[:, None].astype(np.float64) - points, axis=2)
        np.fill_diagonal(apart, np.inf)
        return np.argsort(apart, axis=1)[:, :15]

    kept = [len(set(a) & set(b)) / 15 for a, b in zip(nearest(space), nearest(plane), strict=True)]
    np.testing.assert_allclose(trustworthiness(space, plane)[1], np.mean(kept), rtol=1e-12)


def test_a_perfect_map_and_a_random_one():
    plane = cloud(400, 2)
    assert trustworthiness(plane, plane * 3 + 100)[:2].tolist() == [1, 1]
    by_chance = trustworthiness(cloud(400), cloud(400, 2, seed=9))
    assert by_chance[0] == pytest.approx(0.5, abs=0.03)
    assert by_chance[1] == pytest.approx(15 / 400, abs=0.02)


def test_a_worse_map_is_worth_less():
    space = cloud(300)
    fine, noisy = (trustworthiness(space, space[:, :2] + noise * cloud(300, 2, seed=4)) for noise in (0, 1.0))
    assert fine[0] > noisy[0]
    assert fine[1] > noisy[1]


def test_drawn_samples_estimate_the_whole():
    space = cloud(1_500, 5)
    plane = space[:, :2]
    whole, drawn = trustworthiness(space, plane, samples=1_500), trustworthiness(space, plane, samples=500)
    np.testing.assert_allclose(whole[0], scikits(space, plane, n_neighbors=15), rtol=1e-5)
    assert drawn[2] == 500
    assert drawn[0] == pytest.approx(whole[0], abs=0.01)
    assert drawn[1] == pytest.approx(whole[1], abs=0.01)
    assert drawn[0] != whole[0]
    np.testing.assert_array_equal(trustworthiness(space, plane, samples=500), drawn)


def test_blocks_and_rows_in_another_order_change_nothing(monkeypatch):
    space, plane = cloud(200), cloud(200)[:, :2]
    found = trustworthiness(space, plane)
    rows = np.random.default_rng(2).permutation(200)
    np.testing.assert_allclose(trustworthiness(space[rows], plane[rows]), found, rtol=1e-12)
    monkeypatch.setattr(module, "BLOCK", 1_000)
    np.testing.assert_allclose(trustworthiness(space, plane), found, rtol=1e-12)


def test_neighbors_on_a_wide_map_are_told_apart():
    """Clusters 1,000 apart whose members are 0.001 apart: squares of the places are no way to say so."""
    plane = (cloud(200, 2) * 0.001 + np.arange(200)[:, None] % 4 * 1_000).astype(np.float32)
    assert trustworthiness(plane.astype(np.float64), plane, k=5)[1] > 0.99


@pytest.mark.parametrize("n", [1, 2])
def test_fewer_than_three_have_no_truth(n):
    found = trustworthiness(cloud(n), cloud(n, 2))
    assert np.isnan(found[:2]).all()
    assert found[2:].tolist() == [n, 0]


@pytest.mark.parametrize("n", [3, 4, 5, 20])
def test_few(n):
    found = trustworthiness(cloud(n), cloud(n)[:, :2])
    assert 0 <= found[0] <= 1
    assert found[3] == (n - 1) // 2
    np.testing.assert_allclose(found[0], scikits(cloud(n), cloud(n)[:, :2], n_neighbors=int(found[3])))


def test_constant_data_and_copies_are_forgiven():
    assert trustworthiness(np.ones((50, 4), np.float32), np.zeros((50, 2), np.float32))[0] == 1
    copies = np.repeat(cloud(3) * 7, 40, axis=0)
    assert trustworthiness(copies, copies[:, :2])[0] == 1


def test_broken_rows_are_left_out():
    space, plane = cloud(80), cloud(80)[:, :2].copy()
    expected = trustworthiness(space[2:], plane[2:])
    space[0, 0], plane[1, 1] = np.nan, np.nan
    np.testing.assert_array_equal(trustworthiness(space, plane), expected)
    assert np.isnan(trustworthiness(np.full((9, 2), np.nan, np.float32), plane[:9])[0])


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_every_map_has_its_rule(method):
    rule, layer = find(f"trustworthiness/dense/1/{method}")
    assert rule is RULES[f"trustworthiness/{{layer}}/{method}"]
    assert rule.needed(layer) == {
        "activations": "activations/dense/1",
        "projection": f"projection/dense/1/{method}",
    }
