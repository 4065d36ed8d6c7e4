"""Planted strokes: more ink, a lean of known degrees, boxes of known sides, and no object at all."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.object_shape import ASPECT, INK, OFF_CENTER, SLANT, aspect, grid, ink, object_shape, off_center, slant
from analysis.reduction import pixels


def measured(*images: np.ndarray) -> np.ndarray:
    stack = np.stack(images).astype(np.uint8)
    stack = stack[..., None] if stack.ndim == 3 else stack
    return object_shape(pixels(stack), stack)


def box(top: int, left: int, high: int, wide: int, size: int = 28) -> np.ndarray:
    image = np.zeros((size, size))
    image[top : top + high, left : left + wide] = 200
    return image


def leaning(degrees: float, size: int = 28) -> np.ndarray:
    """A stroke five pixels wide that goes to the right as it goes up."""
    image = np.zeros((size, size))
    for row in range(4, 24):
        middle = size / 2 + np.tan(np.radians(degrees)) * (size / 2 - row - 0.5)
        image[row, round(middle - 2.5) : round(middle + 2.5)] = 255
    return image


def test_a_box_by_hand():
    (found,) = measured(box(7, 12, 14, 4))
    assert found[INK] == pytest.approx(14 * 4 / 784)
    assert found[ASPECT] == pytest.approx(4 / 14)
    assert found[SLANT] == pytest.approx(0, abs=1e-4) and found[OFF_CENTER] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("degrees", [-35, -15, 0, 15, 35])
def test_a_lean_of_known_degrees(degrees):
    assert measured(leaning(degrees))[0, SLANT] == pytest.approx(degrees, abs=2)


def test_the_middle_and_a_corner():
    middle, corner = measured(box(13, 13, 2, 2), box(0, 0, 1, 1))[:, OFF_CENTER]
    assert middle == pytest.approx(0, abs=1e-6) and corner == pytest.approx(13.5 / 14)


def test_ink_does_not_depend_on_strength_or_on_which_is_the_background():
    image = box(5, 5, 9, 12)
    faint, negative = image * 0.3, 255 - image
    assert measured(image, faint, negative) == pytest.approx(np.tile(measured(image), (3, 1)), abs=1e-3)


def test_an_even_area_has_no_object():
    even = np.full((28, 28), 128)
    grain = even + np.random.default_rng(0).integers(-3, 4, even.shape)
    found = measured(even, grain)
    assert (found[:, INK] == 0).all() and np.isnan(found[:, 1:]).all()


def test_large_pictures_in_boxes_measure_nearly_the_same():
    small = box(7, 10, 14, 7)
    large = np.kron(small, np.ones((8, 8)))
    a, b = measured(small)[0], measured(large)[0]
    assert b == pytest.approx(a, abs=0.06)
    wide = np.zeros((30, 90, 3), np.uint8)
    wide[10:20, 30:60] = 255
    assert measured(wide)[0, [ASPECT, OFF_CENTER]] == pytest.approx([3, 0], abs=0.15)


def test_boxes_are_those_of_the_reduced_pixels():
    for height, width in ((28, 28), (33, 100), (1, 5), (224, 224), (40, 20)):
        points = pixels(np.zeros((1, height, width, 1), np.uint8))
        down, across = grid(height, width, points.shape[1])
        assert (len(down) - 1) * (len(across) - 1) == points.shape[1]
        assert (down[-1], across[-1]) == (height, width)


def test_tiny_pictures_are_measured_without_a_warning():
    for shape in ((1, 1), (1, 4), (2, 2)):
        found = measured(np.random.default_rng(0).integers(0, 255, shape))
        assert found.shape == (1, 4)


def test_each_score_is_its_column_and_rows_keep_their_order():
    random = np.random.default_rng(0)
    images = [box(*random.integers(1, 9, 2), *random.integers(2, 18, 2)) for _ in range(40)]
    found = measured(*images)
    assert [rule(found).tolist() for rule in (ink, slant, aspect, off_center)] == found.T.tolist()
    order = random.permutation(40)
    np.testing.assert_array_equal(measured(*[images[row] for row in order]), found[order])
