"""What a class looks like on average, how much its pictures vary, and how far each lies from that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.object_shape import grid
from analysis.reduction import BLOCK
from analysis.rule import rule
from util import blocks

MEAN, SPREAD = 0, 1
WIDEST = 0.5  # the largest standard deviation that values in 0..1 can have: drawn white


@rule("mean_distance", title="Distance to the class mean", bad="high", needs={"pixels": "activations/pixels"})
def mean_distance(pixels: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Euclidean distance of a picture to the mean image of its class, over all splits; high is unlike its class.

    In units of the range from black to white: of a digit of 784 pixels about 5 to 12. Pictures of more than
    32 x 32 are compared in boxes, as `activations/pixels` has them. About 1 s for 70,000 digits.

    Args:
        pixels: (n, d) in 0..1.
        labels: (n,), -1 for none.

    Returns:
        (n,) float32 from 0 up; not-a-number without a label.
    """
    n, d = pixels.shape
    c = int(labels.max()) + 1
    counts, sums, _ = _moments(pixels, labels, c)
    means = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
    found = np.full(n, np.nan, np.float32)
    for block in blocks(n, d, most=BLOCK):
        rows = np.flatnonzero(labels[block] >= 0)
        away = pixels[block][rows] - means[labels[block][rows]]
        found[block.start + rows] = np.sqrt(np.einsum("nd,nd->n", away, away))
    return found


@rule(
    "class_pictures",
    title="Mean and spread of each class",
    kind="table",
    needs={"pixels": "activations/pixels"},
)
def class_pictures(
    pixels: NDArray[np.float32], images: NDArray[np.uint8], labels: NDArray[np.int64], split: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The mean image of each class and the standard deviation at each of its pixels, over all and per split.

    Args:
        pixels: (n, d) in 0..1, pictures of at most 32 x 32 boxes.
        images: (n, h, w, ch), for their shape alone.
        labels: (n,), -1 for none.
        split: (n,) codes from 0.

    Returns:
        (2 * (s + 1) * c, h', w', ch) uint8, c the highest label plus 1. Row 2 * (g * c + k) is the mean image
        of class k, the next one its standard deviation times 510, so that the largest there can be is white;
        g = 0 for all splits together, 1 + i for split i. Black for a class without samples there.
    """
    s, c = int(split.max()) + 1, int(labels.max()) + 1
    _, height, width, channels = images.shape
    down, across = grid(height, width, pixels.shape[1] // channels)
    group = np.where(labels >= 0, split.astype(np.int64) * c + labels, -1)
    d = pixels.shape[1]
    n, sums, squares = _moments(pixels, group, s * c)
    counts, sums, squares = n.reshape(s, c, 1), sums.reshape(s, c, d), squares.reshape(s, c, d)
    drawn = np.zeros((s + 1, c, 2, d), np.uint8)
    for place in range(s + 1):
        chosen = slice(None) if place == 0 else slice(place - 1, place)
        n = np.maximum(counts[chosen].sum(axis=0), 1)
        mean = sums[chosen].sum(axis=0) / n
        spread = np.sqrt(np.maximum(squares[chosen].sum(axis=0) / n - mean**2, 0))
        drawn[place, :, MEAN] = np.rint(255 * mean)
        drawn[place, :, SPREAD] = np.rint(np.minimum(255 * spread / WIDEST, 255))
    return drawn.reshape(2 * (s + 1) * c, len(down) - 1, len(across) - 1, channels)


def _moments(
    pixels: NDArray[np.float32], group: NDArray[np.int64], groups: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """How many rows each group has (g,), their sum and the sum of their squares (g, d); rows of group -1 in none."""
    n, d = pixels.shape
    sums, squares = np.zeros((groups, d)), np.zeros((groups, d))
    for block in blocks(n, d, most=BLOCK):
        own = group[block]
        order = np.argsort(own, kind="stable")[np.count_nonzero(own < 0) :]
        if not len(order):
            continue
        codes, starts = np.unique(own[order], return_index=True)
        rows = pixels[block][order]
        sums[codes] += np.add.reduceat(rows, starts, axis=0, dtype=np.float64)
        squares[codes] += np.add.reduceat(rows * rows, starts, axis=0, dtype=np.float64)
    return np.bincount(group[group >= 0], minlength=groups), sums, squares
