"""K-means of many draws of the same points at once, and how far the clusters come again in other draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

ROUNDS = 60  # of assigning and averaging, in all clusters together: fewer for each where there are many
FEWEST_ROUNDS = 20
SETTLED = 0.001  # the share of assignments that may still change at the end
STARTS = 6  # of which the best clustering of all points is taken
DRAWS, TRIES = 12, 12  # bootstrap samples; starts for each, in all clusters together


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusterings of the same points, one for each column of weights.

    Attributes:
        centers: (k, b, d).
        codes: (n, b) which center of its clustering is the nearest to a point.
        inertia: (b,) weighted sum of squared distances to the centers; low is good.
    """

    centers: Float
    codes: NDArray[np.int16]
    inertia: NDArray[np.float64]


def kmeans(points: Float, weights: Float, k: int, random: np.random.Generator) -> Clusters:
    """K-means (Lloyd, Least Squares Quantization in PCM, 1982), started by k-means++ (Arthur, Vassilvitskii, 2007).

    All clusterings are made together, so that many small ones cost as much as one large.

    points: (n, d) finite; weights: (n, b) not negative, how often each point counts in each clustering; k >= 1.
    """
    (n, b), d = weights.shape, points.shape[1]
    wide = np.concatenate([points, np.ones((n, 1), np.float32)], axis=1)
    squares = np.einsum("nd,nd->n", points, points)[:, None]
    centers = np.empty((k, b, d), np.float32)
    nearest = np.ones((n, b), np.float32)
    for place in range(k):
        sums = np.cumsum(weights * nearest, axis=0, dtype=np.float64)
        centers[place] = points[np.minimum((sums <= random.random(b) * sums[-1]).sum(axis=0), n - 1)]
        apart = np.maximum(_distances(wide, centers[place]) + squares, 0)
        nearest = apart if place == 0 else np.minimum(nearest, apart)
    codes, least = np.full((n, b), -1, np.int16), np.empty((n, b), np.float32)
    moving = np.arange(b)  # the clusterings that are not at rest yet
    for _ in range(max(FEWEST_ROUNDS, 2 * ROUNDS // k)):
        found, least[:, moving] = _assigned(wide, centers[:, moving])
        changed = (found != codes[:, moving]).sum(axis=0)
        codes[:, moving] = found
        if changed.sum() <= SETTLED * codes.size:
            break
        found, moving = found[:, changed > 0], moving[changed > 0]
        counts = weights[:, moving]
        for place in range(k):
            sums = (counts * (found == place)).T @ wide
            held = sums[:, d] > 0  # a cluster that nobody is left in stays where it was
            centers[place, moving[held]] = sums[held, :d] / sums[held, d:]
    return Clusters(centers, codes, np.einsum("nb,nb->b", least + squares, weights, dtype=np.float64))


def stability(
    points: Float, k: int, random: np.random.Generator
) -> tuple[NDArray[np.int16], Float, NDArray[np.float64]]:
    """The best of six clusterings, and how far each of its clusters comes again in bootstrap samples.

    For each of twelve samples drawn with replacement, clustered anew: the largest Jaccard coefficient
    (shared over all members, among the points drawn) of the cluster with one of the sample's. The mean of
    these is Hennig's measure (Cluster-wise assessment of cluster stability, 2007): below 0.6 a cluster
    should not be trusted, from 0.75 on it is stable.

    points: (n, d) finite -> (n,) codes, (k, d) centers, (k,) stability from 0 to 1, high is stable.
    """
    n = len(points)
    found = kmeans(points, np.ones((n, STARTS), np.float32), k, random)
    best = int(found.inertia.argmin())
    codes = found.codes[:, best]
    drawn = np.stack([np.bincount(random.integers(0, n, n), minlength=n) for _ in range(DRAWS)], axis=1)
    tries = max(2, TRIES // k)
    again = kmeans(points, np.repeat(drawn, tries, axis=1).astype(np.float32), k, random)
    chosen = again.inertia.reshape(DRAWS, tries).argmin(axis=1) + np.arange(DRAWS) * tries
    total = np.zeros(k)
    for draw, column in enumerate(chosen.tolist()):
        inside = drawn[:, draw] > 0
        total += _jaccard(codes[inside], again.codes[inside, column], k)
    return codes, found.centers[:, best], total / DRAWS


def _distances(wide: Float, centers: Float) -> Float:
    """(n, b) squared distances less the squared length of the points, which is the same for all centers.

    wide: (n, d + 1) points with a 1 behind each; centers: (b, d).
    """
    lengths = np.einsum("bd,bd->b", centers, centers)
    apart: Float = wide @ np.concatenate([-2 * centers, lengths[:, None]], axis=1).T
    return apart


def _assigned(wide: Float, centers: Float) -> tuple[NDArray[np.int16], Float]:
    """(n, b) the nearest center of each clustering, and its distance as `_distances` has it."""
    least = _distances(wide, centers[0])
    codes = np.zeros(least.shape, np.int16)
    for place in range(1, len(centers)):
        apart = _distances(wide, centers[place])
        np.copyto(codes, np.int16(place), where=apart < least)
        np.minimum(least, apart, out=least)
    return codes, least


def _jaccard(one: NDArray[np.int16], two: NDArray[np.int16], k: int) -> NDArray[np.float64]:
    """(k,) of each cluster of the first the largest share that it has in common with one of the second."""
    both = np.bincount(one.astype(np.intp) * k + two, minlength=k * k).reshape(k, k).astype(np.float64)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None] - both
    found: NDArray[np.float64] = (both / np.maximum(either, 1)).max(axis=1)
    return found
