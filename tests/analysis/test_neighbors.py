import sys

import numpy as np
import pytest

from analysis import neighbors as module
from analysis.neighbors import MOST_EXACT, likely_neighbors, neighbor_distances, neighbors, smallest


@pytest.fixture(params=["tree", "products", "products in many blocks"])
def _road(request, monkeypatch):
    """Every road to the neighbors."""
    if request.param == "tree":
        pytest.importorskip("manifolds_rs")
        monkeypatch.setattr(module, "FEWEST_FOR_TREE", 0)
    else:
        monkeypatch.setitem(sys.modules, "manifolds_rs", None)
    if request.param == "products in many blocks":
        monkeypatch.setattr(module, "BLOCK", 5_000)


def brute(points, k):
    """Distances of all pairs; each row's k nearest others, ties in the order of rows."""
    apart = np.linalg.norm(points[:, None].astype(np.float64) - points, axis=2)
    np.fill_diagonal(apart, np.inf)
    order = np.argsort(apart, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(apart, order, axis=1)


@pytest.mark.usefixtures("_road")
@pytest.mark.parametrize(("n", "d"), [(16, 2), (17, 3), (200, 5), (1_100, 7)])
def test_brute_force_twin(n, d):
    points = np.random.default_rng(n).normal(3, 1, (n, d)).astype(np.float32)
    found = neighbors(points)
    order, apart = brute(points, 15)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, order)
    np.testing.assert_allclose(neighbor_distances(points, found), apart, rtol=1e-5)


@pytest.mark.usefixtures("_road")
def test_far_from_the_origin_and_close_together():
    points = np.random.default_rng(0).normal(1_000, 0.5, (300, 4)).astype(np.float32)
    np.testing.assert_array_equal(neighbors(points), brute(points, 15)[0])


@pytest.mark.usefixtures("_road")
def test_a_copy_is_a_neighbor_at_distance_zero_and_nobody_is_his_own():
    points = np.random.default_rng(0).normal(size=(120, 6)).astype(np.float32)
    points[70] = points[3]
    found = neighbors(points)
    distances = neighbor_distances(points, found)
    assert (found[3, 0], found[70, 0]) == (70, 3)
    assert (distances[3, 0], distances[70, 0]) == (0, 0)
    assert (found != np.arange(120)[:, None]).all()


@pytest.mark.usefixtures("_road")
def test_more_copies_than_neighbors():
    points = np.repeat(np.eye(3, dtype=np.float32), 40, axis=0)
    found = neighbors(points)
    assert not neighbor_distances(points, found).any()
    assert (found // 40 == np.arange(120)[:, None] // 40).all()
    assert (found != np.arange(120)[:, None]).all()
    assert all(len(set(row)) == 15 for row in found.tolist())


@pytest.mark.usefixtures("_road")
@pytest.mark.parametrize("n", [1, 2, 5, 15, 16])
def test_few(n):
    points = np.arange(n, dtype=np.float32)[:, None] ** 2
    found = neighbors(points)
    assert found.shape == (n, min(15, n - 1))
    np.testing.assert_array_equal(found, brute(points, 15)[0][:, : n - 1])
    assert neighbor_distances(points, found).shape == found.shape


@pytest.mark.usefixtures("_road")
def test_shuffled_rows_shuffle_the_neighbors():
    random = np.random.default_rng(5)
    points, rows = random.normal(size=(150, 8)).astype(np.float32), random.permutation(150)
    np.testing.assert_array_equal(rows[neighbors(points[rows])], neighbors(points)[rows])


@pytest.mark.usefixtures("_road")
def test_broken_rows_have_no_neighbors_and_are_none():
    points = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    good = np.delete(np.arange(60), [0, 31, 59])
    expected = good[neighbors(points[good])]
    points[0, 1], points[31, 2], points[59] = np.nan, np.inf, np.inf
    found = neighbors(points)
    distances = neighbor_distances(points, found)
    np.testing.assert_array_equal(found[good], expected)
    assert (found[[0, 31, 59]] == -1).all()
    assert np.isnan(distances[[0, 31, 59]]).all()
    assert np.isfinite(distances[good]).all()


def test_too_few_good_rows_leave_holes():
    points = np.full((10, 2), np.nan, np.float32)
    assert (neighbors(points) == -1).all()
    points[[4, 8]] = [[0, 0], [3, 4]]
    found = neighbors(points)
    assert found[4].tolist() == [8, *[-1] * 8]
    assert neighbor_distances(points, found)[8, 0] == 5


def test_what_was_given_stays_as_it_was():
    points = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32)
    points.flags.writeable = False
    before = points.copy()
    neighbor_distances(points, neighbors(points))
    np.testing.assert_array_equal(points, before)


@pytest.mark.parametrize("n", [5, 64, 300, 2_000, 2_047])
def test_smallest_is_what_sorting_finds(n):
    distances = np.random.default_rng(n).normal(size=(7, n)).astype(np.float32)
    found = np.sort(np.take_along_axis(distances, smallest(distances, 15), axis=1), axis=1)
    np.testing.assert_array_equal(found, np.sort(distances, axis=1)[:, :15])


def test_likely_neighbors_of_many_rows_are_nearly_all_of_them() -> None:
    points = np.random.default_rng(0).normal(size=(MOST_EXACT + 1, 6)).astype(np.float32)
    likely, exact = likely_neighbors(points, 3), neighbors(points, k=3)
    assert likely.shape == exact.shape and likely.dtype == exact.dtype
    assert (likely != np.arange(len(points))[:, None]).all()
    assert np.mean([len(set(a) & set(b)) for a, b in zip(likely.tolist(), exact.tolist(), strict=True)]) > 2.97
    assert np.array_equal(likely, likely_neighbors(points, 3))


def test_many_equal_rows_are_searched_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    import manifolds_rs

    searched, search = [], manifolds_rs.knn_graph

    def graph(points: np.ndarray, k: int, ann: str) -> object:
        searched.append(ann)
        return search(points, k, ann=ann)

    monkeypatch.setattr(manifolds_rs, "knn_graph", graph)
    monkeypatch.setattr(module, "MOST_EXACT", 2_500)
    points = np.random.default_rng(0).normal(size=(3_000, 6)).astype(np.float32)
    likely_neighbors(points, 3)
    points[1_000:1_600] = 0
    found = likely_neighbors(points, 3)
    assert searched == ["nndescent", "kmknn"]
    assert ((found[1_000:1_600] >= 1_000) & (found[1_000:1_600] < 1_600)).all()
