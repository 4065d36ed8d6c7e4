"""The nearest other samples of each sample, exact, and how far they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule
from util import blocks

NOBODY = -1
BLOCK = 2**23  # float32 values at a time: 32 MiB
GROUP = 64  # columns of distances whose smallest is looked at first
SPARE = 8  # candidates beyond k: more than rounding in a matrix product can swap
FEWEST_FOR_TREE, MOST_COLUMNS_FOR_TREE = 2_000, 256  # where the triangle inequality beats matrix products
MOST_EXACT = 20_000  # rows, where a few may be missed
MOST_EQUAL = 50  # rows that are the same as a row, in the mean: descent compares all of them


@rule(
    "neighbors/{layer}",
    title="Nearest neighbors",
    kind="vector",
    needs={"activations": "activations/{layer}"},
    leans_on=("manifolds-rs",),
)
def neighbors(activations: NDArray[np.float32], *, k: int = 15) -> NDArray[np.int32]:
    """Rows of the nearest other samples by Euclidean distance, the nearest first; exact.

    A copy of a sample is its neighbor at distance 0; the sample itself never is. Equal distances stand
    in the order of the rows. About 5 s for 70,000 x 128 on two cores, 2 s for 10,000 x 784.

    Args:
        activations: (n, d).
        k: how many at most.

    Returns:
        (n, min(k, n - 1)) int32. -1 where there is no neighbor: in rows that are not finite numbers,
        which are nobody's neighbor either, and past the last where too few rows are finite.
    """
    n, d = activations.shape
    finite = np.concatenate([np.isfinite(activations[rows]).all(axis=1) for rows in blocks(n, d, most=BLOCK)])
    kept = np.flatnonzero(finite)
    found = np.full((n, min(k, n - 1)), NOBODY, np.int32)
    near = min(k, len(kept) - 1)
    if near < 1:
        return found
    points = activations[kept].astype(np.float32, copy=False)
    points -= points.mean(axis=0, dtype=np.float64).astype(np.float32)  # fewer digits lost in products
    points /= np.float32(np.abs(points).max() or 1)
    indices = _by_tree(points, near)
    if indices is None:
        indices = _by_products(points, near)
    found[finite, :near] = np.sort(kept[indices], axis=1)
    order = np.argsort(_distances(activations, found), axis=1, kind="stable")  # not-a-number goes last
    return np.take_along_axis(found, order, axis=1)


@rule(
    "neighbor_distances/{layer}",
    title="Distances to the nearest neighbors",
    kind="vector",
    needs={"activations": "activations/{layer}", "neighbors": "neighbors/{layer}"},
)
def neighbor_distances(activations: NDArray[np.float32], neighbors: NDArray[np.int32]) -> NDArray[np.float32]:
    """Euclidean distance to each of the nearest neighbors, ascending; 0 is a copy, large is a loner.

    activations: (n, d); neighbors: (n, k) rows -> (n, k) float32; not-a-number where there is no neighbor.
    """
    return _distances(activations, neighbors).astype(np.float32)


def likely_neighbors(points: NDArray[np.float32], k: int) -> NDArray[np.int32]:
    """As `neighbors`, but above 20,000 rows one in some thousands is missed, for where that does no harm.

    By nearest neighbor descent (Dong, Moses and Li, Efficient k-nearest neighbor graph construction for
    generic similarity measures, 2011), always the same for the same points. 70,000 x 64 pixels of digits
    take 7 s instead of 38 s, and 99.99 % are found. Where many rows are equal, blank pictures say, the exact
    search is faster. points: (n, d), finite -> (n, min(k, n - 1)) int32.
    """
    if len(points) > MOST_EXACT and _equal(points) <= MOST_EQUAL:
        try:
            import manifolds_rs
        except ImportError:
            pass
        else:
            return np.asarray(manifolds_rs.knn_graph(points, k, ann="nndescent")[0], np.int32)
    return np.asarray(neighbors(points, k=k))


def _equal(points: NDArray[np.float32]) -> float:
    """How many rows are the same as a row, itself among them, in the mean."""
    weights = np.random.default_rng(0).standard_normal(points.shape[1], np.float32)
    sums: NDArray[np.float32] = np.einsum("nd,d->n", points, weights)
    _, counts = np.unique(sums, return_counts=True)
    return float(np.square(counts, dtype=np.float64).sum() / len(points))


def _distances(activations: NDArray[np.float32], neighbors: NDArray[np.int32]) -> NDArray[np.float64]:
    n, k = neighbors.shape
    distances = np.full((n, k), np.nan)
    for rows in blocks(n, max(k, 1) * activations.shape[1], most=BLOCK):
        with np.errstate(invalid="ignore"):  # infinity less infinity, in rows that have no neighbors anyway
            apart = activations[neighbors[rows]] - activations[rows, None]
            found = np.sqrt(np.einsum("nkd,nkd->nk", apart, apart, dtype=np.float64))
        distances[rows] = np.where(neighbors[rows] == NOBODY, np.nan, found)
    return distances


def _by_tree(points: NDArray[np.float32], k: int) -> NDArray[np.intp] | None:
    """By the exact search of manifolds-rs; None where that is slower, or missing."""
    n, d = points.shape
    if n < FEWEST_FOR_TREE or d > MOST_COLUMNS_FOR_TREE:
        return None
    try:
        import manifolds_rs
    except ImportError:
        return None
    indices: NDArray[np.intp] = manifolds_rs.knn_graph(points, k, ann="kmknn")[0]
    return indices


def _by_products(points: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """By matrix products, a block of rows against all; the last choice by differences, which round less."""
    n, d = points.shape
    squares = np.einsum("nd,nd->n", points, points)[:, None]
    others = np.concatenate([points, squares], axis=1)
    indices = np.empty((n, k), np.intp)
    candidates = min(k + SPARE, n - 1)
    for rows in blocks(n, max(n, candidates * d), most=BLOCK):
        mine = points[rows]
        # The squared distance without my own square, which changes no order: |y|^2 - 2 x.y
        distances = np.concatenate([-2 * mine, np.ones_like(mine[:, :1])], axis=1) @ others.T
        distances[np.arange(len(mine)), np.arange(rows.start, rows.stop)] = np.inf
        chosen = np.sort(smallest(distances, candidates), axis=1)
        apart = points[chosen] - mine[:, None]
        order = np.argsort(np.einsum("nkd,nkd->nk", apart, apart), axis=1, kind="stable")
        indices[rows] = np.take_along_axis(chosen, order[:, :k], axis=1)
    return indices


def smallest(distances: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Columns of the k smallest of every row, in no order. distances: (q, n) -> (q, min(k, n)).

    Sorting a row of n distances costs more than making it. So columns go in groups; the k smallest are
    in the k groups with the smallest minima or in the rest that fills no group, and only these are
    looked into.
    """
    q, n = distances.shape
    groups = n // GROUP
    if groups <= k:
        return np.argpartition(distances, min(k, n) - 1, axis=1)[:, :k]
    every = np.arange(q)[:, None]
    minima = distances[:, : groups * GROUP].reshape(q, groups, GROUP).min(axis=2)
    nearest = np.argpartition(minima, k - 1, axis=1)[:, :k, None]
    columns = (nearest * GROUP + np.arange(GROUP)).reshape(q, -1)
    rest = np.broadcast_to(np.arange(groups * GROUP, n), (q, n - groups * GROUP))
    columns = np.concatenate([columns, rest], axis=1)
    chosen = np.argpartition(distances[every, columns], k - 1, axis=1)[:, :k]
    return np.take_along_axis(columns, chosen, axis=1)
