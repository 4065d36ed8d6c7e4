"""Layers: purity and probes on planted blobs and on noise, where samples settle, and maps that are turned only."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.depth import aligned, chance, condensed, draw, pairs_of, plane, probe, settled, voted

CLASSES = 4


def blobs(apart, n=200, width=12, seed=0):
    random = np.random.default_rng(seed)
    codes = (np.arange(n) % CLASSES).astype(np.int64)
    centers = apart * random.normal(0, 1, (CLASSES, width))
    return (centers[codes] + random.normal(0, 1, (n, width))).astype(np.float32), codes


def test_separated_blobs_are_pure_and_told_apart():
    points, codes = blobs(20)
    pairs = pairs_of(codes)
    found = probe(points, codes, pairs, 10)
    assert (found.purity == 1).all() and (found.vote == codes).all() and (found.linear == codes).all()
    assert found.pairs.tolist() == [100] * len(pairs) and len(pairs) == 6


def test_noise_is_as_pure_as_chance():
    points, codes = blobs(0, n=600)
    found = probe(points, codes, pairs_of(codes), 10)
    assert found.purity.mean() == pytest.approx(chance(codes), abs=0.03) and chance(codes) == pytest.approx(
        0.25, abs=0.01
    )
    assert (found.linear == codes).mean() == pytest.approx(0.25, abs=0.08), (
        "the probe never sees the sample's own class"
    )
    np.testing.assert_allclose(found.pairs / 300, 0.5, atol=0.12)


def test_one_pair_can_be_mixed_and_the_others_apart():
    points, codes = blobs(20)
    points[codes == 1] += points[codes == 0].mean(axis=0) - points[codes == 1].mean(axis=0)
    pairs = pairs_of(codes)
    right = dict(zip(map(tuple, pairs.tolist()), probe(points, codes, pairs, 10).pairs.tolist(), strict=True))
    assert right[0, 1] < 75 and all(count == 100 for pair, count in right.items() if pair != (0, 1))


def test_votes_by_hand():
    codes = np.array([0, 0, 1, 1, 2])
    near = np.array([[1, 2, 3], [0, 2, 4], [3, 0, 1], [2, 4, -1], [-1, -1, -1]], np.int32)
    purity, vote = voted(near, codes)
    np.testing.assert_allclose(purity, [1 / 3, 1 / 3, 1 / 3, 1 / 2, 0])
    assert vote[:4].tolist() == [1, 0, 0, 1], "the majority; of equal ones the nearest"


@pytest.mark.parametrize(
    ("votes", "answer", "layer"),
    [([1, 1, 1], 1, 0), ([0, 1, 1], 1, 1), ([1, 0, 1], 1, 2), ([1, 1, 0], 1, 3), ([0, 0, 0], 1, 3)],
)
def test_a_sample_settles_where_nothing_changes_any_more(votes, answer, layer):
    assert settled(np.array(votes)[:, None], np.array([answer])).tolist() == [layer]


def test_settling_on_planted_layers():
    """A sample that sits among another class until some layer settles at that layer."""
    layers, codes = [], None
    for depth in range(4):
        points, codes = blobs(20, seed=depth)
        centers = np.array([points[codes == code].mean(axis=0) for code in range(CLASSES)])
        for sample in range(4):  # sample k moves to its own class at layer k
            home = codes[sample] if depth >= sample else (codes[sample] + 1) % CLASSES
            points[sample] = centers[home]
        layers.append(points)
    votes = np.array([probe(points, codes, pairs_of(codes), 10).vote for points in layers])
    found = settled(votes, codes)
    assert found[:4].tolist() == [0, 1, 2, 3] and not found[4:].any()


def test_pairs_are_of_classes_with_samples():
    assert pairs_of(np.array([0, 0, 2, 2, 5])).tolist() == [[0, 2]]
    many = np.repeat(np.arange(60), np.arange(60) + 2)
    pairs = pairs_of(many)
    assert len(pairs) == 40 * 39 // 2 and pairs.min() == 20, "the largest classes"


def test_draws_are_the_same_every_time():
    rows = np.arange(100, 400)
    assert draw(rows, 500) is rows
    some = draw(rows, 50)
    assert len(set(some.tolist())) == 50 and (np.diff(some) > 0).all() and set(some) <= set(rows)
    np.testing.assert_array_equal(some, draw(rows, 50))


def test_wide_layers_keep_their_distances():
    points, codes = blobs(3, n=60, width=700)
    narrow = condensed(points)
    assert narrow.shape[1] <= 512 and condensed(points[:, :20]).shape == (60, 20)
    for one, other in ((0, 1), (3, 50)):
        before, after = (np.linalg.norm(each[one] - each[other]) for each in (points, narrow))
        assert after == pytest.approx(before, rel=1e-3)
    assert (probe(narrow, codes, pairs_of(codes), 5).vote == codes).all()
    points[3, 4] = np.nan
    assert np.isfinite(condensed(points)).all()


def test_maps_are_turned_and_mirrored_and_nothing_else():
    points, _ = blobs(5)
    first = plane(points, "pca")
    assert np.square(first).sum(axis=1).mean() == pytest.approx(1)
    angle = 2.0
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    found = aligned(np.array([first @ turn, first @ turn.T, first]))
    np.testing.assert_allclose(found[0], first, atol=1e-5)
    np.testing.assert_allclose(found[1], first, atol=1e-5)
    assert found.dtype == np.float32


def test_a_layer_that_says_nothing_is_a_point():
    assert not plane(np.ones((40, 6), np.float32), "pca").any()
