"""How many wrong labels are left in a list that somebody reviews from the top."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST = 10  # that must be reviewed before anything is said
BINS = 80  # places of a list that are taken together
DRAWS = 2000
LEVELS = np.linspace(-7.0, 5.0, 49)  # log odds that the first of the list is wrong
SLOPES = np.linspace(-2.0, 0.0, 9)  # by how much they change when the place, past the shoulder, grows e-fold
SHOULDERS = (1.0, 4.0, 16.0, 64.0)  # places before the fall begins


class Left(NamedTuple):
    """How many of those that nobody has reviewed are wrong: the median, and what holds it in 95 of 100 cases."""

    middle: int
    low: int
    high: int


def left(places: NDArray[np.integer], wrong: NDArray[np.bool_], n: int, *, falling: bool = True) -> Left | None:
    """An estimate of the wrong ones among those of a list that are not reviewed yet.

    The chance to be wrong either is the same everywhere, or falls with the place in the list, as a power of
    it in the end: log odds = level + slope * log(1 + place / shoulder), slope below 0. Both are held equally
    likely beforehand, and so are all levels, slopes and shoulders of a grid; they are weighed by how well they
    explain what was found, and the rest of the list is drawn from them. It holds as far as the tail of the
    list goes on as its head did: an assumption, not a fact. In a list that is not sorted, those reviewed stand
    for the rest.

    Args:
        places: (m,) where in the list the reviewed ones stand, counted from 0.
        wrong: (m,) which of them were wrong.
        n: length of the list.
        falling: whether the list is sorted, the most suspicious first.

    Returns:
        None if fewer than ten are reviewed: nothing can be said then.
    """
    drawn = draws(places, wrong, n, falling=falling)
    if drawn is None:
        return None
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975], method="nearest")
    return Left(int(middle), int(low), int(high))


def draws(
    places: NDArray[np.integer], wrong: NDArray[np.bool_], n: int, *, falling: bool = True
) -> NDArray[np.int64] | None:
    """(DRAWS,) numbers of wrong ones that may be left, as likely as `left` holds them; None as there."""
    if len(places) < FEWEST:
        return None
    rest = np.ones(n, bool)
    rest[places] = False
    if not rest.any():
        return np.zeros(DRAWS, np.int64)
    seen, found, missed = _binned(places, wrong)
    ahead, count, _ = _binned(np.flatnonzero(rest), np.ones(np.count_nonzero(rest), bool))
    slopes, shoulders = (SLOPES, SHOULDERS) if falling else (np.zeros(1), SHOULDERS[:1])
    grid = (axis.reshape(-1, 1) for axis in np.meshgrid(LEVELS, slopes, shoulders, indexing="ij"))
    level, slope, shoulder = grid
    odds = level + slope * np.log1p(seen / shoulder)
    weight = -(found * np.logaddexp(0, -odds) + missed * np.logaddexp(0, odds)).sum(axis=1)
    weight = np.exp(weight - weight.max()) * np.where(slope[:, 0] == 0, len(slopes) - 1 or 1, 1)
    likely = np.flatnonzero(weight > 1e-5 * weight.max())
    weight = weight[likely] / weight[likely].sum()
    odds = level[likely] + slope[likely] * np.log1p(ahead / shoulder[likely])
    expected = (count / (1 + np.exp(-odds))).sum(axis=1)
    random = np.random.default_rng(0)
    return np.minimum(random.poisson(random.choice(expected, DRAWS, p=weight)), np.count_nonzero(rest))


def _binned(
    places: NDArray[np.integer], wrong: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Places near each other taken together: their mean place, how many are wrong, how many are not."""
    x = np.log1p(places)
    code: NDArray[np.integer] = np.unique(
        (x * (BINS / max(float(x.max()), 1.0))).astype(np.int64), return_inverse=True
    )[1]
    n = np.bincount(code).astype(np.float64)
    found = np.bincount(code, wrong).astype(np.float64)
    return np.bincount(code, places) / n, found, n - found
