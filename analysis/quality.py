"""How well a sample sits among its own class, in the space of the network's last features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.neighbors import smallest
from analysis.rule import rule
from analysis.threads import one_thread
from util import blocks

Float = NDArray[np.float32]

NEAREST = 5
YARDSTICK, FEWEST = 20_000, 50  # samples that are compared with, in all and of each class at least
BLOCK = 2**21  # distances at a time


@rule("quality", title="Quality", bad="low", needs={"last": "features/last"})
@one_thread()
def quality(last: Float, labels: NDArray[np.int64]) -> Float:
    """How close a sample lies to its own class against the nearest other class; low is unusual.

    d_other / (d_own + d_other), with d the mean distance to the five nearest samples of a class, the sample
    itself left out: 1 sits on its own class, 0.5 lies between two, 0 sits on another one. The distances
    are those of the network's last features, not of a map. The ratio is that of Cover and Hart's rule,
    Nearest Neighbor Pattern Classification, 1967, made a number.

    Args:
        last: (n, d).
        labels: (n,), -1 for none.

    Returns:
        (n,) float32 in 0..1; not-a-number without a label, for a class with one sample, with one class
        alone, and in rows that are not finite.
    """
    own, other = class_distances(last, labels)
    together = own + other
    with np.errstate(invalid="ignore"):
        ratio = np.where(together > 0, other / np.where(together > 0, together, 1), 0.5)
    return np.where(np.isfinite(own) & np.isfinite(other), ratio, np.nan).astype(np.float32)


def class_distances(points: Float, labels: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean distance of each sample to the five nearest of its own class, and of the nearest other class.

    Of large classes a fixed draw stands for all. points: (n, d); labels: (n,) -> twice (n,); not-a-number
    where there is none.
    """
    own, other = np.full(len(points), np.nan), np.full(len(points), np.nan)
    known = np.flatnonzero((labels >= 0) & np.isfinite(points).all(axis=1))
    codes = np.unique(labels[known])
    each = max(FEWEST, YARDSTICK // max(len(codes), 1))
    draw = np.random.default_rng(0)
    scale = np.float32(np.abs(points[known]).max(initial=0) or 1)
    for code in codes:
        members = known[labels[known] == code]
        there = members if len(members) <= each else np.sort(draw.choice(members, each, replace=False))
        yardstick = points[there] / scale
        squares = np.square(yardstick).sum(axis=1)
        for rows in (known[block] for block in blocks(len(known), len(there), most=BLOCK)):
            here = points[rows] / scale
            apart = np.square(here).sum(axis=1)[:, None] + squares - 2 * here @ yardstick.T
            apart[rows[:, None] == there] = np.inf
            distance = _mean_of_nearest(apart) * float(scale)
            mine = labels[rows] == code
            own[rows[mine]] = distance[mine]
            rest, found = rows[~mine], distance[~mine]
            other[rest] = np.fmin(other[rest], found)
    return own, other


def _mean_of_nearest(apart: Float) -> NDArray[np.float64]:
    """Mean root of the smallest squared distances of each row; not-a-number where there is none."""
    k = min(NEAREST, apart.shape[1])
    nearest = np.take_along_axis(apart, smallest(apart, k), axis=1).astype(np.float64)
    there = np.isfinite(nearest)
    sums = np.where(there, np.sqrt(np.maximum(np.where(there, nearest, 0), 0)), 0).sum(axis=1)
    counts = there.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
