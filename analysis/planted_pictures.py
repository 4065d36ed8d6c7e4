"""Pictures that do not belong into the data, made from nothing or from the data's own, and copies of some.

There is no second data set at hand to take foreign pictures from, so they are made: noise, textures, line
drawings, and pictures of the data cut up, inverted, turned or blurred. All are pure functions of pictures and
a random generator.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Draw = np.random.Generator
Maker = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

TILES = 4  # along each side, that a picture is cut into
STROKES = 5  # of a line drawing
ROUGHNESS = 1.5  # how fast the waves of a texture fade with their frequency
BLUR, SMOOTHING = 1 / 14, 0.5  # standard deviations: a share of the shorter side, and pixels
DARKER, BRIGHTER, LEVELS = 0.7, 1.3, 8.0


def noise(images: Images, draw: Draw) -> Images:
    """Every value drawn by itself. (n, h, w, ch) uint8 -> the same shape, as for all functions here."""
    return draw.integers(0, 256, images.shape, np.uint8)


def texture(images: Images, draw: Draw) -> Images:
    """Clouds: random waves, the long ones strong, over the whole range of values."""
    n, height, width, channels = images.shape
    down, right = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    fading = np.maximum(np.hypot(down, right), 1 / max(height, width)) ** -ROUGHNESS
    shape = (n, channels, height, width // 2 + 1)
    waves = (draw.normal(size=shape) + 1j * draw.normal(size=shape)) * fading
    clouds = np.fft.irfft2(waves, s=(height, width)).transpose(0, 2, 3, 1)
    low, high = (end(clouds, axis=(1, 2, 3), keepdims=True) for end in (np.min, np.max))
    return np.asarray(255 * (clouds - low) / np.maximum(high - low, 1e-12), np.uint8)


def tiles(images: Images, draw: Draw) -> Images:
    """The picture itself in sixteen tiles, each in a wrong place; what does not divide stays at the edge."""
    made = images.copy()
    height, width = images.shape[1] // TILES, images.shape[2] // TILES
    for picture, source in zip(made, images, strict=True):
        order = draw.permutation(TILES * TILES)
        for place, other in enumerate(np.roll(order, 1)[np.argsort(order)].tolist()):  # a cycle: none stays
            (down, right), (up, left) = divmod(place, TILES), divmod(other, TILES)
            tile = source[up * height : (up + 1) * height, left * width : (left + 1) * width]
            picture[down * height : (down + 1) * height, right * width : (right + 1) * width] = tile
    return made


def drawing(images: Images, draw: Draw) -> Images:
    """Light strokes on dark, somewhat like letters of an alphabet that nobody knows."""
    height, width = images.shape[1:3]
    rows, columns = np.mgrid[0:height, 0:width] + 0.5
    made = np.zeros(images.shape, np.uint8)
    thick = max(min(height, width) / 12, 0.75)
    for picture in made:
        ink = np.zeros((height, width))
        for _ in range(STROKES):
            (y, x), (v, u) = draw.uniform(0.1, 0.9, (2, 2)) * (height, width)
            length = max((v - y) ** 2 + (u - x) ** 2, 1e-9)
            along = np.clip(((rows - y) * (v - y) + (columns - x) * (u - x)) / length, 0, 1)
            apart = np.hypot(rows - y - along * (v - y), columns - x - along * (u - x))
            ink = np.maximum(ink, np.clip(1.5 - apart / thick, 0, 1))
        picture[:] = (255 * ink)[..., None].astype(np.uint8)
    return made


def inverted(images: Images, draw: Draw) -> Images:
    """Light for dark."""
    return np.uint8(255) - images


def turned(images: Images, draw: Draw) -> Images:
    """By a quarter; where that does not fit, upside down."""
    square = images.shape[1] == images.shape[2]
    return np.ascontiguousarray(np.rot90(images, 1 if square else 2, axes=(1, 2)))


def blurred(images: Images, draw: Draw) -> Images:
    """Out of focus: a Gaussian of a fourteenth of the shorter side, two pixels of 28."""
    return _smooth(images, max(min(images.shape[1:3]) * BLUR, 1.0))


def same(images: Images, draw: Draw) -> Images:
    """The same pixels."""
    return images.copy()


def shifted(images: Images, draw: Draw) -> Images:
    """Down by a pixel."""
    return np.roll(images, 1, axis=1)


def darker(images: Images, draw: Draw) -> Images:
    """Every value times 0.7."""
    return np.asarray(images * DARKER, np.uint8)


def brighter(images: Images, draw: Draw) -> Images:
    """Every value times 1.3, as far as there is room."""
    return np.asarray(np.minimum(images * BRIGHTER, 255), np.uint8)


def grained(images: Images, draw: Draw) -> Images:
    """With a little noise, of eight levels."""
    return np.asarray(np.clip(images + draw.normal(0, LEVELS, images.shape), 0, 255), np.uint8)


def smoothed(images: Images, draw: Draw) -> Images:
    """Hardly blurred, as by a resize there and back."""
    return _smooth(images, SMOOTHING)


STRANGERS: dict[str, Maker] = {
    "noise": noise,
    "made-up texture": texture,
    "line drawing": drawing,
    "cut up and shuffled": tiles,
    "inverted": inverted,
    "turned": turned,
    "blurred": blurred,
}
COPIES: dict[str, Maker] = {
    "exact copy": same,
    "shifted by a pixel": shifted,
    "darker": darker,
    "brighter": brighter,
    "noise of 8 levels": grained,
    "smoothed": smoothed,
}


def _smooth(images: Images, sigma: float) -> Images:
    """A Gaussian along both sides; at the edge the weights that are left are scaled to 1."""

    def weights(size: int) -> NDArray[np.float32]:
        places = np.arange(size)
        falling = np.exp(-0.5 * ((places[:, None] - places) / sigma) ** 2)
        return np.asarray(falling / falling.sum(axis=1, keepdims=True), np.float32)

    values = np.einsum("gh,nhwc->ngwc", weights(images.shape[1]), images.astype(np.float32), optimize=True)
    values = np.einsum("kw,nhwc->nhkc", weights(images.shape[2]), values, optimize=True)
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
