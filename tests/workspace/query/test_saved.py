"""Saved queries: shared, limited, never lost to a damaged file or to somebody saving at the same time."""

from __future__ import annotations

import json
import threading

import pytest

from workspace.query import QueryError
from workspace.query.saved import KIND, MOST, NotSaved, SavedQueries
from workspace.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


def listed(queries):
    return [(query.name, query.text) for query in queries.all()]


def test_what_one_saves_another_sees(store):
    mine, theirs = SavedQueries(store, "f00d"), SavedQueries(Store(store.folder), "f00d")
    assert listed(mine) == []
    mine.save("  fours   taken for nines ", ' label == "4" and predicted == "9" ')
    theirs.save("Errors", "not correct")
    assert listed(mine) == [("Errors", "not correct"), ("fours taken for nines", 'label == "4" and predicted == "9"')]
    mine.save("Errors", "not correct and loss > 1")
    assert listed(theirs)[0] == ("Errors", "not correct and loss > 1")
    theirs.remove("Errors")
    theirs.remove("Errors")
    assert len(listed(mine)) == 1


def test_other_data_have_other_queries(store):
    SavedQueries(store, "f00d").save("one", "loss > 1")
    assert listed(SavedQueries(store, "beef")) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b", "\u202eabc"])
def test_names_that_are_none(store, name):
    with pytest.raises(NotSaved, match="a name has 1 to 60 visible characters"):
        SavedQueries(store, "f00d").save(name, "loss > 1")


def test_only_queries_are_saved(store):
    queries = SavedQueries(store, "f00d")
    with pytest.raises(NotSaved, match="the query is empty"):
        queries.save("nothing", "  ")
    with pytest.raises(QueryError):
        queries.save("broken", "loss >")
    assert listed(queries) == []


def test_fifty_are_enough(store):
    queries = SavedQueries(store, "f00d")
    for number in range(MOST):
        queries.save(f"{number}", "loss > 1")
    with pytest.raises(NotSaved, match="remove one first"):
        queries.save("one more", "loss > 1")
    queries.save("7", "loss > 2")
    assert len(queries.all()) == MOST


def test_savers_at_the_same_time_lose_nothing(store):
    savers = [
        threading.Thread(target=SavedQueries(store, "f00d").save, args=(f"query {number}", "loss > 1"))
        for number in range(12)
    ]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert len(SavedQueries(store, "f00d").all()) == 12


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '{"schema": 1}', '{"schema": 1, "body": []}', '{"schema": 1, "body": {"queries": 5}}', "\0"],
)
def test_a_damaged_file_is_put_aside(store, body):
    path = store.folder / "records" / f"{KIND}-f00d.json"
    path.write_text(body)
    queries = SavedQueries(store, "f00d")
    assert listed(queries) == []
    queries.save("new", "loss > 1")
    assert listed(queries) == [("new", "loss > 1")]
    aside = [other for other in path.parent.iterdir() if other != path]
    assert [other.read_text() for other in aside] == [body]


def test_entries_that_make_no_sense_are_left_out(store):
    path = store.folder / "records" / f"{KIND}-f00d.json"
    queries = {"good": "loss > 1", "x" * 100: "loss > 1", "no text": 5}
    path.write_text(json.dumps({"schema": 1, "body": {"queries": queries}}))
    assert listed(SavedQueries(store, "f00d")) == [("good", "loss > 1")]
