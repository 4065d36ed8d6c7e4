"""Two splits compared, read for the page and for the findings: the verdict, what decided, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.drift import Measure, Verdict, decided, of_table, verdict
from workspace.request import asking
from workspace.requests.drift import APART, NEAREST, NEW_LIKE, ROW, STRANGE

if TYPE_CHECKING:
    from workspace.session import Session

MIXED = 0.1  # of the samples would have to change class, from which on the mixture of classes is another one
ONE_CLASS = 0.1  # of the area under the curve between the class that changed most and the middle one
PEAK = 0.6  # the area from which on a class counts as changed
NAMED = 3  # classes in a sentence


@dataclass(frozen=True, slots=True)
class Pair:
    """A sample of the new split and the nearest one of the reference.

    Attributes:
        new, nearest: their indices.
        chance: how sure a classifier that never saw the sample is that it is a new one, 0 to 1.
        apart: its distance to the nearest, 1 what 99 % of the held-out reference do not exceed.
    """

    new: int
    nearest: int
    chance: float
    apart: float


class Drift:
    """What pages ask about gaps between splits. All may raise ColumnNotReady. Safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def splits(self, reference: str, new: str) -> tuple[str, str]:
        """The splits that are meant: the first and the next one where nothing else makes sense."""
        names = [name for name, n in self.session.splits if n]
        one = reference if reference in names else names[0]
        others = [name for name in names if name != one]
        return one, new if new in names else (others or [one])[0]

    def columns(self, reference: str, new: str) -> list[str]:
        """What the comparison is read from, as far as the network gives it."""
        one, two = self.splits(reference, new)
        names = []
        if self.session.knows("features/last"):
            names.append(asking("drift", reference=one, new=two))
            if self.session.knows("probabilities"):
                names.append(asking("driftanswers", reference=one, new=two))
        return names

    def facts(self, reference: str, new: str) -> dict[str, Any]:
        """All that was found about two splits, by name; without what their answers say if there are none."""
        found: dict[str, Any] = {}
        for column in self.columns(reference, new):
            facts = dict(self.session.facts(column))
            found["measures"] = {**found.get("measures", {}), **facts.pop("measures", {})}
            found |= facts
        return found

    def measures(self, reference: str, new: str) -> list[Measure]:
        """What the verdict is made of, in the order of the limits; empty with too few samples."""
        rows = self.facts(reference, new).get("measures", {})
        names = [name for name in ("classifier", "answers", "strangers") if name in rows]
        return of_table(names, np.array([rows[name] for name in names]))

    def verdict(self, measures: list[Measure]) -> tuple[Verdict, Measure | None]:
        """Gap, unclear or alike, and which measure decided."""
        return verdict(measures), decided(measures)

    def said(self, why: Measure) -> str:
        """What a measure found, with interval, limit and n."""
        as_text = "{:.1%}" if why.name == "strangers" else "{:.3f}"
        value, low, high, limit = (
            as_text.format(number).replace("%", " %") for number in (why.value, why.low, why.high, why.limit)
        )
        how = {
            "classifier": f"a classifier tells them apart with an area under the curve of {value}",
            "answers": f"the network's answers moved by {value}",
            "strangers": f"{value} of the samples are stranger than 99 % of the reference",
        }[why.name]
        return f"{how} (95 % interval {low} to {high}, limit {limit}, n = {why.n_reference:,} and {why.n_new:,})."

    def pairs(self, reference: str, new: str, order: str, most: int) -> tuple[list[Pair], int]:
        """The samples behind a gap, the most striking first, and of how many they are."""
        rows = self.session.column(self.columns(reference, new)[0])
        key = rows[:, APART] if order == "far" else rows[:, NEW_LIKE]
        first = np.argsort(-key - 1e-9 * rows[:, STRANGE], kind="stable")[:most]
        found = [
            Pair(int(row[ROW]), int(row[NEAREST]), float(1 / (1 + np.exp(-row[NEW_LIKE]))), float(row[APART]))
            for row in rows[first]
        ]
        return found, len(rows)

    def far(self, reference: str, new: str) -> NDArray[np.intp]:
        """The compared samples of the new split that are far from all of the reference, the furthest first."""
        rows = self.session.column(self.columns(reference, new)[0])
        rows = rows[rows[:, APART] > 1]
        return np.asarray(rows[np.argsort(-rows[:, APART], kind="stable"), ROW], np.intp)

    def usual(self) -> tuple[str, str, list[Measure]] | None:
        """The first two splits and how far apart they are, of standard columns; None with one split, or too few."""
        if len(self.session.splits) < 2:
            return None
        rows = of_table(("classifier", "strangers"), self.session.column("drift"))
        if self.session.knows("drift_answers"):
            rows += of_table(("answers",), self.session.column("drift_answers"))
        one, two = self.splits("", "")
        return (one, two, rows) if rows else None

    def advice(self, reference: str, new: str) -> str:
        """What to do, one sentence."""
        found, measures = self.facts(reference, new), self.measures(reference, new)
        said, why = self.verdict(measures)
        classes, mixed = found.get("classes", []), found.get("mixed")
        told = [each for each in classes if each["auc"] is not None]
        changed = [each for each in told if (each["low"] or 0) > PEAK]
        names = ", ".join(self.session.class_names[each["code"]] for each in changed[:NAMED])
        names += f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
        if said == "alike" and changed:
            return f"Look at {names}: as a whole the sets are alike, but these samples are told apart."
        if said == "alike":
            blind = any(measure.is_blind for measure in measures)
            return f"Nothing to do{'; collect more samples to see smaller gaps' if blind else ''}."
        if said == "unclear":
            return f"Collect more samples of {reference} and {new}: with so few, chance makes such differences, too."
        areas = sorted(each["auc"] for each in told)
        middle = float(np.median(areas)) if areas else float("nan")
        if mixed and mixed[0] > max(MIXED, 2 * mixed[1]) and (not areas or middle < PEAK):
            return (
                "Reshuffle: the classes stand in other shares, and inside each class the samples are alike; split "
                f"anew at random within each class, or weight the samples of {new}."
            )
        if changed and len(told) > 2 and 2 * len(changed) <= len(told) and areas[-1] - middle > ONE_CLASS:
            return f"Collect samples of {names} like those of {new}: other classes changed less."
        if why is not None and why.name == "strangers":
            return (
                f"Look at the samples furthest from {reference}: take out what is broken, and collect more of the "
                "rest for training."
            )
        return (
            f"Adjust how {new} is made (camera, generator, preprocessing) to {reference}, or train on samples like "
            "it; the whole set is different, not a few samples. If both come from one source, reshuffle instead."
        )
