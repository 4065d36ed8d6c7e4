"""How many wrong labels are left in a list that somebody reviews from the top."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST = 10  # that must be reviewed before anything is said
BINS = 80  # places of a list that are taken together
DRAWS = 2000
LEVELS = np.linspace(-9.0, 21.0, 61)  # log odds that the first of the list is wrong
SLOPES = np.linspace(-6.0, 0.0, 25)  # by how much they change when log(place) grows by 1


class Left(NamedTuple):
    """How many of those that nobody has reviewed are wrong: the median, and what holds it in 95 of 100 cases."""

    middle: int
    low: int
    high: int


def left(places: NDArray[np.integer], wrong: NDArray[np.bool_], n: int, *, falling: bool = True) -> Left | None:
    """An estimate of the wrong ones among those of a list that are not reviewed yet.

    The chance to be wrong either is the same everywhere, or falls with the place in the list, as a power of
    it once it is small: log odds = level + slope * log(place), slope below 0. Both are held equally likely
    beforehand, and so are all levels and slopes of a grid; they are weighed by how well they explain what
    was found, and the rest of the list is drawn from them. It holds as far as the tail of the list goes on
    as its head did: an assumption, not a fact. In a list that is not sorted, those reviewed stand for the rest.

    Args:
        places: (m,) where in the list the reviewed ones stand, counted from 0.
        wrong: (m,) which of them were wrong.
        n: length of the list.
        falling: whether the list is sorted, the most suspicious first.

    Returns:
        None if fewer than ten are reviewed: nothing can be said then.
    """
    if len(places) < FEWEST:
        return None
    rest = np.ones(n, bool)
    rest[places] = False
    if not rest.any():
        return Left(0, 0, 0)
    x_seen, found, missed = _binned(places, wrong)
    slopes = SLOPES if falling else np.zeros(1)
    level, slope = (axis.reshape(-1, 1) for axis in np.meshgrid(LEVELS, slopes, indexing="ij"))
    odds = level + slope * x_seen
    weight = -(found * np.logaddexp(0, -odds) + missed * np.logaddexp(0, odds)).sum(axis=1)
    weight = np.exp(weight - weight.max()) * np.where(slope[:, 0] == 0, len(slopes) - 1 or 1, 1)
    likely = np.flatnonzero(weight > 1e-6)
    weight = weight[likely] / weight[likely].sum()
    x_rest, count, _ = _binned(np.flatnonzero(rest), np.ones(np.count_nonzero(rest), bool))
    expected = (count / (1 + np.exp(-(level[likely] + slope[likely] * x_rest)))).sum(axis=1)
    random = np.random.default_rng(0)
    drawn = np.minimum(random.poisson(random.choice(expected, DRAWS, p=weight)), np.count_nonzero(rest))
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975], method="nearest")
    return Left(int(middle), int(low), int(high))


def _binned(
    places: NDArray[np.integer], wrong: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Places near each other taken together: their mean log(1 + place), how many are wrong, how many are not."""
    x = np.log1p(places)
    code: NDArray[np.integer] = np.unique(
        (x * (BINS / max(float(x.max()), 1.0))).astype(np.int64), return_inverse=True
    )[1]
    n = np.bincount(code).astype(np.float64)
    found = np.bincount(code, wrong).astype(np.float64)
    return np.bincount(code, x) / n, found, n - found
