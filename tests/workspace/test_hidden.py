"""What is hidden as text: read, written, changed, and the condition that it stands for."""

import numpy as np
import pytest

from workspace import hidden
from workspace.query import Field, parse

NAN = float("nan")
VALUES = {
    "label": Field("label", "Label", "class", ("a", "b, c", "?", "!d:e"), "", lambda: np.array([0, 1, 2, 3, -1])),
    "correct": Field("correct", "Correct", "truth", (), "", lambda: np.array([1, 0, 1, 0, -1])),
    "loss": Field("loss", "Loss", "number", (), "", lambda: np.array([0.0, 0.5, 2.0, np.inf, NAN], np.float32)),
    "camera": Field("camera", "Camera", "text", (), "", lambda: np.array(["x", "", "y;z", "x", "w"])),
    "tags": Field("tags", "Tags", "set", ("one", "two"), "", lambda: np.array([[0], [1], [2], [3], [0]], np.uint8)),
    "odd name": Field("odd name", "Odd", "class", ("u", "v"), "", lambda: np.array([0, 1, 0, 1, 0])),
}


def left(text):
    """The rows that are not hidden."""
    condition = hidden.condition(text, VALUES)
    query = parse(condition)
    return list(range(5)) if query is None else np.flatnonzero(query.evaluate(VALUES, 5)).tolist()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("label:a", [1, 2, 3, 4]),
        ("label:b%2C c,%3F", [0, 3, 4]),
        ("label:?", [0, 1, 2, 3]),
        ("label:%3F,?", [0, 1, 3]),
        ("label:!a", [0]),
        ("label:!a,?", [0, 4]),
        ("label:!%21d%3Ae", [3]),
        ("correct:1", [1, 3, 4]),
        ("correct:0,?", [0, 2]),
        ("correct:0,1", [4]),
        ("correct:0,1,?", []),
        ("loss:2~", [0, 1, 4]),
        ("loss:~0.5", [1, 2, 3, 4]),
        ("loss:0.5~2,?", [0, 2, 3]),
        ("loss:0.5", [0, 2, 3, 4]),
        ("loss:?", [0, 1, 2, 3]),
        ("camera:x", [1, 2, 4]),
        ("camera:,y%3Bz", [0, 3, 4]),
        ("camera:!y%3Bz", [2]),
        ("tags:one", [0, 2, 4]),
        ("tags:one,two", [0, 4]),
        ("tags:?", [1, 2, 3]),
        ("tags:?,two", [1]),
        ("odd name:u", [1, 3]),
        ("correct:1;label:b%2C c", [3, 4]),
    ],
)
def test_what_is_left(text, rows):
    assert left(text) == rows
    assert hidden.written(hidden.read(text)) == text


@pytest.mark.parametrize(
    "text",
    ["x", "-1,99,x,,--3", "nosuch:1", "label:nosuch", "loss:1~0", "loss:nan", "loss:a~b", "loss:inf", ";;:;",
     "tags:three", "label:nosuch\"] or true or label in [\"a", "correct:2"],
)  # fmt: skip
def test_nonsense_hides_nothing(text):
    assert left(text) == [0, 1, 2, 3, 4]


def test_the_shorter_way_is_taken_where_it_says_the_same():
    every = list("abcde")
    assert hidden.changed("", "label", ["a"], every) == "label:a"
    assert hidden.changed("split:train", "label", ["a", "b", "c", "d"], every) == "split:train;label:!e"
    assert hidden.changed("label:!e;split:train", "label", [], every) == "split:train"
    assert hidden.changed("", "label", every, every) == "label:a,b,c,d,e", "everything hidden is said one by one"
    assert hidden.changed("", "tags", ["a", "b", "c"], []) == "tags:a,b,c"


def test_groups_are_shown_again_one_by_one_or_together():
    assert hidden.without("label:a,b;split:train", "label", "a") == "split:train;label:b"
    assert hidden.without("label:a;split:train", "label", "a") == "split:train"
    assert hidden.without("label:!a;split:train", "label") == "split:train"


def test_keys_say_who_is_hidden():
    assert [hidden.read("label:!a")["label"].hides(key) for key in "ab"] == [False, True]
    assert [hidden.read("label:a")["label"].hides(key) for key in "ab"] == [True, False]
