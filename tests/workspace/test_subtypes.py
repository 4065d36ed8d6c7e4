"""What the page says of sub-types: names, shares, recalls and their order, against plain counts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workspace.planted import Planted
from workspace import findings
from workspace.plan import ColumnNotReady
from workspace.subtypes import Subtypes, named

N = 400


@pytest.fixture
def session():
    """Two classes in two splits: a sub-type of the first is wrong in test, one of the second is rarer there."""
    labels = np.arange(N) % 2
    split = (np.arange(N) >= 200).astype(np.uint8)
    letters = np.zeros(N)
    letters[(labels == 0) & (np.arange(N) % 8 == 0)] = 1
    letters[(labels == 1) & (split == 0) & (np.arange(N) % 4 == 1)] = 1
    labels[7] = letters[7] = -1
    correct = np.where(labels < 0, -1, 1)
    correct[(letters == 1) & (labels == 0) & (split == 1)] = 0
    parts = np.stack([letters, np.where(letters > 0, 0.9, np.nan), np.arange(N) % 50], axis=1).astype(np.float32)
    made = Planted({"labels": labels, "split": split, "subtype_parts": parts, "correct": correct})
    made.knows = lambda column: True
    made.key = lambda column: column
    made.class_names = ("4", "boot")
    made.subtypes = Subtypes(made)
    return made


def test_names_are_short_after_numbers_and_apart_after_words(session):
    assert session.subtypes.names() == ("4 rest", "4a", "boot rest", "boot a")
    assert [named(letter) for letter in (1, 2, 12)] == ["a", "b", "l"]


def test_figures_are_those_of_plain_counts_and_the_suspicious_come_first(session):
    found = session.subtypes.listed("test")
    assert [entry.name for entry in found][:2] in (["4a", "boot a"], ["boot a", "4a"])
    assert [entry.is_rest for entry in found] == [False, False, True, True]
    of = {entry.name: entry for entry in found}
    four = of["4a"]
    inside = np.arange(0, N, 8)
    assert sorted(four.rows.tolist()) == inside.tolist()
    assert (np.diff(four.rows % 50) >= 0).all(), "the nearest to the middle first"
    assert (four.shares["train"].some, four.shares["train"].n) == (25, 100)
    assert (four.recall.some, four.recall.n) == (0, 25) and (four.others.some, four.others.n) == (75, 75)
    assert four.recall.low == 0 and 0 < four.recall.high < 0.2
    assert four.worse < session.subtypes.limit("test") == 0.025 and four.uneven > 0.5
    boot = of["boot a"]
    assert boot.shares["test"].some == 0 and boot.uneven < 1e-6 and boot.worse == 1
    assert four.query == 'subtype == "4a"' and four.stability == pytest.approx(0.9)
    assert session.subtypes.undivided() == (2, 0, 0)


def test_without_answers_there_is_no_recall(session):
    session.no_head = "no head"
    fresh = Subtypes(session)
    assert all(entry.recall is None and entry.worse == 1 for entry in fresh.listed("test"))


def test_only_what_is_clearly_worse_is_told(session):
    said = list(findings._subtypes(session))
    assert len(said) == 1 and said[0].text.startswith(
        "Sub-type 4a, 25.0 % of its class in train: 0.0 % of 25 are right"
    )
    assert said[0].query == 'subtype == "4a" and split == "test"' and len(said[0].images) == 3


def test_nothing_is_named_before_it_is_there(session):
    session.late = ("subtype_parts",)
    assert Subtypes(session).names() == ()
    with pytest.raises(ColumnNotReady):
        Subtypes(session).listed("test")
