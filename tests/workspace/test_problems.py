"""Reasons sorted into kinds, and notices taken apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from workspace import problems


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("too many pixels (13,000 x 13,000; at most 50,000,000 are read)", "too many pixels"),
        ("its pixels run from 0 to 70,000; save them", "its pixels run from … to …; save them"),
        ("damaged (cannot read (again))", "damaged (cannot read)"),
        ("(odd)", "(odd)"),
        ("", ""),
    ],
)
def test_kinds(why, kind):
    assert problems.kind_of(why) == kind


@pytest.mark.parametrize("notice", ["12 of 5,000 images were gray.", "1 of 1 rows are twice."])
def test_a_notice_that_counts(notice):
    known = problems.counted(notice)
    assert known is not None
    assert f"{known.part:,} of {known.whole:,} {known.rest}" == notice


@pytest.mark.parametrize("notice", ["", "All images were gray.", "12 of the images", "x 1 of 2 images"])
def test_a_notice_that_does_not(notice):
    assert problems.counted(notice) is None


def test_a_hundred_thousand_are_sorted_while_a_page_is_drawn(tiny_session):
    session = tiny_session("full")
    many = tuple((f"a/{number}.png", f"damaged ({number % 97})") for number in range(100_000))
    session._dataset = replace(session.dataset, n_problems=len(many), problems=many, fingerprint="many")
    assert session.problems.reasons() == [problems.Reason("damaged", 100_000, "a/0.png")]
    assert session.problems.reasons() is session.problems.reasons()
    assert len(session.problems.found(text="/99999")) == 1


def test_failed_columns_count_too(tiny_session):
    session = tiny_session("full")
    session._worker.failed["loss"] = "no reason"
    assert session.problems.count == 1


def test_as_a_table():
    rows = [("a", "why"), ("=b", "x")]
    found = problems.table(rows, np.array([1]))
    assert {name: column.tolist() for name, column in found.items()} == {"file": ["=b"], "reason": ["x"]}
    assert problems.table(rows, np.array([], int))["file"].dtype.kind == "U"
