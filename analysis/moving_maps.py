"""Maps of the same samples at several moments, such that a dot moves no more than it must."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.reduction import reduced

FEWEST = 10  # points; below, PCA stands in
PERPLEXITY = 30.0
FIRST_ROUNDS, NEXT_ROUNDS = 500, 150


def moving_maps(
    moments: Sequence[NDArray[np.float32]], *, seed: int = 0, said: Callable[[int], None] = lambda done: None
) -> NDArray[np.float32]:
    """A t-SNE map for every moment; each starts from that of the next moment, and the last from PCA.

    From the last one backwards, because there the classes are apart and the map is worth starting from. Each is
    turned onto its successor as far as a rotation or reflection can (orthogonal Procrustes; Schönemann, A generalized
    solution of the orthogonal Procrustes problem, 1966) and scaled to spread 1.

    Args:
        moments: (n, d) each, rows in the same order; widths may differ.
        seed: of whatever the library draws.
        said: told how many maps are done.

    Returns:
        (t, n, 2) float32, centered; not-a-number for rows that are in any moment.
    """
    n = len(moments[0])
    maps = np.full((len(moments), n, 2), np.nan, np.float32)
    points = [reduced(vectors) for vectors in moments]
    finite = np.all([np.isfinite(rows).all(axis=1) for rows in points], axis=0)
    before: NDArray[np.float64] | None = None
    for at in reversed(range(len(moments))):
        rows = np.ascontiguousarray(points[at][finite], np.float64)
        placed = _unit(_placed(rows, before, seed))
        before = placed if before is None else turned(placed, before)
        maps[at, finite] = before
        said(len(moments) - at)
    return maps


def turned(points: NDArray[np.float64], onto: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, 2) rotated or mirrored so that they lie as close to `onto` as they can."""
    left, _, right = np.linalg.svd(points.T @ onto)
    return np.asarray(points @ (left @ right))


def _placed(rows: NDArray[np.float64], before: NDArray[np.float64] | None, seed: int) -> NDArray[np.float64]:
    if len(rows) < FEWEST or not np.ptp(rows, axis=0).any():
        plane = np.zeros((len(rows), 2))
        plane[:, : rows.shape[1]] = rows[:, :2]
        return plane
    import openTSNE

    rows = rows / np.sqrt(np.square(rows).sum(axis=1).mean())
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    near = openTSNE.affinity.PerplexityBasedNN(rows, perplexity=perplexity, n_jobs=1, random_state=seed)
    start = openTSNE.initialization.pca(rows, random_state=seed) if before is None else before * 10
    embedding = openTSNE.TSNEEmbedding(start, near, n_jobs=1, random_state=seed)
    if before is None:
        embedding = embedding.optimize(FIRST_ROUNDS // 2, exaggeration=12, momentum=0.5)
    rounds = FIRST_ROUNDS if before is None else NEXT_ROUNDS
    return np.asarray(embedding.optimize(rounds, momentum=0.8), np.float64)


def _unit(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centered, with a mean square distance of 1 from the middle."""
    points = points - points.mean(axis=0) if len(points) else points
    size = np.sqrt(np.square(points).sum(axis=1).mean()) if len(points) else 0
    return points / size if size else points
