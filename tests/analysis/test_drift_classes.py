"""Class by class: the changed class first, classes that went, and the mixture."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from analysis import drift, drift_classes
from tests.analysis.drawn_sets import CLASSES, blurred, seen, strokes, together


@cache
def reference():
    return seen(*strokes(1200, 1))


def compared(new):
    both, split = together(reference(), new)
    drawn = drift.usual(split, *both.features)
    points = drift.compared(*both.features, drawn).points
    codes = [both.labels[rows] for rows in (drawn.reference, drawn.held_out, drawn.new)]
    return drift_classes.by_class(points, codes), drift_classes.mixed(codes)


@pytest.mark.parametrize("changed", range(CLASSES))
def test_the_changed_class_stands_first(changed):
    pictures, labels = strokes(800, 30 + changed)
    pictures[labels == changed] = blurred(pictures[labels == changed])
    first, *rest = compared(seen(pictures, labels))[0]
    assert first.code == changed and first.low > 0.6 > max(gap.low for gap in rest)
    assert abs(first.control - 0.5) < 0.15


def test_classes_that_went_stand_before_all_others():
    pictures, labels = strokes(1600, 40)
    found, (mixed, control) = compared(seen(pictures[labels >= 2], labels[labels >= 2]))
    assert [gap.code for gap in found if gap.moved][:2] == [gap.code for gap in found[:2]] and found[0].moved
    assert {gap.code for gap in found if gap.n_new == 0} == {0, 1}
    assert 0.4 < mixed < 0.6 and control < 0.1
    assert all(np.isnan(gap.auc) for gap in found if gap.n_new == 0)


def test_without_a_gap_no_class_is_changed():
    found, (mixed, _) = compared(seen(*strokes(800, 50)))
    assert not any(gap.moved for gap in found) and max(gap.low for gap in found) < 0.6 and mixed < 0.1
    assert sum(gap.share_new for gap in found) == pytest.approx(1)


def test_rows_without_a_label_are_nobodys():
    points = [np.zeros((30, 2), np.float32)] * 3
    codes = [np.full(30, -1)] * 3
    assert drift_classes.by_class(points, codes) == []
    assert drift_classes.mixed(codes) == (0.0, 0.0)
