"""Two columns as a map: which they are, their axes, who has no place, and that the rest of a map works with it."""

from __future__ import annotations

import numpy as np
import pytest

from workspace.plan import ColumnNotReady, UnknownColumn
from workspace.scatter import ENDS, STEP, Axis, _axis


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def test_numbers_are_offered_and_nonsense_is_replaced(full):
    names = [unit.name for unit in full.scatter.units()]
    assert {"loss", "confidence", "outlier", "brightness"} <= set(names) and "predicted" not in names
    assert full.scatter.chosen("brightness", "confidence") == ("brightness", "confidence")
    assert full.scatter.chosen("", "") == full.scatter.chosen("labels", "../x") == ("outlier", "loss")
    assert full.scatter.chosen("", "outlier") == ("loss", "outlier")
    assert full.scatter.chosen("loss", "") == ("loss", "outlier")
    assert full.scatter.chosen("brightness", "") == ("brightness", "loss")


def test_a_place_is_the_two_numbers(full):
    name = full.scatter.name("brightness", "contrast")
    found = full.scatter.of(name)
    assert [axis.title for axis in found.axes] == ["Brightness", "Contrast"] and found.n == full.dataset.n
    for at, (column, axis) in enumerate(zip(("brightness", "contrast"), found.axes, strict=True)):
        values = np.asarray(full.column(column), float)
        assert not axis.log and (axis.low, axis.high) == (values.min(), values.max())
        expected = (values - axis.low) / (axis.high - axis.low) * ENDS[at]
        np.testing.assert_allclose(full.column(name)[:, at], expected, atol=1e-6)


def test_who_lacks_a_number_has_no_place_and_is_counted(full, monkeypatch):
    values = np.array(full.column("contrast"), np.float64)
    values[[3, 7]] = np.nan, np.inf
    real = full.column
    monkeypatch.setattr(full, "column", lambda name: values if name == "contrast" else real(name))
    found = full.scatter.of(full.scatter.name("brightness", "contrast"))
    assert found.n == full.dataset.n - 2
    assert np.flatnonzero(np.isnan(found.places).any(axis=1)).tolist() == [3, 7]
    assert np.isnan(found.places[3]).all() and found.axes[1].high < np.inf


def test_skewed_numbers_go_by_their_logarithm_and_zeros_stand_before_it():
    values = np.array([0, 0, *10.0 ** np.linspace(-6, 2, 99)])
    axis = _axis("loss", values, 2.0)
    assert axis == Axis("loss", 1e-6, 100.0, True, 2, 2.0)
    places = axis.places(np.array([0, 1e-6, 1e-2, 100.0, np.nan]))
    np.testing.assert_allclose(places, [-STEP * 2, 0, 1, 2, np.nan], atol=1e-9)


@pytest.mark.parametrize("values", [np.full(5, 3.5), np.zeros(4), np.zeros(0)])
def test_numbers_that_are_all_the_same_stand_in_the_middle(values):
    axis = _axis("constant", values, 1.0)
    assert not axis.log and (axis.places(values) == 0.5).all()


def test_it_is_read_selected_and_kept_like_any_map(full):
    name = full.scatter.name("brightness", "contrast")
    key = full.key(name)
    assert full.is_ready(name) and full.knows(name)
    np.testing.assert_array_equal(full.by_key(key), full.column(name))
    assert key != full.key(full.scatter.name("contrast", "brightness"))
    left = full.lasso("", name, [[-1, -1], [ENDS[0] / 2, -1], [ENDS[0] / 2, 2], [-1, 2]])
    values = np.asarray(full.column("brightness"), float)
    middle = (values.min() + values.max()) / 2
    assert full.selections.read(left).tolist() == np.flatnonzero(values < middle).tolist()


@pytest.mark.parametrize("name", ["scatter?", "scatter?x=loss", "scatter?x=loss&y=labels", "scatter?x=loss&y=../etc"])
def test_what_a_stranger_types_is_an_unknown_column(full, name):
    assert not full.is_ready(name)
    with pytest.raises(UnknownColumn):
        full.column(name)


def test_before_the_numbers_are_there(tiny_session):
    session = tiny_session("no column")
    name = session.scatter.name(*session.scatter.chosen("brightness", "contrast"))
    assert not session.is_ready(name)
    with pytest.raises(ColumnNotReady):
        session.column(name)
