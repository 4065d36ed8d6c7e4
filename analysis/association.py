"""How two numbers go together: means within ranges of the other, with intervals, and rank correlation.

The distribution of Student's t is worked out here, because scipy takes longer to import than a page to draw.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import Z, wilson

Floats = NDArray[np.float64]

# 97.5 % quantiles of Student's t with 1 to 9 degrees of freedom; from 10 on the series is good to 1e-5.
FEW_DEGREES = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157)
TINY = 1e-300


class Correlation(NamedTuple):
    """Spearman's rank correlation of n pairs.

    rho is -1..1, not-a-number where one of the two never changes; p is how often so strong a one, of either
    sign, comes by chance alone where there is none.
    """

    rho: float
    p: float
    n: int


class Means(NamedTuple):
    """Per group (g,): how many, the mean, and both ends of its 95 % interval; not-a-number where there is none."""

    n: NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats


def spearman(x: NDArray[Any], y: NDArray[Any]) -> Correlation:
    """Rank correlation of the pairs in which neither is not-a-number (Spearman, 1904), equal values sharing ranks.

    p by Student's t with n - 2 degrees of freedom, as is usual; not-a-number for fewer than four pairs. About
    20 ms for 70,000 pairs. x, y: (n,).
    """
    known = ~(np.isnan(x) | np.isnan(y))
    n = int(known.sum())
    if n < 2:
        return Correlation(math.nan, math.nan, n)
    a, b = (_ranks(values[known]) for values in (x, y))
    a, b = a - a.mean(), b - b.mean()
    size = math.sqrt(float(a @ a) * float(b @ b))
    if not size:
        return Correlation(math.nan, math.nan, n)
    rho = min(max(float(a @ b) / size, -1.0), 1.0)
    return Correlation(rho, _chance(rho, n) if n > 3 else math.nan, n)


def means(values: NDArray[Any], group: NDArray[np.integer], groups: int) -> Means:
    """The mean of each group of values with its interval by Student's t, not below 0 if no value is.

    One value has no interval.

    values: (n,) finite; group: (n,) codes from 0.
    """
    n = np.bincount(group, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(group, values, minlength=groups) / n
        squares = np.bincount(group, (values - mean[group]) ** 2, minlength=groups)
        reach = np.array([t_reach(count - 1) for count in n.tolist()]) * np.sqrt(squares / (n - 1) / n)
    reach[n < 2] = np.nan
    low = mean - reach if (values < 0).any() else np.maximum(mean - reach, 0)
    return Means(n, mean, low, mean + reach)


def shares(true: NDArray[Any], group: NDArray[np.integer], groups: int) -> Means:
    """The share of each group that is true, with Wilson's interval. true: (n,) 1 or 0; group: (n,) codes."""
    n = np.bincount(group, minlength=groups)
    yes = np.bincount(group, true, minlength=groups).astype(np.float64)
    low, high = wilson(yes, n.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        return Means(n, yes / n, low, high)


def t_reach(degrees: int) -> float:
    """The 97.5 % quantile of Student's t: how many standard errors a 95 % interval reaches to each side."""
    if degrees < 1:
        return math.nan
    if degrees <= len(FEW_DEGREES):
        return FEW_DEGREES[degrees - 1]
    z = Z  # the series of Cornish and Fisher, in powers of 1 / degrees
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return float(z + first / degrees + second / degrees**2 + third / degrees**3 + fourth / degrees**4)


def _ranks(values: NDArray[Any]) -> Floats:
    """(n,) 1 for the smallest; equal values share the mean of their ranks."""
    order = np.argsort(values)  # equal ones share a rank, so their order does not matter
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    ends = np.concatenate([starts[1:], [len(values)]])
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks


def _chance(rho: float, n: int) -> float:
    """Both tails of Student's t at this correlation: the incomplete beta function at 1 - rho squared."""
    degrees = n - 2
    at = (1 - rho) * (1 + rho)
    if at <= 0:
        return 0.0
    return _beta(degrees / 2, 0.5, at)


def _beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function, by its continued fraction (Lentz's way of evaluating it)."""
    if x >= 1:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x > (a + 1) / (a + b + 2):
        return 1 - math.exp(log_front) * _fraction(b, a, 1 - x) / b
    return math.exp(log_front) * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for step in range(1, 500):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
