"""Clusters of all samples in the network's last features, whatever their labels are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.clustering import kmeans
from analysis.reduction import reduced
from analysis.rule import rule
from analysis.threads import one_thread
from util import blocks

Float = NDArray[np.float32]

NUMBERS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 25, 30)  # of clusters that are tried
STARTS = 8  # of which the best clustering is taken
SAMPLES = 2_000  # that are clustered; of more, a draw, and all are assigned
MEMBERS = 10  # of the clustered samples that a cluster holds on average
DIRECTIONS = 30
APART = 0.1  # by how much they lie better apart than the parts of a single cloud; below, they are no clusters
CLOUD_STARTS = 2  # of its clusterings
NOBODY = -1
BLOCK = 2**22  # distances at a time


@rule("cluster", title="Cluster", kind="class", needs={"last": "features/last"})
@one_thread()
def cluster(last: Float) -> NDArray[np.int64]:
    """Which of up to 30 clusters of the last features a sample belongs to, whatever its label is; 1 is the largest.

    K-means in up to 30 principal directions. That number of clusters is taken for which samples lie nearest to
    their own center compared with the next one: the mean of 1 - own / next, a simplified silhouette (Hruschka,
    de Castro and Campello, Evolutionary algorithms for clustering gene-expression data, 2004). The same samples
    give the same clusters. A number counts only where a single round cloud, as wide in each direction and cut into
    as many, comes to a mean that is lower by 0.1. About 4 s, however many samples.

    Args:
        last: (n, d) the layer before the class scores.

    Returns:
        (n,) int64 from 0, the largest cluster first; -1 for rows that are not finite. All are in one cluster where
        no number of clusters counts.
    """
    points = reduced(last, directions=DIRECTIONS)
    finite = np.isfinite(points).all(axis=1)
    known = np.ascontiguousarray(points[finite])
    codes = _assigned(known, _centers(known))
    places = np.empty(int(codes.max(initial=0)) + 1, np.int64)
    places[np.argsort(-np.bincount(codes, minlength=len(places)), kind="stable")] = np.arange(len(places))
    out = np.full(len(last), NOBODY, np.int64)
    out[finite] = places[codes]
    return out


def _centers(points: Float) -> Float:
    """(k, m) centers of the best number of clusters of points (n, m); none where one cluster is as good."""
    random, other = np.random.default_rng(0), np.random.default_rng(1)
    n = len(points)
    drawn = points if n <= SAMPLES else points[np.sort(random.choice(n, SAMPLES, replace=False))]
    best, centers = 0.0, points[:0]
    if not drawn.size or not np.ptp(drawn, axis=0).any():
        return centers
    cloud = (other.normal(size=drawn.shape) * drawn.std(axis=0, dtype=np.float64)).astype(np.float32)
    for k in NUMBERS:
        if k * MEMBERS > len(drawn):
            break
        apart, tried = _cut(drawn, k, STARTS, random)
        if apart > best and apart > APART + _cut(cloud, k, CLOUD_STARTS, other)[0]:
            best, centers = apart, tried
    return centers


def _cut(points: Float, k: int, starts: int, random: np.random.Generator) -> tuple[float, Float]:
    """How far k clusters of points (n, m) lie apart, from 0 to 1, and their centers (k, m)."""
    found = kmeans(points, np.ones((len(points), starts), np.float32), k, random)
    centers = found.centers[:, int(found.inertia.argmin())]
    nearest = np.sort(_distances(points, centers), axis=1)[:, :2]
    return float((1 - nearest[:, 0] / np.maximum(nearest[:, 1], np.float32(1e-30))).mean()), centers


def _assigned(points: Float, centers: Float) -> NDArray[np.int64]:
    """(n,) the nearest center of each point; 0 for all without centers."""
    codes = np.zeros(len(points), np.int64)
    if len(centers):
        for rows in blocks(len(points), len(centers), most=BLOCK):
            codes[rows] = _distances(points[rows], centers).argmin(axis=1)
    return codes


def _distances(points: Float, centers: Float) -> Float:
    """(n, k) Euclidean distances."""
    squares = np.einsum("nm,nm->n", points, points)[:, None] + np.einsum("km,km->k", centers, centers)
    apart: Float = np.sqrt(np.maximum(squares - 2 * points @ centers.T, 0))
    return apart
