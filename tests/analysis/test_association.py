"""Correlations, intervals and the distribution of t, equal to scipy's; and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.association import means, shares, spearman, t_reach


@pytest.mark.parametrize("n", [4, 7, 30, 400, 20_000])
@pytest.mark.parametrize("strength", [0.0, 0.05, -0.5, 3.0])
def test_rank_correlation_is_scipys(n, strength):
    from scipy import stats

    random = np.random.default_rng(n)
    x = np.round(random.normal(0, 1, n), 1)  # with equal values
    y = strength * x + random.normal(0, 1, n)
    found, wanted = spearman(x, y), stats.spearmanr(x, y)
    assert found.n == n and found.rho == pytest.approx(wanted.statistic, abs=1e-12)
    assert found.p == pytest.approx(wanted.pvalue, rel=1e-7, abs=1e-290)


def test_correlation_by_hand_and_its_edges():
    assert spearman(np.array([1, 2, 3, 4]), np.array([10, 30, 20, 40.0])).rho == pytest.approx(0.8)
    perfect = spearman(np.arange(9.0), np.exp(np.arange(9.0)))
    assert (perfect.rho, perfect.p) == (1.0, 0.0)
    gaps = spearman(np.array([1, np.nan, 2, 3, 4]), np.array([4.0, 9, 3, 2, np.nan]))
    assert (gaps.rho, gaps.n) == (-1.0, 3) and math.isnan(gaps.p)
    assert math.isnan(spearman(np.ones(9), np.arange(9.0)).rho)
    assert spearman(np.zeros(0), np.zeros(0)).n == 0
    with_infinity = spearman(np.array([1, 2, 3, np.inf]), np.arange(4.0))
    assert with_infinity.rho == 1.0, "infinite is just the highest rank"


def test_reach_is_that_of_students_t():
    from scipy import stats

    for degrees in (*range(1, 60), 200, 10_000):
        assert t_reach(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), abs=2e-5), degrees
    assert math.isnan(t_reach(0))


def test_means_are_scipys():
    from scipy import stats

    random = np.random.default_rng(0)
    values, group = random.exponential(1, 200), random.integers(0, 4, 200)
    values, group = np.append(values, 7.0), np.append(group, 4)
    found = means(values, group, 6)
    for code in range(4):
        own = values[group == code]
        low, high = stats.t.interval(0.95, len(own) - 1, own.mean(), stats.sem(own))
        assert [found.mean[code], found.low[code], found.high[code]] == pytest.approx(
            [own.mean(), low, high], rel=1e-5
        )
    assert found.n.tolist()[4:] == [1, 0]
    assert found.mean[4] == 7 and np.isnan([found.low[4], found.high[4], found.mean[5]]).all()


def test_shares_are_wilsons():
    from scipy import stats

    true, group = np.array([1, 1, 0, 1, 0, 0, 0]), np.array([0, 0, 0, 1, 2, 2, 2])
    found = shares(true, group, 4)
    for code, (k, n) in enumerate([(2, 3), (1, 1), (0, 3)]):
        wanted = stats.binomtest(k, n).proportion_ci(method="wilson")
        assert [found.mean[code], found.low[code], found.high[code]] == pytest.approx([k / n, *wanted], abs=1e-6)
    assert found.n[3] == 0 and np.isnan(found.low[3])
