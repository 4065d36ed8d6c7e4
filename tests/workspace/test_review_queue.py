"""The order of a list, the steps along it, what it has given, and the accuracy that nothing can flatter."""

import shutil

import numpy as np
import pytest

from analysis.metrics import wilson
from workspace.session import Session
from workspace.store import Store


@pytest.fixture
def session(tmp_path, tiny_session):
    full = tiny_session("full")
    shutil.copytree(full.store.folder, tmp_path / "cache")
    made = Session(Store(tmp_path / "cache"), full.options, command=("no", "worker", "here"))
    yield made
    made.close()


def test_lists_are_in_their_order_and_follow_query_and_selection(session):
    queues, loss = session.queues, session.column("loss")
    hardest = queues.queue("loss")
    assert hardest.sorted and hardest.indices.tolist() == np.argsort(-loss, kind="stable").tolist()
    few = queues.queue("loss", query="index < 5")
    assert few.indices.tolist() == [index for index in hardest.indices if index < 5]
    assert queues.queue("query", sort="-index").indices[:2].tolist() == [59, 58]
    assert queues.queue("query", hidden="split:train").indices.tolist() == list(range(40, 60))
    chosen = session.selections.save(np.array([7, 3]))
    assert queues.queue("selection", selection=chosen).indices.tolist() == [3, 7]
    assert "selection" not in queues.lists() and queues.queue("selection").source != "selection"
    if session.knows("label_issue"):
        issues = queues.queue("issues").indices
        suggested, labels = session.column("suggested")[issues], session.column("labels")[issues]
        assert (suggested != labels).all()
        assert (np.diff(session.column("label_issue")[issues]) <= 0).all()


def test_steps_skip_what_is_decided_and_come_back_to_what_was_left_out(session):
    queues = session.queues
    queue = queues.queue("query", query="index < 4")
    for index in (0, 2):
        session.reviews.judge(index, "keep", "Ann")
    assert queues.current(queue, None) == 1 and queues.current(queue, 2) == 2 and queues.current(queue, 50) == 1
    assert queues.step(queue, 1, 1) == 3 and queues.step(queue, 3, -1) == 1
    assert queues.step(queue, 1, 1, all=True) == 2 and queues.step(queue, 1, -1, all=True) == 0
    assert queues.step(queue, 0, -1, all=True) is None and queues.step(queue, 3, 1, all=True) is None
    assert queues.step(queue, 3, 1) == 1  # round to the one that was left out
    assert queues.ahead(queue, 1, 5) == [3] and queues.ahead(queue, None, 1) == [1] == queues.ahead(queue, 3, 5)
    assert queues.ahead(queue, 1, 5, all=True) == [2, 3] and queues.ahead(queue, 3, 5, all=True) == []
    session.reviews.judge(1, "unsure", "Ann")
    session.reviews.judge(3, "drop", "Ann")
    assert queues.current(queue, None) is None and queues.step(queue, 3, 1) is None


def test_the_hit_rate_leaves_out_the_unsure_and_says_when_nothing_comes_any_more(session):
    queues = session.queues
    queue = queues.queue("query")
    for index in range(45):
        kind = "drop" if index < 3 else "unsure" if index == 3 else "keep"
        session.reviews.judge(index, kind, "Ann")
    found = queues.progress(queue)
    assert (found.n, found.reviewed, found.judged, found.wrong, found.unsure) == (60, 45, 44, 3, 1)
    low, high = wilson(np.array(3.0), np.array(44.0))
    assert (found.low, found.high) == (float(low), float(high))
    assert found.quiet == 41
    assert found.left is not None and found.left.low <= found.left.middle <= found.left.high <= 15
    session.reviews.judge(50, "drop", "Bob")
    assert queues.progress(queue).quiet == 0


def test_accuracy_is_a_range_on_the_same_n_and_dropping_changes_nothing(session):
    before = {one.split: one for one in session.queues.accuracy()}
    correct, predicted = session.column("correct"), session.column("predicted")
    assert before["test"].n == 20 and before["test"].labelled == before["test"].reviewed == int(correct[40:].sum())
    wrong = [index for index in range(40, 60) if not correct[index]][:2]
    right = [index for index in range(40, 60) if correct[index]][:1]
    assert len(wrong) == 2 and right
    for index in wrong[:1] + right:
        session.reviews.judge(index, "drop", "Ann")
    dropped = {one.split: one for one in session.queues.accuracy()}["test"]
    labelled = before["test"].labelled
    assert (dropped.n, dropped.labelled, dropped.reviewed, dropped.dropped) == (20, labelled, labelled, 2)
    name = session.class_names[int(predicted[wrong[1]])]
    session.reviews.judge(wrong[1], "relabel", "Ann", new=name)
    after = {one.split: one for one in session.queues.accuracy()}["test"]
    assert (after.n, after.reviewed - after.labelled, after.relabelled) == (20, 1, 1)
    assert {one.split: one for one in session.queues.accuracy()}["train"] == before["train"]
    session.reviews.judge(right[0], "relabel", "Ann", new=_other(session, right[0]))
    assert {one.split: one for one in session.queues.accuracy()}["test"].reviewed == after.reviewed - 1


def test_the_accuracy_says_where_it_leads_once_enough_suspects_are_judged(session, monkeypatch):
    correct, predicted = session.column("correct"), session.column("predicted")
    order = np.argsort(correct[:40], kind="stable").astype(np.int32)
    monkeypatch.setattr(session.queues, "_suspects", lambda: order)
    train = session.queues.accuracy()[0]
    assert (train.suspects, train.judged, train.open, train.outlook) == (40, 0, 40, None)
    for index in order[:12].tolist():
        kind = "keep" if correct[index] else "relabel"
        session.reviews.judge(index, kind, "Ann", new=session.class_names[int(predicted[index])])
    session.reviews.judge(int(order[12]), "unsure", "Ann")
    train, test = session.queues.accuracy()
    assert (train.suspects, train.judged, train.open) == (40, 12, 27) and test.suspects == 0
    assert train.outlook is not None and test.outlook is None
    assert train.outlook.low <= train.reviewed <= train.outlook.high <= train.n
    for index in order[13:].tolist():
        session.reviews.judge(index, "keep", "Ann")
    train = session.queues.accuracy()[0]
    assert train.open == 0 and train.outlook == (train.reviewed,) * 3


def _other(session, index):
    return session.class_names[(int(session.column("predicted")[index]) + 1) % 3]


def test_the_nearest_of_a_class_is_the_nearest(session):
    vectors = np.asarray(session.column(f"activations/{session.network.layer}"))
    labels = np.asarray(session.column("labels"))
    for code in range(3):
        far = np.linalg.norm(vectors - vectors[5], axis=1)
        far[(labels != code) | (np.arange(60) == 5)] = np.inf
        found, distance = session.queues.nearest(5, code)
        assert distance == pytest.approx(far.min(), rel=1e-5) and far[found] == pytest.approx(far.min())
    first = session.queues.nearest(5, 0)[0]
    session.reviews.judge(first, "drop", "Ann")
    assert session.queues.nearest(5, 0)[0] != first
