"""Planted copies of every kind are found, and what only looks alike is left alone."""

from __future__ import annotations

import io

import numpy as np
import pytest

from analysis.near_copies import copy_group, copy_of, near_copy

N, SIDE = 150, 24


def pictures(seed: int = 0) -> np.ndarray:
    """Smooth random pictures, (n, 24, 24, 1) uint8, no two alike."""
    draw = np.random.default_rng(seed)
    coarse = draw.random((N, 8, 8))
    fine = np.repeat(np.repeat(coarse, 3, axis=1), 3, axis=2)
    fine = (fine + np.roll(fine, 1, 1) + np.roll(fine, 1, 2)) / 3
    return (fine * 180 + 20).astype(np.uint8)[..., None]


def jpeg(picture: np.ndarray) -> np.ndarray:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture[..., 0]).save(buffer, "JPEG", quality=50)
    return np.asarray(Image.open(buffer))[..., None]


KINDS = {
    "exact": lambda picture: picture,
    "down": lambda picture: np.roll(picture, 1, axis=0),
    "right": lambda picture: np.roll(picture, 2, axis=1),
    "darker": lambda picture: (picture * 0.7).astype(np.uint8),
    "noise": lambda picture: np.clip(picture + np.random.default_rng(5).normal(0, 6, picture.shape), 0, 255),
    "jpeg": jpeg,
}


@pytest.fixture(scope="module")
def planted() -> tuple[np.ndarray, np.ndarray]:
    """Pictures whose last ones are copies of the first ones, one of each kind; and what was found."""
    images = pictures()
    for place, change in enumerate(KINDS.values()):
        images[N - 1 - place] = change(images[place])
    return images, copy_of(images)


@pytest.mark.parametrize("place", range(len(KINDS)), ids=list(KINDS))
def test_a_copy_is_found_from_both_sides(planted: tuple[np.ndarray, np.ndarray], place: int) -> None:
    group = copy_group(planted[1])
    assert planted[1][place, 0] == N - 1 - place and planted[1][N - 1 - place, 0] == place
    assert group[place] == group[N - 1 - place] == place


def test_nothing_else_is_called_a_copy(planted: tuple[np.ndarray, np.ndarray]) -> None:
    group, score = copy_group(planted[1]), near_copy(planted[1])
    n_planted = len(KINDS)
    assert (group[n_planted : N - n_planted] == -1).all()
    copies = np.r_[0:n_planted, N - n_planted : N]
    assert score[copies].min() > np.delete(score, copies).max()


def test_three_of_the_same_are_one_group() -> None:
    images = pictures()
    images[7] = images[30] = images[2]
    assert (copy_group(copy_of(images))[[2, 7, 30]] == 2).all()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_pictures_do_not_break(n: int) -> None:
    pairs = copy_of(pictures()[:n])
    assert pairs.shape == (n, 3) and copy_group(pairs).tolist() == [-1] * n


def test_pictures_of_one_grey_are_no_copies_by_likeness() -> None:
    images = pictures()
    images[:5] = (np.arange(5, dtype=np.uint8) * 40)[:, None, None, None]
    assert (copy_group(copy_of(images))[:5] == -1).all()


def test_large_color_pictures_are_compared_small() -> None:
    images = np.repeat(np.repeat(np.repeat(pictures()[:40], 4, axis=1), 4, axis=2), 3, axis=3)
    images[39] = images[0]
    assert copy_group(copy_of(images))[39] == 0


def test_a_darker_copy_is_a_candidate_in_a_crowd_of_its_own_brightness() -> None:
    """Pictures that differ by little: in pixels the darker copy's nearest are all the dark ones."""
    draw = np.random.default_rng(3)
    base = draw.random((SIDE, SIDE)) * 0.6 + 0.4
    images = base + draw.normal(0, 0.02, (400, SIDE, SIDE))
    images[200:] *= 0.6
    images[399] = images[0] * 0.6
    found = copy_of((images * 180).astype(np.uint8)[..., None])
    assert found[0, 0] == 399 and found[399, 0] == 0


def test_noise_on_a_copy_counts_less_than_another_shape() -> None:
    images = pictures()
    grain = np.random.default_rng(1).normal(0, 12, images[0].shape)
    patch = np.zeros(images[0].shape)
    patch[6:12, 6:12] = 12 * SIDE / 6  # as large in all as the grain
    images[-1] = np.clip(images[0] + grain, 0, 255)
    images[-2] = np.clip(images[1] + patch, 0, 255)
    found = copy_of(images)
    assert found[0, 0] == N - 1 and found[1, 0] == N - 2
    assert found[0, 1] < found[1, 1] / 3
