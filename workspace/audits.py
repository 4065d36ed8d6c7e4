"""What the detector audit found, read for the pages: how good each list is on these data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.compare import share
from analysis.list_precision import Expected, Recall
from workspace.request import asking

if TYPE_CHECKING:
    from workspace.session import Session

SEED = 0
LISTS = {"labels": "auditedlabels", "outliers": "auditedpictures", "duplicates": "auditedpictures"}
FEWEST = 0.5  # of the planted faults that must be on a list before it says anything of those that are not


@dataclass(frozen=True, slots=True)
class Audit:
    """How one list did on planted faults, and what follows for the real one.

    Attributes:
        n: samples of the copy; `of` so many there are.
        planted: faults in it; `listed` samples on its list; `hits` (k, planted among the first k, others among
            them that are on the real list anyway, so that nobody knows of them).
        recalls: what was found of each kind.
        check: what was expected of the first 50 of the copy's list, to be held against `hits`.
        length: of the real list.
        first, every: how many of its first 50, and of all of it, are expected to be real.
        left: about how many more there are that are not on it, between how many and how many; None where the
            list finds too little to say.
        alone: for labels, the hits without the network's own opinion.
    """

    n: int
    of: int
    planted: int
    listed: int
    hits: tuple[tuple[int, int, int], ...]
    recalls: tuple[Recall, ...]
    check: Expected
    length: int
    first: Expected
    every: Expected
    left: tuple[float, float, float] | None
    alone: tuple[tuple[int, int, int], ...]

    @property
    def agrees(self) -> bool:
        """Whether what was expected of the copy's first can be true: the planted ones, and some of the real list."""
        known = {k: (hits, hits + own) for k, hits, own in self.hits}
        low, high = known.get(self.check.k, (0, 0))
        return self.check.low <= high and low <= self.check.high

    @property
    def found(self) -> int:
        """Planted faults that are on the list."""
        return sum(recall.listed for recall in self.recalls)


class Audits:
    """The audits of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def columns(self) -> dict[str, str]:
        """List -> the request that measures it, of those that these data and this network allow."""
        session = self.session
        if not (session.has_dataset and session.has_network):
            return {}
        found = {side: asking(name, seed=SEED) for side, name in LISTS.items()}
        return {
            side: column
            for side, column in found.items()
            if session.knows(column) and (side != "labels" or session.dataset.labelled)
        }

    def stage(self, side: str) -> str:
        """How far the audit of a list is: "never", "none", "running", "failed" or "done"."""
        column = self.columns().get(side)
        if column is None:
            return "never"
        if self.session.is_ready(column):
            return "done"
        if self.session.failure(column):
            return "failed"
        return "running" if self.session.is_wanted(column) else "none"

    def failure(self, side: str) -> str:
        """Why the audit of a list could not be made."""
        return self.session.failure(self.columns()[side]) or ""

    def examples(self, side: str) -> tuple[str, dict[str, int]]:
        """The key of the pictures of every planted kind, and the row of each in it."""
        column = self.columns()[side]
        facts = self.session.facts(column)
        before = len(_present(facts["outliers"])) if side == "duplicates" else 0
        return self.session.key(column), {name: before + place for place, name in enumerate(_present(facts[side]))}

    def changed(self) -> list[tuple[int, int, int, int]]:
        """(sample, label, changed to, place on the list or -1) of the planted labels, those not found first."""
        table = self.session.column(self.columns()["labels"])
        rows = [(int(a), int(b), int(c), int(d)) for a, b, c, d in table.tolist()]
        return sorted(rows, key=lambda row: (row[3] >= 0, -row[3]))

    def of(self, side: str) -> Audit:
        """The audit of a list. Raises ColumnNotReady until it was made."""
        facts = self.session.facts(self.columns()[side])
        found = facts[side]
        recalls = tuple(Recall(**recall) for recall in found["kinds"] if recall["planted"])
        every = Expected(**found["real_all"])
        return Audit(
            n=facts["n"],
            of=facts["of"],
            planted=found["planted"],
            listed=found["listed"],
            hits=tuple((k, hits, own) for k, hits, own in found["hits"]),
            recalls=recalls,
            check=Expected(**found["check"]),
            length=found["real_listed"],
            first=Expected(**found["real_first"]),
            every=every,
            left=_left(every, sum(recall.listed for recall in recalls), found["planted"]),
            alone=tuple((k, hits, own) for k, hits, own in found.get("alone", [])),
        )


def _present(found: Mapping[str, Any]) -> list[str]:
    return [recall["name"] for recall in found["kinds"] if recall["planted"]]


def _left(every: Expected, listed: int, planted: int) -> tuple[float, float, float] | None:
    """How many faults are not on a list that has `every` and finds `listed` of `planted`: about, low, high."""
    if not planted or listed < FEWEST * planted:
        return None
    recall, low, high = share(listed, planted)
    return (
        every.n * (1 - recall) / recall,
        every.low * (1 - high) / high,
        every.high * (1 - low) / low,
    )
