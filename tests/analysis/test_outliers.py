"""Planted strangers stand out; the sign, the reference split and missing values."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.outliers import VIEWS, odd_view, outlier, outlier_parts, tail, tenth

N = 400


def space(seed: int = 0) -> dict[str, np.ndarray]:
    """Three classes, the first three quarters are the reference; the last twenty are strangers in one view."""
    draw = np.random.default_rng(seed)
    labels = np.arange(N) % 3
    centers = draw.normal(size=(3, 10)) * 4
    names = ("early", "early_peaks", "late", "late_peaks", "last")
    views = {name: (centers[labels] + draw.normal(size=(N, 10))).astype(np.float32) for name in names}
    views["late_peaks"][-20:] += (draw.normal(size=(20, 10)) * 12).astype(np.float32)
    return {
        **views,
        "labels": labels,
        "split": (np.arange(N) >= 300).astype(np.int64),
    }


def test_strangers_in_one_view_are_the_furthest_out_and_the_view_is_named() -> None:
    parts = outlier_parts(**space())
    score = outlier(parts)
    assert set(np.argsort(-score)[:18]) <= set(range(N - 20, N))
    assert (odd_view(parts)[-20:] == VIEWS.index("late peaks")).mean() > 0.9


def test_the_crowd_has_a_mean_near_one() -> None:
    score = outlier(outlier_parts(**space()))
    assert 0.7 < score[:300].mean() < 1.3


def test_a_sample_with_the_label_of_another_class_is_odd() -> None:
    found = space()
    found["labels"] = found["labels"].copy()
    found["labels"][350] = (found["labels"][350] + 1) % 3
    before, after = outlier(outlier_parts(**space()))[350], outlier(outlier_parts(**found))[350]
    assert before < 3 < after


def test_strangers_do_not_hide_behind_each_other() -> None:
    found = space()
    found["late_peaks"][-20:] = found["late_peaks"][0] + 60  # twenty of a kind
    score = outlier(outlier_parts(**found))
    assert score[-20:].min() > np.sort(score[:-20])[-5]


def test_without_labels_the_whole_reference_is_compared_with() -> None:
    found = space()
    found["labels"] = np.full(N, -1)
    parts = outlier_parts(**found)
    assert np.isfinite(parts).all()
    assert np.argmax(outlier(parts)) >= N - 20


def test_samples_without_a_label_among_others_have_a_score() -> None:
    found = space()
    found["labels"] = np.where(np.arange(N) % 4 == 0, -1, found["labels"])
    score = outlier(outlier_parts(**found))
    assert np.isfinite(score).all()
    assert set(np.argsort(-score)[:15]) <= set(range(N - 20, N))


def test_a_row_that_is_not_a_number_has_no_score() -> None:
    found = space()
    for name in ("early", "early_peaks", "late", "late_peaks", "last"):
        found[name][3] = np.nan
    parts = outlier_parts(**found)
    assert np.isnan(outlier(parts)[3]) and odd_view(parts)[3] == -1
    assert np.isfinite(np.delete(outlier(parts), 3)).all()


def test_the_tail_grows_without_end_and_keeps_the_order() -> None:
    draw = np.random.default_rng(0)
    values = np.concatenate([draw.normal(size=1000), [5.0, 6.0, 60.0]])
    found = tail(values, np.arange(1003) < 1000)
    assert found.min() >= 0
    order = np.argsort(values)
    assert (np.diff(found[order]) >= -1e-6).all()
    assert found[1000] < found[1001] < found[1002]
    assert abs(found[:1000].mean() - 1) < 0.1


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_samples_do_not_break(n: int) -> None:
    points = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    parts = outlier_parts(*[points] * 5, np.zeros(n, int), np.zeros(n, int))
    assert outlier(parts).shape == (n,)


def test_the_tenth_neighbor_is_the_one_of_a_plain_loop() -> None:
    draw = np.random.default_rng(1)
    points = draw.normal(size=(80, 4)).astype(np.float32)
    reference = draw.random(80) < 0.4
    found = tenth(points, reference)
    for row in range(80):
        others = np.flatnonzero(reference & (np.arange(80) != row))
        distances = np.sort(np.linalg.norm(points[others] - points[row], axis=1))
        assert found[row] == pytest.approx(distances[9], rel=1e-4)
