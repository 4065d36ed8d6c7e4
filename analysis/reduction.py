"""Samples as points: the raw pixels of an image, and any activations in at most fifty directions.

Maps are made from the reduced points: beyond fifty principal directions a neighbor graph costs more
and, on the activations of image classifiers, shows nothing else. A row with a value that is not a
finite number stays not-a-number and does not disturb the others.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule
from util import blocks

BLOCK = 2**23  # float32 values at a time: 32 MiB
MOST_BY_EIGENVALUES = 1024  # columns; above, a few passes over the data are cheaper than all eigenvectors
SPARE, PASSES = 14, 7

Rows = slice | NDArray[np.intp]


@rule("activations/pixels", title="Raw pixels", kind="vector")
def pixels(images: NDArray[np.uint8], *, side: int = 32) -> NDArray[np.float32]:
    """The image itself as a point. Images larger than `side` are averaged down to it, in equal boxes.

    images: (n, h, w, ch) -> (n, d) float32 in 0..1, d = h * w * ch up to side * side * ch. (Eighty
    million tiny images, 2008, found 32 x 32 enough for people to name what they see.)
    """
    n, height, width, channels = images.shape
    rows, columns = (np.arange(min(size, side)) * size // min(size, side) for size in (height, width))
    points = np.empty((n, len(rows) * len(columns) * channels), np.float32)
    if (len(rows), len(columns)) == (height, width):
        np.divide(images.reshape(n, -1), np.float32(255), out=points)
        return points
    areas = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))[..., None]
    for block in blocks(n, height * width * channels, most=BLOCK):
        sums = np.add.reduceat(images[block].astype(np.float32), rows, axis=1)
        boxes = np.add.reduceat(sums, columns, axis=2) / np.float32(255) / areas.astype(np.float32)
        points[block] = boxes.reshape(len(boxes), -1)
    return points


@rule(
    "reduced/{layer}",
    title="Reduced to principal directions",
    kind="vector",
    needs={"activations": "activations/{layer}"},
)
def reduced(activations: NDArray[np.float32], *, directions: int = 50) -> NDArray[np.float32]:
    """Scores on the principal directions, the strongest first; distances shrink as little as is possible.

    Up to 1,024 columns by all eigenvectors of the covariance; above, by seven passes of subspace
    iteration from a fixed start, whose leading directions are as good. Never more than 32 MiB of
    rows at a time are held beside the result. About 1 s for 70,000 x 784 on two cores.

    Args:
        activations: (n, d).
        directions: how many at most.

    Returns:
        (n, min(directions, d, n)) float32, each column centered. The sign is fixed: the largest
        weight of every direction is positive. Rows that are not finite are not-a-number.
    """
    n, d = activations.shape
    m = min(directions, d, n)
    finite = np.concatenate([np.isfinite(activations[rows]).all(axis=1) for rows in blocks(n, d, most=BLOCK)])
    scores = np.full((n, m), np.nan, np.float32)
    if not finite.any():
        return scores
    points = _Points(activations, finite)
    if d <= MOST_BY_EIGENVALUES:
        axes = np.linalg.eigh(points.covariance())[1][:, ::-1][:, :m]
    else:
        axes = _subspace(points, m)
    heaviest = np.abs(axes).argmax(axis=0)
    axes = axes * np.where(axes[heaviest, np.arange(m)] < 0, -1, 1)
    for rows, block in points.blocks():
        scores[rows] = (block @ axes.astype(np.float32)) * points.scale
    scores -= scores[finite].mean(axis=0, dtype=np.float64).astype(np.float32)
    return scores


class _Points:
    """The finite rows, centered and scaled to at most 1, a block at a time."""

    def __init__(self, activations: NDArray[np.float32], finite: NDArray[np.bool_]) -> None:
        self.activations = activations
        self.finite = finite
        self.d = activations.shape[1]
        total, largest = np.zeros(self.d), 0.0
        for rows in self._rows():
            block = activations[rows]
            total += block.sum(axis=0, dtype=np.float64)
            largest = max(largest, float(np.abs(block).max()))
        # In float32, so that a constant column is exactly 0 and not a pattern of rounding errors.
        self.mean = (total / finite.sum()).astype(np.float32)
        self.scale = np.float32(largest or 1.0)

    def blocks(self) -> Iterator[tuple[Rows, NDArray[np.float32]]]:
        """Rows, and these (rows, d) float32."""
        for rows in self._rows():
            yield rows, (self.activations[rows] - self.mean) / self.scale

    def _rows(self) -> Iterator[Rows]:
        whole = blocks(len(self.finite), self.d, most=BLOCK)
        if self.finite.all():
            return whole  # reading a slice costs nothing, reading by row numbers makes a copy
        return (rows.start + np.flatnonzero(self.finite[rows]) for rows in whole if self.finite[rows].any())

    def covariance(self) -> NDArray[np.float64]:
        """(d, d), not divided by the number of rows."""
        total = np.zeros((self.d, self.d))
        for _, block in self.blocks():
            total += block.T @ block
        return total

    def times_covariance(self, axes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Covariance times axes (d, m), without the covariance ever being there."""
        total = np.zeros_like(axes)
        for _, block in self.blocks():
            total += block.T @ (block @ axes.astype(np.float32))
        return total


def _subspace(points: _Points, m: int) -> NDArray[np.float64]:
    """The m leading directions, (d, m): block power iteration, then eigenvectors inside the subspace."""
    wide = min(m + SPARE, points.d)
    axes = np.linalg.qr(np.random.default_rng(0).normal(size=(points.d, wide)))[0]
    for _ in range(PASSES):
        axes = np.linalg.qr(points.times_covariance(axes))[0]
    inside = axes.T @ points.times_covariance(axes)
    turn = np.linalg.eigh((inside + inside.T) / 2)[1][:, ::-1][:, :m]
    found: NDArray[np.float64] = axes @ turn
    return found
