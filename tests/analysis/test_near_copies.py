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


def found(images: np.ndarray) -> np.ndarray:
    last = images.reshape(len(images), -1)[:, ::7].astype(np.float32)
    return copy_of(images, last)


@pytest.fixture(scope="module")
def planted() -> tuple[np.ndarray, np.ndarray]:
    """Pictures whose last ones are copies of the first ones, one of each kind; and what was found."""
    images = pictures()
    for place, change in enumerate(KINDS.values()):
        images[N - 1 - place] = change(images[place])
    return images, found(images)


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
    assert (copy_group(found(images))[[2, 7, 30]] == 2).all()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_pictures_do_not_break(n: int) -> None:
    pairs = found(pictures()[:n])
    assert pairs.shape == (n, 3) and copy_group(pairs).tolist() == [-1] * n


def test_pictures_of_one_grey_are_no_copies_by_likeness() -> None:
    images = pictures()
    images[:5] = (np.arange(5, dtype=np.uint8) * 40)[:, None, None, None]
    assert (copy_group(found(images))[:5] == -1).all()


def test_large_color_pictures_are_compared_small() -> None:
    images = np.repeat(np.repeat(np.repeat(pictures()[:40], 4, axis=1), 4, axis=2), 3, axis=3)
    images[39] = images[0]
    assert copy_group(found(images))[39] == 0
