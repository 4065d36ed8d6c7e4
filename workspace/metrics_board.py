"""Any column against any metric: what the charts of a board show, worked out from columns.

Numbers are cut into ten ranges of about equally many samples, at borders of few digits, so that the query of a
range finds exactly the samples that its mean is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.association import Correlation, means, shares, spearman
from util import nearest
from workspace import charts, described, fields
from workspace.charts import Chart
from workspace.plan import NoClassHead, UnknownColumn
from workspace.query import Field, both, column_text, literal
from workspace.saved import NotSaved, SavedTexts

if TYPE_CHECKING:
    from workspace.session import Session

RANGES = 10
LEAST_DIGITS, MOST_DIGITS = 4, 17  # of a border
FEW = 12  # different numbers that are a range each
MOST_GROUPS, MOST_PANELS = 40, 12
KEPT = 64
USUAL = (  # boards to begin with: the first whose columns there are
    "mean_distance~loss;brightness~correct;mean_distance~loss~label",
    "brightness~confidence;ink~entropy",
    "ink~mean_distance;brightness~mean_distance;ink~mean_distance~label",
    "ink~information;brightness~contrast",
)
OF_LABELS = {"mean_distance", "loss", "correct", "label"}
ADDED = (
    "brightness",
    "contrast",
    "ink",
    "sharpness",
    "slant",
    "aspect",
    "off_center",
    "mean_distance",
    "information",
)


@dataclass(frozen=True, slots=True)
class Bin:
    """A range or a class of what lies across: how to call it, where it stands, and the query that finds it."""

    text: str
    center: float
    query: str


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One picture of a chart. Arrays are (bins,), not-a-number where nothing is.

    Attributes:
        name: of its group; "" if it is about all.
        query: what finds the group; "" for all.
        n, mean, low, high: samples with a value, their mean or share, and its 95 % interval.
        total: the mean over all bins.
        rank: Spearman's correlation; None where what lies across has no order.
    """

    name: str
    query: str
    n: NDArray[np.int64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    total: float
    rank: Correlation | None


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A chart with its numbers.

    Attributes:
        chart: what was asked for.
        titles: of x, y and by.
        share: whether y is a share (Wilson's interval), else a mean (Student's).
        ordered: whether x is a number.
        bins: of x; `all_bins` of them there are.
        panels: one for all, or one for each group; `groups` of them there are.
        n, of: samples with both values, of so many that were asked for.
    """

    chart: Chart
    titles: tuple[str, str, str]
    share: bool
    ordered: bool
    bins: tuple[Bin, ...]
    all_bins: int
    panels: tuple[Panel, ...]
    groups: int
    n: int
    of: int

    @property
    def ranks(self) -> list[Correlation]:
        """The correlations that it tests."""
        return [panel.rank for panel in self.panels if panel.rank is not None and panel.rank.p == panel.rank.p]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a chart is drawn of: its samples by query and result, its columns by key, and the fields as they are."""

    chart: Chart
    query: str
    result: str
    keys: tuple[str, ...]
    known: Mapping[str, Field] = field(compare=False)


class MetricsBoard:
    """The boards of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._draw = lru_cache(KEPT)(self._drawn)

    # -- what there is to choose from ----------------------------------------------------------------------------

    def across(self) -> list[Field]:
        """What can lie across: numbers, and whatever has a handful of classes."""
        return [field for field in self.session.fields().values() if self._lies_across(field)]

    def metrics(self) -> list[Field]:
        """What can be averaged: numbers, and what is true or false."""
        return [field for field in self.session.fields().values() if self._is_averaged(field)]

    def groupings(self) -> list[Field]:
        """What a chart can be split by."""
        return [field for field in self.session.fields().values() if self._has_classes(field)]

    def charts(self, text: str) -> tuple[Chart, ...]:
        """The charts in a text; the usual ones for "", none for "-"."""
        return charts.read(text or self.usual()) if text != "-" else ()

    def usual(self) -> str:
        """A board to begin with."""
        if not (self.session.has_dataset and self.session.has_network):
            return ""
        known = {*self.session.fields(), ""} - (set() if self.session.dataset.labelled else OF_LABELS)
        boards = (text for text in USUAL if all({each.x, each.y, each.by} <= known for each in charts.read(text)))
        return next(boards, "")

    def added(self) -> tuple[str, ...]:
        """Charts to add, in the order in which they are offered: a property of the samples each, against the loss."""
        known = self.session.fields()
        free = [name for name in ADDED if name in known]
        metric = "loss" if "loss" in known else next(reversed(free), "")
        return tuple(charts.written([Chart(name, metric)]) for name in free)

    @property
    def boards(self) -> SavedTexts:
        """The boards with a name."""
        session = self.session
        return SavedTexts(
            session.store, session.dataset.lasting, kind="boards", called="saved boards", check=_check_board
        )

    # -- numbers -------------------------------------------------------------------------------------------------

    def draw(self, chart: Chart, *, query: str = "", split: str = "") -> Drawn:
        """A chart of the samples that match and belong to the split, or to any split for "".

        The split counts for nothing where the chart itself is about splits.

        Raises:
            UnknownColumn: it names a field that there is not, or that cannot be used so.
            ColumnNotReady, QueryError: as `Session.find` does.
        """
        session, known = self.session, self.session.fields()
        uses = ((chart.x, self._lies_across), (chart.y, self._is_averaged), (chart.by, self._has_classes))
        for name, can in uses:
            if name:
                self._check(name, known, can)
        asked = self.asked(chart, query, split)
        keys = tuple(
            session.key(column) for name in (chart.x, chart.y, chart.by) if name
            for column in [fields.column(session, name)] if column is not None
        )  # fmt: skip
        return self._draw(_Asked(chart, asked, session.find(asked).key, keys, known))

    def asked(self, chart: Chart, query: str, split: str) -> str:
        """The query for the samples that a chart is about."""
        about_splits = not split or "split" in (chart.x, chart.by)
        return query if about_splits else both(query, f"split == {literal(split)}")

    def choose(self, chart: Chart, panel: int, place: int, *, query: str = "", split: str = "") -> tuple[str, str]:
        """The samples of a bin of a panel: as a selection, and as a query without that of the view.

        Raises:
            UnknownColumn: there is no such bin.
        """
        drawn = self.draw(chart, query=query, split=split)
        if not (0 <= panel < len(drawn.panels) and 0 <= place < len(drawn.bins)):
            raise UnknownColumn("charts: there is no such bar any more; click again")
        own = both(drawn.panels[panel].query, drawn.bins[place].query)
        found = self.session.find(both(self.asked(chart, query, split), own))
        return self.session.selections.save(found.indices), own

    def _drawn(self, asked: _Asked) -> Drawn:
        chart, known = asked.chart, asked.known
        rows = self.session.find(asked.query).indices
        x_field, y_field, by_field = (known.get(name) for name in (chart.x, chart.y, chart.by))
        assert x_field is not None and y_field is not None  # `draw` has looked
        y_all = np.asarray(y_field.read())[rows]
        usable = (y_all >= 0) if y_field.kind == "truth" else np.isfinite(y_all)
        ordered = x_field.kind == "number"
        x_all = np.asarray(x_field.read())[rows] if ordered else self._codes(x_field)[0][rows]
        usable &= ~np.isnan(x_all) if ordered else x_all >= 0
        rows, x, y = rows[usable], x_all[usable], y_all[usable]
        if ordered:
            place, bins = ranges(x, chart.x)
            all_bins = len(bins)
        else:
            place, codes, all_bins = _frequent(x, MOST_GROUPS)
            bins = tuple(self._class(x_field, code, where) for where, code in enumerate(codes))
        if by_field is None:
            own, queries, groups = np.zeros(len(rows), np.int64), [("", "")], 1
        else:
            own, codes, groups = _frequent(self._codes(by_field)[0][rows], MOST_PANELS)
            named = [self._class(by_field, code, 0) for code in codes]
            queries = [(each.text, each.query) for each in named]
        share = y_field.kind == "truth"
        average = shares if share else means
        panels = []
        for code, (name, query) in enumerate(queries):
            mine = (own == code) & (place >= 0)
            n, mean, low, high = average(y[mine], place[mine], len(bins))
            total = float(y[mine].mean(dtype=np.float64)) if mine.any() else float("nan")
            has_rank = ordered or x_field.kind == "truth"
            rank = spearman(x[mine].astype(np.float64), y[mine].astype(np.float64)) if has_rank else None
            panels.append(Panel(name, query, n, mean, low, high, total, rank))
        titles = (x_field.title, y_field.title, by_field.title if by_field else "")
        shown = int(sum(panel.n.sum() for panel in panels))
        return Drawn(
            chart, titles, share, ordered, bins, all_bins, tuple(panels), groups, shown, len(usable)
        )  # fmt: skip

    def _check(self, name: str, known: Mapping[str, Field], can: Callable[[Field], bool]) -> None:
        """Raise UnknownColumn, or NoClassHead, if a field is not among those that can be used."""
        field = known.get(name)
        if field is None or not can(field):
            absent = known.absent  # type: ignore[attr-defined]
            if name in absent:
                raise NoClassHead(absent[name])
            names = [each.name for each in known.values() if can(each)]
            raise UnknownColumn(
                f"chart of {name[:40]!r}: no column that can be drawn so; {nearest(name, names[:20])}"
            )

    def _lies_across(self, field: Field) -> bool:
        return field.kind == "number" or self._has_classes(field)

    def _is_averaged(self, field: Field) -> bool:
        return field.kind in ("number", "truth")

    def _has_classes(self, field: Field) -> bool:
        if field.kind == "text":
            return field.name in self.session.metadata and self.session.described.has(described.START + field.name)
        return field.kind in ("class", "truth")

    def _codes(self, field: Field) -> tuple[NDArray[Any], tuple[str, ...]]:
        """(n,) codes of a field with classes, -1 for none, and their names."""
        if field.kind == "text":
            names = self.session.described.names(field.name) or ()
            return self.session.column(described.START + field.name), names
        values = np.asarray(field.read())
        names = field.names if field.kind == "class" else ("no", "yes")
        return values.astype(np.int64), names

    def _class(self, field: Field, code: int, place: int) -> Bin:
        names = self._codes(field)[1]
        column = column_text(field.name)
        if field.kind == "truth":
            said = ("wrong", "correct")[code] if field.name == "correct" else names[code]
            return Bin(said, place, column if code else f"not {column}")
        name = names[code] if code < len(names) else str(code)
        return Bin(name or "(empty)", place, f"{column} == {literal(name)}")


def ranges(values: NDArray[Any], name: str) -> tuple[NDArray[np.int64], tuple[Bin, ...]]:
    """About ten ranges of equally many values each, or a bin for each value where they are few.

    Args:
        values: (n,) none of them not-a-number.
        name: the field's, for the queries.

    Returns:
        (n,) the range of each value, and the ranges.
    """
    column = column_text(name)
    if not len(values):
        return np.zeros(0, np.int64), ()
    finite = values[np.isfinite(values)]
    different = np.unique(values[:: max(1, len(values) // 5000)])
    if len(different) <= FEW and len(different := np.unique(values)) <= FEW:
        place = np.searchsorted(different, values)
        exact = (Bin(f"{value:.4g}", float(value), f"{column} == {number(value)}") for value in different)
        return place, tuple(exact)
    edges = _rounded(np.unique(np.quantile(finite.astype(np.float64), np.arange(1, RANGES) / RANGES)))
    edges = edges.astype(values.dtype) if values.dtype.kind == "f" else edges
    taken = np.unique(np.searchsorted(edges, values, side="right"))
    edges = edges[taken[1:] - 1]  # a border that was rounded may have nothing on one of its sides
    place = np.searchsorted(edges, values, side="right")
    counts = np.bincount(place, minlength=len(edges) + 1)
    sums = np.bincount(place, np.where(np.isfinite(values), values, 0), minlength=len(edges) + 1)
    texts = [number(edge) for edge in edges]
    bins = []
    for at, (count, total) in enumerate(zip(counts.tolist(), sums.tolist(), strict=True)):
        low, high = at > 0, at < len(edges)
        from_, below = (f"{column} >= {texts[at - 1]}" if low else ""), (f"{column} < {texts[at]}" if high else "")
        query = " and ".join(part for part in (from_, below) if part) or f"{column} is not null"
        ends = f"{texts[at - 1] if low else f'{finite.min():.4g}'} to {texts[at] if high else f'{finite.max():.4g}'}"
        bins.append(Bin(ends, total / count if count else float("nan"), query))
    return place, tuple(bins)


def _rounded(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Borders with as few digits, at least four, as move none by more than a tenth of the way to its neighbors."""
    gaps = np.diff(edges, prepend=-np.inf, append=np.inf)
    found = []
    for edge, room in zip(edges, np.minimum(gaps[:-1], gaps[1:]) / 10, strict=True):
        texts = (f"{edge:.{digits}g}" for digits in range(LEAST_DIGITS, MOST_DIGITS))
        found.append(next((float(text) for text in texts if abs(float(text) - edge) <= room), float(edge)))
    return np.unique(np.array(found))


def number(value: Any) -> str:
    """A number as a query writes it, with as many digits as tell it apart in its own precision."""
    exact = float(value)
    return str(int(exact)) if exact.is_integer() and abs(exact) < 1e15 else str(value)


def _frequent(codes: NDArray[Any], most: int) -> tuple[NDArray[np.int64], list[int], int]:
    """The most frequent codes: (n,) the place of each among them or -1; these codes in order; how many there are."""
    counts = np.bincount(codes[codes >= 0].astype(np.int64))
    present = np.flatnonzero(counts)
    kept = np.sort(present[np.argsort(-counts[present], kind="stable")[:most]])
    table = np.full(len(counts) + 1, -1, np.int64)  # the last one is for no value
    table[kept] = np.arange(len(kept))
    return table[codes], kept.tolist(), len(present)


def _check_board(text: str) -> None:
    if not charts.read(text):
        raise NotSaved("saved boards: there is no chart on this one; add one first")
