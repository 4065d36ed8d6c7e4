"""A wall of pictures as tiles of 256 x 256 pixels, in as many zoom levels as it needs.

A level has a number of pixels per unit, which is the side of the wall's smallest picture: as many as
a level of the thumbnails has, so that pixels are copied, not mixed; below one pixel each level halves
the one before, until the whole wall fits on a few tiles. Tile (x, y) begins at pixel (256 x, 256 y).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workspace.mosaic import Mosaic

TILE = 256  # pixels
SMALLEST_WALL = 400  # pixels: the coarsest level is not larger, unless it has one pixel per picture
MOST_LEVELS = 24
NUDGE = 1e-6  # pixels, so that rounding never puts the first pixel of a picture into the one before

Pixels = NDArray[np.uint8]


def levels(mosaic: Mosaic, sizes: Sequence[int]) -> list[float]:
    """Pixels per unit of every zoom level, ascending. sizes: of the thumbnails, in pixels."""
    found = sorted({float(size) for size in sizes})
    while found[0] * max(mosaic.size) > SMALLEST_WALL and len(found) < MOST_LEVELS:
        found.insert(0, found[0] / 2)
    return found


def tile(mosaic: Mosaic, pixels: float, x: int, y: int, thumbnails: Sequence[Pixels]) -> Pixels:
    """One tile.

    Args:
        mosaic: the wall.
        pixels: per unit.
        x: which tile, from the left.
        y: and from the top.
        thumbnails: (n, s, s, ch) each, in any order of s.

    Returns:
        (256, 256, ch + 1): the last channel is 255 where there is a picture, else 0. A picture is taken from
        the smallest thumbnails that have at least its pixels, or else from the largest.
    """
    channels = thumbnails[0].shape[3]
    found = np.zeros((TILE, TILE, channels + 1), np.uint8)
    across, down = ((TILE * k + np.arange(TILE) + 0.5) / pixels for k in (x, y))
    column = np.searchsorted(mosaic.left, across, side="right") - 1
    row = np.searchsorted(mosaic.top, down, side="right") - 1
    inner_x, inner_y = across - mosaic.left[column], down - mosaic.top[row]
    xs, ys = np.flatnonzero(column >= 0), np.flatnonzero(row >= 0)
    if not len(xs) or not len(ys):
        return found
    cells = np.ix_(row[ys], column[xs])
    side, wide, shown = mosaic.side[cells], mosaic.across[cells], mosaic.shown[cells]
    nudge = NUDGE / pixels
    u, v = (inner_x[xs][None, :] + nudge) / side, (inner_y[ys][:, None] + nudge) / side
    right, below = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
    slot = below * wide + right
    hit = (right < wide) & (slot < shown)
    if not hit.any():
        return found
    ids = mosaic.ids[(mosaic.start[cells] + slot)[hit]]
    u, v = (u - right)[hit], (v - below)[hit]
    values = np.zeros((len(ids), channels), np.uint8)
    level = _level(side * pixels, thumbnails)[hit]
    for k in np.unique(level):
        chosen = level == k
        size = thumbnails[k].shape[1]
        at_y, at_x = ((place[chosen] * size).astype(np.int64) for place in (v, u))
        values[chosen] = thumbnails[k][ids[chosen], np.minimum(at_y, size - 1), np.minimum(at_x, size - 1)]
    painted = np.zeros((*hit.shape, channels + 1), np.uint8)
    painted[hit] = np.concatenate([values, np.full((len(values), 1), 255, np.uint8)], axis=1)
    found[np.ix_(ys, xs)] = painted
    return found


def _level(wanted: NDArray[np.float64], thumbnails: Sequence[Pixels]) -> NDArray[np.int64]:
    """For every picture of so many pixels, which thumbnails have the fewest that are enough."""
    sizes = np.asarray([images.shape[1] for images in thumbnails])
    ascending = np.argsort(sizes, kind="stable")
    place = np.searchsorted(sizes[ascending], np.round(wanted, 3))
    chosen: NDArray[np.int64] = ascending[np.minimum(place, len(sizes) - 1)]
    return chosen
