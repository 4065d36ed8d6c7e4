"""Two number columns as the places of a map: `scatter?x=loss&y=outlier`, worked out in the server when asked for.

Both axes are brought to the same extent, those of skewed numbers by their logarithm, because one unit of a map is as
many pixels wide as high. What is 0 has no logarithm; it stands a step before the smallest number above 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import numpy as np
from numpy.typing import NDArray

from util import digest
from workspace import units
from workspace.on_demand import KEPT, OnDemand
from workspace.plan import UnknownColumn
from workspace.units import Unit

if TYPE_CHECKING:
    from workspace.session import Session

START = "scatter?"
ENDS = (1.0, 1.0)  # how far the axes reach: from 0 to here
STEP = 0.05  # before 0, where zeros stand on an axis of logarithms
PREFERRED = ("outlier", "loss")  # across and up, at first: what is unlike the others, and what is hard


@dataclass(frozen=True, slots=True)
class Axis:
    """How numbers become places.

    Attributes:
        title: the column's.
        low, high: the numbers at places 0 and `end`.
        log: whether the logarithm counts.
        zeros: how many samples stand before `low`, because they have no logarithm.
        end: the place of `high`.
    """

    title: str
    low: float
    high: float
    log: bool
    zeros: int
    end: float

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) numbers -> (n,) places; not-a-number for what is not finite; the middle where all are equal."""
        low, high = (np.log10(self.low), np.log10(self.high)) if self.log else (self.low, self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.log10(values) if self.log else values
            share = (steps - low) / (high - low) if high > low else np.full(len(values), 0.5)
        if self.log:
            share = np.where(values <= 0, -STEP, share)
        return np.where(np.isfinite(values), share * self.end, np.nan)


@dataclass(frozen=True, slots=True)
class Scattered:
    """A map of two columns: the axes, the places (n, 2) float32, and how many samples have both numbers."""

    axes: tuple[Axis, Axis]
    places: NDArray[np.float32]
    n: int


class Scatter(OnDemand):
    """The maps of two columns of one session; safe for several threads. The last ones asked for are kept."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._made = lru_cache(KEPT)(self._make)

    def units(self) -> list[Unit]:
        """Every column of numbers, ready or not."""
        return [unit for unit in self.session.units() if unit.kind == "score"]

    def chosen(self, x: str, y: str) -> tuple[str, str]:
        """Two columns; what makes no sense is replaced by a usual one. Both "" where there are no numbers."""
        known = [unit.name for unit in self.units()]
        if not known:
            return "", ""
        first = x if x in known else _other(known, PREFERRED, y)
        return first, y if y in known else _other(known, PREFERRED[::-1], first)

    def name(self, x: str, y: str) -> str:
        """What the map of two columns is called as a column."""
        return START + urlencode({"x": x, "y": y})

    def owns(self, column: str) -> bool:
        """Whether a column is one of these."""
        return column.startswith(START)

    def has(self, column: str) -> bool:
        """Whether it can be worked out now."""
        asked = self._asked(column)
        return asked is not None and all(self.session.is_ready(name) for name in asked)

    def column(self, column: str) -> NDArray[Any]:
        """(n, 2) float32 places. Raises UnknownColumn, and ColumnNotReady as the two columns do."""
        return self.of(column).places

    def of(self, column: str) -> Scattered:
        """The places with their axes. Raises as `column` does."""
        return self._made(column, self.key(column))

    def key(self, column: str) -> str:
        """The key that stands for its content. Raises UnknownColumn."""
        asked = self._asked(column)
        if asked is None:
            raise UnknownColumn(f"map of two columns '{column[:80]}': needs two columns of numbers; choose others")
        return self._remembered(digest("scatter", *(self.session.key(name) for name in asked), ENDS, STEP), column)

    def _asked(self, column: str) -> tuple[str, str] | None:
        said = parse_qs(column.removeprefix(START))
        if not self.owns(column) or not self.session.has_dataset or set(said) != {"x", "y"}:
            return None
        known = {unit.name for unit in self.units()}
        x, y = said["x"][-1], said["y"][-1]
        return (x, y) if x in known and y in known else None

    def _make(self, column: str, key: str) -> Scattered:
        asked = self._asked(column)
        assert asked is not None
        found = [np.asarray(self.session.column(name), np.float64) for name in asked]
        both = np.isfinite(found[0]) & np.isfinite(found[1])
        axes = tuple(
            _axis(self.session.unit(name).title, values[both], end)
            for name, values, end in zip(asked, found, ENDS, strict=True)
        )
        places = np.full((len(both), 2), np.nan, np.float32)
        for at, (axis, values) in enumerate(zip(axes, found, strict=True)):
            places[both, at] = axis.places(values[both])
        places.flags.writeable = False
        return Scattered((axes[0], axes[1]), places, int(both.sum()))


def _other(known: list[str], preferred: tuple[str, ...], than: str) -> str:
    """The first of the preferred, else of all, that is not the one named; that one if there is no other."""
    return next((name for name in (*preferred, *known) if name in known and name != than), known[0])


def _axis(title: str, values: NDArray[np.float64], end: float) -> Axis:
    """The axis of finite numbers: linear, or of logarithms where they are as skewed as that is for colors."""
    if not len(values):
        return Axis(title, 0.0, 1.0, False, 0, end)
    low, high = float(values.min()), float(values.max())
    if not units.spread(values)["log"]:
        return Axis(title, low, high, False, 0, end)
    return Axis(title, float(values[values > 0].min()), high, True, int((values == 0).sum()), end)
