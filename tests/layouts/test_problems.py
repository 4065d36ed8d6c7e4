"""What was left out is counted by reason and listed; the overview has one line of it."""

from __future__ import annotations

from dataclasses import replace
from time import time

import pytest

from layouts import dataset, problems
from layouts.kit.state import State
from tests.layouts.looking import components, elements, rows, text
from workspace.watch import Disk

HOSTILE = "<img src=x onerror=alert(1)>"
FOUND = (
    ("a/1.png", "empty: no bytes in it"),
    (HOSTILE, "not a picture but text"),
    ("b/3.png", "damaged (broken data stream)"),
    ("b/4.png", "damaged (unrecognized data)"),
)


@pytest.fixture
def session(tiny_session):
    found = tiny_session("full")
    found._dataset = replace(found.dataset, n_problems=len(FOUND), problems=FOUND)
    return found


def test_nothing_is_said_where_all_could_be_read(tiny_session):
    full = tiny_session("full")
    assert "could not be read" not in text(dataset.dataset(full, State()))
    assert problems.count(full) == 0
    assert "all 60 could be read" in text(problems.left_out(full, State()))


def test_the_overview_has_one_line_that_leads_there(session):
    said = dataset.dataset(session, State())
    assert "4 of 64 files could not be read" in text(said)
    assert [node.href for node in components(said) if getattr(node, "href", None)] == ["problems"]
    assert problems.count(session) == 4


def test_they_are_counted_by_reason_and_listed(session):
    said = rows(problems.left_out(session, State()))
    assert said[1:4] == [
        ["damaged", "2 of 4", "", "b/3.png"],
        ["empty: no bytes in it", "1 of 4", "", "a/1.png"],
        ["not a picture but text", "1 of 4", "", HOSTILE],
    ]
    assert said[5:] == [list(each) for each in FOUND]


def test_a_reason_and_a_search_narrow_the_list(session):
    def listed(**view):
        drawn = problems.left_out(session, State(**view))
        return [row[0] for row in rows(drawn)[5:]], text(drawn)

    names, said = listed(reason="damaged")
    assert names == ["b/3.png", "b/4.png"]
    assert "2 of 4 files because “damaged”" in said and "All reasons" in said
    assert listed(file=" B/4 ")[0] == ["b/4.png"]
    assert listed(file="UNRECOGNIZED")[0] == ["b/4.png"]
    names, said = listed(file="nowhere")
    assert names == [] and "None of them match" in said


def test_the_reason_that_is_chosen_is_marked_and_a_second_click_frees_it(session):
    drawn = problems.left_out(session, State(reason="damaged"))
    pressed = {button[2]: (button[1]["aria-pressed"], button[1]["go"]) for button in elements(drawn, "button")}
    assert pressed["damaged"] == ("true", {"go": "reason", "value": ""})
    assert pressed["not a picture but text"] == ("false", {"go": "reason", "value": "not a picture but text"})


def test_a_list_that_is_cut_says_so(session):
    session._dataset = replace(session.dataset, n_problems=5000, problems=(("a", "b"),) * 1000)
    drawn = problems.left_out(session, State())
    assert "(the first 1,000 are kept) · the first 500 are shown" in text(drawn)
    assert len(rows(drawn)) == 1 + 1 + 1 + problems.MOST_ROWS


def test_the_file_is_what_the_list_shows(session):
    drawn = problems.left_out(session, State(reason="not a picture but text", file="img src"))
    links = [node.href for node in components(drawn) if getattr(node, "href", None)]
    assert links == ["export/problems.csv?reason=not+a+picture+but+text&file=img+src"]


def test_notices_say_their_counts_first(session):
    sentence = "12 of 5,000 images were turned upright, as their cameras noted."
    session._dataset = replace(session.dataset, notices=(sentence, "Another."))
    drawn = text(problems.notices(session, State()))
    assert "12 of 5,000 images were turned upright" in drawn and "Another." in drawn


def test_what_changed_on_disk(session):
    assert "Looking at the files" in text(problems.disk(session, State()))
    session.watch._disk = Disk(time(), checked=60)
    assert "Nothing has changed: 60 files looked at" in text(problems.disk(session, State()))
    session.watch._disk = Disk(time(), False, "", 60, (("a/1.png", 3),), (("b/2.png", 7),))
    drawn = problems.disk(session, State())
    assert "has changed since it was read; start again" in text(drawn)
    assert rows(drawn)[1:] == [["sample 3", "a/1.png", "gone"], ["sample 7", "b/2.png", "written to since"]]
    assert next(button[1]["go"] for button in elements(drawn, "button")) == {"go": "focus", "value": "3"}
    assert rows(problems.disk(session, State(file="b/")))[1:] == [["sample 7", "b/2.png", "written to since"]]
    assert "2 of 60 files looked at" not in text(drawn) and "2 of 60 files" in text(drawn)
