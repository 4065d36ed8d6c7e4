import numpy as np
import pytest

from analysis.placement import placed, placed_trustworthiness
from analysis.projection import tsne


def names(rows):
    return np.array([f"{row:024}".encode() for row in rows])


@pytest.fixture
def clusters():
    """300 samples in three clusters of a space of 20 dimensions, and a map with these in three corners."""
    rng = np.random.default_rng(0)
    kind = np.arange(300) % 3
    space = (rng.normal(size=(300, 20)) + 20 * np.eye(20)[kind]).astype(np.float32)
    corners = np.array([[0, 0], [100, 0], [0, 100]])
    return space, (rng.normal(size=(300, 2)) + corners[kind]).astype(np.float32), kind


def test_known_samples_keep_their_places_in_any_order(clusters):
    space, plane, _ = clusters
    order = np.random.default_rng(1).permutation(300)
    found = placed(space[order], names(order), plane, names(range(300)))
    np.testing.assert_array_equal(found, plane[order])


def test_new_samples_land_in_their_own_cluster(clusters):
    space, plane, kind = clusters
    found = placed(space, names(range(300)), plane[:250], names(range(250)))
    middles = np.array([plane[kind == code].mean(axis=0) for code in range(3)])
    nearest = np.linalg.norm(found[250:, None] - middles, axis=2).argmin(axis=1)
    np.testing.assert_array_equal(nearest, kind[250:])


def test_a_copy_gets_the_place_of_what_it_is_a_copy_of(clusters):
    space, plane, _ = clusters
    found = placed(np.concatenate([space, space[7:8]]), names(range(301)), plane, names(range(300)))
    np.testing.assert_allclose(found[300], plane[7], atol=1e-5)


def test_between_two_clusters_a_sample_goes_to_one_of_them():
    """The mean of all neighbors would be in no man's land."""
    space = np.array([[0.0], [0.1], [0.2], [2.0], [2.1], [2.2], [1.05]], np.float32)
    plane = np.array([[0, 0], [0, 1], [1, 0], [100, 100], [100, 101], [101, 100]], np.float32)
    x, y = placed(space, names(range(7)), plane, names(range(6)))[6]
    assert min(x + y, 200 - x - y) < 3


def test_what_is_no_number_gets_no_place_and_disturbs_nobody(clusters):
    space, plane, _ = clusters
    space, plane = space.copy(), plane.copy()
    plane[3] = np.nan
    space[[3, 299]] = np.nan
    found = placed(space, names(range(300)), plane[:290], names(range(290)))
    assert np.isnan(found[[3, 299]]).all()
    assert np.isfinite(np.delete(found, [3, 299], axis=0)).all()


def test_few_known_samples_are_enough_and_none_are_not(clusters):
    space, plane, _ = clusters
    assert np.isfinite(placed(space[:5], names(range(5)), plane[:2], names(range(2)))).all()
    assert np.isnan(placed(space[:5], names(range(5)), plane[:0], names([]))).all()


def test_blocks_make_no_difference(clusters, monkeypatch):
    space, plane, _ = clusters
    whole = placed(space, names(range(300)), plane[:200], names(range(200)))
    monkeypatch.setattr("analysis.placement.BLOCK", 700)
    monkeypatch.setattr("analysis.placement.KNOWN", 33)
    parts = placed(space, names(range(300)), plane[:200], names(range(200)))
    np.testing.assert_allclose(parts, whole, atol=1e-3)


def test_truth_is_told_of_the_whole_map_with_the_number_of_new_points(clusters):
    space, plane, _ = clusters
    known, every = names(range(280)), names(range(300))
    good = placed(space, every, plane[:280], known)
    bad = good.copy()
    bad[280:] = plane[np.arange(280, 300) % 3 + 1]  # in other clusters than their own
    found, worse = (placed_trustworthiness(space, one, every, known) for one in (good, bad))
    assert found[4] == worse[4] == 20
    assert found[0] > worse[0] + 0.02


def test_new_digits_stand_among_their_own_kind_nearly_as_on_a_map_made_anew():
    from sklearn.datasets import load_digits

    digits, kinds = load_digits(n_class=6, return_X_y=True)
    space, kinds = digits[:600].astype(np.float32), kinds[:600]
    real, earlier = tsne(space), tsne(space[:540])
    grown = placed(space, names(range(600)), earlier, names(range(540)))

    def among_their_own(plane):
        new = np.arange(540, 600)
        nearest = np.argsort(np.linalg.norm(plane[new, None] - plane, axis=2), axis=1)[:, 1:11]
        return np.mean(kinds[nearest] == kinds[new, None])

    assert among_their_own(real) > 0.9
    assert among_their_own(grown) > among_their_own(real) - 0.05
