"""Reviewing as a browser asks for it: verdicts are written once, the next samples come, refusals are sentences."""

import io
import itertools

import numpy as np
import pytest

from app import create_app
from layouts import review
from layouts.kit.state import State
from tests.callbacks.calling import OWN, client

ALL = {"review": "query", "query": "", "hidden": "", "sort": "", "selection": "", "decided": ""}
numbers = itertools.count()


@pytest.fixture
def session(opened):
    return opened()


@pytest.fixture
def app(session):
    return create_app(session)


def act(do, index, *, who="Ann", view=None, name=None, **more):
    view = {**ALL, **(view or {})}
    return {"do": do, "index": index, "who": who, "view": view, "id": name or f"one-{next(numbers)}", **more}


def post(app, *acts, at=None, have=()):
    answer = client(app).post("/reviewed", json={"acts": acts, "at": at, "have": list(have)}, base_url=OWN)
    assert answer.status_code == 200, answer.text
    return answer.json


def press(app, do, index, *, at=None, have=(), **more):
    return post(app, act(do, index, **more), at=at, have=have)


def test_a_verdict_is_written_and_the_next_samples_come(app, session):
    answer = press(app, "keep", 0, at=1, have=[2, 3])
    assert answer["order"] == [1, 2, 3, 4, 5] and set(answer["cards"]) == {"1", "4", "5"}
    assert answer["version"] == session.version and not answer["go"]
    assert press(app, "relabel", 1, new="class 2")["order"][0] == 2  # nothing was in sight any more
    assert press(app, "accept", 2, at=3)["order"] == [3, 4, 5, 6, 7]
    decided = session.reviews.decided()
    assert [decided.lines[index].verdict for index in (0, 1)] == ["keep", "relabel"]
    suggested = session.queues.suggestion(2)
    expected = "keep" if suggested == session.column("labels")[2] else "relabel"
    assert decided.lines[2].verdict == expected
    press(app, "accept", 9, new="class 1")  # what was offered when the key was pressed
    assert decided is not session.reviews.decided() and session.reviews.corrected()[9] == 1


def test_steps_lead_somewhere_and_stay_at_the_ends(app, session):
    shown = {"decided": "show"}
    press(app, "keep", 2)
    assert press(app, "next", 1)["order"][0] == 3 and press(app, "next", 1, view=shown)["order"][0] == 2
    back = press(app, "previous", 3, view=shown)
    assert back["order"][0] == 2 and back["go"]
    assert press(app, "previous", 0)["order"][0] == 0
    assert press(app, "look", 5, at=5)["order"][0] == 5 and session.tags.version == 1


def test_undo_comes_back_to_the_sample_and_says_so(app, session):
    press(app, "drop", 4)
    answer = press(app, "undo", 5, at=5)
    assert answer["order"][0] == 4 and answer["go"]
    assert answer["said"]["props"]["children"].startswith("Took back: dropped sample 4")
    assert session.reviews.decided().lines == {}
    answer = press(app, "undo", 4, at=4)
    assert answer["said"]["props"]["children"].startswith("Nothing to save") and not answer["go"]


def test_the_end_of_a_list_is_said(app, session):
    view = {"query": "index < 1"}
    answer = press(app, "keep", 0, view=view)
    assert answer["order"] == [] and "have a verdict" in str(answer["end"])
    assert "have a verdict" in str(review.sample(session, State(query="index < 1", review="query")))
    press(app, "keep", 59, view={"decided": "show"})
    assert press(app, "keep", 59, view={"decided": "show"})["order"][0] == 1  # the first that was left out


def test_what_is_sent_twice_is_done_once(app, session):
    verdict = act("keep", 0, name="a-1")
    assert [post(app, verdict, at=1)["order"] for _ in range(2)] == [[1, 2, 3, 4, 5]] * 2
    post(app, act("drop", 1, name="a-2"))
    undo = act("undo", 2, name="a-3")
    assert [post(app, undo, at=2)["order"][0] for _ in range(2)] == [1, 1]
    assert session.tags.version == 3 and set(session.reviews.decided().lines) == {0}


def test_who_leaves_sends_the_rest_at_once_and_in_order(app, session):
    acts = [
        act("keep", 0),
        act("drop", 1),
        act("undo", 2),
        act("unsure", 1),
        act("keep", 2, view={"query": "index > 1"}),
    ]
    post(app, *acts[:2])
    post(app, *acts)
    lines = session.reviews.decided().lines
    assert {index: line.verdict for index, line in lines.items()} == {0: "keep", 1: "unsure", 2: "keep"}
    assert session.tags.version == 5


def test_two_viewers_get_what_nobody_has_judged(app, session):
    press(app, "keep", 0, at=1)
    press(app, "drop", 3, who="Bob", at=4)
    assert press(app, "keep", 1, at=2)["order"] == [2, 4, 5, 6, 7]
    assert press(app, "undo", 4, who="Bob", at=4)["order"][0] == 3
    assert set(session.reviews.decided().lines) == {0, 1}


def test_what_cannot_be_written_is_a_sentence_and_may_be_tried_again(app, session):
    for do, index in (("keep", None), ("keep", 10**9), ("keep", True), ("shred", 1)):
        assert ("no verdict" if do == "shred" else "no sample") in press(app, do, index)["refused"]
    assert "no class" in press(app, "relabel", 1, new="a cat", name="again")["refused"]
    assert session.tags.version == 0
    assert "refused" not in press(app, "relabel", 1, new="class 0", name="again") and session.tags.version == 1
    assert "query" in press(app, "keep", 3, view={"query": "los >"})["refused"]


@pytest.mark.parametrize("body", [None, [], {}, {"acts": []}, {"acts": ["keep"]}, {"acts": [{"do": "keep"}]}])
def test_what_is_no_verdict_is_refused(app, session, body):
    answer = client(app).post("/reviewed", json=body, base_url=OWN)
    assert answer.status_code == 400 and "reload the page" in answer.text
    other = {"Origin": "http://elsewhere.example"}
    assert client(app).post("/reviewed", json={"acts": [act("keep", 1)]}, headers=other).status_code == 403
    assert session.tags.version == 0


def test_a_body_that_is_nested_too_deep_is_refused(app):
    deep = b'{"acts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = client(app).post("/reviewed", data=deep, content_type="application/json", base_url=OWN)
    assert answer.status_code == 400 and "reload the page" in answer.text


def test_the_files_hold_what_was_said(app, session):
    session.reviews.judge(4, "relabel", "=Ann", new="class 2", source="loss")
    session.reviews.judge(45, "drop", "Bob")
    session.reviews.judge(6, "keep", "Bob")
    browser = client(app)
    answer = browser.get("/export/fixes.csv")
    assert "innerview-tiny-npz-all-60-fixes.csv" in answer.headers["Content-Disposition"]
    head, first, second = answer.text.splitlines()
    assert head.startswith("index,split,row,file,old,new,new_code,verdict,who,when,score,value")
    assert first.startswith("4,train,4,a/004.png,class 1,class 2,2,relabel,'=Ann,20")
    assert second.startswith("45,test,5,b/045.png,class 0,,-1,drop,Bob,20")
    whole = browser.get("/export/fixes.json").json
    assert [(fix["index"], fix["who"], fix["new"]) for fix in whole["fixes"]] == [
        (4, "=Ann", "class 2"),
        (45, "Bob", None),
    ]
    assert whole["classes"] == ["class 0", "class 1", "class 2"]
    assert whole["fixes"][0]["value"] == pytest.approx(float(session.column("loss")[4]))
    labels = np.load(io.BytesIO(browser.get("/export/labels.npy").data))
    assert labels.shape == (60,) and (labels[4], labels[45], labels[6]) == (2, -1, 0)
    assert "np.savez_compressed" in browser.get("/export/apply.py").text
    assert browser.get("/export/fixes.exe").status_code == 404


def test_files_of_data_that_are_not_read_yet_say_so(tiny_session):
    answer = client(create_app(tiny_session("nothing"))).get("/export/fixes.csv")
    assert answer.status_code == 503 and "wait a moment" in answer.text
