"""Classifiers that never saw the label they are asked about, in closed form.

A network that was trained on a wrong label has often learnt it by heart, and then vouches for it. So
other classifiers are asked, on the network's hidden features, each fitted to every label but the
sample's own. A ridge regression gives that for all samples at once, without fitting n times: with f
the fit to all labels, t the label as one-hot row and h the sample's leverage, what it would have said
without the sample is (f - h t) / (1 - h) (Allen, The Relationship between Variable Selection and Data
Augmentation and a Method for Prediction, 1974).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.neighbors import NOBODY, likely_neighbors
from util import blocks

Float = NDArray[np.float32]
Rows = slice | NDArray[np.intp]

BLOCK = 2**22  # float32 values at a time: 16 MiB
FREQUENCIES, FEWEST_FREQUENCIES = 1200, 64  # at most, and at least: no more than there are samples
BIAS = 0.3  # of the constant feature, in units of the largest value: it is shrunk like the others
PENALTIES = 10.0 ** np.arange(-5, 2.1, 0.5)  # in units of the mean eigenvalue
TEMPERATURES = np.exp(np.linspace(np.log(1e-3), np.log(3), 33))
TRIED = 4000  # labelled samples on which penalty and temperature are chosen
HIGHEST_LEVERAGE = 0.999
NEAREST_APART = 1e-6


def linear(points: Float, labels: NDArray[np.int64], n_classes: int) -> Float:
    """Ridge regression to the classes, each sample judged without its own label.

    Args:
        points: (n, d), all finite.
        labels: (n,), -1 for none; such samples are judged and teach nothing.
        n_classes: c.

    Returns:
        (n, c) float32 scores, the highest for the class it would choose.
    """
    scale = np.float32(np.abs(points).max(initial=0) or 1)

    def features(rows: Rows) -> Float:
        block = points[rows] / scale
        return np.concatenate([block, np.full((len(block), 1), BIAS, np.float32)], axis=1)

    return _ridge(features, points.shape[1] + 1, labels, n_classes)


def kernel(points: Float, labels: NDArray[np.int64], n_classes: int) -> Float:
    """The same with a Gaussian kernel as wide as the median distance, by random features.

    Rahimi and Recht, Random Features for Large-Scale Kernel Machines, 2007.
    """
    draw = np.random.default_rng(0)
    some = points[np.sort(draw.choice(len(points), min(len(points), 1000), replace=False))].astype(np.float64)
    squares = np.square(some).sum(axis=1)
    apart = squares[:, None] + squares - 2 * some @ some.T
    upper = apart[np.triu_indices(len(some), 1)]
    width = np.sqrt(max(float(np.median(upper)) if len(upper) else 1.0, 0.0)) or 1.0
    count = min(FREQUENCIES, max(FEWEST_FREQUENCIES, len(points)))
    waves = (draw.normal(size=(points.shape[1], count)) / width).astype(np.float32)
    phases = draw.uniform(0, 2 * np.pi, count).astype(np.float32)
    return _ridge(lambda rows: np.cos(points[rows] @ waves + phases), count, labels, n_classes)


def vote(points: Float, labels: NDArray[np.int64], n_classes: int, k: int = 15) -> Float:
    """Vote of the k nearest other samples by cosine, the nearer the weightier; those without a label abstain."""
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    unit = points / np.maximum(lengths, np.float32(1e-12))
    near = likely_neighbors(unit, k)
    votes = np.zeros((len(points), n_classes), np.float32)
    for rows in blocks(len(points), near.shape[1] * points.shape[1], most=BLOCK):
        found = near[rows]
        cosine = np.einsum("nkd,nd->nk", unit[found], unit[rows])
        counts = (found != NOBODY) & (labels[found] >= 0)
        weights = np.where(counts, 1 / np.maximum(1 - cosine, NEAREST_APART), 0)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), NEAREST_APART)
        block = votes[rows]
        for place in range(found.shape[1]):
            np.add.at(block, (np.arange(len(block)), np.maximum(labels[found[:, place]], 0)), weights[:, place])
    return votes


def tempered(scores: Float, labels: NDArray[np.int64]) -> Float:
    """Scores as log-probabilities, (n, c), by the one temperature under which the labels are likeliest."""
    rows = _some(np.flatnonzero(labels >= 0))
    tried, given = scores[rows].astype(np.float64), labels[rows]

    def cost(temperature: float) -> float:
        return -float(log_softmax(tried / temperature)[np.arange(len(rows)), given].mean())

    best = min(TEMPERATURES, key=cost) if len(rows) else 1.0
    return log_softmax(scores / np.float32(best))


def log_softmax(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Log of the softmax of every row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def _ridge(features: Callable[[Rows], Float], d: int, labels: NDArray[np.int64], n_classes: int) -> Float:
    """Judge every sample by ridge regression without its label; the penalty is chosen by the same judgement."""
    known = np.flatnonzero(labels >= 0)
    gram, targets = np.zeros((d, d)), np.zeros((d, n_classes))
    for rows in blocks(len(known), d, most=BLOCK):
        block = features(known[rows])
        gram += block.T @ block
        targets += block.T @ _one_hot(labels[known[rows]], n_classes)
    values, axes = np.linalg.eigh(gram)
    values, axes32 = np.maximum(values, 0), axes.astype(np.float32)
    turned = axes.T @ targets
    unit = float(values.mean()) or 1.0

    def judge(block: Float, given: NDArray[np.int64], penalty: float) -> Float:
        inverse = 1 / (values + penalty * unit)
        fit = block @ (inverse[:, None] * turned).astype(np.float32)
        leverage = np.square(block) @ inverse.astype(np.float32)
        taught = np.flatnonzero(given >= 0)
        fit[taught, given[taught]] -= leverage[taught]
        fit[taught] /= (1 - np.minimum(leverage[taught], HIGHEST_LEVERAGE))[:, None]
        return np.asarray(fit, np.float32)

    some = _some(known)
    tried, truth = features(some) @ axes32, _one_hot(labels[some], n_classes)
    penalty = min(PENALTIES, key=lambda each: float(np.square(judge(tried, labels[some], each) - truth).sum()))
    scores = np.empty((len(labels), n_classes), np.float32)
    for rows in blocks(len(labels), d, most=BLOCK):
        scores[rows] = judge(features(rows) @ axes32, labels[rows], penalty)
    return scores


def _one_hot(labels: NDArray[np.int64], n_classes: int) -> Float:
    rows = np.zeros((len(labels), n_classes), np.float32)
    rows[np.arange(len(labels)), labels] = 1
    return rows


def _some(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """At most TRIED of the rows, drawn once and for all."""
    return np.sort(np.random.default_rng(0).choice(rows, min(len(rows), TRIED), replace=False))
