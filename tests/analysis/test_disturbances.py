"""Small changes of pictures: what each does, that strength grows, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import disturbances
from analysis.disturbances import DISTURBANCES, LEVELS


@pytest.fixture
def images():
    """Forty soft discs, off the middle, with a dark rim."""
    rows, columns = np.mgrid[:28, :28]
    random = np.random.default_rng(0)
    made = np.zeros((40, 28, 28, 1), np.uint8)
    for picture, (y, x) in zip(made, random.uniform(11, 16, (40, 2)), strict=True):
        picture[..., 0] = np.clip(255 - 80 * np.abs(np.hypot(rows - y, columns - x) - 5), 0, 255)
    return made


def apart(images, changed):
    return np.abs(images.astype(float) - changed).mean()


@pytest.mark.parametrize("kind", DISTURBANCES, ids=lambda kind: kind.name)
def test_stronger_is_further_away(images, kind):
    assert len(kind.strengths) == LEVELS and list(kind.strengths) == sorted(kind.strengths)
    made = [kind.change(images, strength, np.random.default_rng(0)) for strength in kind.strengths]
    assert all(changed.shape == images.shape and changed.dtype == np.uint8 for changed in made)
    distances = [apart(images, changed) for changed in made]
    assert distances[0] > 0 and distances == sorted(distances)


@pytest.mark.parametrize("kind", DISTURBANCES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("shape", [(3, 9, 14, 3), (1, 1, 1, 1), (0, 6, 6, 1)])
def test_odd_shapes(kind, shape):
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    for strength in kind.strengths:
        assert kind.change(images, strength, np.random.default_rng(0)).shape == shape


def test_a_shift_moves_by_whole_pixels_one_of_four_ways(images):
    moved = disturbances.shifted(images, 7.2, np.random.default_rng(0))
    ways = [np.roll(images, 2 * sign, axis) for axis in (1, 2) for sign in (-1, 1)]
    same = np.array([[np.array_equal(one, way[at]) for way in ways] for at, one in enumerate(moved)])
    assert (same.sum(axis=1) == 1).all() and same.any(axis=0).all(), "rims are dark, so a roll is a shift"


def test_a_quarter_turn_is_exact(images):
    turned = disturbances.turned(images, 90, np.random.default_rng(0))
    for one, image in zip(turned, images, strict=True):
        assert min(np.abs(one.astype(int) - np.rot90(image, k)).max() for k in (1, 3)) <= 1


def test_size_and_light(images):
    ink = images.astype(float).sum()
    assert disturbances.smaller(images, 20, None).sum() / ink == pytest.approx(0.64, abs=0.03)
    assert disturbances.larger(images, 20, None).sum() / ink == pytest.approx(1.44, abs=0.03)
    assert disturbances.darker(images, 50, None).max() == (images.max() + 1) // 2
    assert disturbances.brighter(images, 50, None).min() == 128


def test_noise_and_blur(images):
    gray = np.full((50, 20, 20, 3), 128, np.uint8)
    assert disturbances.grained(gray, 16, np.random.default_rng(0)).std() == pytest.approx(16, rel=0.05)
    assert np.array_equal(disturbances.blurred(gray, 5, None), gray)
    assert disturbances.blurred(images, 8, None).std() < images.std()


def test_the_same_draw_is_the_same_change(images):
    for kind in DISTURBANCES:
        first, second = (kind.change(images, kind.strengths[0], np.random.default_rng(4)) for _ in range(2))
        np.testing.assert_array_equal(first, second)
