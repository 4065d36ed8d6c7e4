"""Two thousand random valid queries against a plain Python loop over the samples (Q19).

The loop is written from the help card, not from the code: a value that is missing is None, and what
is asked of None is answered by None.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

from tests.workspace.query.asking import COLUMNS
from workspace.query import Field, column_text, literal, parse

N = 60
QUERIES = 2000


def columns(draw: random.Random) -> dict[str, tuple[str, np.ndarray, tuple[str, ...]]]:
    """The columns of the other tests with N random rows of the same values."""
    rows = np.array([draw.randrange(8) for _ in range(N * len(COLUMNS))]).reshape(len(COLUMNS), N)
    return {
        name: (kind, values[row], names)
        for row, (name, (kind, values, names)) in zip(rows, COLUMNS.items(), strict=True)
    }


def plain(kind: str, value: Any, names: tuple[str, ...]) -> Any:
    if kind == "number":
        return None if math.isnan(float(value)) else float(value)
    if kind == "text":
        return str(value)
    if value < 0:
        return None
    return names[value] if kind == "class" else bool(value)


# A condition is (text, function of a sample -> True, False or None).


def compare(how: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    return {
        "==": left == right, "=": left == right, "!=": left != right, "<>": left != right,
        "<": how == "<" and left < right, "<=": how == "<=" and left <= right,
        ">": how == ">" and left > right, ">=": how == ">=" and left >= right,
    }[how]  # fmt: skip


def conjunction(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def disjunction(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def negation(value: bool | None) -> bool | None:
    return None if value is None else not value


class Maker:
    """Random conditions with their meaning."""

    def __init__(self, draw: random.Random, known: dict[str, tuple[str, np.ndarray, tuple[str, ...]]]) -> None:
        self.draw = draw
        self.known = known

    def condition(self, depth: int) -> tuple[str, Any]:
        choice = self.draw.random()
        if depth == 0 or choice < 0.35:
            return self.leaf()
        if choice < 0.5:
            text, meaning = self.condition(depth - 1)
            return f"{self.word('not')} ({text})", lambda sample: negation(meaning(sample))
        parts = [self.condition(depth - 1) for _ in range(self.draw.randint(2, 3))]
        join, fold = self.draw.choice([("and", conjunction), ("or", disjunction)])
        text = f" {self.word(join)} ".join(f"({text})" for text, _ in parts)
        return text, lambda sample: fold([meaning(sample) for _, meaning in parts])

    def leaf(self) -> tuple[str, Any]:
        name = self.draw.choice(list(self.known))
        kind, _, _ = self.known[name]
        text = column_text(name) if self.draw.random() < 0.8 else f"`{name.replace('`', '``')}`"
        shapes = [self.null, self.against, self.member, self.against, self.columns]
        shapes += {"number": [self.between, self.chain], "text": [self.match], "class": [self.match]}.get(kind, [])
        if kind == "truth" and self.draw.random() < 0.4:
            return text, lambda sample: sample[name]
        return self.draw.choice(shapes)(name, text)

    def null(self, name: str, text: str) -> tuple[str, Any]:
        if self.draw.random() < 0.5:
            return f"{text} {self.word('is')} {self.word('null')}", lambda sample: sample[name] is None
        return f"{text} is not null", lambda sample: sample[name] is not None

    def against(self, name: str, text: str) -> tuple[str, Any]:
        how, (written, value) = self.operator(name), self.value(name)
        if self.draw.random() < 0.2:
            return f"{written} {how} {text}", lambda sample: compare(how, value, sample[name])
        return f"{text}{self.blank()}{how}{self.blank()}{written}", lambda sample: compare(how, sample[name], value)

    def columns(self, name: str, text: str) -> tuple[str, Any]:
        kind = self.known[name][0]
        other = self.draw.choice([each for each in self.known if self.known[each][0] == kind])
        how = self.operator(name)
        return f"{text} {how} {column_text(other)}", lambda sample: compare(how, sample[name], sample[other])

    def member(self, name: str, text: str) -> tuple[str, Any]:
        items = [self.value(name) for _ in range(self.draw.randint(0, 4))]
        open_, close = self.draw.choice(["[]", "()"])
        listed = f"{open_}{', '.join(written for written, _ in items)}{close}"
        values = [value for _, value in items]

        def meaning(sample: Any) -> bool | None:
            return None if sample[name] is None else sample[name] in values

        if self.draw.random() < 0.4:
            return f"{text} {self.word('not')} in {listed}", lambda sample: negation(meaning(sample))
        return f"{text} {self.word('in')} {listed}", meaning

    def match(self, name: str, text: str) -> tuple[str, Any]:
        how = self.draw.choice(["contains", "startswith", "endswith"])
        part = self.draw.choice(["a", "b/", "", ".png", "\\", '"', "'", "%", "Ü", "\n", "4", " "])

        def meaning(sample: Any) -> bool | None:
            value = sample[name]
            if value is None:
                return None
            return {"contains": part in value, "startswith": value[: len(part)] == part}.get(
                how, value[len(value) - len(part) :] == part
            )

        return f"{text} {self.word(how)} {literal(part)}", meaning

    def between(self, name: str, text: str) -> tuple[str, Any]:
        (low_text, low), (high_text, high) = self.value(name), self.value(name)

        def meaning(sample: Any) -> bool | None:
            return None if sample[name] is None else low <= sample[name] <= high

        if self.draw.random() < 0.4:
            return f"{text} not between {low_text} and {high_text}", lambda sample: negation(meaning(sample))
        return f"{text} between {low_text} and {high_text}", meaning

    def chain(self, name: str, text: str) -> tuple[str, Any]:
        (low_text, low), (high_text, high) = self.value(name), self.value(name)
        first, second = self.operator(name), self.operator(name)
        return f"{low_text} {first} {text} {second} {high_text}", lambda sample: conjunction(
            [compare(first, low, sample[name]), compare(second, sample[name], high)]
        )

    def operator(self, name: str) -> str:
        ordered = ["<", "<=", ">", ">="] if self.known[name][0] in ("number", "text") else []
        return self.draw.choice(["==", "=", "!=", "<>", *ordered])

    def value(self, name: str) -> tuple[str, Any]:
        """A literal and its value; numbers in the precision of the column, most of them values that occur."""
        kind, values, names = self.known[name]
        if kind == "truth":
            value = self.draw.random() < 0.5
            return self.word(literal(value)), value
        if kind == "class":
            name = self.draw.choice(names)
            return (name if name.isdecimal() and self.draw.random() < 0.5 else literal(name)), name
        if kind == "text":
            value = str(self.draw.choice(list(values))) if self.draw.random() < 0.8 else "zz"
            return literal(value), value
        found = float(self.draw.choice(list(values)))
        written = self.draw.choice(["0.1", "-1", "1e3", ".5", "2.", "-0", "1E-2"])
        if self.draw.random() < 0.7 and math.isfinite(found):
            written = literal(found)
        return written, float(values.dtype.type(float(written)) if values.dtype.kind == "f" else float(written))

    def word(self, text: str) -> str:
        return self.draw.choice([text, text, text.upper(), text.title()])

    def blank(self) -> str:
        return self.draw.choice(["", " ", "  "])


def test_two_thousand_random_queries_equal_a_plain_loop():
    draw = random.Random(20)
    known = columns(draw)
    samples = [
        {name: plain(kind, values[row], names) for name, (kind, values, names) in known.items()} for row in range(N)
    ]
    fields = {
        name: Field(name, name, kind, names, "", lambda values=values: values)
        for name, (kind, values, names) in known.items()
    }
    maker, found, asked = Maker(draw, known), 0, 0
    while asked < QUERIES:
        text, meaning = maker.condition(draw.randint(0, 3))
        if len(text) > 2000:
            continue
        asked += 1
        wanted = [meaning(sample) is True for sample in samples]
        assert parse(text).evaluate(fields, N).tolist() == wanted, text
        found += 0 < sum(wanted) < N
    assert found > QUERIES / 2, "most of them find some and leave some"
