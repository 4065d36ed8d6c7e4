"""The sub-types of every class as pages show them: how many where, how well recognized, which are typical."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis import subtype_recall
from analysis.metrics import wilson
from analysis.subtypes import FEWEST, LETTERS, MOST_CLASSES, REST, STABLE, kinds
from workspace.plan import ColumnNotReady
from workspace.query import literal

if TYPE_CHECKING:
    from workspace.session import Session

COLUMN, PARTS = "subtype", "subtype_parts"
KEPT = 4


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with Wilson's 95 % interval; not-a-number of none."""

    some: int
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Subtype:
    """A sub-type, or the rest of a class that has some.

    Attributes:
        code: in the column `subtype`.
        label: the class.
        name: for people and queries: "4a", "4 rest".
        is_rest: whether it is what is in no sub-type.
        n: samples.
        stability: how far it comes again in other draws, 0.75 to 1; not-a-number for the rest.
        shares: of the class, in each split that has samples.
        recall: in the split that is looked at, `others` that of the rest of the class there; None without answers.
        others: see there.
        worse: probability of so many more errors by chance alone; 1 where there are not more.
        uneven: probability of shares that differ so much between the split and all others.
        rows: its samples, the most typical first.
    """

    code: int
    label: int
    name: str
    is_rest: bool
    n: int
    stability: float
    shares: dict[str, Share]
    recall: Share | None
    others: Share | None
    worse: float
    uneven: float
    rows: NDArray[np.intp]

    @property
    def query(self) -> str:
        """The query that finds it."""
        return f"{COLUMN} == {literal(self.name)}"


class Subtypes:
    """What pages ask about sub-types. Safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._named = lru_cache(KEPT)(self._name)
        self._told = lru_cache(KEPT * 4)(self._tell)

    def names(self) -> tuple[str, ...]:
        """The names of the classes of the column `subtype`; none while it is not there."""
        try:
            return self._named(self.session.key(PARTS), self.session.key("labels"), self.session.class_names)[0]
        except ColumnNotReady:
            return ()

    def listed(self, split: str) -> list[Subtype]:
        """Every sub-type and what is left of their classes, the most suspicious first. Raises ColumnNotReady.

        Suspicious: recognized worse than the rest of its class in this split, or of another share there than in the
        others, each by how unlikely that is by chance.
        """
        session = self.session
        keys = [session.key(name) for name in (PARTS, "labels", "split")]
        keys += [session.key("correct")] if self._answers() else []
        return self._told(split, tuple(keys), session.class_names)

    def limit(self, split: str) -> float:
        """The probability below which a difference is called one: 5 % for all sub-types of the split together."""
        tested = sum(not entry.is_rest for entry in self.listed(split))
        return subtype_recall.CHANCE / max(tested, 1)

    def undivided(self) -> tuple[int, int, int]:
        """How many classes have sub-types, how many were looked at and have none, and how many were too small."""
        letters, labels = self._letters(), np.asarray(self.session.column("labels"))
        known = (labels >= 0) & (letters >= 0)
        counts = np.bincount(labels[known])
        looked = min(int((counts >= FEWEST).sum()), MOST_CLASSES)
        having = len(np.unique(labels[letters > REST]))
        return having, looked - having, int((counts > 0).sum()) - looked

    @property
    def fewest(self) -> int:
        """Samples of a class from which on it is divided."""
        return FEWEST

    @property
    def stable(self) -> float:
        """The stability from which on a cluster is a sub-type."""
        return STABLE

    def _answers(self) -> bool:
        return not self.session.no_head and self.session.knows("correct")

    def _letters(self) -> NDArray[np.int64]:
        return np.asarray(self.session.column(PARTS))[:, 0].astype(np.int64)

    def _name(self, parts: str, labels: str, classes: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """The name of every class of the column, and (m, 2) its class and letter."""
        known = kinds(self._letters(), np.asarray(self.session.column("labels")))
        divided = set(known[known[:, 1] > REST, 0].tolist())
        names = []
        for label, letter in known.tolist():
            name = classes[label] if label < len(classes) else str(label)
            gap = "" if name.isdecimal() else " "
            names.append(f"{name}{gap}{named(letter)}" if letter else f"{name} rest" if label in divided else name)
        return tuple(names), known

    def _tell(self, split: str, keys: tuple[str, ...], classes: tuple[str, ...]) -> list[Subtype]:
        session = self.session
        labels, letters = np.asarray(session.column("labels")), self._letters()
        splits = np.asarray(session.column("split"))
        correct = np.asarray(session.column("correct")) if len(keys) > 3 else np.full(len(labels), -1)
        distances = np.asarray(session.column(PARTS))[:, 2]
        names, known = self._named(keys[0], keys[1], classes)
        divided = np.unique(known[known[:, 1] > REST, 0]).tolist()
        here = session.dataset.split_names.index(split)
        found = []
        for label in divided:
            of_class = np.flatnonzero((labels == label) & (letters >= 0))
            for code in np.flatnonzero(known[:, 0] == label).tolist():
                inside = letters[of_class] == known[code, 1]
                rows = of_class[inside]
                shares = {
                    name: share(inside[splits[of_class] == place])
                    for place, name in enumerate(session.dataset.split_names)
                    if (splits[of_class] == place).any()
                }
                recall, others = (_recall(correct, each[splits[each] == here]) for each in (rows, of_class[~inside]))
                order = np.argsort(np.nan_to_num(distances[rows], nan=np.inf), kind="stable")
                found.append(
                    Subtype(
                        code,
                        label,
                        names[code],
                        bool(known[code, 1] == REST),
                        len(rows),
                        float(np.asarray(session.column(PARTS)[rows[0], 1])),
                        shares,
                        recall,
                        others,
                        _worse(recall, others),
                        _uneven(inside, splits[of_class] == here),
                        rows[order],
                    )
                )
        return sorted(found, key=lambda each: (each.is_rest, min(each.worse, each.uneven), -each.n))


def named(letter: int) -> str:
    """What a sub-type is called inside its class: a, b, c and so on."""
    return string.ascii_lowercase[(letter - 1) % LETTERS % 26]


def share(inside: NDArray[np.bool_]) -> Share:
    """How many are inside, with the interval."""
    some, n = int(np.count_nonzero(inside)), len(inside)
    low, high = wilson(np.array(float(some)), np.array(float(n)))
    return Share(some, n, some / n if n else float("nan"), float(low), float(high))


def _recall(correct: NDArray[np.integer], rows: NDArray[np.intp]) -> Share | None:
    answers = correct[rows]
    known = answers >= 0
    return share(answers[known] == 1) if known.any() else None


def _worse(recall: Share | None, others: Share | None) -> float:
    if recall is None or others is None:
        return 1.0
    wrong, rest = recall.n - recall.some, others.n - others.some
    return subtype_recall.tail(wrong, recall.n, rest, others.n)


def _uneven(inside: NDArray[np.bool_], here: NDArray[np.bool_]) -> float:
    """The probability of shares so different in a split and outside it, two-sided."""
    counts = [int((inside & here).sum()), int(here.sum()), int((inside & ~here).sum()), int((~here).sum())]
    if not counts[1] or not counts[3]:
        return 1.0
    more = subtype_recall.tail(*counts)  # type: ignore[arg-type]
    fewer = subtype_recall.tail(counts[1] - counts[0], counts[1], counts[3] - counts[2], counts[3])
    return min(1.0, 2 * min(more, fewer))
