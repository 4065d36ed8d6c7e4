"""Distances to a reference: neighbors against a plain loop; strangers and uncovered samples where planted."""

from __future__ import annotations

import numpy as np

from analysis.drift_distances import nearest, strange, uncovered


def test_neighbors_are_those_of_a_plain_loop():
    random = np.random.default_rng(0)
    points, others = random.normal(5, 1, (30, 4)).astype(np.float32), random.normal(5, 1, (900, 4)).astype(np.float32)
    apart, rows = nearest(points, others, 3)
    for place, point in enumerate(points):
        loop = np.linalg.norm(others.astype(float) - point, axis=1)
        assert rows[place].tolist() == np.argsort(loop)[:3].tolist()
        np.testing.assert_allclose(apart[place], np.sort(loop)[:3], rtol=1e-4)
    apart, rows = nearest(points, points[:2], 5)
    assert rows.shape == (30, 2) and apart[0, 0] == 0 and rows[1, 0] == 1


def test_strangers_score_high_and_equals_do_not():
    random = np.random.default_rng(1)
    reference, held_out, new = (random.normal(size=(n, 6)).astype(np.float32) for n in (600, 600, 600))
    calm = strange([(reference, held_out, new)])
    assert calm.share < 0.025 and calm.control < 0.025
    new[:90] += 6
    odd = strange([(reference, held_out, new)])
    assert 0.14 < odd.share < 0.18
    assert odd.new[:90].min() > odd.limit > np.median(odd.held_out)


def test_one_view_of_several_is_enough():
    random = np.random.default_rng(2)
    views = [tuple(random.normal(size=(400, 5)).astype(np.float32) for _ in range(3)) for _ in range(3)]
    views[1][2][:40] += 8
    assert strange(views).share > 0.09


def test_uncovered_is_who_is_far_from_all():
    held_out = np.linspace(0, 1, 101)
    far, limit = uncovered(np.array([0.2, 0.99, 1.5]), held_out)
    assert far.tolist() == [False, False, True] and limit == 0.99
