"""The right to abstain: what error remains if a network may hand over the samples that it is least sure of.

Chow, On Optimum Recognition Error and Reject Tradeoff (1970); El-Yaniv and Wiener, On the Foundations of Noise-free
Selective Classification (2010). A sample is kept if its confidence reaches a limit; the coverage is the share that is
kept, the risk is the share of errors among these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import wilson

Float = NDArray[np.float64]

DIGITS = 17


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Risk against coverage: each row is a limit, the highest first; samples of equal confidence go together.

    Attributes:
        limit: (m,) the lowest confidence that is kept.
        kept: (m,) samples that are.
        errors: (m,) how many of them are wrong.
    """

    limit: Float
    kept: NDArray[np.int64]
    errors: NDArray[np.int64]

    def interval(self, places: NDArray[np.intp]) -> tuple[Float, Float]:
        """Both ends of the 95 % interval of the risk at some limits (Wilson)."""
        return wilson(self.errors[places].astype(np.float64), self.kept[places].astype(np.float64))

    @property
    def area(self) -> float:
        """Mean risk over all coverages, 0 is best (Geifman, Uziel and El-Yaniv, 2018)."""
        widths = np.diff(self.kept, prepend=0)
        return float((widths * self.errors / self.kept).sum() / self.kept[-1])


@dataclass(frozen=True, slots=True)
class Kept:
    """What a limit keeps. `limit` is text that a query takes, "0" keeps all; errors are among the kept."""

    limit: str
    kept: int
    errors: int
    n: int


def curve(confidence: NDArray[np.floating], correct: NDArray[np.integer]) -> Curve:
    """Risk at every limit. confidence: (n,); correct: (n,) 1 or 0; n from 1 up."""
    order = np.argsort(-confidence, kind="stable")
    values = confidence[order]
    wrong = np.cumsum(correct[order] == 0)
    last = np.flatnonzero(np.append(values[1:] != values[:-1], True))
    return Curve(values[last].astype(np.float64), last + 1, wrong[last])


def choose(confidence: NDArray[np.floating], correct: NDArray[np.integer], target: float) -> Kept | None:
    """The limit that keeps most samples with an error of at most `target`; None if none does."""
    if not len(confidence):
        return None
    found = curve(confidence, correct)
    good = np.flatnonzero(found.errors <= target * found.kept)
    if not len(good):
        return None
    at = int(good[-1])
    below = float(found.limit[at + 1]) if at + 1 < len(found.limit) else None
    limit = "0" if below is None else between(below, float(found.limit[at]))
    return Kept(limit, int(found.kept[at]), int(found.errors[at]), len(confidence))


def keep(confidence: NDArray[np.floating], correct: NDArray[np.integer], limit: str) -> Kept:
    """What a limit that was chosen elsewhere keeps here."""
    kept = confidence >= confidence.dtype.type(limit)
    return Kept(limit, int(kept.sum()), int((correct[kept] == 0).sum()), len(confidence))


def between(low: float, high: float) -> str:
    """The shortest decimal above `low` and not above `high`, both float32 numbers: a limit that people can read."""
    middle = (low + high) / 2
    for digits in range(1, DIGITS):
        text = f"{middle:.{digits}f}"
        if np.float32(low) < np.float32(text) <= np.float32(high):
            return text
    return repr(high)
