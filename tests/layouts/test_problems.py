"""Files that could not be read are counted and listed on the dataset's card."""

from __future__ import annotations

from dataclasses import replace

from layouts import dataset
from layouts.kit.state import State
from tests.layouts.looking import rows, text

HOSTILE = "<img src=x onerror=alert(1)>"


def drawn(session, **changes):
    session._dataset = replace(session.dataset, **changes)
    return dataset.dataset(session, State())


def test_nothing_is_said_where_all_could_be_read(tiny_session):
    assert "could not be read" not in text(drawn(tiny_session("full")))


def test_they_are_counted_and_listed(tiny_session):
    session = tiny_session("full")
    said = drawn(session, n_problems=2, problems=(("a/1.png", "empty"), (HOSTILE, "not a picture but text")))
    assert f"2 of {session.dataset.n + 2} files could not be read" in text(said)
    assert rows(said)[1:] == [["a/1.png", "empty"], [HOSTILE, "not a picture but text"]]
    assert "the first" not in text(said)


def test_a_list_that_is_cut_says_so(tiny_session):
    said = drawn(tiny_session("full"), n_problems=5000, problems=(("a", "b"),) * 1000)
    assert "the first 1,000 of 5,000" in text(said)
