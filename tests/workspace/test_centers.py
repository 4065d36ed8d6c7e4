"""What the sample page reads: distances to centers, nearest samples, places among all."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tiny import answer
from util import InspectorError
from workspace import centers


@pytest.fixture
def session(tiny_session):
    made = tiny_session("full")
    answer(made, "center_distances/dense")
    return made


def test_the_share_that_is_nearer_is_counted_among_the_others(session):
    labels, own = np.asarray(session.column("labels")), np.asarray(session.column("center_distances/dense"))
    for index in (0, 17, 41):
        found = session.centers.distance(index, int(labels[index]), "dense")
        others = own[(labels == labels[index]) & (np.arange(60) != index)]
        assert found.n == len(others) == 19
        assert found.nearer == pytest.approx(float((others < own[index]).mean()))
        other = session.centers.distance(index, (int(labels[index]) + 1) % 3, "dense")
        assert other.n == 20 and other.far > 0


def test_a_class_that_nobody_has_has_no_center(session):
    found = session.centers.distance(0, 77, "dense")
    assert np.isnan(found.far) and np.isnan(found.nearer) and found.n == 0


@pytest.mark.parametrize("code", [centers.EVERYBODY, 0, 2])
def test_the_nearest_are_those_of_a_plain_search(session, code):
    points, labels = np.asarray(session.column("activations/dense"), np.float64), np.asarray(session.column("labels"))
    rows = np.flatnonzero((labels == code) if code != centers.EVERYBODY else labels >= 0)
    rows = rows[rows != 8]
    apart = np.linalg.norm(points[rows] - points[8], axis=1)
    found = session.centers.nearest(8, "dense", 5, code)
    np.testing.assert_allclose(found.distances, np.sort(apart)[:5], rtol=1e-5)
    assert found.n == found.searched == len(rows)


def test_of_very_many_numbers_some_samples_are_looked_at(session, monkeypatch):
    monkeypatch.setattr(centers, "MOST_NUMBERS", 80)
    found = session.centers.nearest(8, "dense", 3, 0)
    assert found.n == 20 and 0 < found.searched < 20


def test_a_place_among_all_counts_half_of_the_same(session):
    losses = np.asarray(session.column("loss"))
    highest = session.centers.standing("loss", int(np.argmax(losses)))
    assert highest.below == pytest.approx(59.5 / 60) and highest.n == 60
    with pytest.raises(InspectorError):
        session.centers.standing("probabilities", 0)


def test_ranks_in_a_split_and_in_all(session):
    losses, split = np.asarray(session.column("loss")), np.asarray(session.column("split"))
    name = session.dataset.split_names[0]
    rows = np.flatnonzero(split == 0)
    third = int(rows[np.argsort(-losses[rows], kind="stable")[2]])
    assert session.centers.rank(third, name) == (3, len(rows))
    assert session.centers.rank(int(np.argmax(losses))) == (1, 60)
