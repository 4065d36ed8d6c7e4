"""The table page: its columns, its order, what it says about the result, and chips for filters."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import table, table_columns
from layouts.kit.state import State
from layouts.kit.table import Table
from tests.layouts.looking import components, elements, text
from tests.tiny import KINDS


def of(session, state=None):
    """The table component of the page."""
    found = [entry for entry in components(table.table(session, state or State())) if isinstance(entry, Table)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("kind", KINDS)
def test_columns_are_all_that_a_query_can_name(tiny_session, kind):
    session = tiny_session(kind)
    drawn = of(session)
    if not session.has_dataset:
        assert drawn.rows is None and drawn.columns == []
        return
    assert [column["name"] for column in drawn.columns] == list(session.fields())
    assert drawn.rows == f"rows/{session.dataset.fingerprint}.json"
    assert drawn.images.replace("{index}", "3") == f"sample/{session.dataset.fingerprint}/3.png"


def test_columns_say_what_they_mean_and_which_end_is_bad(tiny_session):
    columns = {column["name"]: column for column in of(tiny_session("full")).columns}
    assert columns["loss"]["kind"] == "number"
    assert columns["loss"]["description"].endswith("High values deserve a look.")
    assert columns["confidence"]["description"].endswith("Low values deserve a look.")
    assert columns["label"]["names"] == ["class 0", "class 1", "class 2"]
    assert columns["correct"]["kind"] == "truth"
    assert columns["loss"]["digits"] == 4
    assert columns["loss_rank"]["digits"] == 0
    assert columns["index"]["digits"] is None


def test_usual_columns_unless_others_are_chosen(tiny_session):
    session = tiny_session("full")
    assert table_columns.shown(session, State()) == list(table_columns.USUAL)
    assert table_columns.shown(session, State(columns="loss,index,loss,nonsense")) == ["loss", "index"]
    assert table_columns.shown(session, State(columns="nonsense,,")) == list(table_columns.USUAL)


@pytest.mark.parametrize("name", ["plain", "a,b", "50%", "%2C", "a%2Cb,%25"])
def test_names_with_commas_stand_in_a_list(name):
    assert "," not in table_columns.encoded(name)
    assert table_columns.decoded(table_columns.encoded(name)) == name


@pytest.mark.parametrize(
    ("kind", "asked", "found"),
    [
        ("full", "", "-loss"),
        ("full", "margin", "margin"),
        ("full", "-index", "-index"),
        ("full", "nonsense", "-loss"),
        ("full", "--loss", "-loss"),
        ("no labels", "", "index"),
        ("dataset only", "", "index"),
        ("no column", "", "index"),
    ],
)
def test_hardest_first_or_by_index_where_there_is_no_loss(tiny_session, kind, asked, found):
    assert table.order(tiny_session(kind), State(sort=asked)) == found


def test_the_bar_says_how_many_of_how_many_in_which_order(tiny_session):
    session = tiny_session("full")
    assert "60 of 60 samples match, by loss, highest first" in text(table.bar(session, State()))
    twenty = State(query='label == "class 1"', sort="label")
    assert "20 of 60 samples match, by label, from the first" in text(table.bar(session, twenty))
    name = session.selections.save(np.array([1, 2, 3]))
    assert "· 3 selected" in text(table.bar(session, State(selection=name)))
    assert "selected" not in text(table.bar(session, State(selection="0123456789ab")))


def test_the_bar_says_what_to_do_when_nothing_matches(tiny_session):
    session = tiny_session("full")
    assert text(table.bar(session, State(query="loss > 1000"))) == "0 of 60 samples match : widen the query"
    both = State(query="loss > 1000", filters="loss > 1000")
    assert text(table.bar(session, both)).endswith("widen the query, or take a filter away")


def test_a_broken_query_is_one_line_and_the_table_stays(tiny_session):
    drawn = table.bar(tiny_session("full"), State(query="loss >"))
    assert text(drawn) == "The table stays as it was: the query cannot be read"
    assert drawn.role == "alert"
    drawn = table.bar(tiny_session("full"), State(query="loss > 1", filters="nosuch > 1"))
    assert text(drawn).startswith("The table stays as it was: the filters cannot be read, query: ")


def test_every_filter_is_a_chip_with_a_way_to_take_it_away(tiny_session):
    session = tiny_session("full")
    assert table.chips(session, State()) is None
    drawn = table.chips(session, State(filters='loss > 1 and label == "and"'))
    buttons = [button[1] for button in elements(drawn, "button")]
    assert [button["go"]["value"] for button in buttons] == ['label == "and"', "loss > 1", ""]
    assert {button["go"]["go"] for button in buttons} == {"filters"}
    assert 'label == "and"' in text(drawn)


def test_the_heads_know_the_filters_of_a_link(tiny_session):
    drawn = of(tiny_session("full"), State(filters="loss > 1 and nonsense"))
    assert drawn.model == {"loss": {"filterType": "number", "type": "greaterThan", "filter": 1.0}}


def test_a_selection_comes_by_url_and_an_unknown_one_not_at_all(tiny_session):
    session = tiny_session("full")
    name = session.selections.save(np.array([5]))
    assert of(session, State(selection=name)).selection["count"] == 1
    assert name in of(session, State(selection=name)).selection["url"]
    assert of(session, State(selection="0123456789ab")).selection is None


def test_the_menu_offers_all_columns_with_those_shown_checked(tiny_session):
    session = tiny_session("full")
    checklist = table_columns.menu(session, State(columns="loss,margin"))[0]
    assert [option["value"] for option in checklist.options] == list(session.fields())
    assert checklist.value == ["loss", "margin"]
    labels = {option["value"]: text(option["label"]) for option in checklist.options}
    assert labels["loss"] == "Loss high is bad"
    assert labels["label"] == "Label"


def test_buttons_say_how_many_they_select(tiny_session):
    session = tiny_session("full")
    assert table.choice(session, State(query='label == "class 1"'), "add") == "Select all 20"
    assert table.choice(session, State(), "remove") == "Unselect all 60"
    assert table.choice(session, State(query="loss >"), "add") == "Select all"
    assert table.choice(tiny_session("nothing"), State(), "add") == "Select all"
