"""The query bar, whatever there is to ask about."""

from __future__ import annotations

import pytest

from layouts import query, saved
from layouts.kit.query_box import QueryBox
from layouts.kit.state import State
from layouts.part import PARTS, draw, stage
from tests.layouts.looking import components, text
from tests.layouts.test_pages import check
from tests.tiny import KINDS
from workspace.saved import Saved
from workspace.session import ColumnNotReady, QueryError


def buttons(tree):
    return {text(node): node for node in components(tree) if type(node).__name__ == "Button"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", ["", "not correct", "loss >", "x" * 3000])
def test_the_bar_stands(tiny_session, kind, asked):
    bar = query.bar(tiny_session(kind), State(query=asked))
    check(bar)
    box = next(node for node in components(bar) if isinstance(node, QueryBox))
    assert box.value == asked
    assert "By example" in text(bar)


def test_ready_made_queries_can_be_asked(tiny_session):
    session = tiny_session("full")
    offered = buttons(draw("query-ready-made", session, State()))
    assert list(offered) == ["Errors", "Confident errors", "Close calls", "Hardest 1 %"]
    for button in offered.values():
        assert button.id["go"] == "query"
        session.find(button.id["value"])
    assert len(session.find(offered["Errors"].id["value"])) == sum(session.column("correct") == 0)
    assert len(session.find(offered["Hardest 1 %"].id["value"])) == 1


def test_only_queries_are_offered_whose_columns_are_there(tiny_session):
    assert buttons(draw("query-ready-made", tiny_session("no column"), State())) == {}
    assert "Hardest 1 %" not in buttons(draw("query-ready-made", tiny_session("no labels"), State()))


def test_the_result_can_be_selected(tiny_session):
    session = tiny_session("full")
    button = buttons(draw("query-select", session, State(query="index < 5")))["Select these 5"]
    assert "5 of 60" in button.title and not button.disabled
    assert buttons(draw("query-select", session, State(query="index < 0")))["Select these 0"].disabled
    assert "Select this one" in buttons(draw("query-select", session, State(query="index == 3")))
    assert draw("query-select", session, State(query="loss >")) is None
    assert draw("query-select", session, State()) is None
    assert stage("query-select", session, State(query="a")) != stage("query-select", session, State(query="b"))


def test_what_a_view_finds(tiny_session):
    session = tiny_session("full")
    name = session.selections.save([3, 4, 50])
    assert query.found(session, State(query="index < 10"), within=name).indices.tolist() == [4, 3]
    with pytest.raises(QueryError):
        query.found(session, State(query="los > 1"))
    with pytest.raises(ColumnNotReady):
        query.found(tiny_session("no column"), State(query="loss > 1"))


def test_a_part_that_follows_a_broken_query_says_so_in_one_line(tiny_session, monkeypatch):
    session = tiny_session("full")
    entry = PARTS["query-select"]
    following = type(entry)(
        "query-select", query.found, (), lambda session, state: str(len(query.found(session, state)))
    )
    monkeypatch.setitem(PARTS._items, "query-select", following)
    drawn = draw("query-select", session, State(query="los > 1"))
    assert text(drawn).startswith("query: no column 'los'; did you mean 'loss'?")
    assert stage("query-select", session, State(query="los > 1")) != stage("query-select", session, State())


def test_help_names_every_column(tiny_session):
    session = tiny_session("full")
    shown = text(query.bar(session, State()))
    for field in session.fields().values():
        assert field.title in shown
    n = len(session.fields())
    assert f"{n} of {n}" in shown


@pytest.mark.parametrize("example", [example for example, _ in query.EXAMPLES])
def test_every_example_of_the_help_is_a_query(example):
    from tests.workspace.query.asking import N
    from tests.workspace.query.asking import fields as asked
    from workspace.query import Field, parse

    known = asked()
    for name in ("odd name", "confidence"):
        known[name] = Field(name, name, "number", (), "", known["margin"].read)
    known["filename"].read()
    parse(example).evaluate(known, N)


def test_saved_texts_are_buttons():
    row = saved.chips(saved.QUERIES, [Saved("a <b>", "loss > 1"), Saved("second", 'label == "4"')])
    found = buttons(row)
    assert found["a <b>"].id["value"] == "loss > 1" and found["a <b>"].id["go"] == "query"
    removers = [node for node in components(row) if "forget" in (getattr(node, "id", None) or {})]
    assert [node.id["forget"] for node in removers] == ["a <b>", "second"]
