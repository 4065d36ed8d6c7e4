"""Small changes that leave a person's answer as it is: shifts, turns, sizes, light, blur, noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Draw = np.random.Generator


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A kind of change at several strengths, the weakest first.

    Attributes:
        name: in links.
        title: on the page.
        unit: behind a strength.
        strengths: each more than the one before.
        change: (n, h, w, ch) uint8 images, a strength and a generator -> the same shape.
    """

    name: str
    title: str
    unit: str
    strengths: tuple[float, ...]
    change: Callable[[Images, float, Draw], Images]


def shifted(images: Images, strength: float, draw: Draw) -> Images:
    """Moved by `strength` percent of the shorter side, each in one of four directions; edges are continued."""
    pixels = max(1, round(min(images.shape[1:3]) * strength / 100))
    made = np.empty_like(images)
    height, width = images.shape[1:3]
    ways = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])[draw.integers(0, 4, len(images))]
    for way in np.unique(ways, axis=0):
        rows = (ways == way).all(axis=1)
        down = np.clip(np.arange(height) - way[0] * pixels, 0, height - 1)
        across = np.clip(np.arange(width) - way[1] * pixels, 0, width - 1)
        made[rows] = images[rows][:, down][:, :, across]
    return made


def turned(images: Images, strength: float, draw: Draw) -> Images:
    """Turned by `strength` degrees, one way or the other; edges are continued."""
    radians = np.deg2rad(strength)
    made = np.empty_like(images)
    signs = draw.choice([-1, 1], len(images))
    for sign in (-1, 1):
        sine, cosine = sign * np.sin(radians), np.cos(radians)
        made[signs == sign] = _resampled(images[signs == sign], np.array([[cosine, -sine], [sine, cosine]]))
    return made


def smaller(images: Images, strength: float, draw: Draw) -> Images:
    """Shrunk by `strength` percent about the middle; edges are continued."""
    return _resampled(images, np.eye(2) / (1 - strength / 100))


def larger(images: Images, strength: float, draw: Draw) -> Images:
    """Enlarged by `strength` percent about the middle; what does not fit is cut off."""
    return _resampled(images, np.eye(2) / (1 + strength / 100))


def darker(images: Images, strength: float, draw: Draw) -> Images:
    """Every value `strength` percent lower."""
    return _whole(images * (1 - strength / 100))


def brighter(images: Images, strength: float, draw: Draw) -> Images:
    """Every value brought `strength` percent of the way to white."""
    return _whole(255 - (255.0 - images) * (1 - strength / 100))


def blurred(images: Images, strength: float, draw: Draw) -> Images:
    """A Gaussian whose standard deviation is `strength` percent of the shorter side; edges are continued."""
    from scipy.ndimage import gaussian_filter

    sigma = min(images.shape[1:3]) * strength / 100
    return _whole(gaussian_filter(images.astype(np.float32), (0, sigma, sigma, 0), mode="nearest"))


def grained(images: Images, strength: float, draw: Draw) -> Images:
    """Normal noise with a standard deviation of `strength` levels of 255, cut off at black and white."""
    noise = draw.standard_normal(images.shape, np.float32) * np.float32(strength)
    return _whole(images + noise)


DISTURBANCES = (
    Disturbance("shift", "Shift", "% of the side", (3.6, 7.2, 10.8, 14.3), shifted),
    Disturbance("turn", "Turn", "°", (5, 10, 20, 30), turned),
    Disturbance("smaller", "Smaller", "%", (5, 10, 20, 30), smaller),
    Disturbance("larger", "Larger", "%", (5, 10, 20, 30), larger),
    Disturbance("darker", "Darker", "%", (10, 25, 50, 75), darker),
    Disturbance("brighter", "Brighter", "%", (10, 25, 50, 75), brighter),
    Disturbance("blur", "Blur", "% of the side", (1.5, 3, 5, 8), blurred),
    Disturbance("noise", "Noise", "levels", (8, 16, 32, 64), grained),
)
LEVELS = 4


def _resampled(images: Images, inverse: NDArray[np.float64]) -> Images:
    """Every image under a linear map about its middle, whose inverse is given, by bilinear interpolation."""
    from scipy.ndimage import affine_transform

    if not len(images):
        return images
    middle = (np.array(images.shape[1:3]) - 1) / 2
    matrix, offset = np.eye(4), np.zeros(4)
    matrix[1:3, 1:3] = inverse
    offset[1:3] = middle - inverse @ middle
    return _whole(affine_transform(images.astype(np.float32), matrix, offset, order=1, mode="nearest"))


def _whole(values: NDArray[np.floating]) -> Images:
    return np.asarray(np.rint(np.clip(values, 0, 255)), np.uint8)
