"""Answers between the corners of the classes."""

import numpy as np
import pytest

from analysis.circle import between, corners


def test_corners_go_round_in_the_order_given():
    places = corners(np.array([2, 0, 3, 1]))
    assert places[2] == pytest.approx([0, 1], abs=1e-6)  # on top
    assert places[0] == pytest.approx([1, 0], abs=1e-6)  # then to the right
    assert np.linalg.norm(places, axis=1) == pytest.approx(np.ones(4))


def test_who_is_sure_stands_in_the_corner_and_who_is_not_in_the_middle():
    places = corners(np.arange(5))
    found = between(np.eye(5, dtype=np.float32), places)
    assert found == pytest.approx(places)
    unsure = between(np.full((1, 5), 0.2, np.float32), places)
    assert unsure == pytest.approx(np.zeros((1, 2)), abs=1e-6)


def test_roots_pull_apart_what_is_nearly_sure():
    places = corners(np.array([0, 1]))
    found = between(np.array([[0.99, 0.01]], np.float32), places)
    weight = 0.1 / (np.sqrt(0.99) + 0.1)
    assert found[0, 1] == pytest.approx(1 - 2 * weight, abs=1e-5)


def test_no_answer_has_no_place():
    assert np.isnan(between(np.full((1, 3), np.nan, np.float32), corners(np.arange(3)))).all()
