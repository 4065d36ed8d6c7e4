"""Whether a query fits the columns there are: names, kinds and class names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from workspace.query.complaint import QueryError, quoted
from workspace.query.syntax import (
    Bare,
    Compare,
    Every,
    Match,
    Member,
    Node,
    Not,
    Null,
    Operand,
    Some,
    is_plain,
)

KNOWN = 12  # names that a sentence lists
A_KIND = {"number": "a number", "class": "a class", "text": "text", "truth": "true or false", "set": "a set"}
NO_VALUES = ("nan", "none", "na", "nil", "inf", "infinity", "undefined")
ORDERED = ("<", "<=", ">", ">=")

Kind = Literal["number", "class", "text", "truth", "set"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column as a query sees it.

    Attributes:
        name: what the query calls it.
        title: for menus.
        kind: "number" (NaN = no value), "class" (codes into `names`, -1 = no value), "truth" (1, 0,
            -1 = no value), "text" ("" is a value) or "set" (see `sets.py`).
        names: of the classes, or of what the sets are made of.
        description: what it says of a sample; the first sentence is for menus.
        read: gives the values, (n,); may raise ColumnNotReady.
    """

    name: str
    title: str
    kind: Kind
    names: tuple[str, ...]
    description: str
    read: Callable[[], NDArray[Any]]

    @property
    def summary(self) -> str:
        """The first sentence of the description."""
        first = self.description.split(". ")[0].rstrip(".")
        return f"{first}." if first else ""


Fields = Mapping[str, Field]


def check(node: Node, fields: Fields) -> None:
    """Raise QueryError if a query does not fit the columns."""
    match node:
        case Every(nodes) | Some(nodes):
            for inner in nodes:
                check(inner, fields)
        case Not(inner):
            check(inner, fields)
        case Bare(operand):
            _check_bare(operand, fields)
        case Null(operand):
            _column(operand, fields, "is null")
        case Compare(left, how, right):
            _check_compare(left, how, right, fields)
        case Member(operand, items):
            field = _column(operand, fields, "in")
            for item in items:
                if item.kind == "column":
                    raise _no_text(item, "a list holds values, not columns")
                _check_value(field, item)
        case Match(operand, how, text):
            field = _column(operand, fields, how)
            if field.kind not in ("text", "class", "set"):
                raise _error(operand, f"{_shown(operand)} is {A_KIND[field.kind]}; {how} is for texts and classes")
            if text.kind != "text":
                raise _no_text(text, f"{how} is followed by a text in quotes")
            if field.kind == "set" and how == "contains":
                codes_of(field, text)


def codes_of(field: Field, operand: Operand) -> list[int]:
    """The codes of a class that a literal names: "4" and 4 both are the class named 4. Raises QueryError."""
    name = operand.value if operand.kind == "text" else operand.source
    codes = [code for code, known in enumerate(field.names) if known == name]
    if not codes:
        near = _near(name, field.names)
        raise _error(
            operand,
            f"{field.name} has {'none' if field.kind == 'set' else 'no class'} named {quoted(name)}; "
            f"{_hint(near, field.names)}",
            suggestion=literal(near) if near else "",
        )
    return codes


def literal(value: str | int | float | bool) -> str:
    """How a value is written in a query. Raises ValueError for NaN and infinities: there `is null` is meant."""
    if isinstance(value, str):
        quote = "'" if '"' in value and "'" not in value else '"'
        return quote + value.replace(quote, quote * 2) + quote
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text.lstrip("-") in ("nan", "inf"):
        raise ValueError(f"{text}: cannot be written in a query; write is null")
    return text


def column_text(name: str) -> str:
    """How a column's name is written in a query: in back-ticks if it is an odd one."""
    return name if is_plain(name) else "`" + name.replace("`", "``") + "`"


def _check_bare(operand: Operand, fields: Fields) -> None:
    if operand.kind == "truth":
        return
    if operand.kind != "column":
        raise _error(operand, f"{_shown(operand)} alone says nothing; it needs a comparison, such as loss > 2")
    field = _field(operand, fields)
    if field.kind != "truth":
        example = {"number": "> 0.5", "text": 'contains "a"', "set": f"contains {_example(field)}"}.get(field.kind)
        example = example or f"== {_example(field)}"
        raise _error(
            operand,
            f"{_shown(operand)} is {A_KIND[field.kind]}, so it needs a comparison; "
            f"write for example {column_text(operand.value)} {example}",
        )


def _check_compare(left: Operand, how: str, right: Operand, fields: Fields) -> None:
    if left.kind != "column" and right.kind == "column":
        left, right = right, left
    if left.kind != "column":
        if left.kind != right.kind:
            raise _clash(left, left.kind, right, right.kind)
        return
    field = _field(left, fields)
    if right.kind == "column":
        other = _field(right, fields)
        if other.kind != field.kind:
            raise _clash(left, field.kind, right, other.kind)
    if field.kind == "set":
        example = right.source if right.kind == "text" else _example(field)
        raise _error(left, f"{_shown(left)} is a set; write {_shown(left)} contains {example}, or in [..]")
    if how in ORDERED and field.kind in ("class", "truth"):
        raise _error(
            left, f"{_shown(left)} is {A_KIND[field.kind]} and has no order; compare it with == or !=, or use in [..]"
        )
    if right.kind != "column":
        _check_value(field, right, left)


def _check_value(field: Field, value: Operand, column: Operand | None = None) -> None:
    """Whether a literal is of the column's kind."""
    if (field.kind == "class" and value.kind in ("text", "number")) or (field.kind == "set" and value.kind == "text"):
        codes_of(field, value)
        return
    if field.kind == value.kind:
        return
    suggestion = ""
    if field.kind == "text":
        suggestion = literal(value.source)
    elif field.kind == "number" and value.kind == "text" and _is_number(value.value):
        suggestion = value.value.strip()
    mend = {
        "number": "compare it with a number",
        "text": "put the text into quotes",
        "class": f"compare it with a class name such as {_example(field)}",
        "truth": f"write {column_text(field.name)} or not {column_text(field.name)}",
        "set": "put the text into quotes",
    }[field.kind]
    raise _error(
        value,
        f"{quoted(field.name)[1:-1]} is {A_KIND[field.kind]}, {_shown(value)} is {A_KIND[value.kind]}; {mend}",
        suggestion=suggestion,
    )


def _column(operand: Operand, fields: Fields, how: str) -> Field:
    if operand.kind != "column":
        raise _error(operand, f"{_shown(operand)} is {A_KIND[operand.kind]}; {how} follows the name of a column")
    return _field(operand, fields)


def _field(operand: Operand, fields: Fields) -> Field:
    name: str = operand.value
    if name in fields:
        return fields[name]
    if name.lower() in NO_VALUES:
        raise _error(operand, f"no column {quoted(name)}; a missing value is found with is null")
    reason = getattr(fields, "absent", {}).get(name)
    if reason:
        raise _error(operand, f"no column {quoted(name)} here: {reason[:1].lower()}{reason[1:].rstrip('.')}")
    near = _near(name, list(fields))
    raise _error(
        operand,
        f"no column {quoted(name)}; {_hint(near, list(fields))}",
        suggestion=column_text(near) if near else "",
    )


def _clash(left: Operand, kind: str, right: Operand, other: str) -> QueryError:
    return _error(
        right,
        f"{_shown(left)} is {A_KIND[kind]}, {_shown(right)} is {A_KIND[other]}; compare things of one kind",
    )


def _no_text(operand: Operand, mend: str) -> QueryError:
    what = "a column" if operand.kind == "column" else A_KIND[operand.kind]
    suggestion = "" if operand.kind == "column" and operand.source[0] == "`" else literal(operand.source)
    return _error(operand, f"{_shown(operand)} is {what}; {mend}", suggestion=suggestion)


def _error(operand: Operand, message: str, *, suggestion: str = "") -> QueryError:
    return QueryError(message, operand.position, length=len(operand.source), suggestion=suggestion)


def _shown(operand: Operand) -> str:
    """An operand as it is written, cut short."""
    return quoted(operand.source)[1:-1] if len(operand.source) > 1 else operand.source


def _example(field: Field) -> str:
    return literal(field.names[0]) if field.names else '"a"'


def _near(name: str, known: Sequence[str]) -> str:
    """The known name that was probably meant; "" if none is like it."""
    lower = {each.lower(): each for each in reversed(known)}
    close = difflib.get_close_matches(name.lower()[:60], list(lower), n=1)
    return lower[close[0]] if close else ""


def _hint(near: str, known: Sequence[str]) -> str:
    listed = ", ".join(quoted(name)[1:-1] for name in known[:KNOWN] if name)
    rest = f" and {len(known) - KNOWN:,} more" if len(known) > KNOWN else ""
    return f"{f'did you mean {quoted(near)}? ' if near else ''}known: {listed or 'none'}{rest}"


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False
