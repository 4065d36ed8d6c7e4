"""How many wrong labels are left in a list: on lists of which it is known."""

import numpy as np
import pytest

from analysis.review_rate import FEWEST, left


def planted(chance, n, seed):
    """(n,) which samples are wrong, when each is with a chance that depends on its place."""
    return np.random.default_rng(seed).random(n) < chance(np.arange(n))


@pytest.mark.parametrize(
    "chance",
    [
        lambda place: np.minimum(0.9, 10 / (1 + place)),
        lambda place: 0.8 / (1 + (place / 30) ** 2),
        lambda place: 0 * place + 0.1,
    ],
    ids=["slowly", "soon", "everywhere"],
)
def test_the_interval_holds_what_is_left_of_planted_lists(chance):
    """Of 95 % intervals a few in twenty may miss; and they must not hold simply everything."""
    held, wide = 0, []
    for seed in range(20):
        wrong = planted(chance, 1000, seed)
        found = left(np.arange(120), wrong[:120], 1000)
        held += found.low <= wrong[120:].sum() <= found.high
        wide.append(found.high - found.low)
        assert found.low <= found.middle <= found.high
    assert held >= 16 and np.median(wide) < 300


def test_a_list_that_stopped_giving_has_few_left():
    wrong = np.arange(200) < 12
    found = left(np.arange(100), wrong[:100], 200)
    assert found.middle <= 1 and found.high <= 6


def test_nothing_is_said_of_few_and_nothing_is_left_of_a_finished_list():
    assert left(np.arange(FEWEST - 1), np.ones(FEWEST - 1, bool), 100) is None
    assert left(np.arange(50), np.ones(50, bool), 50) == (0, 0, 0)


def test_in_a_list_without_an_order_the_reviewed_ones_stand_for_the_rest():
    wrong = np.arange(100) < 20  # all of them at the beginning, which says nothing here
    found = left(np.arange(100), wrong, 1000, falling=False)
    assert 100 < found.low < 180 < found.high < 280
    assert left(np.arange(100), wrong, 1000).middle < found.low


def test_gaps_are_counted_among_the_rest():
    wrong = np.zeros(40, bool)
    wrong[::2] = True
    assert left(np.arange(0, 80, 2), wrong, 80).high <= 40
