"""Small pictures: the mean stays, nothing is enlarged or moved, and rows stay with their samples."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from analysis.rule import find
from analysis.thumbnails import BLOCK, LEVELS, halved, shrunk, thumbnails


def images(n, h, w, ch=1, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, h, w, ch), dtype=np.uint8)


@pytest.mark.parametrize(
    ("h", "w", "s", "rows", "columns"),
    [(28, 28, 28, 28, 28), (64, 64, 64, 64, 64), (224, 224, 64, 64, 64), (100, 50, 64, 64, 32), (20, 28, 28, 20, 28),
     (1, 1, 1, 1, 1), (1, 300, 64, 1, 64), (65, 64, 64, 64, 63)],
)  # fmt: skip
def test_fits_into_a_square_and_is_never_enlarged(h, w, s, rows, columns):
    given = np.maximum(images(3, h, w, 3), 1)
    found = thumbnails(given)
    assert found.shape == (3, s, s, 3)
    assert found.dtype == np.uint8
    inked = np.argwhere(found[0].any(axis=2))
    assert (np.ptp(inked, axis=0) + 1).tolist() == [rows, columns]
    top, left = inked.min(axis=0)
    assert (top, left) == ((s - rows) // 2, (s - columns) // 2)


def test_what_fits_already_stays_as_it_is():
    given = images(5, 28, 28)
    assert np.array_equal(thumbnails(given), given)


def test_halves_are_means_of_four():
    given = images(4, 6, 6, 3)
    plain = given.reshape(4, 3, 2, 3, 2, 3).mean(axis=(2, 4))
    assert np.abs(halved(given) - plain).max() <= 0.5


def test_a_third_and_a_half_pixel_count_as_such():
    """Seven pixels become four: the first of them covers one and three quarters."""
    line = np.array([0, 100, 200, 0, 40, 80, 120], np.uint8).reshape(1, 1, 7, 1)
    expected = [(0 + 0.75 * 100) / 1.75, (0.25 * 100 + 200 + 0.5 * 0) / 1.75]
    expected += [(0.5 * 0 + 40 + 0.25 * 80) / 1.75, (0.75 * 80 + 120) / 1.75]
    assert shrunk(line, 1, 4).ravel().tolist() == np.rint(expected).tolist()


@pytest.mark.parametrize("side", [28, 224, 50, 7])
def test_the_mean_stays_down_to_one_pixel(side):
    given = images(6, side, side, 3) // 2 + np.arange(6, dtype=np.uint8)[:, None, None, None] * 20
    level = thumbnails(given)
    sizes = [level.shape[1]]
    for _ in range(1, LEVELS):
        level = halved(level)
        sizes.append(level.shape[1])
        assert np.abs(level.mean(axis=(1, 2)) - given.mean(axis=(1, 2))).max() < 1.0
    assert sizes[-1] == 1
    assert all(after == (before + 1) // 2 for before, after in itertools.pairwise(sizes))


def test_shuffled_samples_give_shuffled_thumbnails():
    given = images(9, 40, 70)
    order = np.random.default_rng(1).permutation(9)
    assert np.array_equal(thumbnails(given[order]), thumbnails(given)[order])
    assert np.array_equal(halved(given[order][:, :40, :40]), halved(given[:, :40, :40])[order])


def test_blocks_do_not_show():
    """More images than one block holds: the seams are where the block ends."""
    h = w = 200
    n = BLOCK // (h * w) + 3
    given = images(n, h, w)
    found = thumbnails(given)
    for row in (0, n - 4, n - 3, n - 1):
        assert np.array_equal(found[row : row + 1], thumbnails(given[row : row + 1]))


def test_every_level_is_a_rule_that_needs_the_one_before():
    assert find("thumbnails/0")[0].needs == {"images": "images"}
    for level in range(1, LEVELS):
        rule, layer = find(f"thumbnails/{level}")
        assert rule.needs == {"larger": f"thumbnails/{level - 1}"}
        assert layer == ""
        assert rule.kind == "vector"
