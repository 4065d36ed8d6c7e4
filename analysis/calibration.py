"""Whether the network's confidence can be taken at its word: one temperature for its logits, and proper scores.

Guo et al., On Calibration of Modern Neural Networks (2017): logits divided by one number, the temperature,
keep their order and are mostly as sure as they are right. Every sample is judged by the temperature that was
fitted to the other half of its split, so that none has a say in its own confidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import Z
from analysis.rule import rule
from util import blocks

Float = NDArray[np.float64]

COLUMNS = ("n", "temperature", "low", "high", "first", "second")
SCORES = ("loss", "loss after", "brier", "brier after")
HALVES = 2
FEWEST = 10  # labelled samples of a half, below which nothing is fitted to it
MOST_FITTED = 2**22  # logits that a temperature is fitted to
BLOCK = 2**21
LOWEST, HIGHEST = 1 / 50, 50.0  # of one over the temperature: beyond, there is nothing to fit
ROUNDS, CLOSE = 60, 1e-9
RULED_OUT = -1e4  # stands for a logit of minus infinity: its probability is 0 all the same


@dataclass(frozen=True, slots=True)
class Fit:
    """A temperature with its 95 % interval; not-a-number where it could not be fitted."""

    temperature: float
    low: float
    high: float


@rule("temperature", title="Temperature", kind="table")
def temperature(
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    loss: Float,
    split: NDArray[np.uint8],
    digests: NDArray[np.bytes_],
) -> Float:
    """By what to divide the logits of each split, so that the labels are likeliest: above 1 where it is too sure.

    Guo et al., On Calibration of Modern Neural Networks (2017). About 0.3 s for 70,000 samples of ten classes.

    Args:
        logits: (n, c).
        labels: (n,), -1 for none.
        loss: (n,) nats; only samples with a finite one are fitted to.
        split: (n,) codes from 0.
        digests: (n,) by which the samples are halved.

    Returns:
        (s, 6) float64: samples, temperature of all with its 95 % interval (normal, in the logarithm), and the
        temperatures of the first and of the second half. Not-a-number with fewer than ten samples in a half,
        with one class, and where no temperature is best because none is wrong, or all are.
    """
    found = np.full((int(split.max()) + 1, len(COLUMNS)), np.nan)
    half, known = halves(digests), np.isfinite(loss)
    for code in range(len(found)):
        rows = np.flatnonzero(known & (split == code))
        of_half = [rows[half[rows] == side] for side in range(HALVES)]
        found[code, 0] = len(rows)
        if min(len(each) for each in of_half) < FEWEST or logits.shape[1] < 2:
            continue
        whole = _fitted(logits, labels, digests, rows)
        found[code, 1:4] = whole.temperature, whole.low, whole.high
        found[code, 4:] = [_fitted(logits, labels, digests, each).temperature for each in of_half]
    return found


@rule("calibrated_confidence", title="Calibrated confidence", bad="low")
def calibrated_confidence(
    logits: NDArray[np.float32], split: NDArray[np.uint8], digests: NDArray[np.bytes_], temperature: Float
) -> NDArray[np.float32]:
    """Probability of the predicted class under the temperature fitted to the other half of the split.

    logits: (n, c) -> (n,) float32 in 1/c..1; as it is where there is no temperature; not-a-number where logits are.
    """
    divisor = divisors(split, digests, temperature)
    found = np.empty(len(logits), np.float32)
    for rows in blocks(len(logits), logits.shape[1], most=BLOCK):
        shifted = _shifted(logits[rows]) / divisor[rows, None]
        found[rows] = 1 / np.exp(shifted).sum(axis=1)
    return found


@rule("proper_scores", title="Loss and Brier score, as they are and calibrated", kind="vector")
def proper_scores(
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    loss: Float,
    split: NDArray[np.uint8],
    digests: NDArray[np.bytes_],
    temperature: Float,
) -> Float:
    """Two scores that only honest probabilities make smallest, before and after the temperature; high is bad.

    The loss is -log of the label's probability in nats; the score of Brier (Verification of Forecasts Expressed in
    Terms of Probability, 1950) is the squared distance of all probabilities from the truth, 0 to 2.

    Args:
        logits: (n, c).
        labels: (n,), -1 for none.
        loss: (n,).
        split: (n,).
        digests: (n,).
        temperature: (s, 6).

    Returns:
        (n, 4) float64: loss, loss after, Brier score, Brier score after; not-a-number where there is no loss.
    """
    divisor = divisors(split, digests, temperature)
    found = np.full((len(logits), len(SCORES)), np.nan)
    found[:, 0] = loss
    known = np.flatnonzero(~np.isnan(loss))
    for block in blocks(len(known), logits.shape[1], most=BLOCK):
        rows = known[block]
        shifted, place = _shifted(logits[rows]), np.arange(len(rows))
        for column, scaled in ((2, shifted), (3, shifted / divisor[rows, None])):
            chances = np.exp(scaled)
            total = chances.sum(axis=1, keepdims=True)
            chances /= total
            mine = chances[place, labels[rows]]
            found[rows, column] = np.square(chances).sum(axis=1) - 2 * mine + 1
        found[rows, 1] = np.log(total[:, 0]) - scaled[place, labels[rows]]
    found[np.isinf(loss), 1] = np.inf
    return found


def halves(digests: NDArray[np.bytes_]) -> NDArray[np.intp]:
    """In which half each sample is, 0 or 1, by its content: as good as drawn by lot, and the same in any order."""
    last = np.ascontiguousarray(digests).view(np.uint8).reshape(len(digests), -1)[:, -1]
    return np.asarray(last & 1, np.intp)


def divisors(split: NDArray[np.uint8], digests: NDArray[np.bytes_], temperature: Float) -> Float:
    """(n,) the temperature that each sample is judged by, that of the other half; 1 where there is none."""
    other = temperature[split, 4 + 1 - halves(digests)]
    return np.where(np.isfinite(other), other, 1.0)


def fit(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> Fit:
    """The temperature under which the labels are likeliest, by Newton's method on its inverse.

    The mean loss is convex in one over the temperature, so there is one best; its interval comes from the curvature.
    logits: (n, c); labels: (n,), all of them classes.
    """
    shifted = _shifted(np.asarray(logits))
    mine = shifted[np.arange(len(labels)), labels].mean()
    low, high, inverse, bend = LOWEST, HIGHEST, 1.0, 0.0
    for _ in range(ROUNDS):
        chances = np.exp(inverse * shifted)
        chances /= chances.sum(axis=1, keepdims=True)
        mean = np.einsum("nc,nc->n", chances, shifted)
        slope = float(mean.mean() - mine)
        bend = float((np.einsum("nc,nc,nc->n", chances, shifted, shifted) - mean**2).mean())
        low, high = (inverse, high) if slope < 0 else (low, inverse)
        step = inverse - slope / bend if bend > 0 else np.nan
        following = step if low < step < high else float(np.sqrt(low * high))
        if abs(following - inverse) <= CLOSE * inverse:
            break
        inverse = following
    if inverse > HIGHEST * 0.99 or inverse < LOWEST * 1.01 or bend <= 0:
        return Fit(np.nan, np.nan, np.nan)
    reach = Z / (inverse * np.sqrt(len(labels) * bend))
    return Fit(1 / inverse, float(np.exp(-reach) / inverse), float(np.exp(reach) / inverse))


def _fitted(
    logits: NDArray[np.float32], labels: NDArray[np.int64], digests: NDArray[np.bytes_], rows: NDArray[np.intp]
) -> Fit:
    """A temperature of some rows: of as many as are enough, those whose digests come first."""
    most = max(MOST_FITTED // logits.shape[1], HALVES * FEWEST)
    if len(rows) > most:
        rows = np.sort(rows[np.argsort(digests[rows], kind="stable")[:most]])
    return fit(logits[rows], labels[rows])


def _shifted(logits: NDArray[np.floating]) -> Float:
    """(n, c) float64 with the largest of each row at 0; a row without a finite one is all not-a-number."""
    highest = logits.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        shifted = logits.astype(np.float64) - np.where(np.isfinite(highest), highest, np.nan)
    return np.maximum(shifted, RULED_OUT)
