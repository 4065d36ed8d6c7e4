"""What should not matter and yet tells the label or the errors: brightness, slant, a camera; with both its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis import nuisance
from analysis.nuisance import PROPERTIES, gain, judged, predictability
from workspace import described, fields
from workspace.metrics_board import number
from workspace.query import column_text, literal

if TYPE_CHECKING:
    from workspace.session import Session

Target = Literal["label", "error"]

PICTURES = 4  # of each end
MOST_METADATA = 24  # columns that are tried
KEPT = 2 * MOST_METADATA
END = 0.1  # of the samples, at each end


@dataclass(frozen=True, slots=True)
class End:
    """One end of a property: what is there, in words, a few of its samples, and the query that finds all."""

    text: str
    images: tuple[int, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Nuisance:
    """A property that tells the label or the errors better than chance.

    Attributes:
        name, title: of the field.
        target: what it tells.
        gain: share of the way from chance to always right.
        n, groups: samples and classes that were judged.
        accuracy, low, high, chance: balanced accuracy with its 95 % interval, and what chance gives.
        low_end, high_end: what stands at both ends.
    """

    name: str
    title: str
    target: Target
    gain: float
    n: int
    groups: int
    accuracy: float
    low: float
    high: float
    chance: float
    low_end: End
    high_end: End

    @property
    def text(self) -> str:
        """One sentence with its numbers."""
        tells = "the class" if self.target == "label" else "which answers are wrong"
        several = "classes" if self.target == "label" else "groups"
        return (
            f"{self.title} alone tells {tells} in {100 * self.accuracy:.0f} % of the cases, chance in "
            f"{100 * self.chance:.0f} % (classes count alike; 95 % interval {100 * self.low:.0f} to "
            f"{100 * self.high:.0f} %, n = {self.n:,} in {self.groups} {several})."
        )


class Nuisances:
    """The nuisances of one session; every method raises ColumnNotReady until its columns are there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._metadata = lru_cache(KEPT)(self._judge)

    def tried(self, target: Target) -> int:
        """How many properties are looked at."""
        return len(PROPERTIES) + len(self._described())

    def found(self, target: Target) -> list[Nuisance]:
        """What tells the target clearly better than chance, the best first."""
        session = self.session
        rows = list(zip(PROPERTIES, np.asarray(session.column(f"nuisance_{target}")), strict=True))
        for name in self._described():
            key = session.key(fields.METADATA + name)
            rows.append((name, np.array(self._metadata(name, target, key, self._version(target)))))
        good = [(gain(row), name, row) for name, row in rows if gain(row)]
        good.sort(key=lambda entry: -entry[0])
        return [self._said(name, target, share, row) for share, name, row in good]

    def _described(self) -> list[str]:
        """The metadata columns that are tried: numbers, and texts of which there are few."""
        names = [unit.name.removeprefix(described.START) for unit in self.session.described.units()]
        return names[:MOST_METADATA]

    def _version(self, target: Target) -> str:
        return self.session.key("labels" if target == "label" else "correct")

    def _judge(self, name: str, target: Target, key: str, version: str) -> tuple[float, ...]:
        values = np.asarray(self.session.column(described.START + name), np.float64)
        if self.session.column(described.START + name).dtype.kind == "i":
            values = np.where(values < 0, np.nan, values)
        return predictability(values, self._target(target))

    def _target(self, target: Target) -> NDArray[np.integer]:
        if target == "label":
            return np.asarray(self.session.column("labels"))
        correct, split = (np.asarray(self.session.column(name)) for name in ("correct", "split"))
        return np.where(judged(split), correct, -1)

    def _values(self, name: str) -> NDArray[Any]:
        return np.asarray(self.session.column(name if name in PROPERTIES else described.START + name))

    def _said(self, name: str, target: Target, share: float, row: NDArray[np.float64]) -> Nuisance:
        n, groups, accuracy, low, high, chance, _ = (float(value) for value in row)
        title = self.session.title(name) if name in PROPERTIES else name
        ends = tuple(self._classes(name) if target == "label" else self._errors(name))
        return Nuisance(
            name, title, target, share, int(n), int(groups), accuracy, low, high, chance, ends[0], ends[1]
        )

    def _classes(self, name: str) -> Iterator[End]:
        """The classes with the lowest and the highest median, each with samples near it."""
        values, labels = self._values(name).astype(np.float64), self._target("label")
        known = np.isfinite(values)
        medians = {
            code: float(np.median(values[known & (labels == code)]))
            for code in np.flatnonzero(np.bincount(labels[known & (labels >= 0)]) >= nuisance.FEWEST).tolist()
        }
        names = self.session.class_names
        for end in (min, max):
            code = end(medians, key=lambda each: medians[each])
            rows = np.flatnonzero(known & (labels == code))
            near = rows[np.argsort(np.abs(values[rows] - medians[code]), kind="stable")[:PICTURES]]
            word = "lowest" if end is min else "highest"
            said = f"{word}: {names[code]}, median {self._shown(name, medians[code])}, n = {len(rows):,}"
            yield End(said, tuple(near.tolist()), f"label == {literal(names[code])}")

    def _errors(self, name: str) -> Iterator[End]:
        """The tenth of the samples at each end, with its rate of errors."""
        values, correct = self._values(name).astype(np.float64), self._target("error")
        rows = np.flatnonzero(np.isfinite(values) & (correct >= 0))
        order = rows[np.argsort(values[rows], kind="stable")]
        k = max(1, round(END * len(order)))
        column = column_text(name)
        for tail, how, word in ((order[:k], "<=", "lowest"), (order[::-1][:k], ">=", "highest")):
            wrong = tail[correct[tail] == 0]
            border = self._values(name)[tail[-1]]
            said = f"{word} tenth: {100 * len(wrong) / k:.1f} % wrong ({len(wrong):,} of {k:,})"
            shown = (wrong if len(wrong) >= PICTURES else tail)[:PICTURES]
            query = "not correct" if self._texts(name) else f"{column} {how} {number(border)} and not correct"
            yield End(said, tuple(shown.tolist()), query)

    def _texts(self, name: str) -> tuple[str, ...]:
        """What the codes of a property mean; nothing for a number."""
        units = () if name in PROPERTIES else self.session.described.units()
        return next((unit.names for unit in units if unit.name == described.START + name), ())

    def _shown(self, name: str, value: float) -> str:
        """A value, or the text that it is the code of."""
        texts = self._texts(name)
        return texts[round(value)] if texts else f"{value:.3g}"
