"""What each layer of a network knows of the classes, and the layer at which it makes up its mind about a sample.

Two probes look at the features of a layer. The neighbors of a sample say whether its class lies together; a linear
classifier fitted to all others says whether a plane could tell it (Alain and Bengio, Understanding Intermediate
Layers Using Linear Classifier Probes, 2016). The layer from which on the neighbors agree with the network's answer is
the prediction depth of Baldock, Maennel and Neyshabur, Deep Learning Through the Lens of Example Difficulty (2021):
easy samples settle early, and what settles late is ambiguous, odd or labelled wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis import held_out, projection, reduction
from analysis.metrics import Z, wilson
from analysis.neighbors import NOBODY, neighbors

Float = NDArray[np.float64]
Points = NDArray[np.float32]
Codes = NDArray[np.integer]

WIDEST = 512  # columns; wider layers are reduced to so many principal directions of the sample
MAPS = {"pca": projection.pca, "tsne": projection.tsne, "umap": projection.umap}
MOST_PAIRED = 40  # classes, those with most samples, between which pairs are looked at


@dataclass(frozen=True, slots=True, eq=False)
class Probed:
    """One layer, seen by both probes.

    Attributes:
        purity: (m,) the share of each sample's nearest neighbors that have its class.
        vote: (m,) the class that most of them have; of equal ones the one that is nearer.
        linear: (m,) the class that the linear probe gives it, fitted to all other samples.
        pairs: (p,) of each pair of classes, how many of its samples the linear probe puts on the right side.
    """

    purity: NDArray[np.float32]
    vote: Codes
    linear: Codes
    pairs: Codes


def draw(rows: NDArray[np.intp], most: int, seed: int = 0) -> NDArray[np.intp]:
    """At most so many of the rows, by lot, in their order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def condensed(activations: Points) -> Points:
    """The features as the probes see them: at most WIDEST columns, numbers in place of what is none.

    (m, d) -> (m, min(d, WIDEST)) float32.
    """
    points = np.nan_to_num(np.asarray(activations, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if points.shape[1] <= WIDEST:
        return points
    return np.asarray(reduction.reduced(points, directions=WIDEST), np.float32)


def probe(points: Points, codes: NDArray[np.int64], pairs: Codes, k: int) -> Probed:
    """Look at a layer with both probes, each sample judged by all the others.

    Args:
        points: (m, d) finite.
        codes: (m,) classes from 0.
        pairs: (p, 2) classes.
        k: neighbors.
    """
    count = int(codes.max()) + 1
    near = neighbors(points, k=k)
    purity, vote = voted(near, codes)
    scores = held_out.linear(points, codes, count)
    right = np.zeros(len(pairs), np.int64)
    for place, (one, other) in enumerate(pairs):
        for mine, theirs in ((one, other), (other, one)):
            rows = codes == mine
            right[place] += int((scores[rows, mine] > scores[rows, theirs]).sum())
    return Probed(purity, vote, scores.argmax(axis=1), right)


def voted(near: NDArray[np.int32], codes: Codes) -> tuple[NDArray[np.float32], Codes]:
    """Purity and vote of every sample. near: (m, k) rows, the nearest first, -1 for nobody -> twice (m,)."""
    m, k = near.shape
    there = near != NOBODY
    theirs = np.where(there, codes[near], 0)
    same = (there & (theirs == codes[:, None])).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    weights = np.where(there, 1 - np.arange(k) / (2.0 * max(k, 1) ** 2), 0)  # a vote outweighs all the order says
    votes = np.zeros((m, int(codes.max()) + 1))
    for place in range(k):
        np.add.at(votes, (np.arange(m), theirs[:, place]), weights[:, place])
    return same.astype(np.float32), votes.argmax(axis=1)


def pairs_of(codes: Codes) -> Codes:
    """(p, 2) every pair of the classes that have at least two samples, of the MOST_PAIRED largest."""
    n = np.bincount(codes)
    known = np.flatnonzero(n >= 2)
    kept = np.sort(known[np.argsort(-n[known], kind="stable")[:MOST_PAIRED]])
    first, second = np.triu_indices(len(kept), 1)
    return np.stack([kept[first], kept[second]], axis=1)


def settled(votes: Codes, answers: Codes) -> NDArray[np.int64]:
    """The first layer from which on the neighbors agree with the answer; where the last does not, so many layers.

    votes: (l, m); answers: (m,) -> (m,) 0..l; high is late.
    """
    agree = votes == answers
    return np.asarray(len(votes) - np.minimum.accumulate(agree[::-1], axis=0).sum(axis=0), np.int64)


def chance(codes: Codes) -> float:
    """The purity of neighbors that are drawn by lot."""
    n, m = np.bincount(codes).astype(np.float64), len(codes)
    return float((n * (n - 1)).sum() / (m * (m - 1))) if m > 1 else np.nan


def mean_interval(values: NDArray[np.floating]) -> tuple[float, float, float]:
    """A mean of shares with its 95 % interval (normal, within 0 and 1)."""
    mean, n = float(values.mean()), len(values)
    reach = Z * float(values.std(ddof=1)) / n**0.5 if n > 1 else np.nan
    return mean, max(mean - reach, 0.0), min(mean + reach, 1.0)


def share_interval(right: int, n: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson)."""
    low, high = wilson(np.array(float(right)), np.array(float(n)))
    return right / n if n else np.nan, float(low), float(high)


def plane(points: Points, method: str) -> Float:
    """A small map of a layer, centered, of mean square distance 1 from its center. (m, d) -> (m, 2)."""
    placed = np.asarray(MAPS[method](np.asarray(reduction.reduced(points), np.float32)), np.float64)
    placed -= placed.mean(axis=0)
    spread = float(np.sqrt(np.square(placed).sum(axis=1).mean()))
    return placed / spread if spread > 0 else placed


def aligned(planes: Float) -> NDArray[np.float32]:
    """Maps turned and mirrored so that dots stay where they are as far as they can, from the last map backward.

    Orthogonal Procrustes analysis (Schönemann, A Generalized Solution of the Orthogonal Procrustes Problem, 1966).
    No distance within a map changes. (l, m, 2) -> (l, m, 2) float32.
    """
    found = np.array(planes, np.float64)
    for layer in range(len(found) - 2, -1, -1):
        left, _, right = np.linalg.svd(found[layer].T @ found[layer + 1])
        found[layer] = found[layer] @ (left @ right)
    return found.astype(np.float32)
