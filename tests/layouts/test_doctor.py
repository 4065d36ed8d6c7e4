"""The doctor's card: the worst first, what was looked at, and an answer where there is nothing."""

from __future__ import annotations

from layouts import doctor as page
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.layouts.looking import text
from workspace.doctor import COLUMNS
from workspace.session import Finding


def test_nothing_found_is_an_answer(tiny_session):
    assert page.COLUMNS[:-1] == COLUMNS, "what the part waits for is what the doctor reads"
    said = text(draw("doctor", tiny_session("full"), State()))
    assert said.startswith("Nothing found. Looked at weights, scores")
    assert "units in 5 of 5 layers" in said


def test_findings_are_shown_with_their_details(tiny_session, monkeypatch):
    found = [
        Finding("wrong", "Everything is dead.", ("Layer a.", "Layer b."), "--classes b,a"),
        Finding("note", "A trifle."),
    ]
    session = tiny_session("full")
    monkeypatch.setattr(session.faults, "examined", lambda: (found, "Looked at it."))
    said = text(draw("doctor", session, State()))
    assert said.startswith("wrong Everything is dead. --classes b,a Copy Layer a. Layer b. note A trifle. Looked at")


def test_it_is_drawn_anew_for_every_layer(tiny_session, monkeypatch):
    session = tiny_session("full")
    before = stage("doctor", session, State())
    ready = session.is_ready
    monkeypatch.setattr(session, "is_ready", lambda name: name != "unit_ranges/dense" and ready(name))
    assert stage("doctor", session, State()) != before
    assert "in 4 of 5 layers" in text(draw("doctor", session, State()))
