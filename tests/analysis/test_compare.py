"""Two networks on the same samples, against numbers from papers and against scipy."""

import numpy as np
import pytest

from analysis import compare
from analysis.compare import Tally

LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, -1, 2])
A = np.array([0, 0, 1, 1, 0, 2, 0, 2, 1, -1])
B = np.array([0, 1, 0, 1, 0, 0, 1, 2, 1, 2])


def test_every_sample_comes_out_one_way():
    whole, classes = compare.tallies(LABELS, A, B, 3)
    assert whole == Tally(both_right=3, fixed=1, broken=1, same_wrong=1, other_wrong=2)
    assert classes[0] == Tally(1, 1, 1, 0, 0)
    assert classes[1] == Tally(1, 0, 0, 1, 1)
    assert classes[2] == Tally(1, 0, 0, 0, 1)
    assert (whole.n, whole.both_wrong, whole.right) == (8, 3, (4, 4))
    assert sum(row.n for row in classes) == whole.n


def test_outcomes_say_the_same():
    correct = [np.where((LABELS < 0) | (answer < 0), -1, answer == LABELS) for answer in (A, B)]
    codes = compare.outcomes(*correct)
    assert codes.tolist() == [0, 2, 1, 0, 3, 3, 3, 0, -1, -1]
    assert [compare.NAMES[code] for code in codes[:4]] == ["both right", "broken", "fixed", "both right"]
    swapped = compare.outcomes(*correct[::-1])
    assert swapped.tolist() == [0, 1, 2, 0, 3, 3, 3, 0, -1, -1]


def test_nothing_is_compared_where_nothing_is_known():
    nothing = np.full(4, -1)
    whole, classes = compare.tallies(nothing, nothing, nothing, 0)
    assert whole.n == 0 and classes == []
    assert compare.agreement(nothing, nothing) == (0, 0)
    assert np.isnan(compare.kappa(nothing, nothing))
    assert np.isnan(compare.difference(0, 0, 0)).all()
    assert np.isnan(compare.share(0, 0)).all()


def test_mcnemar_gives_the_numbers_of_the_paper():
    """Fagerland, Lydersen and Laake 2013, airway hyper-responsiveness before and after a transplant: 1 and 7."""
    exact, mid = compare.mcnemar(1, 7)
    assert exact == pytest.approx(0.0703, abs=5e-5)
    assert mid == pytest.approx(0.0391, abs=5e-5)
    assert compare.mcnemar(7, 1) == (exact, mid)


@pytest.mark.parametrize(
    ("fixed", "broken"), [(0, 0), (0, 1), (3, 3), (112, 41), (10, 0), (700, 690), (40_000, 39_000)]
)
def test_mcnemar_is_the_binomial_test(fixed, broken):
    from scipy import stats

    exact, mid = compare.mcnemar(fixed, broken)
    n = fixed + broken
    expected = stats.binomtest(fixed, n, 0.5).pvalue if n else 1.0
    assert exact == pytest.approx(expected, rel=1e-6)
    if n:
        least = min(fixed, broken)
        term = stats.binom.pmf(least, n, 0.5)
        assert mid == pytest.approx(min(2 * stats.binom.cdf(least, n, 0.5), 1 + term) - term
                                    if fixed != broken else 1 - term / 2, rel=1e-6)  # fmt: skip
    assert 0 <= mid <= exact <= 1


def test_a_huge_difference_has_no_chance_and_no_warning():
    assert compare.mcnemar(90_000, 10) == (0.0, 0.0)


def test_the_interval_is_that_of_bonett_and_price():
    """By hand from the formula, 7 fixed and 1 broken of 21: (8 - 2) / 23 and its reach."""
    value, low, high = compare.difference(7, 1, 21)
    assert value == pytest.approx(6 / 21)
    assert (low, high) == pytest.approx((0.0134, 0.5084), abs=5e-5)
    mirrored = compare.difference(1, 7, 21)
    assert mirrored == pytest.approx((-value, -high, -low))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(0)
    drawn = random.multinomial(200, [0.08, 0.04, 0.88], size=2000)
    inside = [low <= 0.04 <= high for b, c, _ in drawn.tolist() for _, low, high in [compare.difference(b, c, 200)]]
    assert 0.94 < np.mean(inside) < 0.98


def test_agreement_leaves_labels_out():
    assert compare.agreement(A, B) == (5, 9)
    share, low, high = compare.share(5, 9)
    assert share == pytest.approx(5 / 9)
    assert low < share < high


def test_kappa_is_cohens():
    """20 and 15 of 50 agree where 25 are expected to: (0.7 - 0.5) / (1 - 0.5)."""
    a = np.repeat([0, 0, 1, 1], [20, 5, 10, 15])
    b = np.repeat([0, 1, 0, 1], [20, 5, 10, 15])
    assert compare.kappa(a, b) == pytest.approx(0.4)
    assert compare.kappa(a, a) == pytest.approx(1)
    assert np.isnan(compare.kappa(np.zeros(3, int), np.zeros(3, int)))
