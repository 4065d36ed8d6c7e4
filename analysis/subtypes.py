"""Sub-types: groups inside a class that the network sees as different, such as 4s that are closed at the top.

Each class is clustered by what the filters of the last maps answer at their strongest, wherever in the
picture that is. A cluster counts as a sub-type only if it comes again when the samples are drawn anew
(Hennig, Cluster-wise assessment of cluster stability, 2007), more so than clusters of noise do; what is in
no such cluster is the rest of its class.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.clustering import stability
from analysis.reduction import reduced
from analysis.rule import rule
from analysis.threads import one_thread

Float = NDArray[np.float32]

REST = 0  # the letter of what is in no sub-type; 1 is "a"
LETTERS = 32  # more than a class can have
FEWEST = 100  # samples of a class that is divided
MOST_CLASSES = 100  # that are divided, the largest
SAMPLES = 2_000  # of a class that are clustered; of more, a draw, and all are assigned
NUMBERS = (2, 3, 4, 5, 6, 8, 10, 12)  # of clusters that are tried
MEMBERS = 20  # of the clustered samples that a cluster holds on average
DIRECTIONS, FEWEST_DIRECTIONS = 10, 3
STABLE = 0.75
ABOVE_NOISE = 0.5  # of the way from the stability of noise to 1
LEAST, LARGEST = 0.01, 0.9  # share of a class that a sub-type has


@rule(
    "subtype_parts",
    title="Sub-type inside the class, its stability, distance to its middle",
    kind="vector",
    needs={"late_peaks": "features/late_peaks"},
)
@one_thread()
def subtype_parts(late_peaks: Float, labels: NDArray[np.int64]) -> Float:
    """Which sub-type of its class a sample belongs to, how stable that is, and how far it lies from its middle.

    Of 2 to 12 clusters per class that number is taken which gives most stable ones: their members come again
    in bootstrap samples with a Jaccard coefficient of at least 0.75, and at least half-way from the best cluster
    of normally distributed noise to 1. About 3 s for 10,000 samples of ten classes, 5 s for 70,000.

    Args:
        late_peaks: (n, d) the strongest answer of each filter in the last stage that has places.
        labels: (n,), -1 for none.

    Returns:
        (n, 3) float32: 0 for the rest of the class, 1 for its largest sub-type and so on, -1 without a label
        or features; stability from 0.75 to 1, not-a-number in the rest; the distance in standard deviations of
        the class, low is typical, not-a-number in classes that were not divided.
    """
    out = np.full((len(labels), 3), np.nan, np.float32)
    known = (labels >= 0) & np.isfinite(late_peaks).all(axis=1)
    out[:, 0] = np.where(known, REST, -1)
    classes, counts = np.unique(labels[known], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    noise: dict[tuple[int, int, int], float] = {}
    for label in sorted(classes[order[counts[order] >= FEWEST]].tolist()):
        rows = np.flatnonzero(known & (labels == label))
        points = evened(late_peaks[rows])
        if points.shape[1]:
            out[rows] = divided(points, noise)
    return out


@rule("subtype", title="Sub-type", kind="class")
def subtype(subtype_parts: Float, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which group inside its class a sample belongs to: "4a", "4b", or the rest of the class.

    A class that falls into no stable groups is one group.

    subtype_parts: (n, 3); labels: (n,) -> (n,) int64 places in `kinds`, -1 without a label.
    """
    letters = subtype_parts[:, 0].astype(np.int64)
    known = kinds(letters, labels)
    names = known[:, 0] * LETTERS + known[:, 1]
    found = np.searchsorted(names, labels * LETTERS + letters)
    return np.where((labels >= 0) & (letters >= 0), found, -1).astype(np.int64)


def kinds(letters: NDArray[np.integer], labels: NDArray[np.integer]) -> NDArray[np.int64]:
    """(m, 2) every class with every letter that it has, in order: the classes of `subtype`."""
    known = (labels >= 0) & (letters >= 0)
    names = np.unique(labels[known].astype(np.int64) * LETTERS + letters[known])
    return np.stack([names // LETTERS, names % LETTERS], axis=1)


def evened(values: Float) -> Float:
    """(n, m) directions in which a class spreads most, each with variance 1, of features (n, d).

    Roots are taken, so that a few strong answers do not outweigh all others, and features made equally
    wide. After that no direction of a single cloud is longer than another, and there is nowhere to cut it. Only
    directions are kept that are longer than the longest of independent features (Marchenko and Pastur, 1967), but
    at least three.
    """
    roots = np.sign(values) * np.sqrt(np.abs(values))
    spread = roots.std(axis=0)
    told = spread > 1e-6 * max(float(spread.max(initial=0)), 1e-30)
    if not told.any():
        return values[:, :0]
    scores = reduced((roots[:, told] - roots[:, told].mean(axis=0)) / spread[told], directions=DIRECTIONS)
    wide = scores.std(axis=0)
    edge = 1 + np.sqrt(told.sum() / len(values))
    kept = ((wide > edge) | (np.arange(len(wide)) < FEWEST_DIRECTIONS)) & (wide > 1e-3 * wide.max(initial=0))
    return np.ascontiguousarray(scores[:, kept] / wide[kept], np.float32)


def divided(points: Float, noise: dict[tuple[int, int, int], float]) -> Float:
    """(n, 3) as `subtype_parts` has it, of one class, points (n, m) of `evened`.

    `noise` keeps the stability of clusters of noise by size, directions and number.
    """
    n, random = len(points), np.random.default_rng(0)
    drawn = points if n <= SAMPLES else points[np.sort(random.choice(n, SAMPLES, replace=False))]
    best: tuple[int, float] = (0, 0.0)
    centers, stable = points[:0], np.zeros(0)
    for k in NUMBERS:
        if k * MEMBERS > len(drawn):
            break
        codes, found, again = stability(drawn, k, random)
        share = np.bincount(codes, minlength=k) / len(drawn)
        good = (again >= STABLE) & (share >= LEAST) & (share <= LARGEST)
        if good.sum() < max(best[0], 1):
            continue  # whatever noise does
        chance = _of_noise(len(drawn), drawn.shape[1], k, noise)
        good &= again >= chance + ABOVE_NOISE * (1 - chance)
        rank = (int(good.sum()), float(again[good].mean()) if good.any() else 0.0)
        if rank > best:
            best, centers, stable = rank, found, np.where(good, again, 0)
    out = np.full((n, 3), np.nan, np.float32)
    out[:, 0] = REST
    if not best[0]:
        return out
    squares = (centers**2).sum(axis=1) - 2 * points @ centers.T
    codes = squares.argmin(axis=1)
    counts = np.where(stable > 0, np.bincount(codes, minlength=len(centers)), -1)
    letters = np.zeros(len(centers), np.int64)
    letters[np.argsort(-counts, kind="stable")[: best[0]]] = np.arange(1, best[0] + 1)
    out[:, 0] = letters[codes]
    out[:, 1] = np.where(letters > 0, stable, np.nan)[codes]
    out[:, 2] = np.linalg.norm(points - centers[codes], axis=1) / np.sqrt(points.shape[1])
    return out


def _of_noise(n: int, m: int, k: int, kept: dict[tuple[int, int, int], float]) -> float:
    """The stability of the most stable of k clusters of normally distributed noise, of about as many points."""
    size = min(2 ** (n.bit_length() - 1), SAMPLES)
    if (size, m, k) not in kept:
        random = np.random.default_rng([size, m, k])
        kept[size, m, k] = float(stability(random.standard_normal((size, m), np.float32), k, random)[2].max())
    return kept[size, m, k]
