import numpy as np
import pytest

from workspace.selection import Selections, UnknownSelection, inside
from workspace.store import Store


@pytest.fixture
def selections(tmp_path):
    return Selections(Store(tmp_path), "f" * 32, 20)


def test_samples_keep_the_order_in_which_they_were_chosen(selections):
    name = selections.save(np.array([5, 1, 5]))
    assert name == selections.save(np.array([5, 1]))
    assert selections.read(name).tolist() == [5, 1]
    assert name != selections.save(np.array([1, 5]))


def test_what_is_added_comes_last_and_what_was_there_stays_where_it_was(selections):
    old = selections.save(np.array([9, 2]))
    assert selections.read(selections.combine(old, np.array([4, 9, 1]), "add")).tolist() == [9, 2, 4, 1]
    assert selections.read(selections.combine(old, np.array([9, 4]), "remove")).tolist() == [2]


def test_names_last_but_not_in_another_dataset(selections):
    name = selections.save(np.array([3]))
    assert Selections(Store(selections.store.folder), "f" * 32, 20).read(name).tolist() == [3]
    with pytest.raises(UnknownSelection, match="select again"):
        Selections(selections.store, "e" * 32, 20).read(name)


@pytest.mark.parametrize("name", ["abcdefabcdef", "../../x", "a/b", "é"])
def test_names_from_elsewhere_are_refused(selections, name):
    with pytest.raises(UnknownSelection):
        selections.read(name)


def test_nothing_selected_is_the_empty_name(selections):
    assert selections.save(np.array([], int)) == ""
    assert len(selections.read("")) == 0
    assert selections.save(np.array([-1, 20, 99])) == ""


def test_adding_and_removing_make_other_sets(selections):
    old = selections.save(np.array([1, 2]))
    assert selections.read(selections.combine(old, np.array([2, 3]), "add")).tolist() == [1, 2, 3]
    assert selections.read(selections.combine(old, np.array([2, 3]), "remove")).tolist() == [1]
    assert selections.read(selections.combine(old, np.array([3]), "replace")).tolist() == [3]
    assert selections.read(old).tolist() == [1, 2]


def test_the_bitmap_has_the_first_sample_in_the_lowest_bit(selections):
    assert list(selections.bitmap(selections.save(np.array([0, 9, 19])))) == [1, 2, 8]


def test_inside_a_concave_polygon():
    polygon = [[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]]
    points = np.array([[1, 1], [2, 3], [3.5, 2], [5, 5], [np.nan, 1]])
    assert inside(points, polygon).tolist() == [True, False, True, False, False]


def test_inside_agrees_with_a_plain_loop():
    rng = np.random.default_rng(0)
    polygon = rng.normal(size=(9, 2))
    points = rng.normal(size=(200, 2)).astype(np.float32)

    def crossings(x, y):
        odd = False
        for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                odd = not odd
        return odd

    found = inside(points, polygon)
    assert found.tolist() == [crossings(float(x), float(y)) for x, y in points]
    assert 0 < found.sum() < 200


@pytest.mark.parametrize("polygon", [[], [[0, 0]], [[0, 0], [1, 1]]])
def test_fewer_than_three_corners_hold_nothing(polygon):
    assert not inside(np.zeros((3, 2)), polygon).any()
