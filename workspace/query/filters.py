"""Filters of the table's column heads as query text, and back.

The text is what is kept: it stands in the URL, is shown above the table, and is what the session reads.
A head's filter is one clause of it; clauses are joined by `and`. Clauses that no head could have made, as
somebody may type them into a link, stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from util import InspectorError
from workspace.query.complaint import QueryError
from workspace.query.fitting import column_text
from workspace.query.syntax import LONGEST, Bare, Compare, Every, Match, Node, Not, Null, Operand, Some, joints, read

Model = Mapping[str, Any]  # of one column, as ag-grid has it

OPERATORS = {
    "equals": "==", "notEqual": "!=", "lessThan": "<", "lessThanOrEqual": "<=",
    "greaterThan": ">", "greaterThanOrEqual": ">=",
    "contains": "contains", "notContains": "not contains", "startsWith": "startswith", "endsWith": "endswith",
}  # fmt: skip
NUMBER = ("equals", "notEqual", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")
TEXT = ("equals", "notEqual", "contains", "notContains", "startsWith", "endsWith")
TYPES = {sign: how for how, sign in OPERATORS.items()}


def merged(filters: str, models: Mapping[str, Model], kinds: Mapping[str, str]) -> str:
    """The filters after the heads' have become `models`; what no head has made is kept.

    Args:
        filters: the text before.
        models: column -> what its head's filter says.
        kinds: column -> "number", "class", "text" or "truth".

    Raises:
        InspectorError: it would be too long, or a number is none.
    """
    new = {name: condition(name, kinds[name], model) for name, model in models.items() if name in kinds}
    kept: list[str] = []
    taken: set[str] = set()
    for clause in clauses(filters):
        found = _model(clause, kinds)
        if found is None or found[0] in taken:
            kept.append(clause)
            continue
        taken.add(found[0])
        kept.append(new.pop(found[0], ""))
    text = joined([*kept, *new.values()])
    if len(text) > LONGEST:
        raise InspectorError(f"filters: {len(text):,} characters; use shorter texts, {LONGEST:,} is the most")
    return text


def models(filters: str, kinds: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Column -> the filter of its head, of the clauses that are one."""
    found: dict[str, dict[str, Any]] = {}
    for clause in clauses(filters):
        if (read := _model(clause, kinds)) is not None:
            found.setdefault(*read)
    return found


def without(filters: str, position: int) -> str:
    """The filters but for one clause."""
    return joined([clause for i, clause in enumerate(clauses(filters)) if i != position])


def joined(parts: Sequence[str]) -> str:
    """One text of several clauses; empty ones are left out."""
    full = [part for part in parts if part]
    return " and ".join(f"({part})" if len(full) > 1 and _has_or(part) else part for part in full)


def clauses(filters: str) -> list[str]:
    """The parts that `and` joins outside all brackets; the whole, if there is an `or` beside it."""
    text = filters.strip()
    if not text:
        return []
    found = joints(text)
    if any(word == "or" for word, _ in found):
        return [text]
    cuts = [at for _, at in found]
    starts, ends = [0, *(at + len("and") for at in cuts)], [*cuts, len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def condition(name: str, kind: str, model: Model) -> str:
    """A head's filter as text; "" for one that says nothing. Raises InspectorError if a number is none."""
    parts = model.get("conditions")
    if not isinstance(parts, Sequence):
        return _single(name, kind, model)
    texts = [text for part in parts if isinstance(part, Mapping) and (text := _single(name, kind, part))]
    word = " or " if str(model.get("operator", "AND")).upper() == "OR" else " and "
    return f"({word.join(texts)})" if len(texts) > 1 else "".join(texts)


def _single(name: str, kind: str, model: Model) -> str:
    column, how, value = column_text(name), model.get("type"), model.get("filter")
    if kind == "truth":
        return {"yes": column, "no": f"not {column}", "blank": f"{column} is null"}.get(str(how), "")
    if how in ("blank", "notBlank"):
        if kind == "text":
            return f'{column} {"==" if how == "blank" else "!="} ""'
        return f"{column} is {'' if how == 'blank' else 'not '}null"
    if kind == "number":
        if how == "inRange":
            return f"{column} between {_number(name, value)} and {_number(name, model.get('filterTo'))}"
        return f"{column} {OPERATORS[str(how)]} {_number(name, value)}" if how in NUMBER else ""
    if how not in TEXT or value is None:
        return ""
    doubled = str(value).replace('"', '""')  # always the same quotes, by which a head knows its own again
    return f'{column} {OPERATORS[str(how)]} "{doubled}"'


def _number(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InspectorError(f"filter of {name}: {str(value)[:40]!r} is not a number; give one, such as 0.5")
    return repr(int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value)


def _model(clause: str, kinds: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    """Column and filter that a clause was made of, or None for one that no head makes."""
    try:
        tree = read(clause)
    except QueryError:
        return None
    for name, model in (_of_one(tree, kinds), _of_two(tree, kinds)):
        if name and condition(name, kinds[name], model) == clause:
            return name, model
    return None


def _of_two(tree: Node, kinds: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Column and filter of two conditions about the same; "" and nothing if it is another."""
    if not isinstance(tree, Every | Some) or len(tree.nodes) != 2:
        return "", {}
    (name, first), (other, second) = (_of_one(node, kinds) for node in tree.nodes)
    if name != other:
        return "", {}
    word = "AND" if isinstance(tree, Every) else "OR"
    return name, {"filterType": first.get("filterType"), "operator": word, "conditions": [first, second]}


def _of_one(tree: Node, kinds: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Column and filter of one condition; "" and nothing if it is another."""
    match tree:
        case Bare(column):
            said: dict[str, Any] = {"type": "yes"}
        case Not(Bare(column)):
            said = {"type": "no"}
        case Null(column):
            said = {"type": "blank"}
        case Not(Null(column)):
            said = {"type": "notBlank"}
        case Every((Compare(column, ">=", low), Compare(again, "<=", high))) if column == again:
            said = {"type": "inRange", "filter": low.value, "filterTo": high.value}
        case Compare(column, sign, Operand("number" | "text", value)):
            said = {"type": TYPES[sign], "filter": value}
        case Match(column, sign, Operand("text", value)):
            said = {"type": TYPES[sign], "filter": value}
        case Not(Match(column, "contains", Operand("text", value))):
            said = {"type": "notContains", "filter": value}
        case _:
            return "", {}
    kind = kinds.get(column.value) if column.kind == "column" else None
    if kind is None or ("filter" in said and isinstance(said["filter"], str) is (kind == "number")):
        return "", {}
    if kind == "text" and said.get("filter") == "" and said["type"] in ("equals", "notEqual"):
        said = {"type": "blank" if said["type"] == "equals" else "notBlank"}
    return column.value, {"filterType": "number" if kind == "number" else "text", **said}


def _has_or(text: str) -> bool:
    return any(word == "or" for word, _ in joints(text))
