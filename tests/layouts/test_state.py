"""Whatever arrives in a link becomes a state: what makes sense, and defaults for the rest."""

from __future__ import annotations

import pytest

from layouts.kit.state import MAXIMUM_LENGTH, State


@pytest.mark.parametrize(
    "junk",
    [
        None,
        {},
        {"unknown": "x", "__class__": "y", "layer ": "z"},
        {"layer": None, "method": ["tsne"], "color": {"a": 1}, "size": 1.5},
        {"layer": "x" * (MAXIMUM_LENGTH + 1)},
    ],
)
def test_nonsense_is_left_out(junk):
    assert State.of(junk) == State()


def test_a_state_survives_the_trip():
    state = State(layer="a/b", beside="pixels", hidden="label:0,2", focus="17", split="train", network_view="blocks")
    assert State.of(state.to_dict()) == state


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("", None),
        ("0", 0),
        ("17", 17),
        ("-1", None),
        ("1e3", None),
        ("9" * 12, None),
        ("٣", 3),
        ("²", None),
        ("1 ", None),
    ],
)
def test_focus_is_a_number_or_nothing(text, index):
    assert State(focus=text).index == index


def test_numbers_become_text():
    assert State.of({"focus": 5, "layer": 7}) == State(focus="5", layer="7")
