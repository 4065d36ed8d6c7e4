"""The losses of the samples that match a query: their spread by class, their order, who lies between two.

What is asked for again and again, by every viewer of a page, is worked out once and kept for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.loss_histogram import INFINITE, is_log, tally
from analysis.metrics import Z
from workspace.selection import Mode

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 16
EVERY_CLASS = -2  # in place of a class's code; -1 is "no label"


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The losses of a set of samples. Row j of the arrays is class j, the last one those without a label.

    Attributes:
        edges: (b + 1,) borders of the bins, shared by all sets.
        log: whether the bins are equally wide in the logarithm.
        counts: (c + 1, b) samples in each bin.
        n: (c + 1,) samples with a finite loss.
        mean, median: (c + 1,) of the finite losses, not-a-number without any.
        size: samples of the set.
        known: of these, with a finite loss.
        infinite: of these, with an infinite one; the others have none.
        total_mean, low, high: mean of the finite losses with its 95 % interval (normal, not below 0).
        total_median: their median.
        hardest: how many are the hardest 1 % of `known`, at least one.
        share: of the sum of all finite losses that these carry; not-a-number if the sum is 0.
    """

    edges: NDArray[np.float64]
    log: bool
    counts: NDArray[np.int64]
    n: NDArray[np.int64]
    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    size: int
    known: int
    infinite: int
    total_mean: float
    total_median: float
    low: float
    high: float
    hardest: int
    share: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sample stands in the order of the losses.

    Attributes:
        rank: 1 is the hardest; None if it is not in the order.
        n: how many are in it.
        harder, easier: the samples next to it; None at the ends.
    """

    rank: int | None
    n: int
    harder: int | None
    easier: int | None


class Losses:
    """The losses of one session; safe for several threads. Every method may raise what `Session.find` raises."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._spread = lru_cache(KEPT)(self._measure)
        self._order = lru_cache(KEPT)(self._sort)

    def order(self, query: str = "", split: str = "") -> NDArray[np.int32]:
        """The samples that match and have a loss, the hardest first, equal ones by index.

        Args:
            query: as `Session.find` takes it.
            split: of which split; "" for all.
        """
        session = self.session
        order: NDArray[np.int32] = self._order(session.find(query).key, session.key("loss"), query, split)
        return order

    def spread(self, query: str = "", split: str = "") -> Spread:
        """How the losses of the samples that match are spread."""
        session = self.session
        return self._spread(session.find(query).key, session.key("loss"), query, split)

    def place(self, index: int, query: str = "") -> Place:
        """Where a sample stands among those that match.

        One that does not match has neighbors all the same: it is looked for where its loss would be, and at the
        top if it has none.
        """
        order = self.order(query)
        found = np.flatnonzero(order == index)
        if len(found):
            at = int(found[0])
            after = at + 1
        else:
            losses = self.session.column("loss")
            own = losses[index]
            after = at = 0 if np.isnan(own) else int(np.searchsorted(-losses[order], -own))
        return Place(
            rank=at + 1 if len(found) else None,
            n=len(order),
            harder=int(order[at - 1]) if at else None,
            easier=int(order[after]) if after < len(order) else None,
        )

    def choose(
        self,
        low: float | None,
        high: float | None,
        *,
        label: int = EVERY_CLASS,
        query: str = "",
        split: str = "",
        selection: str = "",
        mode: Mode = "replace",
    ) -> str:
        """The selection that a range of losses makes of another one.

        Args:
            low: where the range begins, in nats; None: no loss is too small.
            high: where it ends, itself not in it; None: no loss is too large.
            label: only the samples of that class.
            query: only the samples that match.
            split: only those of that split.
            selection: the name of the one before.
            mode: whether these replace it, or are added to or removed from it.
        """
        order = self.order(query, split)
        losses = self.session.column("loss")[order]
        mask = (losses >= (-np.inf if low is None else low)) & (True if high is None else losses < high)
        if label != EVERY_CLASS:
            mask &= self.session.column("labels")[order] == label
        return self.session.selections.combine(selection, order[mask][::-1], mode)

    def _rows(self, query: str, split: str) -> NDArray[np.int32]:
        """The samples that match, with a loss or without."""
        rows = self.session.find(query, sort="-loss").indices
        if not split:
            return rows
        code = self.session.dataset.split_names.index(split)
        kept: NDArray[np.int32] = rows[self.session.column("split")[rows] == code]
        return kept

    def _sort(self, key: str, column: str, query: str, split: str) -> NDArray[np.int32]:
        rows = self._rows(query, split)
        order: NDArray[np.int32] = rows[~np.isnan(self.session.column("loss")[rows])]
        order.flags.writeable = False
        return order

    def _measure(self, key: str, column: str, query: str, split: str) -> Spread:
        session = self.session
        edges = np.asarray(session.column("loss_edges"))
        c = session.column("loss_histogram").shape[1] - 1
        rows = self._rows(query, split)
        losses = np.asarray(session.column("loss")[rows])
        labels = session.column("labels")[rows]
        counts = tally(losses, labels, edges, c)
        finite = np.isfinite(losses)  # the hardest first
        known, row = losses[finite], np.where(labels[finite] >= 0, labels[finite], c)
        n = np.bincount(row, minlength=c + 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(row, known, minlength=c + 1) / n
        hardest = -(-len(known) // 100)
        total = float(known.sum())
        average = total / len(known) if len(known) else np.nan
        reach = Z * float(known.std(ddof=1)) / len(known) ** 0.5 if len(known) > 1 else np.nan
        return Spread(
            edges=edges,
            log=is_log(edges),
            counts=counts[:, :INFINITE],
            n=n,
            mean=mean,
            median=_medians(known, row, n),
            size=len(rows),
            known=len(known),
            infinite=int(counts[:, INFINITE].sum()),
            total_mean=average,
            total_median=float(np.median(known)) if len(known) else np.nan,
            low=max(average - reach, 0.0) if len(known) > 1 else np.nan,
            high=average + reach,
            hardest=hardest,
            share=float(known[:hardest].sum()) / total if total > 0 else np.nan,
        )


def _medians(falling: NDArray[np.float64], row: NDArray[np.integer], n: NDArray[np.integer]) -> NDArray[np.float64]:
    """The median of every row's values, given together in falling order."""
    grouped = falling[np.argsort(row, kind="stable")]
    starts: Sequence[int] = np.concatenate([[0], np.cumsum(n)[:-1]]).tolist()
    found = np.full(len(n), np.nan)
    for code, (start, count) in enumerate(zip(starts, n.tolist(), strict=True)):
        if count:
            found[code] = (grouped[start + (count - 1) // 2] + grouped[start + count // 2]) / 2
    return found
