"""Requests: work with a visitor's values, under a key of its own, in a bounded number."""

from __future__ import annotations

import os
import queue

import numpy as np
import pytest

from tests import tiny
from util import InspectorError, Progress, UnknownName
from workspace import process
from workspace import request as requests
from workspace.plan import ColumnFailed, ColumnNotReady, NoClassHead, Plan, UnknownColumn
from workspace.request import REQUESTS, Made, Request, asking, is_request, parsed
from workspace.store import Store
from workspace.worker import Worker

NAME = "doubling"


def doubling(desk, *, index: int, layer: str, times: float = 2.0, loud: bool = False) -> Made:
    """A request for the tests: a row of a layer, a few times."""
    desk.report(Progress("doubling", 1, 1, "rows"))
    row = desk.column(f"activations/{layer}")[index] * times
    return Made(-row if loud else row, {"label": int(desk.column("labels")[index])})


@pytest.fixture
def known(monkeypatch):
    """The request of the tests, known for as long as one of them runs."""
    found = Request(NAME, "Doubled", doubling, (), ("labels", "activations/{layer}"), 3)
    monkeypatch.setitem(REQUESTS._items, NAME, found)
    return found


def test_values_come_back_as_they_went(known):
    column = asking(NAME, index=3, layer="a/b c&d=e", loud=True)
    assert is_request(column)
    assert parsed(column) == (known, {"index": 3, "layer": "a/b c&d=e", "times": 2.0, "loud": True})
    assert column == asking(NAME, loud=True, layer="a/b c&d=e", index=3, times=2.0)


@pytest.mark.parametrize("values", [{"index": 1}, {"index": 1, "layer": "x", "more": 2}])
def test_lacking_and_unknown_values_are_named(known, values):
    with pytest.raises(UnknownName, match=r"layer|more"):
        asking(NAME, **values)


@pytest.mark.parametrize("text", ["index=x&layer=a", "layer=a", "loud=maybe", "", "index=1&layer=a&times=1&loud=1"])
def test_what_a_stranger_types_is_an_unknown_column(known, text):
    plan = Plan({"labels": "k", "logits": "l", "activations/a": "m"}, ["a"])
    with pytest.raises(UnknownColumn):
        plan.key(f"{NAME}?{text}")
    assert not plan.makes(f"{NAME}?{text}")


def test_other_words_with_a_question_mark_are_no_requests():
    assert not is_request("loss?index=3")
    assert not is_request(NAME)


def test_key_depends_on_values_and_on_what_is_needed(known):
    def key(values=None, **roots):
        roots = {"labels": "k", "logits": "l", "activations/a": "m", **roots}
        return Plan(roots, ["a"]).key(asking(NAME, **{"index": 1, "layer": "a", **(values or {})}))

    keys = [key(), key({"index": 2}), key({"times": 3.0}), key(labels="n"), key(logits="n"), key(images="n")]
    assert len(set(keys)) == len(keys)
    assert key() == key(**{"earlier/a/tsne": "x"})
    assert key().startswith(NAME) and key().isalnum()


def test_what_it_needs_comes_first(known):
    column = asking(NAME, index=1, layer="a")
    assert Plan({"labels": "k", "activations/a": "m"}, ["a"]).order([column]) == ["labels", "activations/a", column]
    with pytest.raises(ColumnNotReady):
        Plan({"labels": "k"}).key(column)


def test_every_layer_and_class_scores():
    found = Request("every", "Every", doubling, (), ("probabilities", "activations/{every}"), 3)
    assert found.needed({}, ("a", "b")) == ("probabilities", "activations/a", "activations/b")
    with pytest.raises(NoClassHead):
        Plan({"labels": "k"}, ["a"], no_head="none").key("probabilities")


def test_worker_answers_and_a_session_reads(known, opened):
    session = opened()
    layer = session.network.layers[-1]
    column = asking(NAME, index=5, layer=layer, times=3.0)
    with pytest.raises(ColumnNotReady, match="Doubled"):
        session.column(column)
    assert {"Doubled", "doubling"} <= set(tiny.answer(session, column))
    np.testing.assert_allclose(session.column(column), session.column(f"activations/{layer}")[5] * 3)
    assert session.facts(column) == {"label": int(session.column("labels")[5])}
    assert session.title(column) == "Doubled"


def test_only_the_newest_answers_are_kept(known, tmp_path):
    store = Store(tmp_path)
    keys = [NAME + f"{number:032x}" for number in range(5)]
    others = ["f" * 32, NAME + "x" + "0" * 32, "re" + NAME + "0" * 32]
    for age, key in enumerate([*keys, *others]):
        store.write(key, np.arange(3), facts={})
        os.utime(tmp_path / "columns" / f"{key}.json", (age, age))
    known.displace(store)
    assert [store.has(key) for key in keys] == [False, False, True, True, True]
    assert all(store.has(key) for key in others)


def test_a_desk_gives_nothing_that_the_key_does_not_know():
    with pytest.raises(InspectorError, match="loss: is not among what the request needs"):
        requests.Desk(None, ("labels",)).column("loss")


def test_a_name_is_a_word_and_known_once(known):
    with pytest.raises(ValueError, match="letters only"):
        requests.request("two words", title="")(doubling)
    with pytest.raises(ValueError, match="two requests"):
        requests.request(NAME, title="")(doubling)


@pytest.fixture
def served(known, opened):
    """served(asked) -> what a worker of one pair makes until it has nothing to do, and has said."""

    def serve(asked):

        session, said = opened(), []
        worker = Worker(session.store, session.options, lambda event, **facts: said.append((event, facts)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(process, "IDLE_SECONDS", 0.01)
            patch.setattr(process, "standard", lambda *_: [])
            process._serve(worker, asked, queue.SimpleQueue())
        return session, [(event, facts["column"]) for event, facts in said if event in ("made", "failed")]

    return serve


def test_more_answers_than_are_kept_are_each_made_once(served, opened):
    layer = opened().network.layers[-1]
    asked = [asking(NAME, index=index, layer=layer) for index in range(5)]
    session, said = served([*asked])
    assert said == [("made", column) for column in asked]
    assert sum(session.is_ready(column) for column in asked) == 3


def test_what_failed_can_be_asked_for_again(served, opened):
    column = asking(NAME, index=10**9, layer=opened().network.layers[-1])
    session, said = served([column, column])
    assert said == [("failed", column)]
    session._worker.failed[column] = "there is no such row"
    with pytest.raises(ColumnFailed, match="no such row") as failed:
        session.column(column)
    assert failed.value.column == column
    session._worker.again(column)
    assert session.failure(column) is None
    worker = Worker(session.store, session.options, lambda event, **facts: None)
    worker.open()
    worker.make(column)
    assert worker.missing([column]) == []
    worker.again(column)
    assert worker.missing([column]) == [column]
