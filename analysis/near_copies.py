"""Pictures that stand in the data twice or more: exact copies, and ones shifted, brightened or recompressed.

Candidates come from two views of the standardized pictures, so that a brighter copy is no other picture:
their pixels and their Fourier amplitudes, which no shift changes. They are then compared by the normalized
correlation r of the grey pictures, at the best shift of up to two pixels (Lewis, Fast Normalized
Cross-Correlation, 1995), once as they are and once softened: softening takes away what noise and
compression left, and not what sets another picture of the same thing apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.joining import joined
from analysis.neighbors import NOBODY, likely_neighbors
from analysis.reduction import pixels, reduced
from analysis.rule import rule
from analysis.threads import one_thread
from util import blocks

Float = NDArray[np.float32]

CANDIDATES = 4  # from each view
DIRECTIONS = 64
SIDE, REACH = 32, 2  # pictures are shrunk to this side at most; shifts that are tried, in pixels
CERTAIN, LIKELY, LEAD = 0.003, 0.04, 0.25
LEAST = 1e-6  # of 1 - r: rounding
FLAT = 1e-6  # length of a picture of one grey
BLOCK = 2**19  # float32 values that stay in the processor's cache


@rule("copy_of", title="Nearest copy", kind="vector", leans_on=("manifolds-rs",))
@one_thread()
def copy_of(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The sample that looks most like each one, how much, and how much the next one does.

    About 3 s of CPU for 10,000 pictures of 28 x 28.

    Args:
        images: (n, h, w, ch).

    Returns:
        (n, 3) float64: row of the most alike sample, -1 where there is none; how far it is, 0 for a copy
        to 2: the geometric mean of 1 - r of the pictures as they are and softened; and how far the next
        best is.
    """
    grey = _grey(images)
    n = len(grey)
    found = np.full((n, 3), (NOBODY, 2.0, 2.0))
    if n < 2:
        return found
    first, second = _candidates(grey)
    apart = np.sqrt(_apart(grey, first, second) * _apart(_softened(grey), first, second))
    rows = np.concatenate([first, second])
    others, both = np.concatenate([second, first]), np.concatenate([apart, apart])
    order = np.lexsort((others, both, rows))
    rows, others, both = rows[order], others[order], both[order]
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    found[rows[starts], 0], found[rows[starts], 1] = others[starts], both[starts]
    has_next = np.flatnonzero(np.append(rows, -1)[np.minimum(starts + 1, len(rows))] == rows[starts])
    found[rows[starts[has_next]], 2] = both[starts[has_next] + 1]
    return found


@rule("near_copy", title="Near copy", bad="high")
def near_copy(copy_of: NDArray[np.float64]) -> Float:
    """How likely a picture stands in the data twice; high is a copy.

    -log of how far the most alike sample is plus half its lead over the next one's, in nats: in a crowd of
    similar pictures a likeness says little. copy_of: (n, 3) -> (n,) float32.
    """
    best, second = (-np.log(np.maximum(copy_of[:, column], LEAST)) for column in (1, 2))
    return (best + (best - second) / 2).astype(np.float32)


@rule("copy_group", title="Group of copies", kind="vector")
def copy_group(copy_of: NDArray[np.float64]) -> NDArray[np.int32]:
    """The first sample of the group of copies that each one belongs to; -1 where it has no copy.

    Two samples are copies when they are less than 0.003 apart, or less than 0.04 and less than a quarter
    of what the next best one is. Copies of copies are one group. copy_of: (n, 3) -> (n,) int32.
    """
    apart, following = copy_of[:, 1], copy_of[:, 2]
    certain = (apart < CERTAIN) | ((apart < LIKELY) & (apart < LEAD * following))
    return joined(np.where(certain, copy_of[:, 0], NOBODY).astype(np.int32))


def _grey(images: NDArray[np.uint8]) -> Float:
    """(n, h, w) float32 in 0..1, box-averaged to at most SIDE along each side."""
    n, *sizes, channels = images.shape
    height, width = (min(size, SIDE) for size in sizes)
    grey = np.empty((n, height, width), np.float32)
    for block in blocks(n, images[:1].size, most=BLOCK):
        grey[block] = pixels(images[block], side=SIDE).reshape(-1, height, width, channels).mean(axis=3)
    return grey


def _softened(grey: Float) -> Float:
    """Each pixel with its neighbors, by weights of 1 2 1 along both sides."""
    soft = np.empty_like(grey)
    for rows in blocks(len(grey), grey[0].size, most=BLOCK):
        padded = np.pad(grey[rows], ((0, 0), (1, 1), (1, 1)), mode="edge")
        down = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
        soft[rows] = (down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]) / 16
    return soft


def _candidates(grey: Float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows that may be copies, the lower row first and in order."""
    n = len(grey)
    near = np.concatenate([likely_neighbors(view, CANDIDATES) for view in _views(grey)], axis=1)
    pairs = np.stack([np.repeat(np.arange(n), near.shape[1]), near.ravel()], axis=1)
    pairs = np.sort(pairs[pairs[:, 1] != NOBODY], axis=1)
    codes = np.unique(pairs[:, 0] * n + pairs[:, 1])
    return codes // n, codes % n


def _views(grey: Float) -> Iterator[Float]:
    """The standardized pictures in few directions, and their Fourier amplitudes."""
    n, height, width = grey.shape
    standardized = np.empty((n, height * width), np.float32)
    for rows in blocks(n, height * width, most=BLOCK):
        standardized[rows] = _unit(grey[rows].reshape(-1, height * width)) * np.sqrt(height * width)
    yield reduced(standardized, directions=DIRECTIONS)
    waves = np.empty((n, height * (width // 2 + 1)), np.float32)
    for rows in blocks(n, height * width, most=BLOCK):
        turned = np.fft.rfft2(standardized[rows].reshape(-1, height, width))
        waves[rows] = np.log1p(np.abs(turned)).reshape(len(turned), -1)
    yield reduced(waves, directions=DIRECTIONS)


def _apart(grey: Float, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 - r of pairs of pictures at the best shift, (p,) in 0..2; 1 where one is all of one grey.

    The middle of the first picture is laid on every place of the second one. It is centered, so that of
    the place below it only the length of what is centered is needed. Between the rows of the middle
    stand zeros: a shift is a step along the pixels as they lie in memory.
    """
    _, height, width = grey.shape
    reach = min(REACH, (min(height, width) - 1) // 2)
    edge = reach * (width + 1)
    steps = [down * width + right for down in range(2 * reach + 1) for right in range(2 * reach + 1)]
    lengths = _lengths(grey, reach)
    apart = np.empty(len(first))
    for rows in blocks(len(first), height * width, most=BLOCK):
        middle = np.zeros((len(first[rows]), height, width), np.float32)
        inside = np.s_[:, reach : height - reach, reach : width - reach]
        middle[inside] = _unit(grey[first[rows]][inside])
        laid = middle.reshape(len(middle), -1)[:, edge : height * width - edge]
        below = grey[second[rows]].reshape(len(middle), -1)
        best = np.full(len(middle), -1.0)
        for place, step in enumerate(steps):
            length = lengths[second[rows], place]
            product = np.einsum("pd,pd->p", laid, below[:, step : step + laid.shape[1]])
            best = np.maximum(best, np.where(length > FLAT, product / np.maximum(length, FLAT), 0))
        apart[rows] = 1 - best
    return np.clip(apart, 0, 2)


def _lengths(grey: Float, reach: int) -> NDArray[np.float64]:
    """(n, places) the length of what lies under the middle at each place, centered: from sums over boxes."""
    n, height, width = grey.shape
    places = 2 * reach + 1
    area = (height - 2 * reach) * (width - 2 * reach)
    lengths = np.empty((n, places * places))
    for rows in blocks(n, height * width, most=BLOCK):
        sums = []
        for power in (1, 2):
            box = np.zeros((len(grey[rows]), height + 1, width + 1))
            box[:, 1:, 1:] = (grey[rows].astype(np.float64) ** power).cumsum(axis=1).cumsum(axis=2)
            across = box[:, :, width - 2 * reach :] - box[:, :, :places]
            sums.append(across[:, height - 2 * reach :] - across[:, :places])
        lengths[rows] = np.sqrt(np.maximum(sums[1] - sums[0] ** 2 / area, 0)).reshape(-1, places * places)
    return lengths


def _unit(pictures: Float) -> Float:
    """Each picture centered and of length 1; zeros where it is all of one grey. Any shape (p, ...)."""
    flat = pictures.reshape(len(pictures), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(np.where(length > FLAT, flat / np.maximum(length, FLAT), 0), np.float32).reshape(pictures.shape)
