"""The pages that list faults: the same samples as their queries find, worst first, n of N, and nothing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from dash import dcc

from layouts import duplicates, fault_list, labels, outliers, pages
from layouts.kit.state import State
from layouts.page import PAGES
from layouts.part import draw, stage
from tests.layouts.looking import components, elements, rows, text

pages()
SUBJECTS = {"labels": labels.SUBJECT, "outliers": outliers.SUBJECT, "duplicates": duplicates.SUBJECT}


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


@pytest.fixture
def doubted(full, monkeypatch):
    """doubted: a session in which samples 3, 4 and 7 have suspect labels, by columns of its own."""
    plain = full.column
    suspect, score = np.zeros(60, np.int64), np.zeros(60, np.float32)
    suspect[[3, 4, 7]], score[[3, 4, 7]] = 1, (2, 9, 5)
    better = (np.asarray(plain("labels")) + 1) % 3
    known = {
        "label_suspect": suspect, "label_issue": score, "suggested": better,
        "suspect_counts": np.array([[40, 3, 0.2], [20, 0, 0.1]]),
    }  # fmt: skip
    monkeypatch.setattr(full, "column", lambda name: known[name] if name in known else plain(name))
    return full


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_list_holds_what_its_query_finds(full, name):
    subject = SUBJECTS[name]
    found = fault_list.listed(full, State(), subject)
    score = full.column(subject.column)[found.indices]
    assert (np.diff(score) <= 0).all()
    assert len(found) == fault_list.everything(full, subject) == len(full.find(subject.flagged))
    narrowed = fault_list.listed(full, State(query="index < 20"), subject)
    assert set(narrowed.indices) == {row for row in found.indices if row < 20}


@pytest.mark.parametrize("name", SUBJECTS)
def test_links_keep_the_view_and_ask_for_the_listed(full, name):
    subject = SUBJECTS[name]
    tree = draw(f"{name}-links", full, State(query="index < 20", layer="conv", focus="3"))
    links = {link.children: link.href for link in components(tree) if isinstance(link, dcc.Link)}
    assert list(links) == ["Review these", "Table", "Image pool"]
    asked = parse_qs(urlsplit(links["Table"]).query)
    assert asked["query"] == [f"({subject.flagged}) and (index < 20)"] and asked["sort"] == [subject.order]
    assert asked["layer"] == ["conv"] and "focus" not in asked
    assert set(full.find(asked["query"][0]).indices) == set(
        fault_list.listed(full, State(query="index < 20"), subject).indices
    )
    assert not links["Table"].startswith("/")


def test_the_label_list_says_label_suggestion_and_who_speaks_for_it(doubted):
    tree = draw("labels-list", doubted, State())
    assert "3 of 3, the least fitting label first" in text(tree)
    names, given = doubted.class_names, doubted.column("labels")
    near = doubted.column(f"neighbors/{doubted.network.layer}")
    listed = rows(tree)[1:]
    for row, index in zip(listed, (4, 7, 3), strict=True):
        better = (given[index] + 1) % 3
        speak = sum(given[other] == better for other in near[index])
        stay = sum(given[other] == given[index] for other in near[index])
        assert row[1:3] == [names[given[index]], names[better]]
        assert row[4].endswith(f"{speak} of {len(near[index])}; {stay} for the label")
    assert "About 1 to 3 of 60 labels" in text(draw("labels-lead", doubted, State()))


def test_each_pair_of_classes_leads_to_its_labels(doubted):
    tree = draw("labels-pairs", doubted, State())
    buttons = [button[1]["go"] for button in elements(tree, "button")]
    found: list[int] = []
    for button in buttons:
        assert button["go"] == "query"
        found += doubted.find(button["value"]).indices.tolist()
    assert sorted(found) == [3, 4, 7]


def test_none_of_a_query_and_nothing_at_all_are_said(doubted, tiny_session):
    assert "none of 3 matches the query" in text(draw("labels-list", doubted, State(query="index > 30")))
    quiet = tiny_session("full")
    quiet_ones = [name for name in SUBJECTS if not fault_list.everything(quiet, SUBJECTS[name])]
    for name in quiet_ones:
        part = f"{name}-list" if name != "duplicates" else "duplicates-labels"
        assert "Nothing found." in text(draw(part, quiet, State()))


def test_what_cannot_be_judged_says_why(tiny_session):
    embedding, unlabelled = tiny_session("embedding"), tiny_session("no labels")
    assert embedding.no_head in text(draw("labels-list", embedding, State()))
    for name in ("labels-lead", "labels-list", "labels-pairs"):
        assert "No sample has a label" in text(draw(name, unlabelled, State()))
    assert "far out" in text(draw("outliers-lead", embedding, State())), "outliers need no class scores"


def test_copies_stand_side_by_side_with_their_difference(full, monkeypatch):
    plain = full.column
    group, copies, kind = np.full(60, -1, np.int32), np.arange(60, dtype=np.int32), np.zeros(60, np.int64)
    group[[5, 45]], copies[45], kind[[5, 45]] = 5, 5, 4
    known = {"duplicate_group": group, "copies": copies, "duplicate": kind}
    monkeypatch.setattr(full, "column", lambda name: known[name] if name in known else plain(name))
    tree = draw("duplicates-labels", full, State())
    fingerprint = full.dataset.fingerprint
    pictures = [image[1]["src"] for image in elements(tree, "img")]
    assert pictures == [f"sample/{fingerprint}/{row}.png" for row in (5, 45)] + [f"difference/{fingerprint}/5-45.png"]
    assert "1 of 1 groups, 2 pictures" in text(tree) and "the same pixels" in text(tree)
    assert "2 of 60 pictures are copies of another one: 2 with different labels" in text(
        draw("duplicates-lead", full, State())
    )
    assert rows_of_table(draw("duplicates-leaks", full, State()))[1][:2] == ["test", "also in another split"]


def test_the_limit_of_likeness_moves_everything_on_the_page(full, monkeypatch):
    plain = full.column
    copy_of, likeness = np.tile([[-1.0, 2.0, 2.0]], (60, 1)), np.full(60, 0.1, np.float32)
    copy_of[[5, 45]], likeness[[5, 45]] = [[45, 0.1, 1], [5, 0.1, 1]], 0.9
    known = {
        "copy_of": copy_of, "copy_likeness": likeness, "copies": np.arange(60, dtype=np.int32),
        "duplicate_group": np.full(60, -1, np.int32), "duplicate": np.zeros(60, np.int64),
    }  # fmt: skip
    monkeypatch.setattr(full, "column", lambda name: known[name] if name in known else plain(name))
    labels = plain("labels")
    section = "labels" if labels[5] != labels[45] else "splits"

    def lead(state):
        return text(draw("duplicates-lead", full, state))

    assert "No picture stands in the data twice" in lead(State())
    assert "No picture is at least 0.91 like another one (n = 60)" in lead(State(alike="0.91"))
    moved = State(alike="0.9")
    assert "2 of 60 pictures are at least 0.9 like another one" in lead(moved)
    assert "By the usual verdict 0 of 60 are copies" in lead(moved)
    assert "1 of 1 groups, 2 pictures" in text(draw(f"duplicates-{section}", full, moved))
    assert "also in another split 1 of 1" in text(draw("duplicates-leaks", full, moved))
    assert "also in another split 0 of 0" in text(draw("duplicates-leaks", full, State()))
    links = [link.href for link in components(draw("duplicates-links", full, moved)) if isinstance(link, dcc.Link)]
    assert parse_qs(urlsplit(links[1]).query)["query"] == ["copy_likeness >= 0.9"]
    for name in (
        "duplicates-lead",
        "duplicates-leaks",
        "duplicates-links",
        f"duplicates-{section}",
        "duplicates-usual",
    ):
        assert stage(name, full, moved) != stage(name, full, State())
    assert stage("duplicates-limit", full, moved) == stage("duplicates-limit", full, State()), "it is being moved"
    for odd in ("nan", "7", "x", "-1", "inf"):
        assert lead(State(alike=odd)) == lead(State())


def rows_of_table(tree):
    """The cells of a plain table."""
    found = [part for part in components(tree) if type(part).__name__ == "Tr"]
    return [[text(cell) for cell in row.children] for row in found][1:]


def test_the_overview_begins_with_what_was_found(full, tiny_session):
    page = text(PAGES["/"].layout(full, State()))
    assert page.index("What was found") < page.index("Accuracy")
    for sentence in full.faults.findings():
        assert sentence.text in page
    causes = full.faults.budget("test")
    said = text(draw("error-budget", full, State(split="test")))
    assert f"{sum(cause.n for cause in causes):,} errors of test" in said
    for cause in causes:
        asked = f'error_cause == "{cause.name}" and split == "test"'
        assert len(full.find(asked)) == cause.n
    waiting = tiny_session("no column")
    assert "Still being looked for" in text(draw("findings", waiting, State()))
