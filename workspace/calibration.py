"""How far the network's confidence can be taken at its word, and what it costs to abstain, read for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.abstention import Curve, Kept, choose, curve, keep
from analysis.calibration import COLUMNS, halves
from analysis.metrics import Z, wilson
from analysis.reliability import Bins, Error, bins, error
from workspace.query import literal

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 16
NEEDED = ("calibrated_confidence", "confidence", "correct", "digests", "labels", "proper_scores", "temperature")
FEWEST = 30  # samples of a half from which a limit can be chosen


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The network before or after the temperature.

    Attributes:
        bins: of the reliability plot.
        error: the expected calibration error.
        confidence: mean over the samples.
        loss: mean of the finite ones, in nats.
        brier: mean Brier score, 0 to 2.
    """

    bins: Bins
    error: Error
    confidence: float
    loss: float
    brier: float


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What can be said of the samples that match and have a label.

    Attributes:
        n: samples; `size` with those that have no label.
        accuracy: the share that is right.
        excess: mean confidence less accuracy, above 0 where it is too sure; low, high its 95 % interval (normal).
        before, after: the temperature.
        infinite: samples with an infinite loss, left out of the means of the loss.
        curve: risk against coverage, by the confidence as it is.
    """

    n: int
    size: int
    accuracy: float
    excess: float
    low: float
    high: float
    before: Side
    after: Side
    infinite: int
    curve: Curve

    @property
    def verdict(self) -> str:
        """Either "too sure", "too unsure", "off" where it is neither as a whole, or "" where it may be chance."""
        if self.before.error.p > 0.01:
            return ""
        return "too sure" if self.low > 0 else "too unsure" if self.high < 0 else "off"


@dataclass(frozen=True, slots=True)
class Fitted:
    """The temperature of a split: of all its samples with the 95 % interval, and of each half."""

    n: int
    temperature: float
    low: float
    high: float
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """What is handed over for an error of at most `target` among the rest.

    Attributes:
        target: the share of errors that is allowed.
        chosen: the limit, as it does on the half that it was chosen on; None where no limit is good enough.
        checked: the same limit on the other half.
        handed: samples of both halves that are below it; `n` in all.
        query: finds them; "" if there are none.
        few: whether there are too few samples to choose a limit and to check it.
    """

    target: float
    chosen: Kept | None
    checked: Kept | None
    handed: int
    n: int
    query: str = ""
    few: bool = False

    @property
    def risk(self) -> tuple[float, float, float]:
        """Error among the kept of the other half, with its 95 % interval."""
        return _share(self.checked.errors, self.checked.kept) if self.checked else (np.nan, np.nan, np.nan)

    @property
    def share(self) -> tuple[float, float, float]:
        """The share handed over of the other half, with its 95 % interval."""
        if self.checked is None:
            return np.nan, np.nan, np.nan
        return _share(self.checked.n - self.checked.kept, self.checked.n)


@dataclass(frozen=True, slots=True)
class OfClass:
    """The samples that are predicted as a class."""

    code: int
    n: int
    confidence: float
    accuracy: float
    low: float
    high: float
    abstention: Abstention


class Calibration:
    """What pages ask about confidence. Safe for several threads. Every method may raise what `find` raises."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._measured = lru_cache(KEPT)(self._measure)
        self._classes = lru_cache(KEPT)(self._each)

    def usual_split(self) -> str:
        """The split that says most: the test split, else the last."""
        names = [name for name, _ in self.session.splits]
        return next((name for name in names if name == "test"), names[-1])

    def measured(self, split: str, query: str = "") -> Measured | None:
        """Everything about the samples of a split that match a query; None if none of them has a label."""
        return self._measured(split, query, self._key(query))

    def fitted(self, split: str) -> Fitted:
        """The temperature of a split, whatever the query."""
        code = self.session.dataset.split_names.index(split)
        row = dict(zip(COLUMNS, self.session.column("temperature")[code].tolist(), strict=True))
        return Fitted(int(row.pop("n")), **row)

    def abstain(self, split: str, target: float, query: str = "") -> Abstention:
        """What has to be handed over for an error of `target` among the rest."""
        rows, size = self._rows(split, query)
        return self._abstain(rows, target, _asked(split, query, labelled=len(rows) < size))

    def classes(self, split: str, target: float, query: str = "") -> list[OfClass]:
        """The same for the samples predicted as each class, those that hand over most first."""
        return self._classes(split, target, query, self._key(query))

    def handed(self, found: Abstention) -> NDArray[np.intp]:
        """The samples that are handed over, the least sure first."""
        if not found.query:
            return np.empty(0, np.intp)
        return np.asarray(self.session.find(found.query, sort="confidence").indices, np.intp)

    def _key(self, query: str) -> str:
        """What the answers depend on besides what was asked."""
        return self.session.find(query).key + self.session.key("proper_scores")

    def _rows(self, split: str, query: str) -> tuple[NDArray[np.intp], int]:
        """The samples of a split that match and are right or wrong, and how many match."""
        session = self.session
        rows = np.asarray(session.find(query).indices, np.intp)
        rows = rows[session.column("split")[rows] == session.dataset.split_names.index(split)]
        return rows[session.column("correct")[rows] >= 0], len(rows)

    def _measure(self, split: str, query: str, key: str) -> Measured | None:
        session = self.session
        rows, size = self._rows(split, query)
        if not len(rows):
            return None
        correct, scores = session.column("correct")[rows], session.column("proper_scores")[rows]
        sure = session.column("confidence")[rows]
        apart = sure.astype(np.float64) - correct
        reach = Z * float(apart.std(ddof=1)) / len(rows) ** 0.5 if len(rows) > 1 else np.nan
        excess = float(apart.mean())

        def side(confidence: NDArray[np.floating], loss: int, brier: int, *, floor: bool) -> Side:
            finite = scores[:, loss][np.isfinite(scores[:, loss])]
            return Side(
                bins(confidence, correct),
                error(confidence, correct, floor=floor),
                float(confidence.mean(dtype=np.float64)),
                float(finite.mean()) if len(finite) else np.nan,
                float(scores[:, brier].mean()),
            )

        return Measured(
            n=len(rows),
            size=size,
            accuracy=float(correct.mean()),
            excess=excess,
            low=excess - reach,
            high=excess + reach,
            before=side(sure, 0, 2, floor=True),
            after=side(session.column("calibrated_confidence")[rows], 1, 3, floor=False),
            infinite=int(np.isinf(scores[:, 0]).sum()),
            curve=curve(sure, correct),
        )

    def _each(self, split: str, target: float, query: str, key: str) -> list[OfClass]:
        session = self.session
        rows, size = self._rows(split, query)
        if not len(rows):
            return []
        asked = _asked(split, query, labelled=len(rows) < size)
        predicted = session.column("predicted")[rows]
        order = np.argsort(predicted, kind="stable")
        codes, starts = np.unique(predicted[order], return_index=True)
        found = []
        for code, members in zip(codes.tolist(), np.split(rows[order], starts[1:]), strict=True):
            n, right = len(members), int(session.column("correct")[members].sum())
            sure = float(session.column("confidence")[members].mean(dtype=np.float64))
            of_class = [*asked, f"predicted == {literal(session.class_names[code])}"]
            found.append(OfClass(code, n, sure, *_share(right, n), self._abstain(members, target, of_class)))
        return sorted(found, key=lambda each: (-each.abstention.handed / each.n, each.accuracy))

    def _abstain(self, rows: NDArray[np.intp], target: float, asked: list[str]) -> Abstention:
        session = self.session
        confidence, correct = session.column("confidence")[rows], session.column("correct")[rows]
        first = halves(session.column("digests")[rows]) == 0
        if min(int(first.sum()), int((~first).sum())) < FEWEST:
            return Abstention(target, None, None, 0, len(rows), few=True)
        chosen = choose(confidence[first], correct[first], target)
        if chosen is None:
            return Abstention(target, None, None, 0, len(rows))
        checked = keep(confidence[~first], correct[~first], chosen.limit)
        handed = int((confidence < confidence.dtype.type(chosen.limit)).sum())
        query = " and ".join([*asked, f"confidence < {chosen.limit}"]) if handed else ""
        return Abstention(target, chosen, checked, handed, len(rows), query)


def _asked(split: str, query: str, *, labelled: bool) -> list[str]:
    """Conditions for the samples of a split that match; `labelled` where others have no label."""
    found = [f"split == {literal(split)}", *([f"({query})"] if query else [])]
    return [*found, *(["correct is not null"] if labelled else [])]


def _share(part: int, whole: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson)."""
    low, high = wilson(np.array(float(part)), np.array(float(whole)))
    return part / whole if whole else np.nan, float(low), float(high)
