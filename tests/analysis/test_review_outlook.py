"""Where an accuracy leads if the rest of the suspects are reviewed: on lists of which it is known."""

import numpy as np

from analysis.review_outlook import outlook
from analysis.review_rate import FEWEST


def planted(seed, n=300):
    """Suspects that are less often wrong down the list; mending raises agreement mostly where there was none."""
    random = np.random.default_rng(seed)
    agreeing = random.random(n) < 0.2
    wrong = random.random(n) < np.minimum(0.9, 12 / (1 + np.arange(n)))
    change = np.where(agreeing, -1, np.where(random.random(n) < 0.8, 1, 0))
    return agreeing, wrong, np.where(wrong, change, 0)


def test_the_interval_holds_what_a_full_review_gives():
    held, wide = 0, []
    for seed in range(20):
        agreeing, wrong, change = planted(seed)
        done = np.arange(60)
        reviewed = 9000 + int(change[done].sum())
        found = outlook(reviewed, done, wrong[done], change[done][wrong[done]], agreeing)
        held += found.low <= 9000 + change.sum() <= found.high
        wide.append(found.high - found.low)
        assert found.low <= found.middle <= found.high
    assert held >= 16 and np.median(wide) < 60


def test_mending_what_agreed_lowers_and_mending_what_did_not_raises():
    places, wrong = np.arange(20), np.ones(20, bool)
    up = outlook(500, places, wrong, np.ones(20, int), np.zeros(100, bool))
    down = outlook(500, places, wrong, -np.ones(20, int), np.ones(100, bool))
    assert up.low > 500 > down.high


def test_a_prediction_that_agrees_cannot_become_right():
    found = outlook(500, np.arange(20), np.ones(20, bool), np.ones(20, int), np.ones(100, bool))
    assert found.high <= 500


def test_nothing_is_said_of_few_and_a_finished_list_stays():
    few = np.arange(FEWEST - 1)
    assert outlook(500, few, np.ones(len(few), bool), np.ones(len(few), int), np.zeros(50, bool)) is None
    assert outlook(500, np.arange(50), np.ones(50, bool), np.ones(50, int), np.zeros(50, bool)) == (500, 500, 500)
