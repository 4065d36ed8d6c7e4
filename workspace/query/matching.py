"""Which samples a query holds for: its tree against columns, in three-valued logic.

A comparison with a missing value is neither true nor false. So every condition gives two masks,
where it is true and where it is false; what is in neither is unknown. `not` swaps the two, which
is why `not (loss > 2)` brings no sample whose loss nobody knows.

Everything that can be wrong with a query is found before the first column is read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workspace.query import sets
from workspace.query.fitting import Fields, check, codes_of
from workspace.query.syntax import Bare, Compare, Every, Match, Member, Node, Not, Null, Operand, Some

Mask = NDArray[np.bool_]

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
NOBODY = -2  # a code that no sample has


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a condition is true and where it is false, (n,) each; where it is neither, nobody knows."""

    true: Mask
    false: Mask


def matches(node: Node, fields: Fields, n: int) -> Mask:
    """(n,) true where the query is true.

    Raises:
        QueryError: the query does not fit the fields.
        ColumnNotReady: by a field's `read`.
    """
    check(node, fields)
    return _Matcher(fields, n).verdict(node).true


class _Matcher:
    """One evaluation; every column is read once."""

    def __init__(self, fields: Fields, n: int) -> None:
        self.fields = fields
        self.n = n
        self._read: dict[str, tuple[NDArray[Any], Mask | None]] = {}

    def verdict(self, node: Node) -> Verdict:
        match node:
            case Every(nodes):
                return self._fold(nodes, np.logical_and, np.logical_or)
            case Some(nodes):
                return self._fold(nodes, np.logical_or, np.logical_and)
            case Not(inner):
                found = self.verdict(inner)
                return Verdict(found.false, found.true)
            case Null(operand):
                values, known = self.column(operand)
                missing = np.zeros(self.n, bool) if known is None else ~known
                if self.fields[operand.value].kind == "set":
                    missing = sets.is_empty(values)
                return Verdict(missing, ~missing)
            case Bare(operand):
                return self.compare(operand, "==", Operand("truth", True, "true", operand.position))
            case Compare(left, how, right):
                if left.kind != "column" and right.kind == "column":
                    left, how, right = right, TURNED.get(how, how), left
                return self.compare(left, how, right)
            case Member(operand, items):
                return self.member(operand, items)
            case Match(operand, how, text):
                return self.match(operand, how, text)

    def compare(self, left: Operand, how: str, right: Operand) -> Verdict:
        if left.kind != "column":
            holds = bool(COMPARISONS[how](left.value, right.value))
            return self._sure(np.full(self.n, holds))
        values, known = self.column(left)
        field = self.fields[left.value]
        if right.kind == "column":
            others, others_known = self.column(right)
            if field.kind == "class":
                others = _translated(others, self.fields[right.value].names, field.names)
            return self._sure(COMPARISONS[how](values, others), known, others_known)
        if field.kind == "class":
            found = _any_of(values, codes_of(field, right), len(field.names))
            return self._sure(found if how == "==" else ~found, known)
        if field.kind == "truth":
            return self._sure(COMPARISONS[how](values, int(right.value)), known)
        if field.kind == "text":
            return self._sure(_compared(values, how, right.value), known)
        return self._sure(COMPARISONS[how](values, _fitting(right.value, values)), known)

    def member(self, operand: Operand, items: tuple[Operand, ...]) -> Verdict:
        values, known = self.column(operand)
        field = self.fields[operand.value]
        if field.kind == "class":
            codes = [code for item in items for code in codes_of(field, item)]
            return self._sure(_any_of(values, codes, len(field.names)), known)
        if field.kind == "set":
            return self._sure(sets.has(values, [code for item in items for code in codes_of(field, item)]))
        found = np.zeros(self.n, bool)
        for item in items:
            found |= self.compare(operand, "==", item).true
        return self._sure(found, known)

    def match(self, operand: Operand, how: str, text: Operand) -> Verdict:
        values, known = self.column(operand)
        field = self.fields[operand.value]
        if field.kind == "class":
            codes = [code for code, name in enumerate(field.names) if _holds(name, how, text.value)]
            return self._sure(_any_of(values, codes, len(field.names)), known)
        if field.kind == "set":
            named = codes_of(field, text) if how == "contains" else [
                code for code, name in enumerate(field.names) if _holds(name, how, text.value)
            ]  # fmt: skip
            return self._sure(sets.has(values, named))
        return self._sure(_matched(values, how, text.value), known)

    def column(self, operand: Operand) -> tuple[NDArray[Any], Mask | None]:
        """The values of a column, and where there is one; None for everywhere."""
        name = operand.value
        if name not in self._read:
            field = self.fields[name]
            values = np.asarray(field.read())
            known: Mask | None = None
            if field.kind in ("class", "truth"):
                known = values >= 0
            elif values.dtype.kind == "f":
                known = ~np.isnan(values)
            elif values.dtype.kind == "O":
                values = values.astype(str)
            self._read[name] = (values, None if known is None or known.all() else known)
        return self._read[name]

    def _fold(self, nodes: tuple[Node, ...], true: Any, false: Any) -> Verdict:
        first = self.verdict(nodes[0])
        sum_true, sum_false = first.true.copy(), first.false.copy()
        for node in nodes[1:]:
            found = self.verdict(node)
            true(sum_true, found.true, out=sum_true)
            false(sum_false, found.false, out=sum_false)
        return Verdict(sum_true, sum_false)

    def _sure(self, holds: Any, *known: Mask | None) -> Verdict:
        """The verdict of a comparison, unknown where a value is missing."""
        true: Mask = np.asarray(holds, bool)
        false: Mask = ~true
        for mask in known:
            if mask is not None:
                true, false = true & mask, false & mask
        return Verdict(true, false)


def _any_of(values: NDArray[Any], codes: list[int], n_names: int) -> Mask:
    """Which values are one of these codes; by a table, which is ten times faster than `numpy.isin`."""
    table = np.zeros(n_names + 2, bool)  # the last two are for a code beyond the names, and for no value
    table[codes] = True
    found: Mask = table[np.minimum(values, n_names)]
    return found


def _fitting(value: int | float, values: NDArray[Any]) -> Any:
    """A number in the precision of the column, so that a float32 that reads 0.1 equals 0.1."""
    if values.dtype.kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            return values.dtype.type(value)
    return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value


def _translated(codes: NDArray[Any], names: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[Any]:
    """Codes of one list of names as codes of another; NOBODY for a name that is not in it."""
    if names == wanted:
        return codes
    table = np.array([wanted.index(name) if name in wanted else NOBODY for name in names] + [-1])
    translated: NDArray[Any] = table[codes]
    return translated


def _compared(values: NDArray[Any], how: str, text: str) -> Mask:
    if text.endswith("\0"):  # numpy drops these at the end of a text
        return np.array([COMPARISONS[how](value, text) for value in values.tolist()], bool)
    found: Mask = COMPARISONS[how](values, np.array(text, dtype=values.dtype if values.dtype.kind == "T" else None))
    return found


def _matched(values: NDArray[Any], how: str, text: str) -> Mask:
    if text.endswith("\0"):
        return np.array([_holds(value, how, text) for value in values.tolist()], bool)
    found: Mask
    if how == "contains":
        found = np.strings.find(values, text) >= 0
    elif how == "startswith":
        found = np.strings.startswith(values, text)
    else:
        found = np.strings.endswith(values, text)
    return found


def _holds(value: str, how: str, text: str) -> bool:
    return {"contains": value.__contains__, "startswith": value.startswith, "endswith": value.endswith}[how](text)
