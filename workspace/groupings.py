"""The groups that samples fall into by a field: its classes, its tags, or ranges of its numbers; and how many.

What is hidden is said by the keys of groups (workspace/hidden.py). A grouping is made once per content of
its column, its counts once per result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from util import nearest
from workspace import described, fields, hidden
from workspace.plan import ColumnNotReady, UnknownColumn
from workspace.query import Field, sets
from workspace.short_texts import few

if TYPE_CHECKING:
    from workspace.result import Result
    from workspace.session import Session

KEPT, KEPT_COUNTS = 16, 96
MOST_GROUPS = 2000  # classes of a field that can be grouped by
FEW = 12  # different numbers that are a group each
BINS = 5
SKEWED = 50.0  # times the median, from which the largest is far out
NO_VALUE = hidden.NO_VALUE
TITLES, TRUTH = {"correct": "Agreement"}, {"correct": ("disagree", "agree")}  # of label and prediction


@dataclass(frozen=True, slots=True)
class Group:
    """Samples that have something in common.

    Attributes:
        key: what it is called in the text of what is hidden.
        name: for people.
        code: of its class; -1 for those without a value.
    """

    key: str
    name: str
    code: int


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The groups of a field.

    Attributes:
        name: the field.
        title: for people.
        kind: of the field.
        groups: in order, last those without a value, where there are any.
        values: (n,) the place of each sample's group in `groups`; of a set, its bits.
        edges: of numbers in ranges, the borders between them.
    """

    name: str
    title: str
    kind: str
    groups: tuple[Group, ...]
    values: NDArray[Any]
    edges: tuple[float, ...] = ()

    @property
    def overlap(self) -> bool:
        """Whether a sample may be in several groups."""
        return self.kind == "set"

    def members(self, rows: NDArray[np.integer], place: int) -> NDArray[np.integer]:
        """Those of these samples that are in a group."""
        values = self.values[rows]
        if not self.overlap:
            found = values == place
        elif self.groups[place].code < 0:
            found = sets.is_empty(values)
        else:
            found = sets.has(values, [self.groups[place].code])
        chosen: NDArray[np.integer] = rows[found]
        return chosen

    def counts(self, rows: NDArray[np.integer] | None = None) -> list[int]:
        """How many of these samples, or of all, are in each group."""
        values = self.values if rows is None else self.values[rows]
        if not self.overlap:
            return [int(count) for count in np.bincount(values, minlength=len(self.groups))]
        bits = np.unpackbits(values, axis=1, bitorder="little").sum(axis=0, dtype=np.int64)
        none = int(np.count_nonzero(sets.is_empty(values)))
        return [int(bits[group.code]) if group.code >= 0 else none for group in self.groups]


class Groupings:
    """The groupings of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._made = lru_cache(KEPT)(self._make)
        self._counted = lru_cache(KEPT_COUNTS)(self._count)

    def offered(self) -> list[tuple[str, str]]:
        """Everything to group by, as (field, title); texts only where they are few."""
        return [(field.name, titled(field)) for field in self.session.fields().values() if self._groups(field)]

    def grouping(self, name: str) -> Grouping:
        """The groups of a field.

        Raises:
            ColumnNotReady: its column is not there yet.
            UnknownColumn: there is no such field, or too many different values in it.
        """
        known = self.session.fields()
        column = fields.column(self.session, name) if name in known else None
        if column is None:
            raise UnknownColumn(f"group by {name[:40]!r}: nothing of that name; {nearest(name, list(known))}")
        if not self.session.is_ready(column):
            self.session.column(column)  # says why
        return self._made(name, self.session.key(column), known[name].names)

    def title(self, name: str) -> str:
        """What the grouping by a field is called."""
        return titled(self.session.fields()[name])

    def field_of(self, column: str) -> str:
        """What the field behind a column that colors a map is called."""
        return {"labels": fields.LABEL}.get(column, column.removeprefix(described.START))

    def text(self, names: Sequence[str]) -> str:
        """Names of fields in one text, as a link has them."""
        return ",".join(hidden.escaped(name) for name in names)

    def names(self, text: str) -> list[str]:
        """The names in a text of `text`, each once."""
        return list(dict.fromkeys(unquote(name) for name in text.split(",") if name))

    def hides(self, text: str, name: str) -> Callable[[str], bool]:
        """Whether a group of a field is hidden, by its key."""
        return hidden.read(text).get(name, hidden.Hidden(())).hides

    def counted(self, grouping: Grouping, result: Result) -> tuple[list[int], list[int]]:
        """How many samples each group has, of all and of those in a result."""
        return self._counted(grouping, result.key, result)

    def rows(self, name: str, key: str, result: Result) -> NDArray[np.integer]:
        """The samples of a group that are in a result, in its order. Raises as `grouping` does."""
        grouping = self.grouping(name)
        for place, group in enumerate(grouping.groups):
            if group.key == key:
                return grouping.members(result.indices, place)
        raise UnknownColumn(f"group {key[:40]!r} of {grouping.title}: there is none (any more); choose another one")

    def hide(self, text: str, name: str, keys: Sequence[str]) -> str:
        """What is hidden after just these groups of a field are. Raises as `grouping` does."""
        grouping = self.grouping(name)
        every = [group.key for group in grouping.groups]
        can_be_only = grouping.kind in ("class", "text")
        return hidden.changed(text, name, [key for key in keys if key in every], every if can_be_only else [])

    def words(self, text: str) -> list[tuple[str, str]]:
        """What is hidden in words, one entry per field or group, each with the text after it is undone."""
        found: list[tuple[str, str]] = []
        known = self.session.fields()
        for name, what in hidden.read(text).items():
            if name not in known:
                continue
            try:
                called = {group.key: group.name for group in self.grouping(name).groups}
            except (ColumnNotReady, UnknownColumn):
                called = {}
            named = [called.get(key) or _spelled(known[name], key) for key in what.keys]
            if what.only or len(named) > FEW // 2:
                listed = ", ".join(named[:3]) + (f" and {len(named) - 3:,} more" if len(named) > 3 else "")
                said = f"all but {listed}" if what.only else listed
                found.append((f"{titled(known[name])}: {said}", hidden.without(text, name)))
            else:
                found += [
                    (f"{titled(known[name])}: {each}", hidden.without(text, name, key))
                    for key, each in zip(what.keys, named, strict=True)
                ]
        return found

    def _groups(self, field: Field) -> bool:
        """Whether a field makes groups that people look at; each tag has no grouping of its own."""
        if field.kind in ("class", "set"):
            return len(field.names) <= MOST_GROUPS
        if field.kind == "text":
            return self.session.described.names(field.name) is not None
        return not self.session.tags.owns(field.name) and field.name != "index"

    def _make(self, name: str, key: str, names: tuple[str, ...]) -> Grouping:
        field = self.session.fields()[name]
        values = np.asarray(field.read())
        if field.kind == "set":
            groups = [Group(hidden.escaped(each), each, code) for code, each in enumerate(field.names)]
            return Grouping(name, field.title, "set", (*groups, Group(NO_VALUE, "none", -1)), values)
        edges: tuple[float, ...] = ()
        if field.kind == "number":
            groups, codes, edges = _of_numbers(values)
        elif field.kind == "text":
            found = few(values)
            if found is None:
                raise UnknownColumn(f"group by {name}: too many different texts; search them with a query instead")
            texts, codes = found
            groups = [Group(hidden.escaped(each), each or "(empty)", code) for code, each in enumerate(texts)]
        elif field.kind == "truth":
            words = TRUTH.get(name, ("no", "yes"))
            groups, codes = [Group(str(code), words[code], code) for code in (1, 0)], np.array([1, 0, 2])[values]
        else:
            groups = [Group(hidden.escaped(each), each, code) for code, each in enumerate(field.names)]
            codes = np.where((values >= 0) & (values < len(groups)), values, len(groups))
        if (codes == len(groups)).any():
            groups.append(Group(NO_VALUE, "no value", -1))
        small = np.min_scalar_type(len(groups))
        return Grouping(name, titled(field), field.kind, tuple(groups), codes.astype(small), edges)

    def _count(self, grouping: Grouping, key: str, result: Result) -> tuple[list[int], list[int]]:
        every = grouping.counts()
        return every, every if len(result) == result.total else grouping.counts(result.indices)


def titled(field: Field) -> str:
    """What a grouping by a field is called."""
    return TITLES.get(field.name, field.title)


def _of_numbers(values: NDArray[Any]) -> tuple[list[Group], NDArray[np.integer], tuple[float, ...]]:
    """Groups, the place of each value, and borders: every number by itself where they are few, else ranges.

    The borders are round, so that they can be read and mean something in a link.
    """
    known = values[values == values]
    different = np.unique(known[: 50 * FEW])
    if len(different) <= FEW:
        different = np.unique(known)
    if len(different) <= FEW and np.isfinite(different).all():
        texts = [str(value).removesuffix(".0") for value in different]  # as short as it can be read back
        groups = [Group(text, f"{float(text):.4g}", code) for code, text in enumerate(texts)]
        codes = np.minimum(np.searchsorted(different, values), len(different))
        return groups, np.where(values == values, codes, len(different)), ()
    edges = _borders(known[np.isfinite(known)].astype(float))
    ends = ["", *(f"{edge:g}" for edge in edges), ""]
    groups = [Group(f"{a}{hidden.RANGE}{b}", _range(a, b), code) for code, (a, b) in enumerate(pairwise(ends))]
    exact = np.asarray(edges, values.dtype if values.dtype.kind == "f" else float)
    codes = np.searchsorted(exact, values, side="right")
    return groups, np.where(values == values, codes, len(groups)), tuple(edges)


def _borders(values: NDArray[np.float64]) -> list[float]:
    """A few round numbers between the values: even steps, or powers of ten where most are far below the largest."""
    if not len(values):
        return []
    low, most, median, high = np.quantile(values, [0.01, 0.99, 0.5, 1.0]).tolist()
    if values.min() >= 0 and high > SKEWED * median:
        top = math.ceil(math.log10(high)) - 1
        edges = [float(f"1e{top - k}") for k in reversed(range(BINS - 1))]
    else:
        if low == most:  # nearly all are the same
            low, most = float(values.min()), high
        step = _round((most - low) / BINS)
        first = math.floor(low / step) + 1 if step else 0
        edges = [float(f"{(first + k) * step:.6g}") for k in range(2 * BINS)]
        edges = [edge for edge in edges if edge < most]
    return [edge for edge in edges if values.min() < edge <= high]


def _round(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten, 0 for nothing."""
    if not step > 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= step * 0.999)


def _range(low: str, high: str) -> str:
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"< {high}" if high else "any number"


def _spelled(field: Field, key: str) -> str:
    """A group that is not known (now), from its key."""
    ends = hidden.bounds(key) if field.kind == "number" else None
    if key == NO_VALUE:
        return "no value"
    if ends is None:
        return {"1": "yes", "0": "no"}.get(key, key) if field.kind == "truth" else unquote(key)
    return key if ends[0] == ends[1] else _range(*key.split(hidden.RANGE))
