"""Answers that are kept: bounded by their bytes, made once, the ones used longest ago forgotten first."""

from __future__ import annotations

import pytest

from callbacks.kept import Kept


def test_answers_are_forgotten_by_their_bytes():
    kept = Kept(100)
    for k in range(5):
        kept.put((k,), (bytes(30), "image/png"))
        assert kept.get((0,)) is not None or k >= 3, "the first is used again and again"
    assert kept.bytes <= 100
    assert kept.get((1,)) is None
    kept.put((9,), (bytes(1000), "image/png"))
    assert kept.get((9,)) is None


def test_an_answer_is_made_once():
    kept, made = Kept(100), []

    def make():
        made.append(1)
        return b"body", "text/plain"

    assert kept.of("a", make) == kept.of("a", make) == (b"body", "text/plain")
    assert len(made) == 1
    kept.put("a", (b"longer body", "text/plain"))
    assert kept.bytes == 11


def test_what_cannot_be_made_is_not_kept():
    kept = Kept(100)
    with pytest.raises(ZeroDivisionError):
        kept.of("a", lambda: (bytes(1 // 0), ""))
    assert kept.get("a") is None and kept.bytes == 0
