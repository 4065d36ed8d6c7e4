"""Suspect labels against plain loops, and how many are expected if every label is right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.suspects import label_suspect, suspect_counts


def opinions(n, c, seed=0, sharpness=4.0):
    scores = np.random.default_rng(seed).normal(0, sharpness, (n, c))
    return (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))).astype(np.float32)


def test_a_label_is_suspect_when_another_class_is_twenty_times_as_likely():
    verdicts = np.log(np.array([[0.9, 0.1], [0.04, 0.96], [0.06, 0.94], [0.5, 0.5], [0.04, 0.96]], np.float32))
    verdicts[3] = np.nan
    labels = np.array([0, 0, 0, 0, -1])
    assert label_suspect(verdicts, labels).tolist() == [0, 1, 0, -1, -1]


def test_the_counts_are_those_of_a_plain_loop():
    verdicts, random = opinions(80, 4), np.random.default_rng(1)
    labels, split = random.integers(-1, 4, 80), random.integers(0, 2, 80).astype(np.uint8)
    suspect = label_suspect(verdicts, labels)
    found = suspect_counts(verdicts, labels, suspect, split)
    for code in (0, 1):
        judged, flagged, expected = 0, 0, 0.0
        for row in range(80):
            if split[row] != code or labels[row] < 0:
                continue
            judged += 1
            flagged += suspect[row] == 1
            best = max(verdicts[row])
            expected += sum(math.exp(value) for value in verdicts[row] if best - value > math.log(20))
        assert found[code].tolist() == pytest.approx([judged, flagged, expected], rel=1e-5)


def test_labels_drawn_by_the_opinions_are_as_often_suspect_as_expected():
    verdicts, random = opinions(20_000, 5, sharpness=2.0), np.random.default_rng(2)
    reach = np.exp(verdicts.astype(float)).cumsum(axis=1)
    labels = np.minimum((random.random((20_000, 1)) > reach).sum(axis=1), 4)
    split = np.zeros(20_000, np.uint8)
    _, suspect, expected = suspect_counts(verdicts, labels, label_suspect(verdicts, labels), split)[0]
    assert expected > 50 and suspect == pytest.approx(expected, abs=4 * expected**0.5)


def test_without_labels_nothing_is_judged():
    labels = np.full(6, -1)
    verdicts = opinions(6, 3)
    suspect = label_suspect(verdicts, labels)
    assert (suspect == -1).all()
    assert suspect_counts(verdicts, labels, suspect, np.zeros(6, np.uint8)).tolist() == [[0, 0, 0]]
