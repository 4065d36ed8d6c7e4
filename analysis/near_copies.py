"""Pictures that stand in the data twice or more: exact copies, and ones shifted, brightened or recompressed.

Candidates come from three views, because each misses some copies (a small network is not blind to a
shift of one pixel; Fourier amplitudes are, and confuse other pictures). They are then verified on the
pixels: the normalized correlation of the grey pictures, at the best shift of up to two pixels (Lewis,
Fast Normalized Cross-Correlation, 1995).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.neighbors import NOBODY, neighbors
from analysis.reduction import pixels, reduced
from analysis.rule import rule
from util import blocks

Float = NDArray[np.float32]

CANDIDATES = 4  # from each view
DIRECTIONS = 64
SIDE, REACH = 32, 2  # pictures are shrunk to this side at most; shifts that are tried, in pixels
CERTAIN, LIKELY, LEAD = 0.005, 0.06, 0.4
LEAST = 1e-6  # of 1 - r: rounding
BLOCK = 2**22


@rule(
    "copy_of",
    title="Nearest copy",
    kind="vector",
    needs={"last": "features/last"},
    leans_on=("manifolds-rs",),
)
def copy_of(images: NDArray[np.uint8], last: Float) -> Float:
    """The sample that looks most like each one, how much, and how much the next one does.

    About 6 s of CPU for 10,000 pictures of 28 x 28.

    Args:
        images: (n, h, w, ch).
        last: (n, d) features of the last layer before the class scores.

    Returns:
        (n, 3) float64: row of the most alike sample, -1 where there is none; 1 - r for it, with r the
        correlation at the best shift, 0 is a copy; and 1 - r for the next best.
    """
    grey = _grey(images)
    n = len(grey)
    found = np.full((n, 3), (NOBODY, 2.0, 2.0))
    if n < 2:
        return found
    flat = grey.reshape(n, -1)
    waves = np.concatenate([np.log1p(_amplitudes(grey[rows])) for rows in blocks(n, flat.shape[1], most=BLOCK)])
    views = (reduced(flat, directions=DIRECTIONS), reduced(waves, directions=DIRECTIONS), last)
    near = np.concatenate([neighbors(view, k=CANDIDATES) for view in views], axis=1)
    pairs = np.stack([np.repeat(np.arange(n), near.shape[1]), near.ravel()], axis=1)
    pairs = np.sort(pairs[pairs[:, 1] != NOBODY], axis=1)
    codes = np.unique(pairs[:, 0].astype(np.int64) * n + pairs[:, 1])
    first, second = codes // n, codes % n
    apart = np.concatenate(
        [_apart(grey[first[rows]], grey[second[rows]]) for rows in blocks(len(codes), 4 * flat.shape[1], most=BLOCK)]
    )
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

    -log(1 - r) of the most alike sample plus half its lead over the next one's, in nats: in a crowd of
    similar pictures a likeness says little. copy_of: (n, 3) -> (n,) float32.
    """
    best, second = (-np.log(np.maximum(copy_of[:, column], LEAST)) for column in (1, 2))
    return (best + (best - second) / 2).astype(np.float32)


@rule("copy_group", title="Group of copies", kind="vector")
def copy_group(copy_of: NDArray[np.float64]) -> NDArray[np.int32]:
    """The first sample of the group of copies that each one belongs to; -1 where it has no copy.

    Two samples are copies when 1 - r is below 0.005, or below 0.06 and under 0.4 of the next best one's.
    Copies of copies are one group. copy_of: (n, 3) -> (n,) int32.
    """
    n = len(copy_of)
    partner = copy_of[:, 0].astype(np.int64)
    apart, following = copy_of[:, 1], copy_of[:, 2]
    flagged = (partner >= 0) & ((apart < CERTAIN) | ((apart < LIKELY) & (apart < LEAD * following)))
    group = np.arange(n)

    def root(row: int) -> int:
        while group[row] != row:
            group[row] = group[group[row]]
            row = int(group[row])
        return row

    for row in np.flatnonzero(flagged):
        a, b = root(int(row)), root(int(partner[row]))
        group[max(a, b)] = min(a, b)
    roots = np.array([root(row) for row in range(n)], np.int32)
    sizes = np.bincount(roots, minlength=n)
    return np.where(sizes[roots] > 1, roots, NOBODY).astype(np.int32)


def _grey(images: NDArray[np.uint8]) -> Float:
    """(n, h, w) float32 in 0..1, box-averaged to at most SIDE along each side."""
    n, *sizes, channels = images.shape
    height, width = (min(size, SIDE) for size in sizes)
    grey = np.empty((n, height, width), np.float32)
    for block in blocks(n, images[:1].size, most=BLOCK):
        grey[block] = pixels(images[block], side=SIDE).reshape(-1, height, width, channels).mean(axis=3)
    return grey


def _amplitudes(grey: Float) -> Float:
    waves = np.abs(np.fft.rfft2(grey)).astype(np.float32)
    return waves.reshape(len(grey), -1)


def _apart(first: Float, second: Float) -> NDArray[np.float64]:
    """1 - r of pairs of pictures (p, h, w) at the best shift, (p,) in 0..2; 2 where one is all of one grey."""
    height, width = first.shape[1:]
    reach = min(REACH, (min(height, width) - 1) // 2)
    inner = _unit(first[:, reach : height - reach, reach : width - reach])
    best = np.full(len(first), -1.0)
    for down in range(2 * reach + 1):
        for right in range(2 * reach + 1):
            window = second[:, down : down + height - 2 * reach, right : right + width - 2 * reach]
            best = np.maximum(best, np.einsum("pd,pd->p", inner, _unit(window), dtype=np.float64))
    return 1 - best


def _unit(pictures: Float) -> Float:
    flat = pictures.reshape(len(pictures), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(np.where(length > 1e-6, flat / np.maximum(length, 1e-6), 0), np.float32)
