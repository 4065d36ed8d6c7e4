"""Whether two sets of samples look alike to a network: a verdict by how large the differences are.

Three measures, each with a limit that was found on planted gaps (docs/decisions/021): how well a classifier tells the
sets apart by the features, how far the answers moved, and the share of samples that are strange to the reference. The
reference is cut in two: one half is compared with the new set, the other one is the same comparison without a
gap, its control. Differences, not p-values: at these sizes every pair is significantly different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.drift_answers import share_beyond, shift
from analysis.drift_classifier import FEWEST, Told, evened, told_apart
from analysis.drift_distances import Strange, strange
from analysis.rule import rule
from analysis.strangers import SHARE
from analysis.threads import one_thread
from util import blocks

Float = NDArray[np.float32]
Rows = NDArray[np.intp]
Verdict = Literal["gap", "unclear", "alike"]

ENOUGH = 100  # samples of each part from which on a gap is said to be one
MOST = 5_000  # samples of each set that are compared; of more, a fixed draw
LIMITS = {"classifier": 0.60, "answers": 0.075, "strangers": 0.025}
NOTHING = {"classifier": 0.5, "answers": 0.0, "strangers": SHARE}  # what each is without a gap
FIGURES = 7  # of a measure as a row of a table
BLOCK = 2**22


@dataclass(frozen=True, slots=True)
class Draw:
    """Which rows are compared, each ascending: two equal parts of the reference, and the new set."""

    reference: Rows
    held_out: Rows
    new: Rows

    @property
    def enough(self) -> bool:
        """Whether there are so many of each that something can be said."""
        return min(len(self.reference), len(self.held_out), len(self.new)) >= FEWEST


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to see a gap.

    Attributes:
        name: a key of LIMITS.
        value: how large; low, high its 95 % interval.
        control: the same between the two parts of the reference, where there is no gap.
        n_reference, n_held_out, n_new: samples behind it.
    """

    name: str
    value: float
    low: float
    high: float
    control: float
    n_reference: int
    n_held_out: int
    n_new: int

    @property
    def limit(self) -> float:
        """From which value on it is a gap."""
        return LIMITS[self.name]

    @property
    def verdict(self) -> Verdict:
        """A gap if it is beyond the limit and chance alone is not; unclear if chance may be all there is to it."""
        if self.value <= self.limit:
            return "alike"
        enough = min(self.n_reference, self.n_held_out, self.n_new) >= ENOUGH
        return "gap" if enough and self.low > self.nothing else "unclear"

    @property
    def nothing(self) -> float:
        """What the lower end of the interval must be above. Of few samples even the furthest is no rare one."""
        return max(self.limit, 4 / (self.n_held_out + 1)) if self.name == "strangers" else NOTHING[self.name]

    @property
    def is_blind(self) -> bool:
        """Whether a gap beyond the limit could go unnoticed, because there are so few samples."""
        return self.verdict != "gap" and self.high > self.limit

    def row(self) -> list[float]:
        """As figures, for a table."""
        counts = [self.n_reference, self.n_held_out, self.n_new]
        return [self.value, self.low, self.high, self.control, *map(float, counts)]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sets as the features see them.

    Attributes:
        points: (h, d), (h, d), (m, d): the rows of the draw as the classifier reads them.
        told, control: how well it tells new from reference, and held-out reference from reference.
        strange: how strange the new ones are to the reference.
        measures: "classifier" and "strangers".
    """

    points: tuple[Float, Float, Float]
    told: Told
    control: Told
    strange: Strange
    measures: tuple[Measure, ...]


@rule(
    "drift",
    title="Gap between the first two splits",
    kind="table",
    needs={"last": "features/last", "late_peaks": "features/late_peaks", "early_peaks": "features/early_peaks"},
)
def drift(last: Float, late_peaks: Float, early_peaks: Float, split: NDArray[np.integer]) -> NDArray[np.float64]:
    """How far the second split is from the first one in the network's features: what a finding is made of.

    last: (n, d); late_peaks: (n, e); early_peaks: (n, f); split: (n,) -> (2, 7) float64, a row for the classifier
    and one for the share of strangers: value, 95 % interval, control, samples of the reference, held out, new.
    No row with one split, or fewer than 20 samples in a part. At most 5,000 of each are compared, in 2 s.
    """
    drawn = usual(split, last, late_peaks, early_peaks)
    if drawn is None:
        return np.empty((0, FIGURES))
    return table(compared(last, late_peaks, early_peaks, drawn).measures)


@rule("drift_answers", title="Shift of the answers between the first two splits", kind="table")
def drift_answers(probabilities: Float, split: NDArray[np.integer]) -> NDArray[np.float64]:
    """How far the network's answers to the second split are from those to the first one.

    probabilities: (n, c); split: (n,) -> (1, 7) float64, the columns of `drift`; or no row.
    """
    drawn = usual(split, probabilities)
    return np.empty((0, FIGURES)) if drawn is None else table([answered(probabilities, drawn)])


def usual(split: NDArray[np.integer], *columns: Float) -> Draw | None:
    """The first split against the next one, as far as their rows are finite; None where there are too few."""
    codes = np.unique(split)
    if len(codes) < 2:
        return None
    first, second = (np.flatnonzero(split == code) for code in codes[:2])
    drawn = draw(first, second, *columns)
    return drawn if drawn.enough else None


def draw(reference: Rows, new: Rows, *columns: Float, most: int = MOST, seed: int = 0) -> Draw:
    """Rows of both sets at random, those left out that are not finite in one of the columns.

    A set against itself is cut in three parts that have no row in common.
    """
    random = np.random.default_rng(seed)
    same = len(reference) == len(new) and bool((np.sort(reference) == np.sort(new)).all())
    mixed, others = random.permutation(reference), random.permutation(new)
    part = min(most, len(mixed) // (3 if same else 2))
    parts = [mixed[:part], mixed[part : 2 * part], mixed[2 * part : 3 * part] if same else others[:most]]
    return Draw(*(_finite(np.sort(rows), columns) for rows in parts))


@one_thread()
def compared(last: Float, late_peaks: Float, early_peaks: Float, drawn: Draw) -> Compared:
    """The features of a draw: told apart by a classifier, and how strange the new ones are."""
    views = [evened(_rows(view, drawn)) for view in (last, late_peaks, early_peaks)]
    parts = [_cut(view, drawn) for view in views]
    points = _cut(evened(*views[:2]), drawn)
    told, control = told_apart(points[0], points[2]), told_apart(points[0], points[1])
    far = strange(parts)
    counts = (len(drawn.reference), len(drawn.held_out), len(drawn.new))
    share = share_beyond(far.share, counts[2], counts[1])
    measures = (
        Measure("classifier", told.auc, told.low, told.high, control.auc, *counts),
        Measure("strangers", share.value, share.low, share.high, far.control, *counts),
    )
    return Compared(points, told, control, far, measures)


def answered(probabilities: Float, drawn: Draw) -> Measure:
    """How far the answers moved. The held-out part is the control."""
    one, held_out, two = _cut(_rows(probabilities, drawn), drawn)
    moved, control = shift(one, two), shift(one, held_out)
    counts = (len(one), len(held_out), len(two))
    return Measure("answers", moved.distance, moved.low, moved.high, control.distance, *counts)


def table(measures: Sequence[Measure]) -> NDArray[np.float64]:
    """Measures as rows of figures, (k, 7)."""
    return np.array([measure.row() for measure in measures]).reshape(-1, FIGURES)


def of_table(names: Sequence[str], rows: NDArray[np.float64]) -> list[Measure]:
    """The other way round."""
    return [
        Measure(name, *figures[:4], *map(int, figures[4:]))
        for name, figures in zip(names, rows.tolist(), strict=False)
    ]


def verdict(measures: Sequence[Measure]) -> Verdict:
    """Of all measures together: one is enough."""
    found = [measure.verdict for measure in measures]
    return "gap" if "gap" in found else "unclear" if "unclear" in found else "alike"


def decided(measures: Sequence[Measure]) -> Measure | None:
    """The measure that is furthest beyond its limit, for its size; None if none is beyond."""
    beyond = [measure for measure in measures if measure.verdict != "alike"]
    return max(beyond, key=lambda each: (each.verdict == "gap", _excess(each)), default=None)


def _excess(measure: Measure) -> float:
    """How far it is, no gap at all being 0 and the limit 1."""
    nothing = NOTHING[measure.name]
    return (measure.value - nothing) / (measure.limit - nothing)


def _rows(column: Float, drawn: Draw) -> Float:
    """The rows of a draw, one part after the other, in memory."""
    return np.concatenate(
        [np.asarray(column[rows], np.float32) for rows in (drawn.reference, drawn.held_out, drawn.new)]
    )


def _cut(points: Float, drawn: Draw) -> tuple[Float, Float, Float]:
    """What `_rows` put together, in its parts again."""
    first, second = len(drawn.reference), len(drawn.reference) + len(drawn.held_out)
    return points[:first], points[first:second], points[second:]


def _finite(rows: Rows, columns: Sequence[Float]) -> Rows:
    kept = np.ones(len(rows), bool)
    for column in columns:
        for block in blocks(len(rows), column.shape[1], most=BLOCK):
            kept[block] &= np.isfinite(column[rows[block]]).all(axis=1)
    return rows[kept]
