"""The groups beside maps, for every kind of data, and the chips that say what is hidden."""

import pytest

from layouts import gallery, maps, query, sets, table
from layouts.kit import theme
from layouts.kit.state import State
from layouts.part import PARTS
from tests.layouts import looking
from tests.tiny import KINDS

HIDDEN = "correct:1;split:train"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", [State(), State(color="loss", hidden=HIDDEN, sets="loss,confidence,nosuch,tags")])
def test_every_kind_has_its_groups(tiny_session, kind, state):
    found = sets.properties(tiny_session(kind), state, maps.RIGHT)
    for grouping in found["groupings"]:
        assert grouping["groups"] or grouping["waiting"] or KINDS[kind].got != "everything" or not grouping["fixed"]
        for _, name, total, shown, *_ in grouping["groups"]:
            assert name and 0 <= shown <= total


def test_swatches_are_the_colors_of_the_map(tiny_session):
    session = tiny_session("full")
    first = sets.properties(session, State(), maps.RIGHT)["groupings"][0]
    colors = maps.map_properties(session, State(), maps.RIGHT)["color"]["colors"]
    assert [group[5] for group in first["groups"]] == colors == theme.class_colors(3)


def test_chips_say_what_is_hidden_and_undo_it(tiny_session):
    session = tiny_session("full")
    drawn = PARTS["hidden-chips"].draw(session, State(hidden=HIDDEN))
    left = len(session.find(hidden=HIDDEN))
    assert looking.text(drawn) == f"Hidden Agreement: agree × Split: train × Show all {left} of 60 samples shown"
    gone = [button[1]["go"]["value"] for button in looking.elements(drawn, "button")]
    assert gone == ["split:train", "correct:1", ""]
    assert PARTS["hidden-chips"].draw(session, State()) is None
    assert PARTS["hidden-chips"].draw(session, State(hidden="-1,99,x")) is None


def test_pages_count_what_is_not_hidden(tiny_session):
    session = tiny_session("full")
    view = State(hidden=HIDDEN)
    left = len(session.find(hidden=HIDDEN))
    assert maps.map_properties(session, view, maps.RIGHT)["shown"]["count"] == left
    assert maps.map_properties(session, view, maps.RIGHT)["shown"]["left"] == "hidden"
    assert looking.text(table.bar(session, view)).startswith(f"{left} of 60 samples match")
    pool = gallery.properties(session, view)
    assert pool["rows"]["count"] == left and pool["note"].startswith("what is not hidden")
    assert query.said(view) == " that are not hidden"


def test_a_query_that_makes_no_sense_leaves_what_is_hidden_hidden(tiny_session):
    session = tiny_session("full")
    view = State(query="loss >", hidden="split:train")
    assert sets.properties(session, view, maps.RIGHT)["shown"] == 20
    assert len(session.find(query.followed(session, view))) == 20


def test_a_long_list_is_one_component(tiny_session):
    session = tiny_session("hundred classes")
    drawn = sets.beside(session, State(color="labels"), maps.RIGHT, None)
    assert len(list(looking.components(drawn))) == 3
    assert len(drawn.children[0].children.groupings[0]["groups"]) == 100
