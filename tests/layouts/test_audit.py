"""The page of the detector audit and its line over each list: before, after, and where nothing can be measured."""

from __future__ import annotations

import numpy as np
import pytest
from dash import html

from layouts import pages
from layouts.kit.state import State
from layouts.page import PAGES
from layouts.part import draw
from tests.layouts.looking import components, elements, rows, text
from workspace.session import asking

pages()
SIDES = ("labels", "outliers", "duplicates")


def figures(names, listed):
    expected = {"k": 4, "n": 3.2, "low": 1.6, "high": 4.0}
    return {
        "planted": 10 * len(names),
        "listed": 30,
        "hits": [[10, 7, 2], [30, sum(listed), 1]],
        "kinds": [
            {"name": name, "planted": 10, "listed": each, "first": each}
            for name, each in zip(names, listed, strict=True)
        ],
        "check": {"k": 30, "n": 12.0, "low": 9.0, "high": 15.0},
        "real_listed": 9,
        "real_first": expected,
        "real_all": expected | {"k": 9},
    }


@pytest.fixture
def measured(tiny_session):
    """measured: a session whose lists were measured: labels 16 of 20, outliers 4 of 20, copies 10 of 10."""
    session, keys = tiny_session("full"), []
    labels = figures(("any other class", "the likeliest other class"), (10, 6)) | {
        "alone": [[10, 8, 0]],
        "alone_listed": 15,
    }
    answers = {
        "auditedlabels": (np.array([[3, 0, 1, 0], [5, 2, 1, -1]]), {"labels": labels}),
        "auditedpictures": (
            np.zeros((3, 6, 6, 1), np.uint8),
            {"outliers": figures(("noise", "blurred"), (4, 0)), "duplicates": figures(("darker",), (10,))},
        ),
    }
    for name, (array, facts) in answers.items():
        column = asking(name, seed=0)
        keys.append(session.key(column))
        session.store.write(keys[-1], array, column=column, facts={"n": 50, "of": 60, **facts})
    yield session
    for key in keys:
        session.store.forget(key)


def test_before_it_is_a_button_and_says_so_over_every_list(tiny_session):
    session = tiny_session("full")
    page = PAGES["/audit"].layout(session, State())
    buttons = [part for part in components(page) if isinstance(part, html.Button)]
    assert [text(button) for button in buttons] == ["Plant faults and measure"] and not buttons[0].disabled
    assert text(page).count("Not measured yet.") == 3
    for side in SIDES:
        assert "measure it on planted faults" in text(draw(f"{side}-audit", session, State()))


def test_a_card_says_what_to_expect_and_how_the_copy_did(measured):
    said = text(draw("audit-labels", measured, State()))
    assert "Of the first 4 on the list expect about 3 real (2 to 4)." in said
    assert "About 1 more (0 to 3) are not on it." in said
    assert "copy of 50 of 60 samples with 20 changed labels" in said
    assert "expected 12 (9 to 15) of the first 30: 16 were planted, and 1 are on your own list. Mind the diff" in said
    assert "Not found: 1 of 1" in said and "class 2 → class 1" in said
    table = rows(draw("audit-labels", measured, State()))
    assert table[2][:3] == ["changed to the likeliest other class", "", "6 of 10"]
    assert ["10", "7", "2", "88 %", "35 %", "8"] in table and ["30", "16", "1", "55 %", "80 %", "–"] in table


def test_kinds_of_pictures_stand_with_an_example(measured):
    key = measured.key(asking("auditedpictures", seed=0))
    pictures = [image[1]["src"] for image in elements(draw("audit-duplicates", measured, State()), "img")]
    assert pictures == [f"picture/{key}/2.png"]
    assert "misses most planted faults" in text(draw("audit-outliers", measured, State()))


def test_the_lists_say_what_was_measured_and_lead_there(measured):
    assert text(draw("audit-tools", measured, State())) == "", "nothing is left to measure"
    for side in SIDES:
        line = draw(f"{side}-audit", measured, State())
        assert "expect about 3 real (2 to 4)" in text(line)
        assert [part.href for part in components(line) if hasattr(part, "href")] == ["audit"]


def test_a_failure_and_what_is_running_are_told(tiny_session, monkeypatch):
    session = tiny_session("full")
    monkeypatch.setattr(session, "is_wanted", lambda column: True)
    assert "Faults are being planted" in text(draw("audit-labels", session, State()))
    button = draw("audit-tools", session, State())
    assert button.disabled and text(button) == "Measuring …"
    monkeypatch.setattr(session, "failure", lambda column: "Detector audit: 12 samples are too few")
    assert "12 samples are too few" in text(draw("audit-labels", session, State()))


def test_what_cannot_be_measured_says_why(tiny_session):
    for kind in ("embedding", "no labels"):
        session = tiny_session(kind)
        assert "No list of label issues" in text(draw("audit-labels", session, State()))
        assert text(draw("labels-audit", session, State())) == ""
        assert "Not measured yet" in text(draw("audit-outliers", session, State()))
