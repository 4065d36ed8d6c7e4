"""The sentences: their numbers against plain loops, their order, and what is said of nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.metrics import wilson
from analysis.odd_sizes import odd_size
from tests.workspace.planted import planted
from workspace import doctor
from workspace.faults import tenths


@pytest.fixture(autouse=True)
def quiet_doctor(monkeypatch):
    monkeypatch.setattr(doctor, "findings", lambda session: [])


def said(session):
    return {sentence.severity + " " + sentence.subject: sentence for sentence in session.faults.findings()}


def test_nothing_is_found_where_nothing_is():
    found = planted().faults.findings()
    assert [sentence.severity for sentence in found] == ["fine"] * 3
    texts = " ".join(sentence.text for sentence in found)
    assert "none of 600 looks wrong" in texts and "no picture stands in the data twice (n = 600)" in texts
    assert "lie further out than 99 % of train, as is usual" in texts


def test_the_number_of_wrong_labels_is_a_range_around_the_planted_one():
    session = planted(wrong=30)
    sentence = said(session)["wrong labels"]
    low, high = (int(n) for n in re.match(r"About (\d+) to (\d+) of the 600 labels", sentence.text).groups())
    assert low <= 30 <= high == sentence.n == 30 and low == sentence.low > 20
    labels, better = session.columns["labels"], session.columns["suggested"]
    loop: dict[tuple[int, int], int] = {}
    for label, other in zip(labels, better, strict=True):
        if label != other:
            loop[int(label), int(other)] = loop.get((int(label), int(other)), 0) + 1
    assert {(a, b): n for a, b, n in session.faults.pairs()} == loop
    assert "most often a 9 labelled 0 (3)." in sentence.text, "the first of the most frequent"
    assert sentence.query == 'label_suspect == "suspect"' and all(row < 30 for row in sentence.images)


def test_suspects_that_chance_explains_are_no_finding():
    session = planted(wrong=2)
    session.columns["suspect_counts"] = np.array([[400, 2, 1.5], [200, 0, 0.5]])
    assert said(session)["note labels"].text == (
        "Up to 2 of the 600 labels look wrong, but 2 would look so if every label were right."
    )


def test_leaks_are_counted_and_taken_out_of_the_accuracy():
    session = planted(leaked=12)
    sentence = said(session)["wrong duplicates"]
    right = wanted = 0
    for row in range(400, 600):
        if not 400 <= row < 412:
            wanted += 1
            right += int(session.columns["correct"][row])
    low, high = (float(end[0]) for end in wilson(np.array([right]), np.array([wanted])))
    assert sentence.text == (
        f"12 of 200 test images also stand in train: accuracy without them {100 * right / wanted:.2f} % "
        f"(95 % interval {100 * low:.2f} to {100 * high:.2f} %, n = {wanted}), with them 98.00 %."
    )
    every, leaked, clean = session.faults.leaks()[0].accuracy
    assert (every.n, leaked.n, clean.n) == (200, 12, 188) and every.right == leaked.right + clean.right == 196
    assert len(sentence.images) == 3


def test_contradictions_leaks_and_twins_are_told_apart():
    session = planted(conflicts=3, leaked=1, twins=4)
    found = said(session)
    assert "6 of 600 samples stand in 3 groups of copies that have different labels" in found["wrong duplicates"].text
    assert "1 of 200 test images also stands in train: accuracy without it" in found["doubtful duplicates"].text
    assert "8 of 600 pictures stand twice or more in the same split, in 4 groups" in found["note duplicates"].text
    assert session.faults.duplicate_counts() == {"labels": 6, "splits": 2, "within": 8, "alone": 584}
    group = session.faults.duplicates("within").shown[0]
    assert group.rows == (200, 300) and group.exact and group.apart == 0
    inside = np.zeros(600, bool)
    inside[303] = True
    assert [group.rows for group in session.faults.duplicates("within", within=inside).shown] == [(203, 303)]


def test_strange_splits_are_told_with_their_interval():
    sentence = said(planted(far=40))["wrong outliers"]
    far = 40 + int((planted(far=40).columns["stranger"][440:] == 1).sum())
    assert sentence.text.startswith(f"{far} of 200 test samples ({far / 2:.2f} %, 95 % interval ")
    assert sentence.text.endswith("lie further out than 99 % of train; 1 % would be usual.")


def test_odd_sizes_are_counted_by_kind_with_the_most_striking_of_each():
    session = planted()
    width, height = np.full(600, 640.0), np.full(600, 480.0)
    for row, size in {3: (20, 16), 8: (12, 9), 40: (9000, 7000), 77: (1200, 40), 590: (np.nan, np.nan)}.items():
        width[row], height[row] = size
    sizes = {"metadata/width": width, "metadata/height": height, "odd_size": odd_size(width, height)}
    session.columns |= sizes
    sentence = said(session)["note sizes"]
    assert sentence.text == (
        "4 of 599 pictures have an odd size or shape: 2 small, down to 12 x 9; 1 large, up to 9,000 x 7,000; "
        "1 narrow or wide, up to 1,200 x 40 pixels (width x height; usual is 640 x 480)."
    )
    assert (sentence.n, sentence.of, sentence.images) == (4, 599, (8, 40, 77))
    assert sentence.query == 'odd_size != "usual"'
    session.columns |= {"odd_size": np.zeros(600, np.int64)}
    assert not [key for key in said(session) if key.endswith("sizes")], "nothing is said where nothing is odd"


def test_the_gravest_comes_first_and_then_the_largest():
    found = planted(wrong=60, conflicts=2, twins=3).faults.findings()
    assert [(each.severity, each.subject) for each in found] == [
        ("wrong", "labels"), ("wrong", "duplicates"), ("note", "duplicates"), ("fine", "outliers"),
    ]  # fmt: skip


def test_what_is_late_is_said_and_what_never_comes_is_not_waited_for():
    late = planted(late=("suspect_counts", "outlier", "metrics"))
    assert [each.subject for each in late.faults.findings()] == ["duplicates"]
    assert late.faults.waiting() == ["label issues", "outliers", "the doctor"]
    never = planted(never=("suspect_counts",))
    assert "label issues" not in never.faults.waiting()
    assert {each.subject for each in never.faults.findings()} == {"duplicates", "outliers"}


def test_the_error_budget_adds_up():
    session = planted(far=2)
    causes = {cause.name: cause.n for cause in session.faults.budget("test")}
    assert sum(causes.values()) == 4 and causes["far from training data"] == 1
    assert sum(cause.tenths for cause in session.faults.budget("test")) == 1000
    assert sum(cause.n for cause in session.faults.budget("train")) == 0
    for counts in ([1, 1, 1], [7, 0, 3, 11], [1] * 7, [0, 5]):
        assert sum(tenths(np.array(counts))) == 1000
    assert tenths(np.array([0, 0])) == [0, 0]
