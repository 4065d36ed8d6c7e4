import numpy as np
import pytest

from analysis import reduction
from analysis.reduction import pixels, reduced


def cloud(n=80, d=12, seed=0):
    random = np.random.default_rng(seed)
    return (random.normal(size=(n, d)) * np.linspace(5, 0.5, d) + 3).astype(np.float32)


def by_svd(points, m):
    """Principal scores by another road, with the sign rule applied."""
    centered = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    left, values, right = np.linalg.svd(centered, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    return (left * values * signs)[:, :m]


@pytest.fixture(params=[2**23, 40], ids=["one block", "many blocks"])
def _blocks(request, monkeypatch):
    monkeypatch.setattr(reduction, "BLOCK", request.param)


def test_pixels_of_a_small_image_are_its_values():
    images = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    found = pixels(images)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, images.reshape(2, -1) / np.float32(255))


@pytest.mark.usefixtures("_blocks")
def test_a_large_image_is_averaged_in_boxes():
    images = np.random.default_rng(0).integers(0, 256, (3, 6, 8, 2), dtype=np.uint8)
    boxes = images.reshape(3, 3, 2, 4, 2, 2).mean(axis=(2, 4)) / 255
    np.testing.assert_allclose(pixels(images, side=4)[:, :8], _ragged(images), rtol=1e-6)
    assert pixels(images, side=3).shape == (3, 3 * 3 * 2)
    np.testing.assert_allclose(pixels(images[:, :, :6], side=3), boxes[:, :, :3].reshape(3, -1), rtol=1e-6)


def _ragged(images):
    """The first row of boxes of 6 x 8 averaged to 4 x 4: one pixel high, two wide."""
    return (images[:, :1].reshape(3, 1, 1, 4, 2, 2).mean(axis=(2, 4)) / 255).reshape(3, -1)


def test_a_uniform_image_stays_what_it_is_whatever_its_size():
    found = pixels(np.full((1, 77, 45, 1), 51, np.uint8))
    assert found.shape == (1, 32 * 32)
    np.testing.assert_allclose(found, 0.2, rtol=1e-6)


@pytest.mark.usefixtures("_blocks")
def test_reduced_is_principal_scores():
    points = cloud()
    np.testing.assert_allclose(reduced(points), by_svd(points, 12), atol=1e-4)
    assert reduced(points, directions=5).shape == (80, 5)
    np.testing.assert_allclose(reduced(points, directions=5), reduced(points)[:, :5], atol=1e-5)


@pytest.mark.usefixtures("_blocks")
def test_subspace_iteration_gives_the_same(monkeypatch):
    points = np.concatenate([cloud(60, 10), np.random.default_rng(1).normal(0, 0.01, (60, 40))], axis=1)
    by_eigenvalues = reduced(points.astype(np.float32), directions=4)
    monkeypatch.setattr(reduction, "MOST_BY_EIGENVALUES", 10)
    np.testing.assert_allclose(reduced(points.astype(np.float32), directions=4), by_eigenvalues, atol=2e-3)


def test_many_columns_and_few_rows():
    points = np.random.default_rng(0).normal(size=(6, 2000)).astype(np.float32)
    found = reduced(points)
    assert found.shape == (6, 6)
    apart = np.linalg.norm(points[0] - points[1])
    np.testing.assert_allclose(np.linalg.norm(found[0] - found[1]), apart, rtol=1e-4)


def test_distances_survive_when_every_direction_is_kept():
    points = cloud()
    found = reduced(points)
    before = np.linalg.norm(points[:, None] - points, axis=2)
    np.testing.assert_allclose(np.linalg.norm(found[:, None] - found, axis=2), before, atol=1e-3)


def test_sign_does_not_depend_on_the_order_of_rows():
    points = cloud()
    rows = np.random.default_rng(1).permutation(len(points))
    np.testing.assert_allclose(reduced(points[rows]), reduced(points)[rows], atol=1e-3)


def test_heaviest_weight_is_positive():
    points = np.zeros((20, 3), np.float32)
    points[:, 1] = -np.arange(20)
    assert (np.diff(reduced(points)[:, 0]) < 0).all()


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_tiny(n):
    found = reduced(cloud(n, 4))
    assert found.shape == (n, min(4, n))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("d", [5, 2000])
def test_constant_data_is_exactly_nothing(d):
    found = reduced(np.full((30, d), 0.1, np.float32))
    assert not found.any()


def test_huge_and_minute_values():
    points = cloud()
    for factor in (1e30, 1e-30):
        found = reduced((points * np.float32(factor)).astype(np.float32)) / np.float32(factor)
        np.testing.assert_allclose(found, reduced(points), atol=1e-3)


@pytest.mark.usefixtures("_blocks")
def test_a_broken_row_breaks_no_other():
    points = cloud()
    good = np.delete(np.arange(80), [3, 50])
    expected = reduced(points[good])
    points[3, 2], points[50, 0] = np.nan, np.inf
    found = reduced(points)
    np.testing.assert_allclose(found[good], expected, atol=1e-4)
    assert np.isnan(found[[3, 50]]).all()


def test_nothing_but_broken_rows():
    assert np.isnan(reduced(np.full((4, 3), np.nan, np.float32))).all()
