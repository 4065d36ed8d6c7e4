"""How much of a picture its object covers, how it leans, how wide it is for its height, and where it stands.

The object is whatever differs from the background, the background whatever the rim of the picture is like:
so strokes on black, strokes on white and a dark shoe on a bright wall are measured alike. A photograph whose
rim is as varied as the rest has no object in this sense; its numbers then say how its light is spread.

Ink, slant and the box are the measures of Castro and others, Morpho-MNIST: Quantitative Assessment and Diagnostics
for Representation Learning, 2019, made for strokes of half the strength of the strongest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.reduction import BLOCK
from analysis.rule import rule
from util import blocks

Float = NDArray[np.float32]

NAMES = ("ink", "slant", "aspect", "off_center")
FAINT = 0.05  # of the range from black to white: what differs less from the background is no object
HALF = 0.5  # of the largest difference, from which on a pixel belongs to the object
GRAY = (0.299, 0.587, 0.114)  # of red, green and blue: luma of ITU-R BT.601
INK, SLANT, ASPECT, OFF_CENTER = range(4)


@rule("object_shape", title="Shape of the object", kind="vector", needs={"pixels": "activations/pixels"})
def object_shape(pixels: Float, images: NDArray[np.uint8]) -> Float:
    """Ink, slant, aspect and distance from the middle of what stands out from the background of each picture.

    The background is the median of the picture's rim; the object is where the difference from it is at
    least half of the largest. About 1.3 s for 70,000 digits; larger pictures are measured in at most
    32 x 32 boxes, so their size costs nothing here.

    Args:
        pixels: (n, d) in 0..1, the pictures as `activations/pixels` has them.
        images: (n, h, w, ch), for their size alone.

    Returns:
        (n, 4) float32: share of the area, degrees, width per height, share of the way from the middle to a
        corner. For a picture that is one even area the first is 0 and the others are not-a-number.
    """
    n, height, width, channels = images.shape
    rows, columns = grid(height, width, pixels.shape[1] // channels)
    weights = np.asarray(GRAY if channels == 3 else [1 / channels] * channels, np.float32)
    found = np.full((n, len(NAMES)), np.nan, np.float32)
    for block in blocks(n, 4 * pixels.shape[1], most=BLOCK):
        gray = pixels[block].reshape(-1, len(rows) - 1, len(columns) - 1, channels) @ weights
        found[block] = _measured(gray, rows, columns)
    return found


@rule("ink", title="Ink")
def ink(object_shape: Float) -> Float:
    """Share of the picture that its object covers, 0 to 1; strokes that are thin or few have little ink.

    object_shape: (n, 4) -> (n,) float32; 0 for an even area.
    """
    return object_shape[:, INK].copy()


@rule("slant", title="Slant")
def slant(object_shape: Float) -> Float:
    """How far the object leans to the right, in degrees; 0 is upright, negative leans to the left.

    The angle of the shear that makes the second moments upright, arctan(-m11 / m02).

    object_shape: (n, 4) -> (n,) float32 in -90..90; not-a-number without an object, or with one of a single row.
    """
    return object_shape[:, SLANT].copy()


@rule("aspect", title="Aspect")
def aspect(object_shape: Float) -> Float:
    """Width of the object's box for its height; 1 is square, below is upright, above is lying.

    object_shape: (n, 4) -> (n,) float32 above 0; not-a-number without an object.
    """
    return object_shape[:, ASPECT].copy()


@rule("off_center", title="Off center")
def off_center(object_shape: Float) -> Float:
    """How far the object's center of mass lies from the middle of the picture; 0 is the middle, 1 a corner.

    object_shape: (n, 4) -> (n,) float32 in 0..1; not-a-number without an object.
    """
    return object_shape[:, OFF_CENTER].copy()


def grid(height: int, width: int, boxes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The borders of so many boxes in pixels, down and across, as `activations/pixels` cuts pictures into them."""
    side = max(height, width)
    while min(height, side) * min(width, side) > boxes:
        side -= 1
    down, across = min(height, side), min(width, side)
    return np.arange(down + 1) * height // down, np.arange(across + 1) * width // across


def _measured(gray: Float, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Float:
    """(m, 4) of the pictures (m, rows, columns) in gray."""
    high, wide = gray.shape[1:]
    rim = np.ones((high, wide), bool)
    rim[1:-1, 1:-1] = False
    differs = np.abs(gray - np.median(gray[:, rim], axis=1)[:, None, None])
    peak = differs.max(axis=(1, 2))
    object_ = (differs >= HALF * peak[:, None, None]) & (peak >= FAINT)[:, None, None]
    area = np.outer(np.diff(rows), np.diff(columns)).astype(np.float32)
    covered = (object_ * area).sum(axis=(1, 2)) / area.sum()

    mass = np.where(object_, differs, 0) * area
    y, x = (rows[:-1] + rows[1:]) / 2, (columns[:-1] + columns[1:]) / 2
    down, across = mass.sum(axis=2).astype(np.float64), mass.sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = down.sum(axis=1)
        middle_y, middle_x = down @ y / total, across @ x / total
        vertical = down @ y**2 / total - middle_y**2
        mixed = np.einsum("nyx,y,x->n", mass, y, x, optimize=True) / total - middle_y * middle_x
        degrees = np.degrees(np.arctan(np.where(vertical > 1e-6, -mixed / vertical, np.nan)))
        away = np.hypot(middle_y - rows[-1] / 2, middle_x - columns[-1] / 2)
        away /= np.hypot(rows[-1] / 2, columns[-1] / 2)
        shape = _length(object_.any(axis=1), columns) / _length(object_.any(axis=2), rows)
    return np.stack([covered, degrees, shape, away], axis=1).astype(np.float32)


def _length(taken: NDArray[np.bool_], borders: NDArray[np.int64]) -> NDArray[np.float64]:
    """(m,) pixels from the first to the last box that is taken (m, boxes); not-a-number if none is."""
    first, last = taken.argmax(axis=1), taken.shape[1] - 1 - taken[:, ::-1].argmax(axis=1)
    return np.where(taken.any(axis=1), borders[last + 1] - borders[first], np.nan)
