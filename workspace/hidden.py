"""What a visitor has hidden, as short text, and as the condition that it stands for.

    split:train;correct:1        neither the training split nor what is right
    label:!7,9                   of the labels only 7 and 9
    loss:2~;camera:?             no loss of 2 or more, and nothing without a camera

A part names a field and its hidden groups: a class or a text by its name, true and false as 1 and 0, numbers
as `low~high` (low included, either may be left out) or as one number, and `?` for those without a value. There is
no second way to leave samples out: `condition` gives a query, and the session finds what it finds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from workspace.query import Field, both, column_text, literal

LONGEST = 2000  # characters
NO_VALUE, ONLY, RANGE = "?", "!", "~"
ESCAPED = {"%": "%25", ";": "%3B", ":": "%3A", ",": "%2C"}
TRUTHS = ("1", "0")


@dataclass(frozen=True, slots=True)
class Hidden:
    """The hidden groups of one field, names `escaped`; with `only` they are those that are not hidden."""

    keys: tuple[str, ...]
    only: bool = False

    def hides(self, key: str) -> bool:
        """Whether a group is hidden."""
        return (key in self.keys) is not self.only


def escaped(name: str) -> str:
    """A class, text or field as it stands in the text; no name is written like the sign for no value."""
    short = "".join(ESCAPED.get(letter, letter) for letter in name)
    return f"%{ord(name[0]):02X}{short[1:]}" if name[:1] == ONLY or name == NO_VALUE else short


def read(text: str) -> dict[str, Hidden]:
    """Field -> what of it is hidden; parts that make no sense are left out."""
    found: dict[str, Hidden] = {}
    for part in text[:LONGEST].split(";"):
        name, colon, keys = part.partition(":")
        if name and colon:
            only = keys.startswith(ONLY)
            found[unquote(name)] = Hidden(tuple(keys.removeprefix(ONLY).split(",")), only)
    return found


def written(hidden: Mapping[str, Hidden]) -> str:
    """The text of `read`; fields of which nothing is hidden are left out."""
    parts = []
    for name, what in hidden.items():
        if what.keys or what.only:
            parts.append(f"{escaped(name)}:{ONLY if what.only else ''}{','.join(what.keys)}")
    return ";".join(parts)


def changed(text: str, name: str, keys: Iterable[str], every: Sequence[str]) -> str:
    """The text after exactly these groups of a field are hidden, whichever way of saying so is the shorter.

    Args:
        text: the one before.
        name: the field.
        keys: of its hidden groups.
        every: the keys of all its groups, if each sample is in one of them; else none.
    """
    hidden, keys = read(text), list(dict.fromkeys(keys))
    rest = [key for key in every if key not in keys]
    is_only = 0 < len(rest) < len(keys)
    hidden[name] = Hidden(tuple(rest if is_only else keys), is_only)
    return written(hidden)


def without(text: str, name: str, key: str | None = None) -> str:
    """The text after a group of a field, or all of them, are shown again."""
    hidden = read(text)
    what = hidden.pop(name, Hidden(()))
    if key is not None and not what.only:
        hidden[name] = Hidden(tuple(each for each in what.keys if each != key))
    return written(hidden)


def condition(text: str, fields: Mapping[str, Field]) -> str:
    """The query for all that is not hidden, "" for everything; names that are not known here hide nothing."""
    clauses = [_clause(fields[name], what) for name, what in read(text).items() if name in fields]
    return both(*clauses)


def bounds(key: str) -> tuple[float, float] | None:
    """The two ends of a group of numbers, the same twice for one number; None if it is none."""
    low, middle, high = key.partition(RANGE)
    try:
        ends = (float(low or "-inf"), float(high or "inf")) if middle else (float(low), float(low))
    except ValueError:
        return None
    is_one = not middle and math.isfinite(ends[0])
    return ends if is_one or (middle and ends[0] < ends[1]) else None


def _clause(field: Field, what: Hidden) -> str:
    column = column_text(field.name)
    is_null, not_null = f"{column} is null", f"{column} is not null"
    nobody = NO_VALUE in what.keys
    named = [unquote(key) for key in what.keys if key != NO_VALUE]
    if field.kind == "truth":
        shown = [column if key == "1" else f"not {column}" for key in TRUTHS if not what.hides(key)]
        shown += [] if what.hides(NO_VALUE) else [is_null]
        return " or ".join(shown) if shown else f"{column} and not {column}"
    if field.kind in ("class", "set"):
        known = set(field.names)
        named = [name for name in named if name in known]
    if field.kind == "number":
        ranges = [_within(column, ends) for key in named if (ends := bounds(key)) is not None]
        inner = " or ".join(f"({each})" for each in ranges)
    else:
        inner = f"{column} in [{', '.join(map(literal, named))}]" if named else ""
    if what.only and field.kind in ("class", "text"):
        kept = [inner] * bool(inner) + [is_null] * (nobody and field.kind == "class")
        return " or ".join(kept)
    if not inner:
        return not_null if nobody else ""
    if field.kind == "set":
        return both(f"not ({inner})", not_null if nobody else "")
    return f"not ({inner})" if nobody or field.kind == "text" else f"not ({inner}) or {is_null}"


def _within(column: str, ends: tuple[float, float]) -> str:
    low, high = ends
    if low == high:
        return f"{column} == {_number(low)}"
    parts = [f"{column} >= {_number(low)}"] * math.isfinite(low) + [f"{column} < {_number(high)}"] * math.isfinite(
        high
    )
    return " and ".join(parts) or f"{column} is not null"


def _number(value: float) -> str:
    return repr(int(value) if value.is_integer() and abs(value) < 1e15 else value)
