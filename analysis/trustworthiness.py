"""Is the picture true? How far neighbors on a map are neighbors in the space it was made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.neighbors import smallest
from analysis.rule import rule
from util import blocks

BLOCK = 2**21  # distances at a time
ROUNDING = np.float32(1e-6)  # of float32 sums; so that copies of one sample count as equally far
METHODS = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP", "loaded": "a loaded map"}


def trustworthiness(
    activations: NDArray[np.float32],
    projection: NDArray[np.float32],
    *,
    k: int = 15,
    samples: int = 1000,
    seed: int = 0,
) -> NDArray[np.float64]:
    """How much of the map may be believed: trustworthiness (1 is best, 0.5 chance) and kept neighbors.

    Trustworthiness (Venna and Kaski, 2001) takes off for every neighbor on the map that is none in the
    space, the more the farther it is there: 1 - 2 / (q k (2 n - 3 k - 1)) * sum of (rank - k) over these,
    ranks by distance in the space. Up to `samples` samples it is scikit-learn's number, to rounding; beyond, the sum
    runs over so many drawn samples (q of them), each still ranked against all n: an estimate of the same
    number, to about 0.001, and not the easier number of a thinned-out map. Equal distances share the
    better rank. About 1 s for 70,000 x 128 on two cores.

    Args:
        activations: (n, d), the space, not its reduction.
        projection: (n, 2), the map.
        k: neighbors looked at; fewer where k is not less than half of n.
        samples: how many are asked at most.
        seed: of the drawing.

    Returns:
        (4,) float64: trustworthiness, share of the k nearest on the map that are among the k nearest in
        the space, q, k. The first two are not-a-number for fewer than three samples. Rows that are not
        finite, in either, are left out.
    """
    n, d = activations.shape
    finite: NDArray[np.bool_] = np.all(np.isfinite(projection), axis=1)
    for block in blocks(n, d, most=BLOCK):
        finite[block] &= np.all(np.isfinite(activations[block]), axis=1)
    space, plane = (np.asarray(array[finite], np.float32) for array in (activations, projection))
    n = len(space)
    k = min(k, (n - 1) // 2)
    if k < 1:
        return np.array([np.nan, np.nan, n, max(k, 0)])
    drawn = np.random.default_rng(seed).permutation(n)[:samples]
    space -= space.mean(axis=0, dtype=np.float64).astype(np.float32)
    squares = np.einsum("nd,nd->n", space, space)
    excess, kept = 0, 0
    for rows in (drawn[block] for block in blocks(len(drawn), n, most=BLOCK)):
        on_map = smallest(_on_map(plane, rows), k)
        in_space = _in_space(space, squares, rows)
        theirs = np.take_along_axis(in_space, on_map, axis=1)
        theirs -= ROUNDING * (squares[rows, None] + squares[on_map])
        # Counting who is nearer, k times a row, is a fifth of the work of sorting the row.
        nearer = [
            [np.count_nonzero(row < limit) for limit in limits] for row, limits in zip(in_space, theirs, strict=True)
        ]
        ranks = np.array(nearer) + 1
        excess += int(np.maximum(ranks - k, 0).sum())
        kept += int((ranks <= k).sum())
    q = len(drawn)
    return np.array([1 - 2 * excess / (q * k * (2 * n - 3 * k - 1)), kept / (q * k), q, k])


def _on_map(plane: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """(rows, n) squared distances from some rows to all, infinite to themselves.

    From differences: on a map of 70,000 points a matrix product rounds away who is next to whom.
    """
    x, y = plane.T
    distances: NDArray[np.float32] = np.square(x[rows, None] - x)
    distances += np.square(y[rows, None] - y)
    distances[np.arange(len(rows)), rows] = np.inf
    return distances


def _in_space(
    space: NDArray[np.float32], squares: NDArray[np.float32], rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The same in d columns, by a matrix product, right to ROUNDING times the squares."""
    distances: NDArray[np.float32] = np.matmul(space[rows] * np.float32(-2), space.T)
    distances += squares
    distances += squares[rows, None]
    distances[np.arange(len(rows)), rows] = np.inf
    return distances


for _method, _title in METHODS.items():
    rule(
        f"trustworthiness/{{layer}}/{_method}",
        title=f"Trustworthiness of {_title}",
        kind="table",
        needs={"activations": "activations/{layer}", "projection": f"projection/{{layer}}/{_method}"},
    )(trustworthiness)
