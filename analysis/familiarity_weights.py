"""What familiarity is good for in training: what is rare is drawn more often, or counts for more.

Both kinds of weight have mean 1 in every split, so a learning rate stays what it was. Junk is unfamiliar,
too, and gets the largest weights: look at the least familiar samples, and take wrong ones out, before use.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

Float = NDArray[np.float32]

MOST_STEPS = 3.0  # a sample is drawn at most e^3 = 20 times as often as a usual one, and at least a 20th
LEAST_SHARE = 0.05  # so the largest loss weight is 20 times the smallest


@rule("sampling_weight", title="Sampling weight")
def sampling_weight(familiarity: Float, split: NDArray[np.integer]) -> Float:
    """How often to draw a sample for training: exp(-familiarity), between 3 steps down and up; mean 1 in each split.

    Divided by its sum it is the probability of being drawn; as it is, what PyTorch's WeightedRandomSampler
    takes. familiarity: (n,) in steps; split: (n,) -> (n,) float32 above 0; 1 where there is no familiarity.
    """
    with np.errstate(invalid="ignore"):
        return _mean_one(np.exp(-np.clip(familiarity.astype(np.float64), -MOST_STEPS, MOST_STEPS)), split)


@rule("loss_weight", title="Loss weight")
def loss_weight(familiarity: Float, split: NDArray[np.integer]) -> Float:
    """What to multiply a sample's loss by: one over its familiarity as a share; mean 1 in each split.

    The share is that of samples of the first split that are at most as familiar, at least 5 %. What
    Keras takes as `sample_weight`. familiarity: (n,) in steps; split: (n,) -> (n,) float32 above 0; 1 where
    there is no familiarity.
    """
    yardstick = np.sort(familiarity[(split == split.min()) & np.isfinite(familiarity)])
    share = np.searchsorted(yardstick, familiarity, side="right") / max(len(yardstick), 1)
    weights = 1 / np.maximum(share, LEAST_SHARE)
    return _mean_one(np.where(np.isfinite(familiarity), weights, np.nan), split)


def _mean_one(weights: NDArray[np.float64], split: NDArray[np.integer]) -> Float:
    """Weights over their mean in each split; 1 for those that are not a number."""
    found = np.ones(len(weights))
    for code in np.unique(split):
        rows = np.flatnonzero((split == code) & np.isfinite(weights))
        if len(rows):
            found[rows] = weights[rows] / weights[rows].mean()
    return found.astype(np.float32)
