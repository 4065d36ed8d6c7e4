"""What counts as a copy when the limit is moved: groups, counts, accuracy, and the query for the same samples."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.duplicates import copy_likeness
from tests.workspace.planted import planted

LIKE = {(10, 410): 0.95, (20, 30): 0.9, (30, 40): 0.88, (50, 60): 0.85}  # pairs and how alike they are


@pytest.fixture
def session():
    """600 samples: two exact pairs, and LIKE."""
    session = planted(twins=2)
    columns = session.columns
    for (first, second), likeness in LIKE.items():
        for row, other in ((first, second), (second, first)):
            if columns["copy_of"][row, 1] > 1 - likeness:
                columns["copy_of"][row] = (other, 1 - likeness, 1)
    columns["labels"][60] = (columns["labels"][50] + 1) % 10
    columns["copy_likeness"] = copy_likeness(columns["copy_of"], columns["copies"])
    return session


def rows(session, likeness):
    names = ("labels", "splits", "within")
    return {
        name: [group.rows for group in session.faults.duplicates(name, likeness=likeness).shown] for name in names
    }


@pytest.mark.parametrize(
    ("likeness", "labels", "splits", "within"),
    [
        (0.96, [], [], []),
        (0.95, [], [(10, 410)], []),
        (0.9, [], [(10, 410)], [(20, 30)]),
        (0.88, [], [(10, 410)], [(20, 30, 40)]),
        (0.8, [(50, 60)], [(10, 410)], [(20, 30, 40)]),
    ],
)
def test_each_picture_stands_with_the_one_most_alike_from_the_limit_on(session, likeness, labels, splits, within):
    twins = [(200, 300), (201, 301)]
    assert rows(session, likeness) == {"labels": labels, "splits": splits, "within": [*twins, *within]}
    counts = session.faults.duplicate_counts(likeness)
    assert counts == {
        "labels": 2 * len(labels), "splits": 2, "within": 4 + sum(map(len, within)),
        "alone": 600 - 2 * len(labels) - 2 - 4 - sum(map(len, within)),
    } if likeness < 0.96 else {"labels": 0, "splits": 0, "within": 4, "alone": 596}  # fmt: skip


@pytest.mark.parametrize("likeness", [1, 0.95, 0.9, 0.88, 0.8])
def test_the_query_finds_exactly_the_pictures_in_groups(session, likeness):
    grouped = np.flatnonzero(session.faults.copies(likeness).group >= 0)
    found = session.columns["copy_likeness"] >= np.float32(likeness)
    assert np.flatnonzero(found).tolist() == grouped.tolist()


def test_accuracy_without_leaks_follows_the_limit(session):
    session.columns["correct"][410] = 0
    for likeness, leaked in ((0.96, 0), (0.95, 1)):
        (leak,) = session.faults.leaks(likeness)
        every, also, others = leak.accuracy
        assert (leak.leaked, also.n, also.right, others.n) == (leaked, leaked, 0, 200 - leaked)
        assert every.right == others.right == 195


def test_the_usual_verdict_is_left_alone(session):
    before = session.faults.duplicate_counts()
    session.faults.duplicate_counts(0.8)
    assert session.faults.duplicate_counts() == before == {"labels": 0, "splits": 0, "within": 4, "alone": 596}
