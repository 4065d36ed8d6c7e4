"""How many of a list are real: against planted truth, over seeds, with many faults, few and none."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import list_precision
from analysis.label_issues import label_issue
from analysis.suspects import label_suspect

N = 4000


def scores(faults, seed):
    """Exponential scores of sound samples, and faults far out: (scores, which are real)."""
    draw = np.random.default_rng(seed)
    values, real = draw.exponential(size=N), np.zeros(N, bool)
    rows = draw.choice(N, faults, replace=False)
    real[rows], values[rows] = True, draw.normal(9, 1.5, faults)
    return values, real


def listed(values):
    ranked = list_precision.ranked(values, values > np.quantile(values, 0.98))
    return ranked, list_precision.by_tail(values, values[ranked])


@pytest.mark.parametrize(("faults", "near"), [(0, 10), (15, 10), (80, 10)])
def test_what_is_expected_is_what_is_there(faults, near):
    inside = 0
    for seed in range(20):
        values, real = scores(faults, seed)
        ranked, chance = listed(values)
        found = list_precision.expected(chance, 50)
        truth = int(real[ranked[:50]].sum())
        assert abs(found.n - truth) <= near, (seed, found, truth)
        inside += found.low <= truth <= found.high
    assert inside >= 17


def test_opinions_that_are_right_about_their_doubt_give_the_number_of_wrong_labels():
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 5, N)
    said = np.full((N, 5), np.log(0.0002))
    said[np.arange(N), truth] = np.log(1 - 4 * 0.0002)
    doubtful = np.arange(0, N, 10)  # here another class than the likeliest is right once in thirty
    said[doubtful] = np.log((1 - 1 / 30) * 0.999)
    said[doubtful] = np.log(1 / 30 / 4)
    said[doubtful, truth[doubtful]] = np.log(1 - 1 / 30)
    right = np.array([draw.choice(5, p=np.exp(row) / np.exp(row).sum()) for row in said])
    given = right.copy()
    wrong = draw.choice(N, 60, replace=False)
    given[wrong] = (given[wrong] + 1) % 5
    verdicts = said.astype(np.float32)
    issue = label_issue(verdicts, given)
    ranked = list_precision.ranked(issue, label_suspect(verdicts, given) == 1)
    chance = list_precision.by_labels(verdicts, given, issue[ranked].astype(float))
    every = list_precision.expected(chance, len(ranked))
    real = int((given != right)[ranked].sum())
    assert len(ranked) > real >= 55
    assert every.low <= real <= every.high and abs(every.n - real) < 15


def test_chance_of_labels_counts_every_pair_that_is_as_bad():
    draw = np.random.default_rng(3)
    logits = draw.normal(0, 3, (200, 4))
    said = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)
    labels = draw.integers(-1, 4, 200)
    issue = label_issue(said, labels)
    at = np.sort(issue[np.isfinite(issue)])[::-1][:10].astype(float)
    means = [-said[labels == code, code].mean() for code in range(4)]
    for score, found in zip(at, list_precision.by_labels(said, labels, at), strict=True):
        plain = sum(
            np.exp(said[row, code])
            for row in np.flatnonzero(labels >= 0)
            for code in range(4)
            if -said[row, code] - means[code] >= score
        )
        assert found == pytest.approx(plain, rel=0.05, abs=0.02)


def test_the_first_of_a_list_are_never_fewer_than_fewer_of_them():
    values, _ = scores(30, 0)
    _, chance = listed(values)
    numbers = [list_precision.expected(chance, k).n for k in range(len(chance))]
    assert numbers == sorted(numbers) and all(n <= k for k, n in enumerate(numbers))


def test_a_copy_that_holds_more_faults_than_expected_says_how_far_chance_is_to_be_believed():
    values, real = scores(60, 0)
    ranked, chance = listed(values)
    truth = int(real[ranked].sum())
    share = list_precision.believed(5 * chance, truth)
    assert list_precision.expected(5 * chance, len(chance)).n < truth
    assert list_precision.expected(share * 5 * chance, len(chance)).n == pytest.approx(truth, abs=1)
    assert list_precision.believed(chance / 5, truth) == 1
    wide, narrow = (list_precision.expected(5 * chance, 50, less) for less in (share, 1.0))
    assert wide.high >= real[ranked[:50]].sum() > narrow.high and wide.low == narrow.low


def test_an_empty_list_has_nothing_real():
    found = list_precision.expected(np.zeros(0), 50)
    assert (found.k, found.n, found.low, found.high) == (0, 0, 0, 0)
    assert len(list_precision.by_tail(np.array([np.nan, 1.0]), np.zeros(0))) == 0
    assert len(list_precision.by_labels(np.zeros((3, 2), np.float32), np.zeros(3, np.int64), np.zeros(0))) == 0


def test_recall_is_counted_for_every_kind():
    kinds = np.array([-1, 0, 0, 1, 1, -1])
    found = list_precision.recalls(np.array([1, 0, 3, 2]), kinds, ("a", "b"), 2)
    assert [(each.name, each.planted, each.listed, each.first) for each in found] == [("a", 2, 2, 1), ("b", 2, 1, 0)]
    low, high = found[1].interval
    assert 0 < low < 0.5 < high < 1


def test_a_list_is_the_worst_first_and_without_a_score_last():
    values = np.array([1.0, 5.0, np.nan, 3.0])
    assert list_precision.ranked(values, np.array([True, False, True, True])).tolist() == [3, 0, 2]
