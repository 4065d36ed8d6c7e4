"""Sizes that lie apart are named, and nothing is found in what differs as pictures do."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.odd_sizes import LARGE, NAMES, NARROW, SMALL, USUAL, odd_size

N = 400


def photographs(seed: int = 0, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    """Widths and heights as collections have them: all sizes around one, upright and lying."""
    draw = np.random.default_rng(seed)
    width = draw.lognormal(np.log(500), 0.3, n)
    return np.rint(width), np.rint(width * draw.choice([3 / 4, 4 / 3], n, p=[0.8, 0.2]))


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        ((30, 22), SMALL), ((1, 1), SMALL), ((9000, 7000), LARGE), ((4000, 60), NARROW), ((40, 3000), NARROW),
        ((500, 375), USUAL), ((700, 500), USUAL), ((np.nan, 375), USUAL), ((0, 375), USUAL), ((-5, -5), USUAL),
    ],
)  # fmt: skip
def test_a_planted_size_is_named_and_nothing_else(size, kind):
    width, height = photographs()
    width[7], height[7] = size
    found = odd_size(width, height)
    assert NAMES[found[7]] == NAMES[kind] and found.dtype == np.int64
    assert not np.delete(found, 7).any()


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_found_where_sizes_only_differ(seed):
    assert not odd_size(*photographs(seed, 3000)).any()


def test_boxes_of_all_sizes_are_hardly_ever_odd():
    draw = np.random.default_rng(0)
    area, aspect = np.exp(draw.normal(7, 1.5, 5000)), np.exp(draw.normal(0, 0.6, 5000))
    assert odd_size(np.sqrt(area * aspect), np.sqrt(area / aspect)).mean() < 0.001


@pytest.mark.parametrize("share", [0.5, 0.3, 0.15, 0.07])
@pytest.mark.parametrize("other", [(1920, 1080), (32, 32), (30, 600)])
def test_two_usual_sizes_are_both_usual(share, other):
    width, height = np.full(N, 640), np.full(N, 480)
    width[: int(share * N)], height[: int(share * N)] = other
    width[-1], height[-1] = 3, 3
    found = odd_size(width, height)
    assert not found[:-1].any()
    if share < 0.1 or other == (1920, 1080):
        assert found[-1] == SMALL


def test_a_photograph_that_was_turned_is_not_odd():
    width, height = np.full(N, 600), np.full(N, 400)
    width[3], height[3] = 400, 600
    assert not odd_size(width, height).any()
    height[9] = 200
    assert odd_size(width, height)[9] == USUAL, "half as high is not odd yet"
    height[9] = 100
    assert odd_size(width, height)[9] == NARROW


def test_shuffled_rows_give_shuffled_kinds_and_the_unit_does_not_count():
    width, height = photographs()
    width[:3], height[:3] = (20, 9000, 5000), (20, 9000, 50)
    order = np.random.default_rng(1).permutation(N)
    found = odd_size(width, height)
    assert found[:3].tolist() == [SMALL, LARGE, NARROW]
    np.testing.assert_array_equal(odd_size(width[order], height[order]), found[order])
    np.testing.assert_array_equal(odd_size(10 * width, 10 * height), found)


@pytest.mark.parametrize(
    "column", [np.array(["wide", "narrow"] * 3), np.array([True, False] * 3), np.full(6, np.nan), np.zeros(6, int)]
)
def test_columns_that_are_no_sizes_say_nothing(column):
    assert odd_size(column, np.arange(1, 7)).tolist() == [USUAL] * 6
    assert odd_size(column, column).tolist() == [USUAL] * 6


def test_a_single_picture_is_usual():
    assert odd_size(np.array([5]), np.array([900])).tolist() == [USUAL]
