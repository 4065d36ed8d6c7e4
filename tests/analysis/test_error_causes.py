"""Every error has one cause, the first that holds."""

from __future__ import annotations

import numpy as np

from analysis import duplicates, error_causes
from analysis.error_causes import error_cause


def causes(**changes):
    """The causes of nine samples labelled 0, of which all but the last are taken for class 1."""
    n = 9
    facts = {
        "correct": np.array([0] * 8 + [1]),
        "labels": np.zeros(n, np.int64),
        "predicted": np.array([1, 1, 1, 1, 2, 1, 2, 1, 0]),
        "split": np.array([0, 0, 0, 0, 0, 1, 1, 1, 0], np.uint8),
        "opinions": np.log(np.tile(np.array([[0.05, 0.45, 0.5]], np.float32), (n, 1))),
        "label_suspect": np.zeros(n, np.int64),
        "duplicate": np.zeros(n, np.int64),
        "stranger": np.zeros(n, np.int64),
        "subtype_parts": np.zeros((n, 3), np.float32),
        **changes,
    }
    return [error_causes.NAMES[code] if code >= 0 else "" for code in error_cause(**facts)]


def at(row, value, n=9):
    found = np.zeros(n, np.int64)
    found[row] = value
    return found


def test_what_is_often_confused_in_its_split_is_plain_and_the_rest_unexplained():
    assert causes() == ["plain confusion"] * 4 + ["unexplained"] * 4 + [""]


def test_the_first_cause_that_holds_counts():
    close = np.log(np.tile(np.array([[0.3, 0.4, 0.3]], np.float32), (9, 1)))
    assert causes(opinions=close)[:8] == ["ambiguous"] * 8
    assert causes(opinions=close, stranger=at(1, 1))[1] == "far from training data"
    assert causes(stranger=at(1, 1), label_suspect=at(1, 1))[1] == "suspect label"
    every = {"stranger": at(1, 1), "label_suspect": at(1, 1)}
    for kind in (duplicates.CONFLICT, duplicates.CONFLICT_ACROSS):
        assert causes(**every, duplicate=at(1, kind))[1] == "contradicting copies"
    assert causes(duplicate=at(1, duplicates.ACROSS))[1] == "plain confusion"


def test_unknown_answers_and_opinions_are_no_reason_to_fail():
    unknown = np.full((9, 3), np.nan, np.float32)
    assert causes(opinions=unknown)[0] == "plain confusion"
    assert causes(correct=np.full(9, -1)) == [""] * 9
    assert causes(predicted=np.array([1, 1, 1, 1, 7, 1, 2, 1, 0]))[4] == "unexplained"
