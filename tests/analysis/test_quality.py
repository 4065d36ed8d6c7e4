"""Quality: its sign, its range, and a plain loop that gives the same."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import quality as module
from analysis.quality import class_distances, quality


def blobs(n: int = 90) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    labels = np.arange(n) % 3
    return ((draw.normal(size=(3, 5)) * 6)[labels] + draw.normal(size=(n, 5))).astype(np.float32), labels


def test_a_sample_among_strangers_is_the_lowest() -> None:
    points, labels = blobs()
    given = labels.copy()
    given[4] = (labels[4] + 1) % 3
    score = quality(points, given)
    assert score.argmin() == 4 and score[4] < 0.3
    assert np.median(score) > 0.7 and score.min() >= 0 and score.max() <= 1


def test_a_sample_between_two_classes_is_near_a_half() -> None:
    points, labels = blobs()
    points[0] = (points[labels == 0][1:].mean(axis=0) + points[labels == 1].mean(axis=0)) / 2
    assert quality(points, labels)[0] == pytest.approx(0.5, abs=0.12)


def test_distances_are_those_of_a_plain_loop() -> None:
    points, labels = blobs(45)
    own, other = class_distances(points, labels)
    for row in range(45):
        means = {}
        for code in range(3):
            members = np.flatnonzero((labels == code) & (np.arange(45) != row))
            means[code] = np.sort(np.linalg.norm(points[members] - points[row], axis=1))[:5].mean()
        assert own[row] == pytest.approx(means[labels[row]], rel=1e-3)
        assert other[row] == pytest.approx(min(d for code, d in means.items() if code != labels[row]), rel=1e-3)


def test_a_draw_stands_for_a_large_class(monkeypatch: pytest.MonkeyPatch) -> None:
    points, labels = blobs(900)
    exact = quality(points, labels)
    monkeypatch.setattr(module, "YARDSTICK", 300)
    assert np.abs(quality(points, labels) - exact).max() < 0.2


def test_without_a_label_without_company_and_without_numbers_there_is_none() -> None:
    points, labels = blobs()
    labels[0], labels[1] = -1, 7
    points[2] = np.nan
    score = quality(points, labels)
    assert np.isnan(score[:3]).all() and np.isfinite(score[3:]).all()
    assert np.isnan(quality(points, np.zeros(90, int))).all()
    assert np.isnan(quality(points, np.full(90, -1))).all()
