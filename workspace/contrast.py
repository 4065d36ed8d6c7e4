"""This network against the other open ones in figures: agreement, outcomes by class, the most striking samples.

Two networks may differ in each sample, so the figures are worked out anew for every pair and split that
a page asks for, and kept for a while.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis import compare
from analysis.compare import Tally

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 256


class Contrast:
    """The figures of one session; safe for several threads. All may raise ColumnNotReady and UnknownColumn."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._tallied = lru_cache(KEPT)(self._tally)
        self._agreed = lru_cache(KEPT)(self._agree)

    def tallies(self, short: str, split: str = "") -> tuple[Tally, list[Tally]]:
        """How the samples of a split (all without one) come out, together and by class.

        Args:
            short: what the other network is called.
            split: a name.
        """
        other = self.session.comparing.other(short)
        keys = (self.session.key("labels"), self.session.key("predicted"), other.key("predicted"))
        return self._tallied(keys, other, split)

    def agreement(self, one: Session, two: Session, split: str = "") -> tuple[int, int, float]:
        """In how many samples two of the networks give the same answer, of how many, and Cohen's kappa."""
        return self._agreed((one.key("predicted"), two.key("predicted")), one, two, split)

    def striking(self, short: str, outcome: int, split: str, most: int) -> tuple[NDArray[np.intp], int]:
        """The samples of an outcome whose losses differ most, the most first; and how many there are."""
        session = self.session
        rows = np.flatnonzero((session.column(f"vs_{short}") == outcome) & self._mask(split))
        with np.errstate(invalid="ignore"):
            gap = np.abs(session.column("loss")[rows] - session.column(f"loss_{short}")[rows])
        return rows[np.argsort(-np.nan_to_num(gap, nan=-1.0), kind="stable")[:most]], len(rows)

    def share(self, some: int, n: int) -> tuple[float, float, float]:
        """A share with its 95 % interval; see `analysis.compare.share`."""
        return compare.share(some, n)

    def mcnemar(self, fixed: int, broken: int) -> tuple[float, float]:
        """The probability of such a difference if neither is better; see `analysis.compare.mcnemar`."""
        return compare.mcnemar(fixed, broken)

    def difference(self, fixed: int, broken: int, n: int) -> tuple[float, float, float]:
        """The difference of the accuracies with its 95 % interval; see `analysis.compare.difference`."""
        return compare.difference(fixed, broken, n)

    def _tally(self, keys: tuple[str, ...], other: Session, split: str) -> tuple[Tally, list[Tally]]:
        rows = self._mask(split)
        mine, theirs = (session.column("predicted")[rows] for session in (self.session, other))
        classes = len(self.session.dataset.class_names)
        return compare.tallies(self.session.column("labels")[rows], mine, theirs, classes)

    def _agree(self, keys: tuple[str, ...], one: Session, two: Session, split: str) -> tuple[int, int, float]:
        rows = self._mask(split)
        a, b = one.column("predicted")[rows], two.column("predicted")[rows]
        return (*compare.agreement(a, b), compare.kappa(a, b))

    def _mask(self, split: str) -> NDArray[np.bool_]:
        data = self.session.dataset
        if not split:
            return np.ones(data.n, bool)
        found: NDArray[np.bool_] = self.session.column("split") == data.split_names.index(split)
        return found
