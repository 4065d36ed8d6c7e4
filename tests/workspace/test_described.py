"""What the dataset tells about its samples, as columns that color maps."""

import numpy as np
import pytest

from workspace.plan import UnknownColumn
from workspace.short_texts import few


def test_texts_in_a_stable_order_that_counts():
    texts, codes = few(np.array(["b 10", "a", "b 9", "", "a"]))
    assert texts == ("", "a", "b 9", "b 10")
    assert [texts[code] for code in codes] == ["b 10", "a", "b 9", "", "a"]
    assert few(np.array(["x", "b 10", "a", "b 9", ""]))[0] == ("", "a", "b 9", "b 10", "x")


def test_many_texts_are_none():
    assert few(np.array([str(k) for k in range(101)])) is None
    assert few(np.array(["a"] * 3000 + [str(k) for k in range(101)])) is None
    assert few(np.array([str(k) for k in range(100)])) is not None


@pytest.mark.parametrize("kind", ["full", "joined", "no labels"])
def test_units_can_be_read_by_name_and_by_key(tiny_session, kind):
    session = tiny_session(kind)
    for unit in session.described.units():
        values = session.column(unit.name)
        assert session.is_ready(unit.name) and session.knows(unit.name) and session.unit(unit.name) == unit
        assert values.shape == (session.dataset.n,)
        assert values.dtype == (np.int32 if unit.kind == "class" else np.float64)
        assert np.array_equal(session.by_key(session.key(unit.name)), values, equal_nan=unit.kind == "score")
        if unit.kind == "class":
            name = unit.name.removeprefix("described/")
            said = session.column(f"metadata/{name}").tolist()
            words = {True: "yes", False: "no"}
            assert [unit.names[code] for code in values] == [words.get(each, each) for each in said]
            assert session.groupings.field_of(unit.name) == name
    if kind == "full":
        assert [unit.name for unit in session.described.units()] == ["described/filename"]


def test_what_is_not_told_is_said(tiny_session):
    session = tiny_session("full")
    assert not session.knows("described/nosuch") and not session.is_ready("described/nosuch")
    with pytest.raises(UnknownColumn, match="nothing of that name"):
        session.column("described/nosuch")
