"""Tagging as a browser asks for it: saved is said after the commit, refusals are sentences, pages follow."""

import json

import numpy as np
import pytest

from app import create_app
from layouts import tagging
from layouts.kit import ids
from layouts.kit.state import State
from layouts.page import PAGES
from tests.callbacks.calling import OWN, client, post
from tests.layouts.looking import components, text
from workspace.session import Session
from workspace.store import Store


@pytest.fixture
def session(opened):
    """On a copy of the cache, so that no other test meets these tags."""
    return opened()


@pytest.fixture
def app(session):
    return create_app(session)


def give(app, session, names, rows, *, button=ids.TRAY_TAG_ADD, who="Ann"):
    values = {
        f"{ids.TRAY_TAG_ADD}.n_clicks": 1,
        f"{ids.TRAY_TAG_REMOVE}.n_clicks": 1,
        f"{ids.TRAY_TAG_BOX}.n_submit": None,
        f"{ids.TRAY_TAG_BOX}.value": names,
        f"{ids.WHO}.value": who,
        f"{ids.STATE}.data": {"selection": session.selections.save(np.asarray(rows))},
    }
    return post(app, f"{ids.TRAY_TAG_BOX}.value", values, f"{button}.n_clicks")


def said(answer):
    return answer[ids.TAGS_SAID]["children"]["props"]["children"]


def test_a_selection_is_tagged_and_said_to_be_saved_when_it_is(app, session):
    before = session.tags.version
    answer = give(app, session, "to check, odd", [3, 4, 5])
    assert said(answer).startswith("Tagged 3 samples “to check”, “odd” · saved ")
    assert answer[ids.TRAY_TAG_BOX]["value"] == ""
    assert answer[ids.VERSION]["data"] == session.version
    assert session.tags.version > before and session.tags.members("odd").tolist() == [3, 4, 5]
    answer = give(app, session, "odd", [3], button=ids.TRAY_TAG_REMOVE)
    assert said(answer).startswith("Took “odd” from 1 sample")
    assert said(give(app, session, "odd", [4])).startswith("Nothing to save: all 1 sample had")


@pytest.mark.parametrize(
    ("names", "rows", "why"),
    [("", [1], "no name is given"), ("a", [], "no sample is chosen"), ("a\0", [1], "invisible")],
)
def test_what_cannot_be_saved_is_not_said_to_be(app, session, names, rows, why):
    with pytest.raises(AssertionError, match=why):  # the helper finds the message and nothing else
        give(app, session, names, rows)
    assert session.tags.version == 0


def test_a_full_disk_is_a_sentence_and_nothing_is_said_to_be_saved(app, session):
    give(app, session, "a", [1])
    file = session.tags.file._opened()
    file.execute(f"PRAGMA max_page_count = {file.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(AssertionError, match="the disk is full; free space"):
        give(app, session, ", ".join("x" * 50 + str(number) for number in range(20)), range(60))
    assert session.tags.names() == ("a",)


def test_one_sample_is_tagged_from_its_panel_and_a_cross_takes_it_back(app, session):
    values = {
        f"{ids.PANEL_TAG_ADD}.n_clicks": None,
        f"{ids.PANEL_TAG_BOX}.n_submit": 1,
        f"{ids.PANEL_TAG_BOX}.value": "odd",
        f"{ids.WHO}.value": None,
        f"{ids.STATE}.data": {"focus": "7"},
    }
    assert said(post(app, f"{ids.PANEL_TAG_BOX}.value", values, f"{ids.PANEL_TAG_BOX}.n_submit")).startswith(
        "Tagged 1"
    )
    assert [(mark.name, mark.who) for mark in session.tags.of(7)] == [("odd", "somebody")]
    pattern = '{"at":["ALL"],"untag":["ALL"]}.n_clicks'
    cross = ids.untag("odd", "panel")
    values = {
        pattern: [(cross, 1)],
        f"{ids.WHO}.value": "Ann",
        f"{ids.STATE}.data": {"focus": "7"},
    }
    answer = post_to(app, pattern, values, f"{json.dumps(cross, sort_keys=True, separators=(',', ':'))}.n_clicks")
    assert said(answer).startswith("Took “odd” from 1 sample")
    assert session.tags.of(7) == []


def post_to(app, wanted, values, changed):
    """As `post`, for a callback that is known by its input."""
    entry = next(
        entry
        for entry in client(app).get("/_dash-dependencies").json
        if any(f"{part['id']}.{part['property']}" == wanted for part in entry["inputs"])
    )
    return post(app, entry["output"], values, changed)


def test_undo_and_redo_by_button(app, session):
    give(app, session, "odd", [3])
    values = {f"{ids.UNDO}.n_clicks": 1, f"{ids.REDO}.n_clicks": 1, f"{ids.WHO}.value": "Ann"}
    back = f"{ids.UNDO}.n_clicks"
    assert said(post_to(app, back, values, back)).startswith("Took back: tagged 1 sample “odd”")
    assert session.tags.names() == ()
    assert said(post_to(app, back, values, f"{ids.REDO}.n_clicks")).startswith("Did again")
    assert session.tags.members("odd").tolist() == [3]
    assert said(post_to(app, back, {**values, f"{ids.WHO}.value": "Bob"}, back)).startswith("Nothing to save: Bob")
    offered = post(
        app, f"{ids.UNDO}.disabled", {f"{ids.WHO}.value": "Ann", f"{ids.VERSION}.data": 1}, f"{ids.WHO}.value"
    )
    assert offered[ids.UNDO]["disabled"] is False and "tagged 1 sample “odd”" in offered[ids.UNDO]["title"]
    assert offered[ids.REDO]["disabled"] is True


@pytest.mark.parametrize(
    ("what", "value", "outcome"),
    [
        ("name", "strange", "Renamed"),
        ("color", "#112233", "Gave"),
        ("delete", 1, "Deleted"),
        ("name", "odd", ""),
        ("color", None, ""),
    ],
)
def test_the_page_changes_tags(app, session, what, value, outcome):
    give(app, session, "odd", [3])
    own = ids.tag_edit(what, "odd")
    patterns = {
        kind: json.dumps({"tag": ["ALL"], "tag_edit": kind}, separators=(",", ":"))
        for kind in ("color", "name", "delete")
    }
    values = {
        f"{pattern}.{'n_clicks' if kind == 'delete' else 'value'}": [(own, value)] if kind == what else []
        for kind, pattern in patterns.items()
    }
    changed = (
        f"{json.dumps(own, sort_keys=True, separators=(',', ':'))}.{'n_clicks' if what == 'delete' else 'value'}"
    )
    entry_input = f"{patterns['color']}.value"
    values[f"{ids.WHO}.value"] = "Bob"
    before = session.tags.version
    if not outcome:
        entry = next(
            entry for entry in client(app).get("/_dash-dependencies").json
            if any(f"{part['id']}.{part['property']}" == entry_input for part in entry["inputs"])
        )  # fmt: skip
        assert entry["prevent_initial_call"]
        return
    assert said(post_to(app, entry_input, values, changed)).startswith(outcome)
    assert session.tags.version > before


def test_tray_and_panel_show_tags_with_who_and_when(app, session):
    give(app, session, "odd", [3, 4])
    state = {"selection": session.selections.save(np.array([4, 5])), "focus": "3"}
    values = {f"{ids.STATE}.data": state, f"{ids.VERSION}.data": 1}
    answer = post(app, f"{ids.TRAY_TAGS}.children", values, f"{ids.STATE}.data")
    assert "1 of 2 selected samples have it" in json.dumps(answer[ids.TRAY_TAGS])
    assert "by Ann, " in json.dumps(answer[ids.PANEL_TAGS])
    assert json.loads(answer[ids.TAG_NAMES]["data-names"]) == ["odd"]


def test_another_viewers_clock_brings_the_news(app, session):
    values = {f"{ids.POLL}.n_intervals": 1, f"{ids.VERSION}.data": session.version}
    post(app, f"{ids.PROGRESS}.hidden", values, f"{ids.POLL}.n_intervals")
    other = Session(Store(session.store.folder), session.options, command=("no", "worker", "here"))
    other.tags.add("new", [3], "Eve")
    other.close()
    answer = post(app, f"{ids.PROGRESS}.hidden", values, f"{ids.POLL}.n_intervals")
    assert answer[ids.VERSION]["data"] > values[f"{ids.VERSION}.data"]


def test_the_page_of_tags_stands_with_much_on_it(session):
    for start in range(0, 100, 20):
        session.tags.add([f"tag {number}" for number in range(start, start + 20)], [start % 60, 1], "Ann & <b>")
    tree = PAGES["/tags"].layout(session, State())
    assert len(list(components(tree))) <= 500
    said_there = text(tree)
    assert "50 of 100 shown" in said_there
    chips = tagging.of_sample(session, 1)
    assert "30 of 100 tags shown" in text(chips)


def test_another_site_cannot_tag(app, session):
    answer = client(app).post(
        "/_dash-update-component", json={}, base_url=OWN, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert session.tags.version == 0
