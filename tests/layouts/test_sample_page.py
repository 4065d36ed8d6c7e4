"""The page of one sample: which one, the way through lists, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import pages, sample, sample_distances, sample_evidence, sample_page, walk
from layouts.kit.state import State
from layouts.page import PAGES
from layouts.part import draw, stage
from layouts.sample_evidence import ordinal
from tests.layouts.looking import components, elements, text
from tests.tiny import answer
from util import InspectorError

pages()


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def measured(full):
    for column in ("centers/dense", "center_distances/dense"):
        answer(full, column)
    return full


def wrong_one(session):
    return int(np.flatnonzero(np.asarray(session.column("correct")) == 0)[0])


def went(tree, word):
    """Where a step leads."""
    found = next(part for part in components(tree) if (getattr(part, "id", None) or {}).get("at") == word)
    return None if found.disabled else found.id["value"]


def test_without_an_index_the_hardest_is_shown(full):
    assert walk.current(full, State()) == int(np.argmax(full.column("loss")))
    assert walk.current(full, State(sample="7")) == 7


@pytest.mark.parametrize("index", ["60", "-1", "x", "1e3", "٣", "99999999999999", "<b>"])
def test_an_index_that_does_not_exist_is_one_clear_line(full, index):
    state = State(sample=index)
    with pytest.raises(InspectorError, match="there are 60, 0 to 59"):
        walk.current(full, state)
    assert text(draw("sample-head", full, state)).count("there is none; there are 60, 0 to 59") == 1
    assert "sample-none" in str(draw("sample-head", full, state)), "by which the style sheet hides the rest"
    for name in ("sample-outputs", "sample-scores", "sample-centers", "sample-facts", "sample-tags"):
        assert draw(name, full, state) == []


def test_the_arrows_go_through_what_the_query_finds_in_its_order(full):
    rows = full.find("label == 'class 1'", sort="-loss").indices.tolist()
    state = State(sample=str(rows[3]), query="label == 'class 1'")
    head = draw("sample-head", full, state)
    assert (went(head, "previous"), went(head, "next")) == (str(rows[2]), str(rows[4]))
    assert f"4 of {len(rows)}" in text(head)
    first = draw("sample-head", full, State(sample=str(rows[0]), query=state.query))
    assert went(first, "previous") is None
    other = draw("sample-head", full, State(sample="0", query=state.query))
    assert "not in the list of 20" in text(other) and went(other, "next") == str(rows[0])


def test_other_lists(full):
    name = full.selections.save(np.array([5, 9, 2]))
    place = walk.place(full, State(sample="9", selection=name, among="selection"))
    assert (place.previous, place.at, place.next, place.n) == (2, 2, 5, 3)  # the newest choice first
    by_index = State(sample="9", sort="index", pool="query", among="pool")
    assert walk.place(full, by_index).next == 10
    assert walk.place(full, State(sample="9", filters="index > 7", sort="index", among="table")).at == 2
    assert walk.chosen(full, State(among="selection")) == walk.QUERY, "nothing is selected"
    assert set(walk.lists(full, State())) == {"query", "loss", "issues"}


def test_a_part_is_drawn_anew_for_another_sample_only(full):
    assert stage("sample-outputs", full, State(sample="3")) != stage("sample-outputs", full, State(sample="4"))
    first = int(np.argmax(full.column("loss")))
    spelled = State(among="query", layer="dense", sample=str(first))
    for name in ("sample-head", "sample-tools", "sample-centers"):
        assert stage(name, full, State()) == stage(name, full, spelled)


def test_the_label_and_a_wrong_answer_have_colors_of_their_own(full):
    index = wrong_one(full)
    bars = [
        each
        for each in elements(draw("sample-outputs", full, State(sample=str(index))), "div")
        if "bar" in each[1].get("className", "").split()
    ]
    assert len(bars) == 3
    css = [each[1]["className"] for each in bars]
    assert css[int(full.column("labels")[index])] == "bar marked"
    assert css[int(full.column("predicted")[index])] == "bar missed"


def test_of_many_classes_the_highest_and_the_label(tiny_session):
    session = tiny_session("hundred classes")
    said = text(draw("sample-outputs", session, State(sample="0")))
    ranks = np.argsort(np.argsort(-np.asarray(session.column("probabilities")[0])))
    shown = sample_evidence.TOP_CLASSES + (ranks[session.column("labels")[0]] >= sample_evidence.TOP_CLASSES)
    assert f"{shown} of 100 classes" in said


def test_a_wrong_sample_is_said_to_be_nearer_to_one_of_its_classes(measured):
    index = wrong_one(measured)
    points = np.asarray(measured.column("activations/dense"), np.float64)
    labels, others = np.asarray(measured.column("labels")), np.arange(60) != index
    label, taken = int(labels[index]), int(measured.column("predicted")[index])
    own, foreign = (
        float(np.linalg.norm(points[index] - points[(labels == code) & others].mean(axis=0)))
        for code in (label, taken)
    )
    said = text(draw("sample-centers", measured, State(sample=str(index))))
    near = f"class {taken}, for which it is taken, than" if foreign < own else f"its label class {label} than"
    assert f"nearer to the center of {near}" in said
    assert f"{min(own, foreign):.3g} against {max(own, foreign):.3g}" in said
    assert "of the 19 other samples labelled" in said or "than all 19 other samples labelled" in said


def test_the_centers_wait_and_are_asked_for(full):
    state = State(sample="1", layer="conv")
    assert "is being computed" in text(draw("sample-centers", full, state))
    assert sample_page.columns(full, state)[:2] == ["centers/conv", "center_distances/conv"]


def test_neighbors_of_both_classes_and_of_all(full):
    index = wrong_one(full)
    tree = draw("sample-neighbors", full, State(sample=str(index)))
    labels, predicted = full.column("labels"), int(full.column("predicted")[index])
    rows = [each for each in elements(tree, "div") if each[1].get("className") == "near-row"]
    listed = [[int(tile[1]["go"]["value"]) for tile in _buttons(row)] for row in rows]
    assert {int(labels[row]) for row in listed[0]} == {int(labels[index])}
    assert {int(labels[row]) for row in listed[1]} == {predicted}
    assert listed[2] == full.column("neighbors/dense")[index][: sample_distances.NEIGHBORS].tolist()
    assert all(index not in rows for rows in listed)


def _buttons(node):
    found = [node] if node[0] == "button" else []
    return found + [each for child in node[2:] if isinstance(child, list) for each in _buttons(child)]


def test_every_score_has_its_place(full):
    index = int(np.argmax(full.column("loss")))
    tree = draw("sample-scores", full, State(sample=str(index)))
    scores = [unit for unit in full.units() if unit.kind == "score"]
    rows = [each for each in elements(tree, "div") if "score" in each[1].get("className", "").split()]
    assert len(rows) == len(scores)
    loss = next(row for row in rows if row[2][2] == "Loss")
    assert "extreme" in loss[1]["className"] and "99.2 %" in str(loss)


def test_copies_are_counted(full):
    said = text(draw("sample-facts", full, State(sample="0")))
    copies = np.asarray(full.column("copies"))
    same = int((copies == copies[0]).sum()) - 1
    assert ("No other sample has the same pixels" in said) == (same == 0)
    assert "filename a/000.png" in said


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("no labels", "No sample has a label, so no class has a center"),
        ("embedding", "has no class head"),
        ("one sample", "has no other sample here"),
        ("no column", "is being"),
    ],
)
def test_it_draws_whatever_is_missing(tiny_session, kind, words):
    session = tiny_session(kind)
    if kind not in ("no column",):
        answer(session, "center_distances/dense")
    assert words in text(PAGES["/sample"].layout(session, State(sample="0")))


def test_the_panel_leads_to_the_page(full):
    link = next(part for part in components(sample.panel(full, 4)) if getattr(part, "href", "") == "sample/4")
    assert link.children == "Open the sample page"


@pytest.mark.parametrize(
    ("place", "word"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (44, "44th"), (112, "112th"), (1003, "1,003rd")],
)
def test_places_are_written_as_people_say_them(place, word):
    assert ordinal(place) == word


def test_a_bar_for_what_is_not_a_number_is_empty():
    width = sample_distances.width
    assert width(float("nan")) == width(0.0) == "0.00%"
