"""How often the network is right when it is so and so sure, and what of the difference is chance.

Samples are put into bins of equal count by their confidence, because nearly all of them are often surer than 0.9
and bins of equal width stay empty (Nixon et al., Measuring Calibration in Deep Learning, 2019). The expected
calibration error of a finite sample is above 0 even where the network is perfectly calibrated; how far, is found by
drawing right and wrong with the very chances that it states (Bröcker and Smith, Increasing the Reliability of
Reliability Diagrams, 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import wilson

Float = NDArray[np.float64]

BINS, FEWEST = 15, 20  # bins at most, samples in each at least
DRAWS, MOST_DRAWN = 1000, 2**23  # of a bootstrap or a simulation; random numbers of a simulation at most
FEWEST_DRAWS = 100
ENDS = (2.5, 97.5)


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """The bins of a reliability plot, from unsure to sure.

    Attributes:
        n: (b,) samples.
        confidence: (b,) their mean confidence.
        accuracy: (b,) the share that is right; low, high its 95 % interval (Wilson).
    """

    n: NDArray[np.int64]
    confidence: Float
    accuracy: Float
    low: Float
    high: Float


@dataclass(frozen=True, slots=True)
class Error:
    """The expected calibration error over the bins: mean distance of accuracy and confidence, weighted by count.

    Attributes:
        value: as it is measured, 0 is best.
        low, high: its 95 % interval, freed of the part that chance adds.
        chance: what a perfectly calibrated network with these confidences would show on average.
        chance_high: what it would stay below in 95 of 100 such samples.
        p: the share of them that show as much as this one.
        debiased: root of the mean squared distance without the part of chance (Kumar, Liang and Ma, Verified
            Uncertainty Calibration, 2019); 0 where chance explains all.
    """

    value: float
    low: float
    high: float
    chance: float
    chance_high: float
    p: float
    debiased: float


def bins(confidence: NDArray[np.floating], correct: NDArray[np.integer], most: int = BINS) -> Bins:
    """Put samples into bins of equal count; those of equal confidence stay together.

    confidence: (n,) in 0..1; correct: (n,) 1 or 0; n from 1 up.
    """
    order = np.argsort(confidence, kind="stable")
    values, right = confidence[order].astype(np.float64), correct[order].astype(np.float64)
    starts = _starts(values, most)
    n = np.diff([*starts, len(values)])
    sure, hits = np.add.reduceat(values, starts), np.add.reduceat(right, starts)
    low, high = wilson(hits, n.astype(np.float64))
    return Bins(n, sure / n, hits / n, low, high)


def error(
    confidence: NDArray[np.floating], correct: NDArray[np.integer], *, floor: bool = True, seed: int = 0
) -> Error:
    """The expected calibration error of samples, its interval, and what chance alone would give.

    confidence: (n,) in 0..1; correct: (n,) 1 or 0. Without `floor` nothing is drawn, and the part of chance is
    not-a-number: that takes most of the time, 0.1 s for 70,000 samples.
    """
    found = bins(confidence, correct)
    share = found.n / found.n.sum()
    gaps = found.accuracy - found.confidence
    value = float(share @ np.abs(gaps))
    random = np.random.default_rng(seed)
    again = random.binomial(found.n, found.accuracy, (DRAWS, len(found.n))) / found.n
    low, high = np.percentile(np.abs(again - found.confidence) @ share, ENDS).tolist()
    chances = by_chance(confidence, found.n, random) if floor else np.full(1, np.nan)
    variance = found.accuracy * (1 - found.accuracy) / np.maximum(found.n - 1, 1)
    return Error(
        value=value,
        low=max(2 * value - high, 0.0),
        high=max(2 * value - low, 0.0),
        chance=float(chances.mean()),
        chance_high=float(np.percentile(chances, 95)),
        p=float((1 + (chances >= value - 1e-12).sum()) / (1 + len(chances))) if floor else np.nan,
        debiased=float(np.sqrt(max(share @ (gaps**2 - variance), 0.0))),
    )


def by_chance(confidence: NDArray[np.floating], n: NDArray[np.integer], random: np.random.Generator) -> Float:
    """The calibration errors of draws in which each sample is right with the chance that its confidence states.

    confidence: (k,) in any order; n: (b,) the sizes of its bins from unsure to sure -> (draws,).
    """
    doubt = 1 - np.sort(confidence).astype(np.float64)
    starts = np.cumsum(n) - n
    stated = np.add.reduceat(doubt, starts)
    some = np.flatnonzero(doubt > 0)  # whoever has no doubt is never drawn as wrong
    bin_of = np.repeat(np.arange(len(n)), n)[some]
    doubts = doubt[some].astype(np.float32)
    draws = int(np.clip(MOST_DRAWN // max(len(some), 1), FEWEST_DRAWS, DRAWS))
    found = np.empty(draws)
    for draw in range(draws):
        wrong = np.bincount(bin_of[random.random(len(some), np.float32) < doubts], minlength=len(n))
        found[draw] = np.abs(wrong - stated).sum() / len(doubt)
    return found


def _starts(values: Float, most: int) -> NDArray[np.intp]:
    """Where the bins of rising values begin: evenly, but never between equal ones."""
    count = int(np.clip(len(values) // FEWEST, 1, most))
    even = np.arange(count) * len(values) // count
    return np.unique(np.searchsorted(values, values[even], side="left"))
