"""Units with a planted meaning, and units without any."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import selectivity as module
from analysis.selectivity import exciting, selectivity


@pytest.fixture
def planted():
    """Unit 0 is the class, unit 1 is the class and as much noise, unit 2 is noise, unit 3 never changes."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 3000)
    meaning = np.array([0.0, 3.0, 7.0, -2.0])[labels]
    units = [meaning, meaning + random.normal(0, meaning.std(), 3000), random.normal(size=3000), np.full(3000, 2.0)]
    return np.stack(units, axis=1).astype(np.float32), labels


def test_a_class_unit_is_near_1_and_noise_near_0(planted):
    found = selectivity(*planted)
    assert found[0] == pytest.approx(1, abs=1e-5)
    assert found[1] == pytest.approx(0.5, abs=0.03)
    assert found[2] < 0.01
    assert found[3] == 0


def test_neither_order_nor_scale_nor_blocks_matter(planted, monkeypatch):
    activations, labels = planted
    first = selectivity(activations, labels)
    order = np.random.default_rng(1).permutation(len(labels))
    monkeypatch.setattr(module, "BLOCK", 4 * 100)
    np.testing.assert_allclose(selectivity(activations[order] * 1000 - 5, labels[order]), first, atol=1e-5)


def test_only_labelled_and_finite_rows_count(planted):
    activations, labels = planted
    expected = selectivity(activations[100:], labels[100:])
    labels[:50] = -1
    activations[:50] = 1e6
    activations[50:100] = np.nan
    np.testing.assert_allclose(selectivity(activations, labels), expected, atol=1e-6)


def test_without_two_classes_there_is_nothing_to_tell_apart(planted):
    activations, labels = planted
    assert np.isnan(selectivity(activations, np.full_like(labels, -1))).all()
    assert np.isnan(selectivity(activations, np.zeros_like(labels))).all()


def test_the_most_exciting_by_sorting(planted, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 4 * 500)
    activations, _ = planted
    activations[7] = np.nan
    activations[[20, 30], 2] = 50
    found = exciting(activations)
    assert found.shape == (4, 8)
    assert found.dtype == np.int32
    assert found[2, :2].tolist() == [20, 30]
    for unit in (0, 1, 2):
        column = activations[:, unit]
        expected = sorted((row for row in range(3000) if row != 7), key=lambda row: (-column[row], row))
        assert found[unit].tolist() == expected[:8]
    assert found[3].tolist() == [-1] * 8, "a unit that never changes is excited by nothing"


def test_fewer_images_than_asked_for(planted):
    activations, _ = planted
    assert exciting(activations[:3])[2].tolist()[3:] == [-1] * 5
    assert sorted(exciting(activations[:3])[2].tolist()[:3]) == [0, 1, 2]
    activations[:] = np.nan
    assert (exciting(activations) == -1).all()
