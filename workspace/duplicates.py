"""Pictures that stand in the data more than once: their groups, the worst first, and what they do to accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.duplicates import (
    ACROSS,
    CONFLICT,
    CONFLICT_ACROSS,
    SINGLE,
    WITHIN,
    duplicate,
    duplicate_group,
)
from analysis.metrics import wilson
from analysis.neighbors import NOBODY

if TYPE_CHECKING:
    from workspace.session import Session

SECTIONS = {"labels": (CONFLICT, CONFLICT_ACROSS), "splits": (ACROSS,), "within": (WITHIN,)}


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """What counts as a copy.

    Attributes:
        group: (n,) the first sample of the group that each one is in, -1 where it is alone.
        kind: (n,) what is worst about it, a code of `analysis.duplicates`.
    """

    group: NDArray[np.integer]
    kind: NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Group:
    """Copies of one picture.

    Attributes:
        rows: its samples, the closest pair first.
        apart: how far that pair is, as in `copy_of`; 0 is a copy.
        exact: whether all of them are the same, pixel by pixel.
    """

    rows: tuple[int, ...]
    apart: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Groups:
    """The first groups of a section.

    Attributes:
        shown: the closest first.
        n: groups in all.
        samples: pictures in all of them.
    """

    shown: tuple[Group, ...]
    n: int
    samples: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many of n are right, with Wilson's 95 % interval; not-a-number of none."""

    right: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.right / self.n if self.n else float("nan")


@dataclass(frozen=True, slots=True)
class Leak:
    """A split's samples of which another split has copies.

    Attributes:
        split: its name.
        n: samples in it.
        leaked: of these, with a copy in another split.
        accuracy: of all, of the leaked ones, of the others; None without a class head.
    """

    split: str
    n: int
    leaked: int
    accuracy: tuple[Share, Share, Share] | None


def verdict(session: Session) -> Copies:
    """The usual one. Raises ColumnNotReady until copies were looked for."""
    return Copies(np.asarray(session.column("duplicate_group")), np.asarray(session.column("duplicate")))


def alike(session: Session, likeness: float) -> Copies:
    """All pictures with the same pixels, and each with the one most alike if it is at least so much alike.

    Likeness is 1 for a copy, and what `copy_likeness` says. 70,000 pictures take about 50 ms.

    Raises:
        ColumnNotReady: the copies have not been looked for yet.
    """
    names = ("copy_of", "copies", "copy_likeness", "labels", "split")
    near, first, found, labels, split = (np.asarray(session.column(name)) for name in names)
    partner = np.where(found >= found.dtype.type(likeness), near[:, 0], NOBODY).astype(np.int32)
    group = duplicate_group(partner, first)
    return Copies(group, duplicate(group, labels, split))


def section(
    session: Session, copies: Copies, name: str, *, within: NDArray[np.bool_] | None = None, most: int = 24
) -> Groups:
    """The groups of one of SECTIONS that have a sample `within`, the closest first.

    Raises:
        ColumnNotReady: the copies have not been looked for yet.
    """
    group, kind = copies.group, copies.kind
    chosen = np.isin(kind, SECTIONS[name])
    if within is not None:
        chosen &= np.isin(group, np.unique(group[chosen & within]))
    rows = np.flatnonzero(chosen)
    partner, apart = _pairs(session, group, rows)
    order = np.lexsort((rows, apart, group[rows]))
    rows, partner, apart = rows[order], partner[order], apart[order]
    starts = np.flatnonzero(np.diff(group[rows], prepend=NOBODY - 1))
    ends = np.append(starts[1:], len(rows))
    first = np.asarray(session.column("copies"))
    shown = []
    for place in np.lexsort((group[rows[starts]], apart[starts]))[:most]:
        start, members = starts[place], rows[starts[place] : ends[place]]
        pair = [int(rows[start]), int(partner[start])]
        pair = sorted(pair) if pair[1] in members else pair[:1]
        others = sorted(set(members.tolist()) - set(pair))
        same = len(np.unique(first[members])) == 1
        shown.append(Group((*pair, *others), max(float(apart[start]), 0.0), same))
    return Groups(tuple(shown), len(starts), len(rows))


def _pairs(
    session: Session, group: NDArray[np.integer], rows: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The nearest copy of each row within its own group, and how far; infinity where only others point at it."""
    near, first = session.column("copy_of"), np.asarray(session.column("copies"))
    found = np.asarray(near[rows])
    partner, apart = found[:, 0].astype(np.int64), np.maximum(found[:, 1].astype(np.float64), 0)
    apart = np.where((partner >= 0) & (group[np.maximum(partner, 0)] == group[rows]), apart, np.inf)
    again = first[rows] != rows
    return np.where(again, first[rows], partner), np.where(again, 0.0, apart)


def leaks(session: Session, copies: Copies) -> list[Leak]:
    """Every split but the first with its leaked samples and the accuracy with and without them.

    Raises:
        ColumnNotReady: a column is not there yet.
    """
    kind, split = copies.kind, np.asarray(session.column("split"))
    right = np.asarray(session.column("correct")) if session.knows("correct") else None
    found = []
    for code, name in enumerate(session.dataset.split_names):
        inside = split == code
        if code == split.min(initial=0) or not inside.any():
            continue
        leaked = inside & ((kind == ACROSS) | (kind == CONFLICT_ACROSS))
        accuracy = None
        if right is not None:
            accuracy = (share(right[inside]), share(right[leaked]), share(right[inside & ~leaked]))
        found.append(Leak(name, int(inside.sum()), int(leaked.sum()), accuracy))
    return found


def share(right: NDArray[np.integer]) -> Share:
    """How many are right, 1, of those that are known to be right or wrong, 0; -1 is not known."""
    n, hits = int((right >= 0).sum()), int((right == 1).sum())
    low, high = wilson(np.array([float(hits)]), np.array([float(n)]))
    return Share(hits, n, float(low[0]), float(high[0]))


def counts(copies: Copies) -> dict[str, int]:
    """How many samples are in each section, and how many have no copy."""
    return {name: int(np.isin(copies.kind, codes).sum()) for name, codes in {**SECTIONS, "alone": (SINGLE,)}.items()}
