"""How sure the network is: its probabilities, its choice, and three measures of doubt.

Everything starts at the logits, because a saturated float32 softmax has already forgotten which of
two samples was the surer one. A row with a logit that is not a number gets -1 as predicted class and
not-a-number for everything else: such a network has no opinion, and must not seem to have one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

NO_CLASS = -1


@rule("probabilities", title="Probabilities", kind="vector")
def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax of the logits. logits: (n, c) -> (n, c) float32 rows summing to 1."""
    return _softmax(logits).astype(np.float32)


@rule("predicted", title="Predicted class", kind="class")
def predicted(logits: NDArray[np.float32]) -> NDArray[np.int64]:
    """The class with the highest logit; the first of these on a tie. logits: (n, c) -> (n,) int64, or -1."""
    winners = logits.argmax(axis=1).astype(np.int64)
    return np.where(_has_opinion(logits), winners, NO_CLASS)


@rule("confidence", title="Confidence", bad="low")
def confidence(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probability of the predicted class. logits: (n, c) -> (n,) float32 in 1/c..1; low deserves a look."""
    best: NDArray[np.float64] = _softmax(logits).max(axis=1)
    return best.astype(np.float32)


@rule("margin", title="Margin", bad="low")
def margin(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gap between the probabilities of the two best classes; low is a close call.

    logits: (n, c) -> (n,) float32 in 0..1; 1 where there is only one class.
    """
    chances = _softmax(logits)
    if chances.shape[1] == 1:
        return chances[:, 0].astype(np.float32)
    second, best = np.partition(chances, -2, axis=1)[:, -2:].T
    gap: NDArray[np.float64] = best - second
    return gap.astype(np.float32)


@rule("entropy", title="Entropy", bad="high")
def entropy(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Uncertainty over all classes, in nats; high is unsure. logits: (n, c) -> (n,) float32 in 0..ln(c)."""
    chances = _softmax(logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(chances == 0, 0.0, chances * np.log(chances))
    nats: NDArray[np.float64] = np.maximum(-terms.sum(axis=1), 0)
    return nats.astype(np.float32)


def _has_opinion(logits: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether a highest logit exists; minus infinity is a class ruled out, plus infinity is no number."""
    highest: NDArray[np.bool_] = np.isfinite(logits.max(axis=1))
    return highest


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, c) float64; a row without a highest finite logit is all not-a-number."""
    values = np.where(_has_opinion(logits)[:, None], logits, np.nan).astype(np.float64)
    values -= values.max(axis=1, keepdims=True)
    np.exp(values, out=values)
    values /= values.sum(axis=1, keepdims=True)
    return values
