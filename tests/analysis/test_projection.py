import logging
import sys
import types

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from analysis import projection
from analysis.projection import pca, tsne, umap
from analysis.reduction import reduced
from analysis.trustworthiness import trustworthiness
from util import InspectorError

METHODS = {"pca": pca, "tsne": tsne, "umap": umap}


def islands(n=300, d=10, seed=0):
    """Three flat clusters far from each other, and which sample is in which, in an order that tells nothing."""
    random = np.random.default_rng(seed)
    which = random.permutation(np.arange(n) % 3)
    centers = np.eye(3, d) * 20
    flat = random.normal(0, 1, (n, 2)) @ random.normal(0, 1, (2, d))
    return reduced((centers[which] + flat).astype(np.float32)), which


def purity(plane, which):
    """Share of samples whose nearest other sample on the map is of their island."""
    apart = np.linalg.norm(plane[:, None] - plane, axis=2)
    np.fill_diagonal(apart, np.inf)
    return (which[apart.argmin(axis=1)] == which).mean()


@pytest.fixture
def without_manifolds(monkeypatch):
    """One thread, because a second one only waits at this size."""
    monkeypatch.setitem(sys.modules, "manifolds_rs", None)
    with threadpool_limits(1):
        yield


@pytest.fixture
def recorded_umap(monkeypatch):
    """A stand-in for umap-learn, which takes a minute; the list of what it was asked for."""
    asked = []

    class UMAP:
        def __init__(self, **settings):
            asked.append(settings)

        def fit_transform(self, points):
            return points[:, :2] + 5

    module = types.ModuleType("umap")
    module.UMAP = UMAP
    monkeypatch.setitem(sys.modules, "umap", module)
    return asked


def test_pca_is_the_first_two_columns():
    points, _ = islands()
    np.testing.assert_array_equal(pca(points), points[:, :2])
    assert pca(points).dtype == np.float32


def test_pca_of_one_column_lies_on_a_line():
    found = pca(np.arange(5, dtype=np.float32)[:, None])
    assert found.tolist() == [[0, 0], [1, 0], [2, 0], [3, 0], [4, 0]]


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_with_the_fast_library(method):
    pytest.importorskip("manifolds_rs")
    points, which = islands()
    found = METHODS[method](points)
    assert_good(found, points, which)
    np.testing.assert_array_equal(METHODS[method](points), found)


@pytest.fixture
def asked_of_opentsne(monkeypatch):
    """What openTSNE was asked for. Its threads wait for each other in a loop: one of them is faster here."""
    import openTSNE

    asked = []

    class OneThread(openTSNE.TSNE):
        def __init__(self, **settings):
            asked.append(settings)
            super().__init__(**{**settings, "n_jobs": 1})

    monkeypatch.setattr(openTSNE, "TSNE", OneThread)
    return asked


@pytest.mark.usefixtures("without_manifolds")
@pytest.mark.parametrize("most_for_scikit", [20_000, 100], ids=["scikit-learn", "openTSNE"])
def test_tsne_with_the_mature_libraries(monkeypatch, asked_of_opentsne, most_for_scikit):
    monkeypatch.setattr(projection, "MOST_FOR_SCIKIT", most_for_scikit)
    points, which = islands()
    assert_good(tsne(points), points, which)
    few, _ = islands(110)
    np.testing.assert_array_equal(tsne(few), tsne(few))
    expected = [{"perplexity": 30, "random_state": 0, "n_jobs": -1}] * 3 if most_for_scikit == 100 else []
    assert [{**asked, "perplexity": 30} for asked in asked_of_opentsne] == expected


@pytest.mark.usefixtures("without_manifolds")
def test_umap_with_the_mature_library(recorded_umap):
    points, which = islands()
    assert_good(umap(points, seed=3), points, which, least=0.5)
    assert recorded_umap == [{"n_neighbors": 15, "min_dist": 0.1, "random_state": 3, "n_jobs": 1}]


@pytest.mark.usefixtures("without_manifolds")
def test_umap_with_no_library_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(InspectorError, match="install umap-learn") as refusal:
        umap(islands()[0])
    assert len(str(refusal.value)) <= 240


def assert_good(found, points, which, least=0.95):
    assert found.shape == (len(points), 2)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    assert purity(found, which) == 1
    assert trustworthiness(points, found)[0] > least


def test_other_seeds_draw_other_maps():
    points, _ = islands()
    assert not np.array_equal(umap(points, seed=1), umap(points, seed=2))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 9, 10, 11])
def test_tiny(method, n):
    points = reduced(np.random.default_rng(n).normal(size=(n, 4)).astype(np.float32))
    found = METHODS[method](points)
    assert found.shape == (n, 2)
    assert np.isfinite(found).all()


@pytest.mark.usefixtures("without_manifolds")
@pytest.mark.parametrize("n", [3, 10])
def test_tiny_with_the_mature_library(n):
    assert np.isfinite(tsne(islands(n)[0])).all()


@pytest.mark.parametrize("method", METHODS)
def test_too_few_points_stand_where_pca_puts_them(method):
    points, _ = islands(projection.FEWEST - 1)
    np.testing.assert_array_equal(METHODS[method](points), pca(points))


@pytest.mark.parametrize("method", METHODS)
def test_constant_data_is_one_place(method):
    found = METHODS[method](reduced(np.full((40, 6), 7, np.float32)))
    assert not found.any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "points",
    [
        np.repeat(np.eye(3, 5), 20, axis=0),
        np.concatenate([np.zeros((59, 5)), np.ones((1, 5))]),
        np.arange(60.0)[:, None],
        np.random.default_rng(0).normal(size=(60, 5)) * 1e30,
        np.random.default_rng(0).normal(size=(60, 5)) * 1e-30,
    ],
    ids=["copies", "one other", "a line", "huge", "minute"],
)
def test_awkward_data_has_a_map(method, points):
    found = METHODS[method](reduced(points.astype(np.float32)))
    assert found.shape == (60, 2)
    assert np.isfinite(found).all()


@pytest.mark.usefixtures("without_manifolds")
def test_copies_have_a_map_with_the_mature_library():
    assert np.isfinite(tsne(reduced(np.repeat(np.eye(3, 5), 20, axis=0).astype(np.float32)))).all()


@pytest.mark.parametrize("method", METHODS)
def test_broken_rows_have_no_place_and_move_no_other(method):
    points, _ = islands(60)
    holes = np.insert(points, [0, 30], np.nan, axis=0)
    found = METHODS[method](holes)
    assert np.isnan(found[[0, 31]]).all()
    np.testing.assert_array_equal(np.delete(found, [0, 31], axis=0), METHODS[method](points))


@pytest.mark.usefixtures("without_manifolds")
def test_when_the_fast_library_gives_up_the_mature_one_takes_over(monkeypatch, caplog):
    class Panic(BaseException):
        pass

    def panics(**settings):
        raise Panic("col < self.ncols()")

    monkeypatch.setitem(sys.modules, "manifolds_rs", types.SimpleNamespace(TSNE=panics))
    points, which = islands(60)
    with caplog.at_level(logging.WARNING):
        assert purity(tsne(points), which) == 1
    assert "col < self.ncols()" in caplog.text


def test_ctrl_c_is_not_swallowed(monkeypatch):
    def interrupted(**settings):
        raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "manifolds_rs", types.SimpleNamespace(TSNE=interrupted))
    with pytest.raises(KeyboardInterrupt):
        tsne(islands(60)[0])


def test_a_map_that_did_not_converge_is_not_shown(monkeypatch):
    monkeypatch.setattr(projection, "_by_manifolds", lambda method, points, **_: np.full((len(points), 2), np.inf))
    points, _ = islands(60)
    np.testing.assert_array_equal(tsne(points), pca(points))


def test_many_points_are_searched_in_cells(monkeypatch):
    pytest.importorskip("manifolds_rs")
    monkeypatch.setattr(projection, "MOST_EXACT", 100)
    points, which = islands(1_200)
    for method in (tsne, umap):
        found = method(points)
        assert purity(found, which) == 1
        np.testing.assert_array_equal(method(points), found)
