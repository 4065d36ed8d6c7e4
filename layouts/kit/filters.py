"""Filters of the table's column heads as query text, and back.

The text is what is kept: it stands in the URL, is shown above the table, and is what the session reads.
A head's filter is one clause of it; clauses are joined by `and`. Clauses that no head could have made, as
somebody may type them into a link, stay as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from util import InspectorError

Model = Mapping[str, Any]  # of one column, as ag-grid has it

LONGEST = 2000
OPERATORS = {
    "equals": "==", "notEqual": "!=", "lessThan": "<", "lessThanOrEqual": "<=",
    "greaterThan": ">", "greaterThanOrEqual": ">=",
    "contains": "contains", "notContains": "not contains", "startsWith": "startswith", "endsWith": "endswith",
}  # fmt: skip
NUMBER = ("equals", "notEqual", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")
TEXT = ("equals", "notEqual", "contains", "notContains", "startsWith", "endsWith")
KEYWORDS = frozenset(("and", "or", "not", "in", "between", "contains", "startswith", "endswith", "is", "null", "true",
                      "false"))  # fmt: skip

_TOKEN = re.compile(
    r"""\s*("[^"]*(?:""[^"]*)*"|'[^']*(?:''[^']*)*'|`(?:[^`]|``)+`|[^\W\d]\w*|[<>=!]+|[-+.\w]+|.)""", re.S
)
_NAME = r"(?P<name>`(?:[^`]|``)+`|[A-Za-z_][A-Za-z0-9_]*)"
_VALUE = r'(?P<value>"[^"]*(?:""[^"]*)*"|-?[0-9.]+(?:[eE][-+]?[0-9]+)?)'
_COMPARED = re.compile(rf"{_NAME} (?P<how>==|!=|<=|>=|<|>|not contains|contains|startswith|endswith) {_VALUE}", re.S)
_BETWEEN = re.compile(rf"{_NAME} between (?P<low>-?[0-9.eE+-]+) and (?P<high>-?[0-9.eE+-]+)")
_NULL = re.compile(rf"{_NAME} is (?P<negated>not )?null")
_TRUTH = re.compile(rf"(?P<negated>not )?{_NAME}")


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
        found = _read(clause, kinds)
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
        if (read := _read(clause, kinds)) is not None:
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
    if _has_or(text):
        return [text]
    cuts = [at for word, at in _words(text) if word == "and"]
    starts, ends = [0, *(at + 3 for at in cuts)], [*cuts, len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def condition(name: str, kind: str, model: Model) -> str:
    """A head's filter as text; "" for one that says nothing."""
    parts = model.get("conditions")
    if not isinstance(parts, Sequence):
        return _single(name, kind, model)
    texts = [text for part in parts if isinstance(part, Mapping) and (text := _single(name, kind, part))]
    word = " or " if str(model.get("operator", "AND")).upper() == "OR" else " and "
    return f"({word.join(texts)})" if len(texts) > 1 else "".join(texts)


def quoted(text: str) -> str:
    """A text as a query writes it."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def named(name: str) -> str:
    """A column as a query writes it."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in KEYWORDS:
        return name
    return f"`{name.replace('`', '``')}`"


def _single(name: str, kind: str, model: Model) -> str:
    column, how, value = named(name), model.get("type"), model.get("filter")
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
    return f"{column} {OPERATORS[str(how)]} {quoted(str(value))}" if how in TEXT and value is not None else ""


def _number(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InspectorError(f"filter of {name}: {str(value)[:40]!r} is not a number; give one, such as 0.5")
    return repr(int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value)


def _read(clause: str, kinds: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    """Column and filter that a clause was made of, or None for one that no head makes."""
    found = _read_single(clause, kinds)
    if found is None and clause.startswith("(") and clause.endswith(")"):
        inner = clause[1:-1]
        words = [(word, at) for word, at in _words(inner) if word in ("and", "or")]
        if len(words) != 1:
            return None
        word, at = words[0]
        pair = [_read_single(part.strip(), kinds) for part in (inner[:at], inner[at + len(word) :])]
        if pair[0] and pair[1] and pair[0][0] == pair[1][0]:
            name = pair[0][0]
            both = [pair[0][1], pair[1][1]]
            found = name, {"filterType": both[0]["filterType"], "operator": word.upper(), "conditions": both}
    if found is None or condition(found[0], kinds[found[0]], found[1]) != clause:
        return None
    return found


def _read_single(clause: str, kinds: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    for pattern in (_COMPARED, _BETWEEN, _NULL, _TRUTH):
        if match := pattern.fullmatch(clause):
            break
    else:
        return None
    given = match["name"]
    name = given[1:-1].replace("``", "`") if given.startswith("`") else given
    kind = kinds.get(name)
    if kind is None:
        return None
    model: dict[str, Any] = {"filterType": "number" if kind == "number" else "text"}
    groups = match.groupdict()
    if pattern is _NULL:
        return name, {**model, "type": "notBlank" if groups["negated"] else "blank"}
    if pattern is _TRUTH:
        return name, {**model, "type": "no" if groups["negated"] else "yes"}
    try:
        if pattern is _BETWEEN:
            limits = {"filter": float(groups["low"]), "filterTo": float(groups["high"])}
            return name, {**model, "type": "inRange", **limits}
        text, how = groups["value"], groups["how"]
        value = text[1:-1].replace('""', '"') if text.startswith('"') else float(text)
    except ValueError:
        return None
    if isinstance(value, str) is (kind == "number"):
        return None
    if kind == "text" and value == "" and how in ("==", "!="):
        return name, {**model, "type": "blank" if how == "==" else "notBlank"}
    return name, {**model, "type": next(key for key, sign in OPERATORS.items() if sign == how), "filter": value}


def _has_or(text: str) -> bool:
    return any(word == "or" for word, _ in _words(text))


def _words(text: str) -> list[tuple[str, int]]:
    """`and` and `or` outside brackets, and where; not the `and` of a `between`."""
    found: list[tuple[str, int]] = []
    depth, between = 0, 0
    for token in _TOKEN.finditer(text):
        word = token[1].lower()
        depth += (word in "([") - (word in ")]")
        if depth == 0 and word == "between":
            between += 1
        elif depth == 0 and word == "and" and between:
            between -= 1
        elif depth == 0 and word in ("and", "or"):
            found.append((word, token.start(1)))
    return found
