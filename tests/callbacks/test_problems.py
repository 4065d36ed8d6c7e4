"""The list as a file, the count beside the page, the banner."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from app import create_app
from tests.callbacks.calling import client, post

FOUND = (("=cmd|' /C calc'!A0", "empty: no bytes in it"), ("b.png", "not a picture but text"))


@pytest.fixture
def session(tiny_session):
    found = tiny_session("full")
    found._dataset = replace(found.dataset, n_problems=2, problems=FOUND)
    return found


def test_the_list_as_a_file(session):
    browser = client(create_app(session))
    answer = browser.get("/export/problems.csv")
    assert answer.mimetype == "text/csv" and "problems.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows == [["file", "reason"], ["'=cmd|' /C calc'!A0", FOUND[0][1]], list(FOUND[1])]
    narrowed = browser.get("/export/problems.csv?file=B.PNG&reason=not a picture but text")
    assert list(csv.reader(io.StringIO(narrowed.text, newline="")))[1:] == [list(FOUND[1])]
    assert browser.get(f"/export/problems.csv?file={'x' * 5000}").status_code == 200


def test_while_the_data_are_being_read(tiny_session):
    answer = client(create_app(tiny_session("nothing"))).get("/export/problems.csv")
    assert answer.status_code == 503 and "being read" in answer.text


@pytest.mark.parametrize(("n", "shown"), [(2, "2"), (0, ""), (12345, "12,345")])
def test_the_count_stands_in_the_navigation(session, n, shown):
    session._dataset = replace(session.dataset, n_problems=n)
    name = {"count": "/problems"}
    key = '{"count":["ALL"]}'
    values = {f"{key}.children": [(name, None)], f"{key}.id": [(name, name)], "version.data": 1}
    answer = post(create_app(session), '"count"', values, "version.data")
    assert answer == {'{"count":"/problems"}': {"children": shown}}


def test_the_banner_says_that_the_network_is_another(session):
    app = create_app(session)
    assert post(app, "banner.", {"version.data": 1}, "version.data")["banner"] == {"children": [], "hidden": True}
    session.watch.network = "tiny.h5 has changed on disk since it was opened"
    said = post(app, "banner.", {"version.data": 1}, "version.data")["banner"]
    assert not said["hidden"]
    assert f"({session.network.info.digest[:8]}); start again to use the new one" in said["children"]
