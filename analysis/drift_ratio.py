"""The gap as DeepView tells it: the mean log-likelihood of the new set over that of the reference.

Shown because people know it, and no part of the verdict: a log-density depends on the unit of the layer and can be
negative, and on the last layers the ratio stays between 0.89 and 1.09 for gaps that anybody sees. The difference in
nats has no such trouble.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.familiarity import fit, score
from analysis.metrics import Z

BANDS = ((0.6, "huge gap"), (0.8, "small gap"), (1.2, "fine"), (float("inf"), "gap"))


@dataclass(frozen=True, slots=True)
class Ratio:
    """How familiar the new set is to a mixture fitted to the reference.

    Attributes:
        ratio: mean log-likelihood of the new samples over that of the held-out ones.
        band: what DeepView calls it.
        nats: new mean minus held-out mean, below 0 if the new ones are less familiar; low, high its 95 % interval.
        n_held_out, n_new: samples.
    """

    ratio: float
    band: str
    nats: float
    low: float
    high: float
    n_held_out: int
    n_new: int


def familiarity_ratio(
    reference: NDArray[np.float32], held_out: NDArray[np.float32], new: NDArray[np.float32]
) -> Ratio:
    """L(f -> p) = F(f, p) / F(f, f), with F(f, f) taken from samples that the mixture was not fitted to.

    Forty principal directions, five diagonal Gaussians: the usual model of `analysis.familiarity`.
    reference (h, d), held_out (h, d), new (m, d), all finite, at least 20 rows each.
    """
    fitted = fit(reference)
    own, other = score(fitted, held_out), score(fitted, new)
    ratio = float(other.mean() / own.mean()) if own.mean() else float("nan")
    nats = float(other.mean() - own.mean())
    error = Z * float(np.sqrt(own.var(ddof=1) / len(own) + other.var(ddof=1) / len(other)))
    return Ratio(ratio, band(ratio), nats, nats - error, nats + error, len(own), len(other))


def band(ratio: float) -> str:
    """DeepView's word for a ratio: below 0.6, to 0.8, to 1.2, and above."""
    return next((word for edge, word in BANDS if ratio < edge or (ratio == edge == 1.2)), "")
