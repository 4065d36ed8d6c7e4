"""What the lists of faults are made of: suspect labels, samples far from the training data, causes of errors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis import error_causes, strangers, suspects
from analysis.metrics import Z, wilson
from analysis.outliers import VIEWS
from workspace import doctor, duplicates, findings
from workspace.doctor import Finding
from workspace.duplicates import Copies, Groups, Leak
from workspace.findings import Sentence

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 8  # limits of likeness whose groups are kept


@dataclass(frozen=True, slots=True)
class Suspects:
    """How many labels look wrong.

    Attributes:
        n: labels that were judged.
        suspect: of these, contradicted.
        expected: so many would be contradicted if every label were right.
        low: so many are wrong at least, as far as chance allows to say.
    """

    n: int
    suspect: int
    expected: float
    low: int


@dataclass(frozen=True, slots=True)
class Strangers:
    """How many samples of a split lie further out than 99 % of the first split.

    Attributes:
        split: its name.
        n: samples with a score.
        far: of these, far out.
        low, high: Wilson's 95 % interval of far / n.
        first: whether it is the first split itself, of which it is 1 % whatever it holds.
    """

    split: str
    n: int
    far: int
    low: float
    high: float
    first: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """One part of the error budget: its name, how many errors, and their share in tenths of a percent."""

    name: str
    n: int
    tenths: int


class Faults:
    """The faults of one session's data; every method raises ColumnNotReady until its columns are there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._alike = lru_cache(KEPT)(lambda likeness: duplicates.alike(session, likeness))

    def suspects(self) -> Suspects:
        """How many labels look wrong, over all splits."""
        n, suspect, expected = (float(value) for value in self.session.column("suspect_counts").sum(axis=0))
        return Suspects(int(n), int(suspect), expected, int(max(0.0, suspect - expected - Z * expected**0.5)))

    def pairs(self, within: NDArray[np.integer] | None = None) -> list[tuple[int, int, int]]:
        """The suspect labels as (label, suggested label, how many), the most frequent first; `within` some rows."""
        names = ("label_suspect", "labels", "suggested")
        chosen = slice(None) if within is None else within
        suspect, labels, suggested = (np.asarray(self.session.column(name)[chosen]) for name in names)
        rows = (suspect == suspects.SUSPECT) & (suggested >= 0)
        found, counts = np.unique(np.stack([labels[rows], suggested[rows]]), axis=1, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [(int(found[0, place]), int(found[1, place]), int(counts[place])) for place in order]

    def strangers(self) -> list[Strangers]:
        """Every split with how many of its samples lie far out."""
        found = []
        far, split = np.asarray(self.session.column("stranger")), np.asarray(self.session.column("split"))
        for code, name in enumerate(self.session.dataset.split_names):
            inside = far[(split == code) & (far >= 0)]
            k, n = int((inside == strangers.FAR).sum()), len(inside)
            if n:
                low, high = wilson(np.array([float(k)]), np.array([float(n)]))
                first = code == int(split.min(initial=0))
                found.append(Strangers(name, n, k, float(low[0]), float(high[0]), first))
        return found

    def limit(self) -> float:
        """The score from which on a sample is far out."""
        scores, split = np.asarray(self.session.column("outlier")), np.asarray(self.session.column("split"))
        return strangers.limit(scores[split == split.min(initial=0)])

    def views(self, rows: NDArray[np.integer]) -> list[tuple[str, int]]:
        """Which view puts each of these samples furthest out: every view with how many, the most first."""
        seen = np.asarray(self.session.column("odd_view")[rows])
        counts = np.bincount(seen[seen >= 0], minlength=len(VIEWS)).tolist()
        return sorted(zip(VIEWS, counts, strict=True), key=lambda entry: -entry[1])

    def copies(self, likeness: float | None = None) -> Copies:
        """What counts as a copy: the usual verdict, or whatever is at least so much alike, in 0..1."""
        return duplicates.verdict(self.session) if likeness is None else self._alike(likeness)

    def duplicates(
        self, name: str, *, within: NDArray[np.bool_] | None = None, likeness: float | None = None
    ) -> Groups:
        """The first groups of copies of one of `workspace.duplicates.SECTIONS`."""
        return duplicates.section(self.session, self.copies(likeness), name, within=within)

    def duplicate_counts(self, likeness: float | None = None) -> dict[str, int]:
        """How many samples are in each section."""
        return duplicates.counts(self.copies(likeness))

    def leaks(self, likeness: float | None = None) -> list[Leak]:
        """Every split but the first with how many of its pictures another split has, and its accuracy without."""
        return duplicates.leaks(self.session, self.copies(likeness))

    def budget(self, split: str) -> list[Cause]:
        """The causes of a split's errors, in the order in which they are asked for; the shares add up to 1000."""
        code = self.session.dataset.split_names.index(split)
        causes = np.asarray(self.session.column("error_cause"))
        causes = causes[(np.asarray(self.session.column("split")) == code) & (causes >= 0)]
        counts = np.bincount(causes, minlength=len(error_causes.NAMES))
        shares = zip(error_causes.NAMES, counts.tolist(), tenths(counts), strict=True)
        return [Cause(name, n, share) for name, n, share in shares]

    def findings(self) -> list[Sentence]:
        """What is wrong, as ranked sentences. Never raises for what is not there yet: see `waiting`."""
        return findings.ranked(self.session)

    def examined(self) -> tuple[list[Finding], str]:
        """What the doctor found, the worst first, and a sentence about what was looked at."""
        return doctor.findings(self.session), doctor.looked_at(self.session)

    def waiting(self) -> list[str]:
        """What the sentences still wait for, in words."""
        return findings.waiting(self.session)


def tenths(counts: NDArray[np.integer]) -> list[int]:
    """Shares of the sum in tenths of a percent that add up to exactly 1000: the largest remainders are rounded up."""
    total = int(counts.sum())
    if not total:
        return [0] * len(counts)
    exact = 1000 * counts.astype(np.int64)
    down, rest = exact // total, exact % total
    missing = 1000 - int(down.sum())
    down[np.argsort(-rest, kind="stable")[:missing]] += 1
    return [int(value) for value in down]
