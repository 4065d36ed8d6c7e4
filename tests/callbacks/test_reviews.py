"""Reviewing as a browser asks for it: a key writes a verdict and leads on, refusals are sentences."""

import io
import json

import numpy as np
import pytest

from app import create_app
from layouts import review
from layouts.kit import ids
from layouts.kit.state import State
from tests.callbacks.calling import client, dependencies, post

PATTERN = '{"review":["ALL"]}.data'


@pytest.fixture
def session(opened):
    return opened()


@pytest.fixture
def app(session):
    return create_app(session)


def press(app, do, index, *, who="Ann", state=None, **more):
    store = ids.own("review", review.SAID)
    values = {
        PATTERN: [(store, {"do": do, "index": index, "stamp": 1, **more})],
        f"{ids.WHO}.value": who,
        f"{ids.STATE}.data": {"review": "query", **(state or {})},
    }
    entry = next(
        entry
        for entry in dependencies(app)
        if any(f"{part['id']}.{part['property']}" == PATTERN for part in entry["inputs"])
    )
    name = json.dumps(store, sort_keys=True, separators=(",", ":"))
    return post(app, entry["output"], values, f"{name}.data")


def led_to(answer):
    return [change["params"]["value"] for change in answer[ids.STATE]["data"]["operations"]]


def test_a_verdict_is_written_and_the_next_sample_comes(app, session):
    assert led_to(press(app, "keep", 0)) == ["1"]
    assert led_to(press(app, "relabel", 1, new="class 2")) == ["2"]
    answer = press(app, "accept", 2)
    assert led_to(answer) == ["3"] and answer[ids.VERSION]["data"] == session.version
    decided = session.reviews.decided()
    assert [decided.lines[index].verdict for index in (0, 1)] == ["keep", "relabel"]
    suggested = session.queues.suggestion(2)
    expected = "keep" if suggested == session.column("labels")[2] else "relabel"
    assert decided.lines[2].verdict == expected
    assert led_to(press(app, "next", 3)) == ["4"] and led_to(
        press(app, "previous", 3, state={"decided": "show"})
    ) == ["2"]


def test_undo_comes_back_to_the_sample_and_says_so(app, session):
    press(app, "drop", 4)
    answer = press(app, "undo", 5)
    assert led_to(answer) == ["4"]
    assert answer[ids.TAGS_SAID]["children"]["props"]["children"].startswith("Took back: dropped sample 4")
    assert session.reviews.decided().lines == {}


def test_the_end_of_a_list_is_said(app, session):
    state = {"query": "index < 1"}
    assert led_to(press(app, "keep", 0, state=state)) == [""]
    assert "have a verdict" in str(review.sample(session, State(query="index < 1", review="query")))


def test_what_cannot_be_written_is_a_sentence(app, session):
    for do, index, why in (("keep", None, "no sample"), ("shred", 1, "no verdict"), ("keep", 10**9, "no sample")):
        with pytest.raises(AssertionError, match=why):
            press(app, do, index)
    with pytest.raises(AssertionError, match="no class"):
        press(app, "relabel", 1, new="a cat")
    assert session.tags.version == 0


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
