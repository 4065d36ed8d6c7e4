"""How wrong the network is about each sample: the loss, its place in the ranking, right or wrong.

The loss is made from logits and kept in float64, because its order is what people read. With two
classes and logits 0 and 40, float32 probabilities say 1.0 and a loss of 0; here it is 4.2e-18.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

NEITHER = -1
NO_RANK = -1


@rule("loss", title="Loss", bad="high")
def loss(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """-log of the probability of the label, in nats; high is wrong, and nothing is cut off.

    log-sum-exp with the largest term taken out: with z the logits and t their largest,
    loss = (z[t] - z[label]) + log1p(sum of exp(z[j] - z[t]) over j other than t). The second term keeps
    its digits however small it is, so losses stay in their order at both ends: down to 0 only where the
    label leads by more than 745 nats, up to infinity only where the label's logit is minus infinity.

    Args:
        logits: (n, c).
        labels: (n,), -1 for none.

    Returns:
        (n,) float64, because float32 would tie large losses that differ; not-a-number where there is no
        label, where the network has no such class, and where logits are not numbers.
    """
    n, c = logits.shape
    rows = np.arange(n)
    top = logits.argmax(axis=1)
    labelled = (labels >= 0) & (labels < c)
    with np.errstate(invalid="ignore"):
        below = logits.astype(np.float64) - logits[rows, top, None]
        distance = -below[rows, np.where(labelled, labels, 0)]
        np.exp(below, out=below)
        below[rows, top] = np.where(np.isfinite(logits[rows, top]), 0, np.nan)
        losses = distance + np.log1p(below.sum(axis=1))
    return np.where(labelled, losses, np.nan)


@rule("correct", title="Correct", kind="class")
def correct(
    predicted: NDArray[np.int64], labels: NDArray[np.int64], logits: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Whether the predicted class is the label.

    Args:
        predicted: (n,), -1 for none.
        labels: (n,), -1 for none.
        logits: (n, c), for the number of classes alone.

    Returns:
        (n,) 1, 0, or -1 without either, and where the network has no such class.
    """
    known = (labels >= 0) & (labels < logits.shape[1]) & (predicted >= 0)
    return np.where(known, predicted == labels, NEITHER).astype(np.int64)


@rule("loss_rank", title="Loss rank", kind="vector")
def loss_rank(loss: NDArray[np.float64]) -> NDArray[np.int64]:
    """Place by loss among all samples that have one, 1 the hardest. loss: (n,) -> (n,) int64, -1 without a loss.

    Equal losses share the better place, so that the order of the samples does not matter.
    """
    known = ~np.isnan(loss)
    ascending = np.sort(loss[known])
    ranks = np.full(len(loss), NO_RANK, np.int64)
    ranks[known] = len(ascending) - np.searchsorted(ascending, loss[known], side="right") + 1
    return ranks
