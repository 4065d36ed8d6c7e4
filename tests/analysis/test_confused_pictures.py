"""Kinds of error and their mean images against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.confused_pictures import MOST, confused_kinds, confused_pictures
from analysis.confusion import confusion
from analysis.reduction import pixels

N, C = 120, 3


@pytest.fixture
def data():
    random = np.random.default_rng(0)
    labels, predicted = random.integers(-1, C, N), random.integers(-1, C, N)
    split = (np.arange(N) >= 70).astype(np.uint8)
    images = random.integers(0, 256, (N, 6, 5, 3), dtype=np.uint8)
    return images, labels, predicted, split


def test_kinds_and_means_against_a_loop(data):
    images, labels, predicted, split = data
    kinds = confused_kinds(confusion(labels, predicted, split, np.zeros((N, C), np.float32)))
    drawn = confused_pictures(pixels(images), images, labels, predicted, split, kinds)
    assert kinds.shape == (3, MOST, 3) and drawn.shape == (3 * MOST, 6, 5, 3) and drawn.dtype == np.uint8
    for place, inside in enumerate((split >= 0, split == 0, split == 1)):
        counts = kinds[place, :, 2].tolist()
        assert counts == sorted(counts, reverse=True) and counts[: C * (C - 1)] != [0] * 6
        seen = set()
        for row, (label, answer, count) in enumerate(kinds[place].tolist()):
            picture = drawn[place * MOST + row]
            if not count:
                assert (label, answer) == (-1, -1) and not picture.any()
                continue
            seen.add((label, answer))
            chosen = inside & (labels == label) & (predicted == answer)
            assert count == chosen.sum() and label != answer
            np.testing.assert_allclose(picture, images[chosen].mean(axis=0), atol=0.51)
        assert len(seen) == sum(count > 0 for count in counts)


def test_without_errors_there_is_nothing():
    labels = np.zeros(4, np.int64)
    images = np.full((4, 6, 6, 1), 9, np.uint8)
    kinds = confused_kinds(confusion(labels, labels, labels.astype(np.uint8), np.zeros((4, 2), np.float32)))
    assert not kinds[..., 2].any()
    assert not confused_pictures(pixels(images), images, labels, labels, labels.astype(np.uint8), kinds).any()
