"""Boards of charts as text: what is written is read, and nonsense is left out."""

from __future__ import annotations

from workspace import charts
from workspace.charts import LONGEST, MOST, Chart, read, written

BOARD = (Chart("brightness", "loss"), Chart("odd; name~%", "tag: x", "label"))


def test_what_is_written_is_read():
    assert written(BOARD) == "brightness~loss;odd%3B name%7E%25~tag: x~label"
    assert read(written(BOARD)) == BOARD
    assert read("") == () and written(()) == ""


def test_nonsense_is_left_out_and_much_is_cut():
    assert read("a;~b;a~;a~b~c~d;a~b;;~~") == (Chart("a", "b"),)
    assert len(read(";".join(["a~b"] * 30))) == MOST
    assert len(read("a~" + "b" * 2 * LONGEST)[0].y) < LONGEST


def test_the_parts_of_a_chart_are_named_as_the_menus_call_them():
    assert tuple(Chart.__dataclass_fields__) == charts.FIELDS
