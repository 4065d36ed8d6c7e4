"""Samples sorted into groups by a column: the rows and columns of a wall of pictures.

A facet is asked for by a short text that fits into a link: the field's name, and behind a colon how
it is cut: "loss:6:quantile" (six groups of equal counts), "loss:6:width" (of equal width),
"label:similar" (classes that are taken for each other side by side). "none" puts all into one group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from util import nearest
from workspace.plan import UnknownColumn
from workspace.query import Field, column_text, literal, sets

NONE = "none"
SIMILAR = "similar"
FEWEST, USUAL, MOST = 2, 6, 20  # groups of numbers
MOST_TEXTS = 20  # groups of texts; the rest is "other"
CUT = re.compile(rf"(?P<name>.*?)(?::(?P<count>\d{{1,2}}):(?P<how>quantile|width)|:(?P<order>{SIMILAR}))?")


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """Groups of samples.

    Attributes:
        spec: the text that asks for it, with defaults filled in.
        name: of the field; "none" if there is one group of all.
        title: for the axis.
        kind: of the field, or "none".
        codes: (n,) int32 in 0..g-1.
        labels: g names of the groups.
        conditions: g queries that are true for just the group's samples; "" where none can be written.
    """

    spec: str
    name: str
    title: str
    kind: str
    codes: NDArray[np.int32]
    labels: tuple[str, ...]
    conditions: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def whole(spec: str, fields: Mapping[str, Field]) -> tuple[str, str, str]:
    """What a text asks for, with defaults filled in: the whole text, the field's name, and how it is cut.

    Reads no values. Raises UnknownColumn.
    """
    if spec == NONE:
        return NONE, NONE, ""
    found = CUT.fullmatch(spec)
    if spec in fields or found is None:
        name, asked = spec, {}
    else:
        name, asked = found["name"], found.groupdict()
    if name not in fields:
        raise UnknownColumn(f"facet '{name}': no such column; {nearest(name, list(fields))}")
    how = ""
    if fields[name].kind == "number":
        count = min(max(int(asked.get("count") or USUAL), FEWEST), MOST)
        how = f"{count}:{asked.get('how') or 'quantile'}"
    elif fields[name].kind == "class":
        how = asked.get("order") or ""
    return f"{name}:{how}" if how else name, name, how


def facet(spec: str, fields: Mapping[str, Field], n: int, similar: NDArray[np.integer] | None = None) -> Facet:
    """The groups that a text asks for.

    Args:
        spec: as in the module's docstring.
        fields: what there is.
        n: how many samples.
        similar: the order of the classes in which similar ones stand together; None: as they are numbered.

    Raises:
        UnknownColumn: no such field.
        ColumnNotReady: its values are not there yet.
    """
    spec, name, how = whole(spec, fields)
    if name == NONE:
        return Facet(NONE, NONE, "all samples", NONE, np.zeros(n, np.int32), ("all",), ("",))
    field = fields[name]
    values = np.asarray(field.read())
    match field.kind:
        case "number":
            count, _, cut = how.partition(":")
            groups = _numbers(field, values, int(count), quantile=cut == "quantile")
        case "text":
            groups = _texts(field, values)
        case "set":
            groups = _sets(field, values)
        case "truth":
            groups = _classes(field, values, ("wrong", "right") if name == "correct" else ("no", "yes"))
        case _:
            fits = similar is not None and len(similar) == len(field.names)
            groups = _classes(field, values, field.names, similar if how == SIMILAR and fits else None)
    return _made(spec, field, *groups)


Groups = tuple[NDArray[np.integer], list[str], list[str]]


def _made(spec: str, field: Field, codes: NDArray[np.integer], labels: list[str], conditions: list[str]) -> Facet:
    """A facet of groups; what has no value, code -1, is the last group, if there is any."""
    missing = codes < 0
    if missing.any() or not labels:
        codes = np.where(missing, len(labels), codes)
        labels = [*labels, f"no {field.title.lower()}"]
        conditions = [*conditions, f"{column_text(field.name)} is null"]
    return Facet(spec, field.name, field.title, field.kind, codes.astype(np.int32), tuple(labels), tuple(conditions))


def _classes(
    field: Field, values: NDArray[Any], names: tuple[str, ...], order: NDArray[np.integer] | None = None
) -> Groups:
    """One group per class, whether or not it has samples."""
    codes = values.astype(np.int32)
    count = max(len(names), int(codes.max(initial=-1)) + 1)
    named = [names[code] if code < len(names) else f"class {code}" for code in range(count)]
    text = column_text(field.name)
    if field.kind == "truth":
        conditions = [f"not {text}", text]
    else:
        # Two classes of one name cannot be told apart in a query.
        conditions = [
            f"{text} == {literal(name)}" if code < len(names) and names.count(name) == 1 else ""
            for code, name in enumerate(named)
        ]
    if order is None or count != len(order):
        return codes, named, conditions
    place = np.empty(count + 1, np.int32)  # the last is for code -1
    place[order], place[-1] = np.arange(count), -1
    return place[codes], [named[code] for code in order], [conditions[code] for code in order]


def _texts(field: Field, values: NDArray[Any]) -> Groups:
    """The most frequent texts, most frequent first, and the others together."""
    unique, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    by_count = np.argsort(-counts, kind="stable")
    text = column_text(field.name)
    top = by_count if len(by_count) <= MOST_TEXTS else by_count[: MOST_TEXTS - 1]
    place = np.full(len(unique), len(top), np.int32)
    place[top] = np.arange(len(top))
    named = [str(unique[code]) for code in top]
    labels = [name or "(empty)" for name in named]
    conditions = [f"{text} == {literal(name)}" for name in named]
    if len(top) < len(unique):
        labels.append(f"{len(unique) - len(top):,} others")
        conditions.append(f"{text} not in [{', '.join(literal(name) for name in named)}]")
    return place[codes.reshape(-1)], labels, conditions


def _sets(field: Field, values: NDArray[Any]) -> Groups:
    """The most frequent combinations of names, most frequent first, the others together, and those without any."""
    text = column_text(field.name)
    written = sets.texts(values, field.names)
    codes, labels, _ = _texts(field, written)
    conditions = []
    for label in labels:
        here = [name for name in label.split(sets.SEPARATOR) if name in field.names]
        rest = ", ".join(literal(name) for name in field.names if name not in here)
        said = [f"{text} contains {literal(name)}" for name in here] + ([f"{text} not in [{rest}]"] if rest else [])
        conditions.append(" and ".join(said) if here else "")
    if "(empty)" in labels:
        at = labels.index("(empty)")
        labels[at], conditions[at] = "no tag", f"{text} is null"
    return codes, labels, conditions


def _numbers(field: Field, values: NDArray[Any], count: int, *, quantile: bool) -> Groups:
    """Groups of numbers, ascending, without empty ones; each says its smallest and largest value."""
    known = values[values == values]
    codes = np.full(len(values), -1, np.int32)
    if not len(known):
        return codes, [], []
    unique = np.unique(known)
    finite = unique[np.isfinite(unique)]
    if len(unique) <= count:
        inner = unique[1:]
    elif quantile:
        inner = np.quantile(known, np.arange(1, count) / count, method="higher")
    else:
        inner = np.linspace(finite[0], finite[-1], count + 1)[1:-1]
    raw = np.searchsorted(inner, known, side="right")
    present, dense = np.unique(raw, return_inverse=True)
    codes[values == values] = dense
    labels, conditions = [], []
    for code in range(len(present)):
        held = known[dense == code]
        low, high = held.min().item(), held.max().item()
        labels.append(_short(low) if low == high else f"{_short(low)} – {_short(high)}")
        conditions.append(_between(column_text(field.name), low, high))
    return codes, labels, conditions


def _between(text: str, low: float, high: float) -> str:
    if np.isinf(low) and np.isinf(high):
        return ""
    if np.isinf(high):
        return f"{text} >= {literal(low)}"
    if np.isinf(low):
        return f"{text} <= {literal(high)}"
    return f"{text} == {literal(low)}" if low == high else f"{text} between {literal(low)} and {literal(high)}"


def _short(value: float) -> str:
    """A number for a label: 12,345 or 0.0123 or 1.2e-07."""
    if isinstance(value, int) or (np.isfinite(value) and value == round(value) and abs(value) < 1e9):
        return f"{int(value):,}"
    return f"{value:.3g}"
