"""How many samples of a list of faults are real faults, and what of planted faults it finds.

Nobody knows which samples of a list are real. But one can say how many would stand there if nothing
were wrong, and only what is there beyond that counts as found: with t the score of the j-th of the list
and C(t) the number of sound samples that reach it by chance, at least j - C(t) of the first j are real
(the idea of the false discovery rate, Benjamini and Hochberg, 1995, and Storey, 2002). For labels C is the
chance that a right label, drawn by the opinions, is as unlikely; for other scores it is an exponential
tail through the median and the 90th percentile, which a few percent of faults do not move. Whether C
is right for these data shows on planted faults, of which it is known what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import Z, wilson

Float = NDArray[np.float64]

MIDDLE, HIGH = 0.5, 0.9  # quantiles that the tail of sound samples goes through
MORE, LESS = 1.25, 0.5  # times C, at the ends of the interval
HALVINGS = 12  # until a share is known to a few ten-thousandths
BINS = 4000  # of scores, in which chances of labels are added up
BLOCK = 2**22


@dataclass(frozen=True, slots=True)
class Expected:
    """How many of the first k of a list are real: about `n`, between `low` and `high`."""

    k: int
    n: float
    low: float
    high: float


def by_tail(scores: NDArray[np.floating], at: Float) -> Float:
    """How many sound samples reach each score `at` (j,), by the exponential tail. scores: (n,), high is bad."""
    known = scores[np.isfinite(scores)].astype(np.float64)
    if not len(known):
        return np.zeros(len(at))
    middle, high = np.quantile(known, [MIDDLE, HIGH])
    scale = max((high - middle) / np.log((1 - MIDDLE) / (1 - HIGH)), 1e-12)
    return np.asarray(len(known) * np.minimum((1 - MIDDLE) * np.exp(-(at - middle) / scale), 1.0))


def by_labels(verdicts: NDArray[np.floating], labels: NDArray[np.int64], at: Float) -> Float:
    """How many right labels, drawn by the opinions, are at least as much of an issue as each score `at` (j,).

    The score is that of `label_issue`: -log p(label) less its mean over the samples of that label.

    verdicts: (n, c) log-probabilities; labels: (n,), -1 for none -> (j,).
    """
    if not len(at):
        return np.zeros(0)
    rows = np.flatnonzero((labels >= 0) & np.isfinite(verdicts).all(axis=1))
    surprise = -verdicts[rows, labels[rows]].astype(np.float64)
    c = verdicts.shape[1]
    sizes = np.bincount(labels[rows], minlength=c)
    means = np.bincount(labels[rows], surprise, c) / np.maximum(sizes, 1)
    edges = np.linspace(at.min(), at.max() + 1e-9, BINS + 1)
    mass, above = np.zeros(BINS), 0.0
    step = max(1, BLOCK // c)
    for start in range(0, len(rows), step):
        block = verdicts[rows[start : start + step]].astype(np.float64)
        score, chance = -block - means, np.exp(block) * (sizes > 0)
        inside = score >= edges[0]
        above += float(chance[score > edges[-1]].sum())
        mass += np.histogram(score[inside], edges, weights=chance[inside])[0]
    as_high = above + np.cumsum(mass[::-1])[::-1]
    return np.asarray(as_high[np.minimum(np.searchsorted(edges, at, side="right") - 1, BINS - 1)])


def expected(chance: Float, k: int, less: float = LESS) -> Expected:
    """How many of the first k of a list are real: what is there beyond chance, at the best cut.

    Faults in the data make C too high rather than too low: opinions fitted to wrong labels are less sure, and
    a tail through faults is longer. So the low end takes a quarter more than C, the high end `less` of it, both
    with what counts vary by. `benchmarks/insight.py` holds them against planted faults.

    chance: (l,) for every sample of the list, the worst first, how many sound ones reach its score.
    """
    k = min(k, len(chance))
    if not k:
        return Expected(0, 0.0, 0.0, 0.0)
    places, sound = np.arange(1, k + 1), np.maximum(chance[:k], 0)
    surely = places - MORE * sound - Z * np.sqrt(MORE * sound) - 1
    best = int(surely.argmax())  # the cut that most surely has real ones: the largest excess itself is often luck
    n = float(np.clip(places[best] - sound[best], 0, k))
    low = float(np.clip(surely[best], 0, n))
    high = float(np.clip((places - less * sound + Z * np.sqrt(less * sound)).max(), n, k))
    return Expected(k, n, low, high)


def believed(chance: Float, real: int) -> float:
    """What share of C explains a list of which so many are `real` at least: 1 where C is right or too low.

    chance: (l,) of every sample of the list -> 0..1, for `less`.
    """
    low, high = 0.0, 1.0
    if expected(chance, len(chance)).n >= real:
        return high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle * chance, len(chance)).n >= real else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class Recall:
    """Of the planted faults of a kind, how many are on the list, and among its first k."""

    name: str
    planted: int
    listed: int
    first: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share that is on the list."""
        low, high = wilson(np.array([float(self.listed)]), np.array([float(self.planted)]))
        return float(low[0]), float(high[0])


def recalls(ranked: NDArray[np.intp], kinds: NDArray[np.int64], names: Sequence[str], k: int) -> list[Recall]:
    """What the list (l,), the worst first, finds of every kind. kinds: (n,) codes into `names`, -1 for none."""
    listed, first = kinds[ranked], kinds[ranked[:k]]
    return [
        Recall(name, int((kinds == code).sum()), int((listed == code).sum()), int((first == code).sum()))
        for code, name in enumerate(names)
    ]


def ranked(scores: NDArray[np.floating], listed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The rows of a list, the worst first: those that are `listed` (n,), by score (n,), not-a-number last."""
    rows = np.flatnonzero(listed)
    return rows[np.argsort(-np.nan_to_num(scores[rows].astype(np.float64), nan=-np.inf), kind="stable")]
