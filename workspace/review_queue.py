"""The order in which samples are reviewed, how far somebody is along it, and what it has given so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import wilson
from analysis.review_outlook import Outlook, outlook
from analysis.review_rate import Left, left
from util import InspectorError
from workspace.reviews import DROP, KEEP, NONE, RELABEL, SCORES, UNSURE

if TYPE_CHECKING:
    from workspace.result import Result
    from workspace.session import Session

LISTS = {
    "issues": "Label issues",
    "loss": "Hardest by loss",
    "query": "What the query finds",
    "selection": "The selection",
}
ENOUGH = 30  # that gave nothing are a reason to stop
MOST_NUMBERS = 20_000_000  # of activations that are looked into for one nearest sample
KEPT = 12


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """A list of samples that is gone through.

    Attributes:
        source: one of LISTS.
        indices: (k,) the samples, in order.
        sorted: whether the most suspicious come first.
        key: hash of all this.
    """

    source: str
    indices: NDArray[np.int32]
    sorted: bool
    key: str

    def place(self, index: int | None) -> int | None:
        """Where a sample stands, counted from 0."""
        found = np.flatnonzero(self.indices == (-1 if index is None else index))
        return int(found[0]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Progress:
    """What reviewing a list has given.

    Attributes:
        n: samples in the list.
        reviewed: of these, with a verdict.
        judged: of these, found right or wrong: without the unsure ones, and those that had no label.
        wrong: of these, relabelled or dropped.
        low, high: the 95 % interval of wrong / judged (Wilson's).
        unsure: how many nobody is sure of.
        left: how many wrong ones are left, as far as that can be said.
        quiet: how many of the list were found right since the last wrong one, in the order of the verdicts.
    """

    n: int
    reviewed: int
    judged: int
    wrong: int
    low: float
    high: float
    unsure: int
    left: Left | None
    quiet: int


@dataclass(frozen=True, slots=True)
class Range:
    """The accuracy of a split as labelled and as reviewed, on the same n samples.

    Attributes:
        split: its name.
        n: samples with a label and a prediction; nothing is taken away.
        labelled, reviewed: of these, how many predictions agree with the label, before and after review.
        ends: the 95 % intervals (low, high) of both shares.
        relabelled: how many of the n were.
        dropped, unsure: of the n, counted with the label that they have.
        suspects: how many of the n are in the list of label issues.
        judged: of these, found right or wrong.
        open: of these, without a verdict.
        outlook: how many would agree if all suspects were reviewed, as far as that can be said.
    """

    split: str
    n: int
    labelled: int
    reviewed: int
    ends: tuple[tuple[float, float], tuple[float, float]]
    relabelled: int
    dropped: int
    unsure: int
    suspects: int = 0
    judged: int = 0
    open: int = 0
    outlook: Outlook | None = None


class Queues:
    """The lists of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._made = lru_cache(KEPT)(self._make)

    def lists(self, selection: str = "") -> dict[str, str]:
        """What can be gone through: name -> title, the best to begin with first."""
        absent = {name for name, score in SCORES.items() if not self.session.knows(score)}
        absent |= set() if selection else {"selection"}
        return {name: title for name, title in LISTS.items() if name not in absent}

    def queue(self, source: str, query: str = "", hidden: str = "", sort: str = "", selection: str = "") -> Queue:
        """A list of those that the query finds and nobody hid; for an unknown one the best that is there.

        Raises:
            InspectorError: as `Session.find` does.
        """
        offered = self.lists(selection)
        if source not in offered:
            there = (name for name in offered if name not in SCORES or self.session.is_ready(SCORES[name]))
            source = next(there, "query")
        order = f"-{SCORES[source]}" if source in SCORES else sort if source == "query" else ""
        result = self.session.find(
            query, sort=order, hidden=hidden, within=selection if source == "selection" else ""
        )
        extra = [self.session.key(name) for name in ("suggested",) if self._narrowed(source)]
        return self._made(source, result, tuple(extra))

    def current(self, queue: Queue, wanted: int | None) -> int | None:
        """The sample that is to be looked at: the wanted one, else the first without a verdict."""
        if wanted is not None and queue.place(wanted) is not None:
            return wanted
        return self.step(queue, None, 1)

    def step(self, queue: Queue, index: int | None, direction: int, *, all: bool = False) -> int | None:
        """The next (1) or the one before (-1): without a verdict, or any (`all`). None at the end of the list.

        From the end of the list on, the first that was left out follows.
        """
        place = queue.place(index)
        if direction > 0 or place is None:
            return next(iter(self.ahead(queue, index, 1, all=all)), None)
        before = queue.indices[:place]
        if not all:
            before = before[self.session.reviews.decided().kinds[before] == NONE]
        return int(before[-1]) if len(before) else None

    def ahead(self, queue: Queue, index: int | None, most: int, *, all: bool = False) -> list[int]:
        """Where the next steps from a sample lead, at most so many; those from none begin with the first."""
        place = queue.place(index)
        before, after = queue.indices[: place or 0], queue.indices[0 if place is None else place + 1 :]
        rows = after
        if not all:
            rows = np.concatenate((after, before))
            rows = rows[self.session.reviews.decided().kinds[rows] == NONE]
        return [int(row) for row in rows[:most]]

    def progress(self, queue: Queue) -> Progress:
        """What going through a list has given so far, by whomever. Raises ColumnNotReady."""
        decided = self.session.reviews.decided()
        kinds, rows = decided.kinds[queue.indices], queue.indices
        known = np.asarray(self.session.column("labels"))[rows] >= 0
        judged = np.flatnonzero(known & np.isin(kinds, (KEEP, RELABEL, DROP)))
        wrong = kinds[judged] != KEEP
        low, high = (float(end) for end in wilson(np.array(float(wrong.sum())), np.array(float(len(judged)))))
        in_time = wrong[np.argsort(decided.numbers[rows[judged]])]
        hits = np.flatnonzero(in_time)
        # What was reviewed without a verdict on the label is not open any more, and not counted as left.
        open_or_judged = np.flatnonzero((kinds == NONE) | np.isin(np.arange(len(kinds)), judged))
        places = np.searchsorted(open_or_judged, judged)
        return Progress(
            n=len(rows),
            reviewed=int((kinds != NONE).sum()),
            judged=len(judged),
            wrong=int(wrong.sum()),
            low=low,
            high=high,
            unsure=int((kinds == UNSURE).sum()),
            left=left(places, wrong, len(open_or_judged), falling=queue.sorted),
            quiet=int(len(judged) - 1 - hits[-1]) if len(hits) else len(judged),
        )

    def accuracy(self) -> list[Range]:
        """Of every split that has labels. Raises ColumnNotReady, NoClassHead."""
        session = self.session
        decided = session.reviews.decided()
        correct, predicted = (np.asarray(session.column(name)) for name in ("correct", "predicted"))
        split, names = np.asarray(session.column("split")), session.dataset.split_names
        after = np.where(decided.kinds == RELABEL, predicted == decided.new, correct == 1)
        suspects = self._suspects()
        found = []
        for code, name in enumerate(names):
            rows = np.flatnonzero((split == code) & (correct >= 0))
            if not len(rows):
                continue
            right = int((correct[rows] == 1).sum()), int(after[rows].sum())
            ends = wilson(np.array(right, float), np.full(2, float(len(rows))))
            low, high = (end.tolist() for end in ends)
            counts = np.bincount(decided.kinds[rows], minlength=NONE + 1).tolist()
            both = (low[0], high[0]), (low[1], high[1])
            more = counts[RELABEL], counts[DROP], counts[UNSURE]
            mine = suspects[(split[suspects] == code) & (correct[suspects] >= 0)]
            known, judged, open_ones, ahead = self._outlook(right[1], mine, after)
            found.append(
                Range(name, len(rows), *right, both, *more,
                      suspects=known, judged=judged, open=open_ones, outlook=ahead)
            )  # fmt: skip
        return found

    def _suspects(self) -> NDArray[np.int32]:
        """The list of label issues, the most suspicious first; nothing while or where there is none."""
        try:
            asked = self.queue("issues")
        except InspectorError:
            return np.empty(0, np.int32)
        return asked.indices if asked.source == "issues" else np.empty(0, np.int32)

    def _outlook(
        self, right: int, suspects: NDArray[np.int32], after: NDArray[np.bool_]
    ) -> tuple[int, int, int, Outlook | None]:
        """Of the suspects of a split: how many, how many judged, how many open, and where that leads."""
        kinds = self.session.reviews.decided().kinds[suspects]
        agreeing = np.asarray(self.session.column("correct"))[suspects] == 1
        counted = np.flatnonzero(kinds != UNSURE)  # who was unsure has left the label as it is
        judged = np.flatnonzero(kinds[counted] != NONE)
        wrong = kinds[counted][judged] != KEEP
        mended = after[suspects][counted][judged][wrong].astype(int) - agreeing[counted][judged][wrong]
        found = outlook(right, judged, wrong, mended, agreeing[counted])
        return len(suspects), len(judged), len(counted) - len(judged), found

    def suggestion(self, index: int) -> int:
        """The class that is proposed for a sample, or what the network takes it for until there is one; -1 for none.

        Raises ColumnNotReady, NoClassHead.
        """
        return int(self.session.column("suggested" if self.session.is_ready("suggested") else "predicted")[index])

    def nearest(self, index: int, code: int) -> tuple[int, float] | None:
        """The nearest other sample of a class whose label nobody called wrong, and its distance in the layer.

        Of a class with very many numbers every k-th is looked at. Raises ColumnNotReady.
        """
        session = self.session
        vectors = session.column(f"activations/{session.network.layer}")
        kinds = session.reviews.decided().kinds
        rows = np.flatnonzero((np.asarray(session.column("labels")) == code) & ~np.isin(kinds, (RELABEL, DROP)))
        rows = rows[rows != index]
        rows = rows[:: 1 + len(rows) * vectors.shape[1] // MOST_NUMBERS]
        if not len(rows):
            return None
        with np.errstate(all="ignore"):
            apart = vectors[rows] - vectors[index]
            distances = np.sqrt(np.einsum("nd,nd->n", apart, apart))
        distances[~np.isfinite(distances)] = np.inf
        best = int(np.argmin(distances))
        return (int(rows[best]), float(distances[best])) if np.isfinite(distances[best]) else None

    def _narrowed(self, source: str) -> bool:
        """Whether only those of a list count for which another label is suggested."""
        return source == "issues" and self.session.knows("suggested")

    def _make(self, source: str, result: Result, extra: tuple[str, ...]) -> Queue:
        rows = result.indices
        if source in SCORES:
            values = np.asarray(self.session.column(SCORES[source]))[rows]
            rows = rows[~np.isnan(values)]
        if extra:
            suggested, labels = (np.asarray(self.session.column(name))[rows] for name in ("suggested", "labels"))
            rows = rows[(suggested >= 0) & (suggested != labels)]
        return Queue(source, rows, source in SCORES, "-".join((source, result.key, *extra)))
