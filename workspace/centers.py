"""Where a sample stands in a layer: how far from the centers of its classes, who is nearest, and how it scores.

Answers come from columns that are there, at once and in the server; the last ones are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.similar import nearest
from workspace.plan import UnknownColumn

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 64
MOST_NUMBERS = 20_000_000  # of activations that are looked into for one answer
EVERYBODY = -1  # in place of a class


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a sample is from the center of a class.

    Attributes:
        code: the class.
        far: the Euclidean distance; not-a-number if the class has no other sample, or it cannot be measured.
        n: the class's samples that have a distance to its center, without the one asked about.
        nearer: the share of these that are nearer to it; not-a-number of none.
    """

    code: int
    far: float
    n: int
    nearer: float


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The samples nearest to another one.

    Attributes:
        rows: the nearest first.
        distances: how far they are.
        searched: how many were compared, of `n`.
        n: how many there are.
    """

    rows: tuple[int, ...]
    distances: tuple[float, ...]
    searched: int
    n: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a number lies among those of all samples.

    Attributes:
        value: the sample's own.
        below: the share of samples with a smaller one; half of those with the same count as smaller.
        n: how many samples have a number.
    """

    value: float
    below: float
    n: int


class Centers:
    """What the sample page reads of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._near = lru_cache(KEPT)(self._nearest)
        self._ordered = lru_cache(KEPT)(self._sort)

    def needed(self, layer: str) -> list[str]:
        """The columns that distances to centers are read from."""
        return [f"centers/{layer}", f"center_distances/{layer}"]

    def distance(self, index: int, code: int, layer: str) -> Distance:
        """How far a sample is from the center of a class, and how far the class's own samples are.

        The center of its own class is the mean of the others in it. Raises ColumnNotReady.
        """
        session = self.session
        centers, own = (session.column(name) for name in self.needed(layer))
        labels = np.asarray(session.column("labels"))
        if int(labels[index]) == code:
            far = float(own[index])
        elif 0 <= code < len(centers):
            point = np.asarray(session.column(f"activations/{layer}")[index], np.float64)
            with np.errstate(invalid="ignore"):
                far = float(np.linalg.norm(point - centers[code]))
        else:
            far = float("nan")
        others = np.asarray(own)[labels == code]
        n = int(np.isfinite(others).sum()) - (int(labels[index]) == code and bool(np.isfinite(far)))
        nearer = float((others < far).sum()) / n if n and np.isfinite(far) else float("nan")
        return Distance(code, far if np.isfinite(far) else float("nan"), n, nearer)

    def nearest(self, index: int, layer: str, k: int, code: int = EVERYBODY) -> Nearest:
        """The nearest other samples of a class, or of all.

        Of more than MOST_NUMBERS numbers every m-th sample is looked at, but of all samples the neighbors that
        were worked out are taken where they are there. Raises ColumnNotReady.
        """
        session = self.session
        ready = f"neighbors/{layer}", f"neighbor_distances/{layer}"
        if code == EVERYBODY and all(session.is_ready(name) for name in ready):
            rows, distances = (np.asarray(session.column(name)[index])[:k] for name in ready)
            found = [(int(row), float(far)) for row, far in zip(rows, distances, strict=True) if row >= 0]
            n = session.dataset.n - 1
            return Nearest(tuple(row for row, _ in found), tuple(far for _, far in found), n, n)
        keys = session.key(f"activations/{layer}"), session.key("labels")
        session.column(f"activations/{layer}")
        return self._near(index, layer, k, code, keys)

    def copies(self, index: int) -> NDArray[np.intp]:
        """The other samples with just the same pixels. Raises ColumnNotReady."""
        copies = np.asarray(self.session.column("copies"))
        rows: NDArray[np.intp] = np.flatnonzero(copies == copies[index])
        others: NDArray[np.intp] = rows[rows != index]
        return others

    def standing(self, column: str, index: int) -> Standing | None:
        """Where a sample's number lies among all; None where it has none.

        Raises:
            ColumnNotReady: it is not there yet.
            UnknownColumn: it has not one number per sample.
        """
        ordered = self._ordered(column, self.session.key(column))
        value = float(self.session.column(column)[index])
        if np.isnan(value):
            return None
        low, high = (int(np.searchsorted(ordered, value, side)) for side in ("left", "right"))
        return Standing(value, (low + high) / 2 / len(ordered), len(ordered))

    def rank(self, index: int, split: str = "") -> tuple[int, int]:
        """The place of a sample's loss among those of a split, or of all, 1 for the highest; and how many there are.

        0 for a sample without a loss. Raises ColumnNotReady, NoClassHead.
        """
        order = self.session.losses.order("", split)
        found = np.flatnonzero(order == index)
        return (int(found[0]) + 1 if len(found) else 0), len(order)

    def _nearest(self, index: int, layer: str, k: int, code: int, keys: tuple[str, str]) -> Nearest:
        """`keys` stand for the content that the answer depends on."""
        session = self.session
        points = session.column(f"activations/{layer}")
        point = np.asarray(points[index], np.float32)
        labels = np.asarray(session.column("labels"))
        rows = np.flatnonzero(labels == code) if code != EVERYBODY else np.arange(len(labels))
        rows = rows[rows != index]
        looked = rows[:: 1 + len(rows) * points.shape[1] // MOST_NUMBERS]
        if not len(looked) or not np.isfinite(point).all():
            return Nearest((), (), 0, len(rows))
        with np.errstate(all="ignore"):
            found = nearest(points, point, k, among=looked)
        return Nearest(tuple(found.rows.tolist()), tuple(found.distances.tolist()), found.searched, len(rows))

    def _sort(self, column: str, key: str) -> NDArray[Any]:
        values = np.asarray(self.session.column(column))
        if values.ndim != 1:
            raise UnknownColumn(f"column '{column}': has not one number per sample; choose a score")
        ordered: NDArray[Any] = np.sort(values[~np.isnan(values)])
        ordered.flags.writeable = False
        return ordered
