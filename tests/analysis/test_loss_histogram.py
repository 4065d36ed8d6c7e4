"""Losses counted in bins: planted ones are found where they belong, and nobody is lost."""

import numpy as np
import pytest

from analysis.loss_histogram import BINS, INFINITE, MISSING, is_log, loss_edges, loss_histogram, tally


def counted(loss, labels, split=None, c=3):
    loss, labels = np.array(loss, np.float64), np.array(labels)
    split = np.zeros(len(loss), np.uint8) if split is None else np.array(split, np.uint8)
    edges = loss_edges(loss)
    return loss_histogram(loss, labels, split, edges, np.zeros((len(loss), c), np.float32)), edges


def test_even_bins_where_losses_are_alike():
    loss = np.linspace(0, 4, 1000)
    edges = loss_edges(loss)
    assert not is_log(edges)
    np.testing.assert_allclose(edges, np.linspace(0, 4, BINS + 1))


def test_bins_even_in_the_logarithm_where_losses_span_decades():
    loss = 10 ** np.random.default_rng(0).normal(-6, 2, 5000)
    edges = loss_edges(loss)
    assert is_log(edges)
    np.testing.assert_allclose(np.diff(np.log(edges)), np.log(edges[-1] / edges[0]) / BINS)
    assert edges[-1] == loss.max()
    assert (loss < edges[0]).mean() == pytest.approx(0.02, abs=0.001)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_lost(seed):
    random = np.random.default_rng(seed)
    n, c, s = 700, 5, 3
    loss = random.exponential(1, n) ** random.choice([1, 8])
    loss[random.random(n) < 0.1] = np.nan
    loss[random.random(n) < 0.05] = np.inf
    loss[random.random(n) < 0.05] = 0
    labels, split = random.integers(-1, c, n), random.integers(0, s, n).astype(np.uint8)
    counts, edges = counted(loss, labels, split, c)
    assert counts.shape == (s, c + 1, BINS + 2)
    assert counts.sum() == n
    for code in range(s):
        for label in range(-1, c):
            own = loss[(split == code) & (labels == label)]
            row = counts[code, label]
            finite = own[np.isfinite(own)]
            expected = np.histogram(np.maximum(finite, edges[0]), edges)[0]
            assert row[:BINS].tolist() == expected.tolist()
            assert row[INFINITE] == np.isinf(own).sum() and row[MISSING] == np.isnan(own).sum()


def test_planted_losses_lie_where_they_belong():
    counts, edges = counted([1.0] * 6 + [4.0, 0.0, np.inf, np.nan], [0, 0, 0, 1, 1, 1, 2, 2, 0, -1])
    at_one = int(np.searchsorted(edges, 1.0, side="right")) - 1
    assert counts[0, :, at_one].tolist() == [3, 3, 0, 0]
    assert counts[0, 2, BINS - 1] == 1, "the largest loss is in the last bin"
    assert counts[0, 2, 0] == 1
    assert counts[0, 0, INFINITE] == 1 and counts[0, -1, MISSING] == 1
    assert counts.sum() == 10


def test_what_is_below_the_first_border_belongs_to_the_first_bin():
    edges = np.geomspace(1e-3, 1, 5)
    assert tally(np.array([0.0, 1e-9, 1e-3]), np.zeros(3, int), edges, 1)[0].tolist() == [3, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("loss", [[], [np.nan, np.nan], [0.0, 0.0], [np.inf]])
def test_without_a_loss_there_are_bins_all_the_same(loss):
    edges = loss_edges(np.array(loss, np.float64))
    assert len(edges) == BINS + 1 and (np.diff(edges) > 0).all()


def test_one_loss():
    counts, edges = counted([0.7], [1])
    assert edges[-1] == 0.7
    assert counts[0, 1].sum() == 1


def test_the_order_of_the_samples_does_not_matter():
    random = np.random.default_rng(5)
    loss, labels = random.exponential(1, 300) ** 6, random.integers(0, 3, 300)
    order = random.permutation(300)
    one, other = counted(loss, labels), counted(loss[order], labels[order])
    assert (one[0] == other[0]).all() and (one[1] == other[1]).all()
