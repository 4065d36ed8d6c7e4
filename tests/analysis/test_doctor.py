"""Dead units, scores of every kind, and classes in a planted order."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import doctor
from analysis.doctor import answers, relabelling, unit_ranges


@pytest.fixture
def units():
    """Unit 0 is alive, unit 1 never answers, unit 2 always says 3, unit 3 is not a number now and then, 4 never."""
    values = np.random.default_rng(0).normal(size=(1000, 5)).astype(np.float32)
    values[:, 1], values[:, 2], values[::4, 3], values[:, 4] = 0, 3, np.nan, np.inf
    return values


@pytest.mark.parametrize("block", [2**22, 5 * 64])
def test_ranges_of_units(units, block, monkeypatch):
    monkeypatch.setattr(doctor, "BLOCK", block)
    found = unit_ranges(units)
    assert found.shape == (5, 3) and found.dtype == np.float32
    assert found[0, :2].tolist() == [units[:, 0].min(), units[:, 0].max()]
    assert found[1].tolist() == [0, 0, 0]
    assert found[2].tolist() == [3, 3, 0]
    assert found[3, 2] == 0.25 and np.isfinite(found[3]).all()
    assert np.isnan(found[4, :2]).all() and found[4, 2] == 1


class TestAnswers:
    def test_logits(self):
        logits = np.random.default_rng(0).normal(size=(100, 4)).astype(np.float32)
        logits[:60, 2] += 50
        n, broken, probabilities, usual, often = answers(logits)
        assert (n, broken, probabilities, usual) == (100, 0, 0, 2)
        assert often == (logits.argmax(axis=1) == 2).sum() >= 60

    def test_probabilities(self):
        logits = np.random.default_rng(0).normal(size=(100, 4))
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        assert answers(shares.astype(np.float32))[2] == 100

    def test_numbers_that_are_none(self):
        logits = np.zeros((10, 3), np.float32)
        logits[:4, 1], logits[4, 0] = np.nan, np.inf
        assert answers(logits).tolist() == [10, 5, 0, 0, 5]
        assert answers(np.full((10, 3), np.nan, np.float32)).tolist() == [10, 10, 0, -1, 0]


class TestRelabelling:
    def planted(self, order, right=0.9, n=600):
        """Labels, and answers of a network that is right so often and calls class k order[k]."""
        random = np.random.default_rng(0)
        c = len(order)
        labels = random.integers(0, c, n)
        seen = np.where(random.random(n) < right, labels, random.integers(0, c, n))
        return labels, np.asarray(order)[seen], np.zeros((n, c), np.float32)

    def test_a_permutation_is_found(self):
        order = [3, 0, 1, 4, 2]
        labels, predicted, logits = self.planted(order)
        found = relabelling(labels, predicted, logits)
        assert found.shape == (6, 4)
        n, before, fixed, broken = found[0]
        assert n == 300 and before < 30 and fixed > 260 and broken == before
        assert [found[1 + order[k], 0] for k in range(5)] == [0, 1, 2, 3, 4]
        for output in range(5):
            mask = predicted == output
            meant = found[1 + output, 0]
            expected = [mask.sum(), (labels[mask] == output).sum(), (labels[mask] == meant).sum()]
            assert found[1 + output, 1:].tolist() == expected

    def test_the_right_order_stays(self):
        found = relabelling(*self.planted(range(5)))
        assert found[1:, 0].tolist() == [0, 1, 2, 3, 4]
        assert found[0, 2:].tolist() == [0, 0]

    def test_chance_gains_nothing_on_the_other_half(self):
        found = relabelling(*self.planted(range(20), right=0, n=400))
        assert found[1:, 3].sum() > found[1:, 2].sum() + 20, "on its own samples any assignment gains"
        assert abs(found[0, 2] - found[0, 3]) < 3 * np.sqrt(found[0, 2] + found[0, 3])

    def test_more_outputs_than_classes(self):
        labels, predicted, _ = self.planted(range(3))
        found = relabelling(labels, predicted + 4, np.zeros((600, 8), np.float32))
        assert found[5:8, 0].tolist() == [0, 1, 2]
        assert sorted(found[1:, 0]) == list(range(8))

    def test_without_labels(self):
        found = relabelling(np.full(9, -1), np.zeros(9, np.int64), np.zeros((9, 3), np.float32))
        assert found[1:, 0].tolist() == [0, 1, 2] and not found[0].any() and not found[1:, 1:].any()
