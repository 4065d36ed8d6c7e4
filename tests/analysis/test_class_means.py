"""Means, spreads and distances of classes against plain loops, and a planted stranger in its class."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.class_means import class_pictures, mean_distance
from analysis.reduction import pixels

N, C = 90, 3


@pytest.fixture
def data():
    random = np.random.default_rng(0)
    labels = random.integers(0, C, N)
    labels[:4] = -1
    split = (np.arange(N) >= 60).astype(np.uint8)
    images = random.integers(0, 90, (N, 6, 5, 1), dtype=np.uint8) + (60 * labels.clip(0))[:, None, None, None].astype(
        np.uint8
    )
    return images, labels, split


def test_distances_against_a_loop(data):
    images, labels, _ = data
    found = mean_distance(pixels(images), labels)
    flat = images.reshape(N, -1) / 255
    for row in range(N):
        if labels[row] < 0:
            assert np.isnan(found[row])
        else:
            mean = flat[labels == labels[row]].mean(axis=0)
            assert found[row] == pytest.approx(np.sqrt(((flat[row] - mean) ** 2).sum()), rel=1e-5)


def test_a_sample_of_another_class_lies_furthest_from_its_label_s_mean(data):
    images, labels, _ = data
    swapped = int(np.flatnonzero(labels == 0)[5])
    images[swapped] = images[np.flatnonzero(labels == 2)[0]]
    found = mean_distance(pixels(images), labels)
    assert np.nanargmax(np.where(labels == 0, found, np.nan)) == swapped, "high is unlike its class"


def test_pictures_of_all_and_of_each_split(data):
    images, labels, split = data
    found = class_pictures(pixels(images), images, labels, split)
    assert found.shape == (2 * 3 * C, 6, 5, 1) and found.dtype == np.uint8
    for place, chosen in enumerate((np.ones(N, bool), split == 0, split == 1)):
        for code in range(C):
            rows = images[chosen & (labels == code)].astype(float)
            row = 2 * (place * C + code)
            assert np.abs(found[row] - rows.mean(axis=0)).max() <= 0.51
            assert np.abs(found[row + 1] - np.minimum(2 * rows.std(axis=0), 255)).max() <= 0.52


def test_large_pictures_are_drawn_in_boxes():
    images = np.zeros((4, 70, 64, 3), np.uint8)
    images[2:] = 200
    found = class_pictures(pixels(images), images, np.array([0, 0, 1, 1]), np.zeros(4, np.uint8))
    assert found.shape == (8, 32, 32, 3)
    assert found[[0, 2]].mean(axis=(1, 2, 3)) == pytest.approx([0, 200]) and not found[[1, 3]].any()


def test_without_labels_there_is_nothing(data):
    images, _, split = data
    nobody = np.full(N, -1)
    assert class_pictures(pixels(images), images, nobody, split).shape[0] == 0
    assert np.isnan(mean_distance(pixels(images), nobody)).all()
