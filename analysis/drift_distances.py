"""How far samples lie from a reference: which of them are strange, and which have nothing like them there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.neighbors import smallest
from analysis.outliers import tail
from analysis.strangers import SHARE
from util import blocks

Float = NDArray[np.float32]

K = 10  # the neighbor that counts for strangeness
BLOCK = 2**23


@dataclass(frozen=True, slots=True)
class Strange:
    """How strange samples are to a reference.

    Attributes:
        held_out: (h,) nats, of reference samples that were kept apart; 1 is usual.
        new: (m,) nats, of the others; high is strange.
        control: the share of held-out samples beyond 99 % of the other half of them: 0.01 but for chance.
    """

    held_out: NDArray[np.float64]
    new: NDArray[np.float64]
    control: float

    @property
    def limit(self) -> float:
        """What 99 % of the held-out samples do not exceed."""
        return float(np.quantile(self.held_out, 1 - SHARE, method="inverted_cdf"))

    @property
    def share(self) -> float:
        """The share of the new samples beyond the limit."""
        return float((self.new > self.limit).mean())


def strange(views: list[tuple[Float, Float, Float]]) -> Strange:
    """The distance to the tenth nearest reference sample in several views, each told as -log of a tail probability.

    The tail is that of held-out samples of the reference, so equal sets have equal scores. As `analysis.outliers`, of
    which this is the version for two sets of anybody's choice.

    views: (reference (n, d), held out (h, d), new (m, d)) for each, all finite.
    """
    totals = []
    for reference, held_out, new in views:
        apart = np.concatenate([_tenth(held_out, reference), _tenth(new, reference)])
        totals.append(tail(apart, np.arange(len(apart)) < len(held_out)))
    score = np.asarray(np.mean(totals, axis=0, dtype=np.float64))
    known, others = score[: len(held_out)], score[len(held_out) :]
    halves = known[::2], known[1::2]
    beyond = [
        (mine > np.quantile(other, 1 - SHARE, method="inverted_cdf")).sum() for mine, other in (halves, halves[::-1])
    ]
    return Strange(known, others, float(sum(beyond)) / len(known))


def nearest(points: Float, others: Float, k: int = 1) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The k nearest of some other points: distances (n, k), ascending, and their rows (n, k). All finite."""
    k = min(k, len(others))
    scale = np.float32(max(np.abs(points).max(initial=0), np.abs(others).max(initial=0)) or 1)
    center = others.mean(axis=0, dtype=np.float64).astype(np.float32) / scale
    others = others / scale - center
    squares = np.einsum("nd,nd->n", others, others)
    apart, rows = np.empty((len(points), k)), np.empty((len(points), k), np.intp)
    for block in blocks(len(points), max(len(others), k * points.shape[1]), most=BLOCK):
        mine = points[block] / scale - center
        found = smallest(squares - 2 * mine @ others.T, k)
        exact = np.linalg.norm(others[found] - mine[:, None], axis=2).astype(np.float64)
        order = np.argsort(exact, axis=1, kind="stable")
        apart[block] = np.take_along_axis(exact, order, axis=1) * float(scale)
        rows[block] = np.take_along_axis(found, order, axis=1)
    return apart, rows


def uncovered(apart: NDArray[np.float64], held_out: NDArray[np.float64]) -> tuple[NDArray[np.bool_], float]:
    """Which samples lie further from their nearest reference sample than 99 % of held-out ones do, and that distance.

    apart: (m,); held_out: (h,) distances -> (m,) bool.
    """
    limit = float(np.quantile(held_out, 1 - SHARE, method="inverted_cdf"))
    return apart > limit, limit


def _tenth(points: Float, reference: Float) -> NDArray[np.float64]:
    return nearest(points, reference, K)[0][:, -1]
