"""Groups: which sample is in which, how many are shown, and that hiding one is what the query says."""

import math
import shutil

import numpy as np
import pytest

from workspace import groupings, hidden
from workspace.plan import ColumnNotReady, UnknownColumn
from workspace.session import Session
from workspace.store import Store


@pytest.fixture
def session(tiny_session):
    return tiny_session("full")


def member(field, group, value):
    """Whether a value is in a group, by its key alone."""
    if field.kind == "number":
        missing = math.isnan(value)
        low, high = hidden.bounds(group.key) or (math.nan, math.nan)
        inside = value == low if low == high else low <= value < high or (high == math.inf and value == high)
        return missing if group.key == "?" else not missing and inside
    if field.kind == "text":
        return group.key == hidden.escaped(str(value))
    if field.kind == "truth":
        return group.key == ("?" if value < 0 else str(int(value)))
    return group.key == (hidden.escaped(field.names[value]) if 0 <= value < len(field.names) else "?")


@pytest.mark.parametrize("kind", ["full", "hundred classes", "no labels", "joined", "one sample", "embedding"])
def test_counts_and_members_are_those_of_a_plain_loop(tiny_session, kind):
    session = tiny_session(kind)
    result = session.find("index != 3 and index < 40")
    fields = session.fields()
    seen = 0
    for name, _ in session.groupings.offered():
        if fields[name].kind == "set" or not session.is_ready(groupings.fields.column(session, name)):
            continue
        grouping, values = session.groupings.grouping(name), fields[name].read()
        every, shown = session.groupings.counted(grouping, result)
        assert sum(every) == session.dataset.n and sum(shown) == len(result)
        for group, total, count in list(zip(grouping.groups, every, shown, strict=True))[:12]:
            mine = [row for row in range(session.dataset.n) if member(fields[name], group, values[row])]
            assert total == len(mine), (name, group)
            kept = [row for row in mine if row in result.indices]
            assert count == len(kept)
            assert session.groupings.rows(name, group.key, result).tolist() == kept
            seen += 1
    assert seen > 5


@pytest.mark.parametrize("name", ["label", "predicted", "correct", "split", "loss", "confidence", "loss_rank"])
def test_what_is_hidden_is_what_the_group_holds(session, name):
    everything = session.find()
    grouping = session.groupings.grouping(name)
    assert len(grouping.groups) > 1
    for group in grouping.groups:
        text = session.groupings.hide("", name, [group.key])
        members = set(session.groupings.rows(name, group.key, everything).tolist())
        assert set(session.find(hidden=text).indices.tolist()) == set(range(60)) - members
        assert session.groupings.hides(text, name)(group.key)
        (said, after), *_ = session.groupings.words(text)
        assert said.startswith(grouping.title) and group.name in said and after == ""
    alone = session.groupings.hide("", name, [group.key for group in grouping.groups[1:]])
    first = session.groupings.rows(name, grouping.groups[0].key, everything).tolist()
    assert session.find(hidden=alone).indices.tolist() == first


def test_hiding_combines_with_other_fields_and_the_query(session):
    text = session.groupings.hide("split:train", "correct", ["1"])
    assert text == "split:train;correct:1"
    correct, split = session.column("correct"), session.column("split")
    rows = [row for row in range(60) if correct[row] != 1 and session.dataset.split_names[split[row]] != "train"]
    assert 0 < len(rows) < 20 and session.find(hidden=text).indices.tolist() == rows
    found = session.find("index > 50", hidden=text)
    assert (
        found.indices.tolist()
        == [row for row in rows if row > 50]
        == session.find(session.asked("index > 50", text)).indices.tolist()
    )
    assert found.parameters == {"query": "index > 50", "hidden": text}
    assert found.key != session.find("index > 50").key


def test_tags_overlap_and_can_be_hidden(tmp_path, tiny_session):
    full = tiny_session("full")
    shutil.copytree(full.store.folder, tmp_path / "cache")
    session = Session(Store(tmp_path / "cache"), full.options, command=("no", "worker", "here"))
    session.tags.add("odd", [1, 2, 3], "Ann")
    session.tags.add("two, words", [3], "Ann")
    grouping = session.groupings.grouping("tags")
    every, shown = session.groupings.counted(grouping, session.find("index > 1"))
    assert dict(zip([group.name for group in grouping.groups], zip(every, shown, strict=True), strict=True)) == {
        "odd": (3, 2), "two": (1, 1), "words": (1, 1), "none": (57, 56),
    }  # fmt: skip
    text = session.groupings.hide("", "tags", ["odd"])
    assert len(session.find(hidden=text)) == 57
    session.tags.remove("odd", [1], "Ann")
    assert len(session.find(hidden=text)) == 58, "a tag that changes hides others at once"
    assert session.groupings.rows("tags", "?", session.find()).tolist() == [0, 1, *range(4, 60)]
    session.close()


def test_many_hidden_groups_are_one_entry(tiny_session):
    session = tiny_session("hundred classes")
    keys = [group.key for group in session.groupings.grouping("label").groups]
    text = session.groupings.hide("", "label", keys[1:])
    assert text == "label:!class 0"
    assert session.groupings.words(text) == [("Label: all but class 0", "")]
    ((said, after),) = session.groupings.words(session.groupings.hide("", "label", keys[:20]))
    assert said == "Label: class 0, class 1, class 2 and 17 more" and after == ""


def test_what_cannot_be_grouped_is_said(tiny_session):
    session = tiny_session("full")
    with pytest.raises(UnknownColumn, match="nothing of that name"):
        session.groupings.grouping("los")
    with pytest.raises(UnknownColumn, match="there is none"):
        session.groupings.rows("label", "nosuch", session.find())
    with pytest.raises(ColumnNotReady):
        tiny_session("no column").groupings.grouping("loss")
    assert "index" not in dict(session.groupings.offered())


def test_numbers_that_are_few_are_a_group_each_and_the_others_ranges():
    groups, codes, edges = groupings._of_numbers(np.array([3, 1, 1, 2]))
    assert [group.key for group in groups] == ["1", "2", "3"] and codes.tolist() == [2, 0, 0, 1] and edges == ()
    values = np.append(np.arange(1000, dtype=np.float32) / 7, [np.inf, -np.inf, np.nan])
    groups, codes, edges = groupings._of_numbers(values)
    assert [group.name for group in groups] == ["< 50", "50 – 100", "≥ 100"] and edges == (50, 100)
    assert [group.key for group in groups] == ["~50", "50~100", "100~"]
    assert codes[-3:].tolist() == [2, 0, 3]
    groups, codes, edges = groupings._of_numbers(np.full(5, np.nan))
    assert codes.tolist() == [len(groups)] * 5


@pytest.mark.parametrize(
    ("values", "borders"),
    [
        (np.geomspace(1e-9, 19, 1000), [0.01, 0.1, 1, 10]),
        (np.linspace(0.3, 1, 1000), [0.4, 0.6, 0.8]),
        (np.linspace(-3, 3, 1000), [-2, 0, 2]),
        (np.append(np.linspace(0, 1, 1000), 20), [0.2, 0.4, 0.6, 0.8]),
        (np.linspace(5, 5.001, 100), [5.0002, 5.0004, 5.0006, 5.0008]),
        (np.append(np.ones(10_000), np.linspace(0, 0.5, 20)), [0.2, 0.4, 0.6, 0.8]),
        (np.full(9, 2.5), []),
        (np.array([]), []),
    ],
)  # fmt: skip
def test_borders_are_round(values, borders):
    assert groupings._borders(values) == borders


def test_groups_are_counted_once_each_whatever_their_number():
    rng = np.random.default_rng(0)
    n = 70_000
    made = [
        groupings.Grouping("x", "X", "class", tuple(groupings.Group(str(k), str(k), k) for k in range(c)), codes)
        for c in (2, 3, 10, 10, 100, 1000)
        for codes in [rng.integers(0, c, n).astype(np.min_scalar_type(c))]
    ]
    rows = np.flatnonzero(rng.random(n) < 0.7)
    for grouping in made:
        size = len(grouping.groups)
        assert np.array_equal(grouping.counts(), np.bincount(grouping.values, minlength=size))
        assert np.array_equal(grouping.counts(rows), np.bincount(grouping.values[rows], minlength=size))
