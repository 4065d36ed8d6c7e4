"""Maps: every sample as a point on a plane, by three methods, from its reduced activations.

t-SNE and UMAP come from manifolds-rs where it can be imported, which has scikit-learn's quality at a
fraction of its time, else from the mature libraries (docs/decisions/002-projection-libraries.md). Seeds
are fixed: one machine draws the same map every time; another number of cores may draw another one that
is as good. Where there are too few points for a method, or nothing to tell them apart, PCA stands in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule
from util import InspectorError

logger = logging.getLogger(__name__)

Points = NDArray[np.float32]

FEWEST = 10  # points; below, a neighborhood is everybody
FEWEST_FOR_FFT = 1_000  # below, a tree of the points is as fast and steadier
MOST_FOR_SCIKIT = 20_000  # above, openTSNE is faster
MOST_EXACT = 20_000  # above, the neighbors that a map starts from are searched in cells: 99.7 % of them are found
CELLS_LOOKED_INTO = 32  # of about sqrt(n)
MANY_FOR_UMAP = 10_000  # from here 200 rounds are as good as 500


@rule("projection/{layer}/pca", title="PCA", kind="projection", needs={"reduced": "reduced/{layer}"})
def pca(reduced: Points) -> Points:
    """The plane on which the samples are spread out most: true to large distances, blind to small ones.

    reduced: (n, m) -> (n, 2) float32: its first two columns, zeros where there is only one.
    """
    return _first_two(reduced)


@rule(
    "projection/{layer}/tsne",
    title="t-SNE",
    kind="projection",
    needs={"reduced": "reduced/{layer}"},
    leans_on=("manifolds-rs", "scikit-learn", "openTSNE"),
)
def tsne(reduced: Points, *, seed: int = 0, perplexity: float = 30.0, rounds: int = 750) -> Points:
    """Neighbors stay neighbors; sizes of clusters and gaps between them mean little.

    van der Maaten and Hinton, Visualizing Data using t-SNE (2008), started from PCA. About 5 s for
    10,000 points and 35 s for 70,000 on two cores with manifolds-rs.

    Args:
        reduced: (n, m).
        seed: of whatever a library draws.
        perplexity: about how many neighbors count; at most a third of the others.
        rounds: of gradient descent in manifolds-rs; the others decide for themselves.

    Returns:
        (n, 2) float32, centered; not-a-number for rows that are.
    """

    def place(points: Points) -> Points:
        fitting = float(min(perplexity, (len(points) - 1) / 3))
        placed = _by_manifolds(
            "TSNE",
            points,
            seed=seed,
            perplexity=fitting,
            n_epochs=rounds,
            approx="fft_3k" if len(points) >= FEWEST_FOR_FFT else "barnes_hut",
        )
        return _mature_tsne(points, seed, fitting) if placed is None else placed

    return _map(reduced, place)


@rule(
    "projection/{layer}/umap",
    title="UMAP",
    kind="projection",
    needs={"reduced": "reduced/{layer}"},
    leans_on=("manifolds-rs", "umap-learn"),
)
def umap(reduced: Points, *, seed: int = 0, neighbors: int = 15, min_dist: float = 0.1) -> Points:
    """Neighbors mostly stay neighbors, in tighter clusters than t-SNE's; gaps mean little here too.

    McInnes, Healy and Melville, UMAP (2018), started from the graph's spectrum. About 1.5 s for
    10,000 points and 10 s for 70,000 on two cores with manifolds-rs; umap-learn compiles for most of a
    minute first, and is only ever imported in the worker.

    Args:
        reduced: (n, m).
        seed: of the start and of the samples drawn.
        neighbors: how many count; at most all others.
        min_dist: how close points may come on the map.

    Returns:
        (n, 2) float32, centered; not-a-number for rows that are.

    Raises:
        InspectorError: neither library is there.
    """

    def place(points: Points) -> Points:
        rounds = 200 if len(points) >= MANY_FOR_UMAP else 500
        fitting = min(neighbors, len(points) - 1)
        placed = _by_manifolds("UMAP", points, seed=seed, n_neighbors=fitting, min_dist=min_dist, n_epochs=rounds)
        return _mature_umap(points, seed, fitting, min_dist) if placed is None else placed

    return _map(reduced, place)


def _first_two(reduced: Points) -> Points:
    plane = np.zeros((len(reduced), 2), np.float32)
    plane[:, : reduced.shape[1]] = reduced[:, :2]
    plane[~np.isfinite(reduced).all(axis=1)] = np.nan
    return plane


def _map(reduced: Points, place: Callable[[Points], Points]) -> Points:
    """Place the finite rows, scaled to spread 1; by PCA where a method has nothing to work with."""
    finite = np.isfinite(reduced).all(axis=1)
    points = np.ascontiguousarray(reduced[finite], np.float32)
    spread = float(np.sqrt(np.square(points, dtype=np.float64).sum() / max(len(points), 1)))
    if len(points) < FEWEST or spread == 0:
        return _first_two(reduced)
    points = points / np.float32(spread)
    if points.shape[1] == 1:  # a method that starts from a plane needs two columns
        points = np.concatenate([points, np.zeros_like(points)], axis=1)
    placed = np.asarray(place(points), np.float64)
    if not np.isfinite(placed).all():
        logger.warning("a map of %d points did not converge; PCA stands in", len(points))
        return _first_two(reduced)
    plane = np.full((len(reduced), 2), np.nan, np.float32)
    plane[finite] = placed - placed.mean(axis=0)
    return plane


def _by_manifolds(method: str, points: Points, **settings: Any) -> Points | None:
    """The map by manifolds-rs; None where it cannot be imported or gives up."""
    try:
        import manifolds_rs
    except ImportError:
        return None
    if len(points) > MOST_EXACT:
        # Not hnsw, which finds other neighbors each time; nor kmknn, whose time depends much on the data.
        settings |= {"ann": "ivf", "nn_params": manifolds_rs.NeighbourParams(n_probes=CELLS_LOOKED_INTO)}
    try:
        placed: Points = getattr(manifolds_rs, method)(**settings).fit_transform(points)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic in Rust arrives as a BaseException
        logger.warning("manifolds-rs %s: %s; the slower library takes over", method, str(error)[:200])
        return None
    return placed


def _mature_tsne(points: Points, seed: int, perplexity: float) -> Points:
    if len(points) > MOST_FOR_SCIKIT:
        import openTSNE

        return np.asarray(openTSNE.TSNE(perplexity=perplexity, random_state=seed, n_jobs=-1).fit(points))
    from sklearn.manifold import TSNE

    estimator = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=-1)
    placed: Points = estimator.fit_transform(points)
    return placed


def _mature_umap(points: Points, seed: int, neighbors: int, min_dist: float) -> Points:
    try:
        from umap import UMAP
    except ImportError:
        raise InspectorError(
            "UMAP: neither manifolds-rs nor umap-learn is installed; install umap-learn, or choose t-SNE"
        ) from None
    estimator = UMAP(n_neighbors=max(neighbors, 2), min_dist=min_dist, random_state=seed, n_jobs=1)
    placed: Points = estimator.fit_transform(points)
    return placed
