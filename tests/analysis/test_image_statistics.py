import numpy as np
import pytest

from analysis import image_statistics
from analysis.image_statistics import class_counts, mean_images
from analysis.image_statistics import image_statistics as statistics


@pytest.fixture(params=[2**23, 20], ids=["one block", "many blocks"])
def _blocks(request, monkeypatch):
    monkeypatch.setattr(image_statistics, "BLOCK", request.param)


@pytest.mark.usefixtures("_blocks")
def test_statistics_equal_numpys():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (30, 4, 5, 3), dtype=np.uint8)
    images[random.random(images.shape) < 0.3] = 0
    split = random.integers(0, 2, 30).astype(np.uint8)
    found = statistics(images, split)
    for code in range(2):
        mine = images[split == code]
        expected = [len(mine), mine.mean(), mine.std(), mine.min(), mine.max(), (mine == 0).mean()]
        np.testing.assert_allclose(found[code], expected)


def test_a_split_without_images():
    found = statistics(np.full((1, 2, 2, 1), 7, np.uint8), np.array([1], np.uint8))
    assert found[0, 0] == 0
    assert np.isnan(found[0, 1:]).all()
    assert found[1].tolist() == [1, 7, 0, 7, 7, 0]


def test_class_counts():
    found = class_counts(np.array([0, 2, 2, -1, 0]), np.array([0, 0, 0, 0, 1], np.uint8))
    assert found.tolist() == [[1, 0, 2], [1, 0, 0]]
    assert class_counts(np.array([-1]), np.array([0], np.uint8)).shape == (1, 0)


@pytest.mark.usefixtures("_blocks")
def test_mean_images():
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (40, 3, 4, 3), dtype=np.uint8)
    labels = random.choice([-1, 0, 1, 3], 40)
    found = mean_images(images, labels)
    assert found.shape == (4, 3, 4, 3)
    assert found.dtype == np.uint8
    for code in (0, 1, 3):
        np.testing.assert_array_equal(found[code], np.rint(images[labels == code].mean(axis=0)))
    assert not found[2].any()


def test_mean_images_without_labels():
    assert mean_images(np.zeros((3, 2, 2, 1), np.uint8), np.full(3, -1)).shape == (0, 2, 2, 1)
