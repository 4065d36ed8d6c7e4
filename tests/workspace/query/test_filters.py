"""Filters of column heads to query text and back: the text means what the head said, whatever the names."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from util import InspectorError
from workspace.query import Field, filters, parse

KINDS = {
    "loss": "number",
    "label": "class",
    "filename": "text",
    "correct": "truth",
    "a `b` c": "number",
    "or": "text",
}


def number(how, value=None, to=None):
    model = {"filterType": "number", "type": how}
    return model | ({} if value is None else {"filter": value}) | ({} if to is None else {"filterTo": to})


def text(how, value=None):
    return {"filterType": "text", "type": how} | ({} if value is None else {"filter": value})


def both(operator, *conditions):
    return {"filterType": conditions[0]["filterType"], "operator": operator, "conditions": list(conditions)}


SAID = [
    ("loss", number("equals", 2), "loss == 2"),
    ("loss", number("notEqual", 0.5), "loss != 0.5"),
    ("loss", number("lessThan", -1), "loss < -1"),
    ("loss", number("lessThanOrEqual", 1e-9), "loss <= 1e-09"),
    ("loss", number("greaterThan", 3.0), "loss > 3"),
    ("loss", number("greaterThanOrEqual", 1.25), "loss >= 1.25"),
    ("loss", number("inRange", 1, 2.5), "loss between 1 and 2.5"),
    ("loss", number("blank"), "loss is null"),
    ("loss", number("notBlank"), "loss is not null"),
    ("label", text("equals", "4"), 'label == "4"'),
    ("label", text("notEqual", "4"), 'label != "4"'),
    ("label", text("blank"), "label is null"),
    ("filename", text("contains", "b/"), 'filename contains "b/"'),
    ("filename", text("notContains", 'say "hi"'), 'filename not contains "say ""hi"""'),
    ("filename", text("startsWith", "and (x"), 'filename startswith "and (x"'),
    ("filename", text("endsWith", "or '"), 'filename endswith "or \'"'),
    ("filename", text("blank"), 'filename == ""'),
    ("filename", text("notBlank"), 'filename != ""'),
    ("correct", text("yes"), "correct"),
    ("correct", text("no"), "not correct"),
    ("correct", text("blank"), "correct is null"),
    ("a `b` c", number("greaterThan", 1), "`a ``b`` c` > 1"),
    ("or", text("contains", "and"), '`or` contains "and"'),
    ("loss", both("AND", number("greaterThan", 1), number("lessThan", 2)), "(loss > 1 and loss < 2)"),
    ("loss", both("OR", number("lessThan", 1), number("inRange", 4, 5)), "(loss < 1 or loss between 4 and 5)"),
    ("label", both("OR", text("equals", "or"), text("equals", "and")), '(label == "or" or label == "and")'),
]


@pytest.mark.parametrize(("name", "model", "said"), SAID)
def test_a_filter_is_a_condition_that_the_language_knows(name, model, said):
    assert filters.condition(name, KINDS[name], model) == said
    assert parse(said) is not None
    assert set(parse(said).columns) == {name}


@pytest.mark.parametrize(("name", "model", "said"), [entry for entry in SAID if entry[2] not in ("loss > 3",)])
def test_a_condition_gives_its_filter_back(name, model, said):
    assert filters.models(said, KINDS) == {name: model}


def test_all_heads_together_and_one_by_one():
    all_of_them = {name: model for name, model, _ in SAID}
    said = filters.merged("", all_of_them, KINDS)
    assert filters.models(said, KINDS) == all_of_them
    assert len(filters.clauses(said)) == len(KINDS)
    assert parse(said) is not None
    without_loss = {name: model for name, model in all_of_them.items() if name != "loss"}
    assert filters.models(filters.merged(said, without_loss, KINDS), KINDS) == without_loss
    for i, clause in enumerate(filters.clauses(said)):
        rest = filters.without(said, i)
        assert clause not in filters.clauses(rest)
        assert len(filters.clauses(rest)) == len(KINDS) - 1
        parse(rest)


def test_what_no_head_has_made_stays():
    typed = "loss > 1 and loss < 5 and confidence < 0.5"
    assert filters.models(typed, KINDS) == {"loss": number("greaterThan", 1)}
    said = filters.merged(typed, {"loss": number("greaterThan", 2)}, KINDS)
    assert said == "loss > 2 and loss < 5 and confidence < 0.5"
    assert filters.merged(typed, {}, KINDS) == "loss < 5 and confidence < 0.5"


def test_an_or_outside_brackets_is_one_clause_and_gets_brackets_beside_others():
    typed = 'loss > 1 or label == "4"'
    assert filters.clauses(typed) == [typed]
    said = filters.merged(typed, {"correct": text("no")}, KINDS)
    assert said == f"({typed}) and not correct"
    assert filters.without(said, 1) == f"({typed})"


@pytest.mark.parametrize(
    "typed", ["", "   ", "loss >", ')"(', "`", "and and", "or", "'", "x" * 500, "\x00", "“a” and b"]
)
def test_nonsense_in_a_link_is_taken_as_text(typed):
    assert filters.models(typed, KINDS) == {}
    assert len(filters.joined(filters.clauses(typed))) <= len(typed) + 2


@pytest.mark.parametrize("value", [None, "x", math.nan, math.inf, True, [1]])
def test_a_number_must_be_one(value):
    with pytest.raises(InspectorError, match=r"filter of loss: .* is not a number"):
        filters.condition("loss", "number", number("greaterThan") | {"filter": value})


def test_too_long_is_refused_and_nothing_said_is_nothing():
    with pytest.raises(InspectorError, match="shorter"):
        filters.merged("", {"filename": text("contains", "x" * 2000)}, KINDS)
    for name, model in (
        ("label", text("contains")),
        ("correct", text("empty")),
        ("label", {}),
        ("loss", number("?", 1)),
    ):
        assert filters.condition(name, KINDS[name], model) == ""
    assert filters.merged("", {"no such column": number("equals", 1)}, KINDS) == ""


names = some.text(min_size=1, max_size=12).filter(lambda name: "\x00" not in name)
words = some.text(max_size=12)
conditions = some.one_of(
    some.builds(lambda how, value: text(how, value), some.sampled_from(filters.TEXT), words),
    some.sampled_from([text("blank"), text("notBlank")]),
)
models = some.one_of(conditions, some.builds(both, some.sampled_from(["AND", "OR"]), conditions, conditions))


@settings(max_examples=60, deadline=None)
@given(some.dictionaries(names, models, min_size=1, max_size=4), some.lists(words, min_size=3, max_size=8))
def test_any_names_and_texts_mean_what_the_heads_said(said, values):
    """Against a plain loop over the values, through the real language; and the chips are as many as the heads."""
    kinds = dict.fromkeys(said, "text")
    query = filters.merged("", said, kinds)
    array = np.array(values)
    fields = {name: Field(name, name, "text", (), "", lambda: array) for name in said}
    found = parse(query).evaluate(fields, len(values))
    assert found.tolist() == [all(holds(model, str(value)) for model in said.values()) for value in array]
    assert len(filters.clauses(query)) == len(said)
    assert filters.merged(query, {}, kinds) == ""


def holds(model, value):
    if "conditions" in model:
        return (all if model["operator"] == "AND" else any)(holds(part, value) for part in model["conditions"])
    sought = model.get("filter", "")
    return {
        "equals": value == sought, "notEqual": value != sought, "contains": sought in value,
        "notContains": sought not in value, "startsWith": value.startswith(sought),
        "endsWith": value.endswith(sought),
        "blank": value == "", "notBlank": value != "",
    }[model["type"]]  # fmt: skip
