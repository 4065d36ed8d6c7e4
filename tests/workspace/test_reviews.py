"""Verdicts: kept with sample and label, taken back per viewer, the latest counts, and there after a restart."""

import shutil

import numpy as np
import pytest

from workspace.journal import NotSaved
from workspace.reviews import DROP, KEEP, NONE, RELABEL, UNSURE
from workspace.session import Session
from workspace.store import Store
from workspace.tag_file import NAME, SCHEMA, TagFile


@pytest.fixture
def reopened(tmp_path, tiny_session):
    """reopened(kind) -> a new session on one copy of a cache, as a server that is started again has."""
    made = []

    def reopened(kind="full"):
        source = tiny_session(kind)
        if not made:
            shutil.copytree(source.store.folder, tmp_path / "cache")
        made.append(Session(Store(tmp_path / "cache"), source.options, command=("no", "worker", "here")))
        return made[-1]

    yield reopened
    for session in made:
        session.close()


@pytest.fixture
def session(reopened):
    return reopened()


def kind(session, index):
    return int(session.reviews.decided().kinds[index])


def test_all_four_kinds_are_kept_with_who_when_and_score_and_outlive_a_restart(session, reopened):
    reviews, loss = session.reviews, session.column("loss")
    assert reviews.judge(3, "keep", "Ann", source="loss").sentence == "kept “class 0” of sample 3"
    done = reviews.judge(4, "relabel", "Bob", new="class 2", source="loss")
    assert done.sentence == "relabelled sample 4 from “class 1” to “class 2”" and done.number == 2
    reviews.judge(5, "drop", "", source="query")
    reviews.judge(6, "unsure", "Ann")
    for each in (session, reopened()):
        decided = each.reviews.decided()
        assert decided.kinds[:8].tolist() == [NONE, NONE, NONE, KEEP, RELABEL, DROP, UNSURE, NONE]
        assert decided.new[4] == 2 and (np.delete(decided.new, 4) == -1).all()
        line = decided.lines[4]
        assert (line.who, line.label, line.new, line.score, line.list) == (
            "Bob",
            "class 1",
            "class 2",
            "loss",
            "loss",
        )
        assert line.value == pytest.approx(float(loss[4])) and line.at == done.at
        assert decided.lines[5].who == "somebody"


def test_the_latest_of_several_people_counts_and_undo_is_a_persons_own(session):
    reviews = session.reviews
    reviews.judge(3, "keep", "Ann")
    reviews.judge(3, "drop", "Bob")
    assert kind(session, 3) == DROP and reviews.decided().lines[3].who == "Bob"
    done, where = reviews.undo("Ann")  # hers is no longer the latest, and goes all the same
    assert where == 3 and done.sentence.startswith("took back: kept") and kind(session, 3) == DROP
    assert reviews.undo("Bob")[1] == 3 and kind(session, 3) == NONE
    done, where = reviews.undo("Bob")
    assert (done.number, done.sentence, where) == (0, "Bob has nothing to undo", None)
    session.tags.redo("Bob")
    assert kind(session, 3) == DROP


def test_review_takes_back_verdicts_only_and_tags_are_left_alone(session):
    session.reviews.judge(3, "drop", "Ann")
    session.tags.add("odd", [7], "Ann")
    assert session.reviews.undo("Ann")[1] == 3
    assert session.tags.members("odd").tolist() == [7]
    assert session.tags.undo("Ann").sentence.startswith("took back: tagged")


def test_relabelling_to_the_same_class_is_keeping_and_nonsense_is_refused(session):
    session.reviews.judge(3, "relabel", "Ann", new="class 0")
    assert kind(session, 3) == KEEP
    before = session.tags.version
    for index, what, new, why in (
        (3, "delete", "", "no verdict"), (3, "relabel", "a cat", "no class"), (999, "keep", "", "60 samples"),
        (-1, "keep", "", "60 samples"),
    ):  # fmt: skip
        with pytest.raises(NotSaved, match=why):
            session.reviews.judge(index, what, "Ann", new=new)
    assert session.tags.version == before


def test_a_verdict_is_about_the_label_of_then(session, monkeypatch):
    """Once the fix is applied and the data is read again, the sample is open again: its label is another."""
    session.reviews.judge(4, "relabel", "Ann", new="class 2")
    session.reviews.judge(6, "keep", "Ann")
    labels = np.array(session.column("labels"))
    labels[4] = 2
    column = session.column
    monkeypatch.setattr(session, "column", lambda name: labels if name == "labels" else column(name))
    session.reviews._kept = None
    assert kind(session, 4) == NONE and kind(session, 6) == KEEP


def test_corrected_labels_and_the_words_of_queries(session):
    session.reviews.judge(4, "relabel", "Ann", new="class 2")
    session.reviews.judge(5, "drop", "Ann")
    labels = np.asarray(session.column("labels"))
    corrected = session.column("corrected")
    assert corrected[4] == 2 and corrected[5] == -1
    assert (np.delete(corrected, [4, 5]) == np.delete(labels, [4, 5])).all()
    assert session.find('review == "relabel"').indices.tolist() == [4]
    assert len(session.find('review == "none"')) == 58
    key = session.key("review")
    assert 4 in session.find('corrected == "class 2"').indices
    assert session.find("corrected is null").indices.tolist() == [5]
    session.reviews.undo("Ann")
    assert session.find("corrected is null").indices.tolist() == []
    assert session.key("review") != key
    assert session.by_key(session.key("corrected")).tolist() == session.column("corrected").tolist()
    assert session.reviews.pairs() == [("class 1", "class 2", 1)]


def test_files_with_tags_of_before_are_brought_up_to_date_with_a_copy_kept(tmp_path):
    store = Store(tmp_path)
    old = TagFile(store, steps=SCHEMA[:1])
    old.add(["a"], [b"x" * 12], "Ann")
    old.close()
    new = TagFile(store)
    assert [row.name for row in new.rows()] == ["a"]
    new.close()
    assert len(list(tmp_path.glob(f"{NAME}.schema-1-*"))) == 1


def test_unlabelled_samples_are_named_and_nothing_is_counted_as_wrong(reopened):
    session = reopened("no labels")
    name = session.class_names[1]
    session.reviews.judge(3, "relabel", "Ann", new=name)
    assert session.reviews.pairs() == [("", name, 1)]
    assert session.column("corrected")[3] == 1
    found = session.queues.progress(session.queues.queue("query"))
    assert (found.reviewed, found.judged, found.wrong) == (1, 0, 0)
