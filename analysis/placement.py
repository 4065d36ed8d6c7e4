"""New samples on a map that was made without them: each where its nearest known samples are.

A slow map of a dataset that grew need not be waited for: whoever was on it keeps the place, whoever is new
stands between the known samples that are nearest in the space the map was made of. A new kind of sample
does not get a place of its own in this way; only a map that is made anew gives it one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.neighbors import smallest
from analysis.rule import rule
from analysis.trustworthiness import trustworthiness
from util import blocks

BLOCK = 2**23  # float32 values at a time: 32 MiB
SPARE = 8  # candidates beyond k: more than rounding in a matrix product can swap
KNOWN = 50_000  # rows that are looked at in one go
METHODS = {"tsne": "t-SNE", "umap": "UMAP"}


def placed(
    activations: NDArray[np.float32],
    digests: NDArray[np.bytes_],
    earlier: NDArray[np.float32],
    earlier_digests: NDArray[np.bytes_],
    *,
    k: int = 6,
) -> NDArray[np.float32]:
    """A map of an earlier version of the data, on which new samples are placed by their nearest neighbors.

    Of its k nearest known samples by Euclidean distance in the space, the half that lies closest together on
    the map counts: a new sample gets the mean of their places, weighted by one over the distance. (The mean
    of all k lies in no man's land where they belong to two clusters: of 1,000 new among 10,000 digits 92 % of
    the 10 nearest on the map are of the same class so, 89 % by the mean of all, 94 % on a map made anew.) A
    copy of a known sample gets its place. About 1 s for 1,000 new among 10,000 x 784.

    Args:
        activations: (n, d), the space.
        digests: (n,) what the samples are recognized by.
        earlier: (m, 2), a map of other samples, most of them the same.
        earlier_digests: (m,) of the samples on it.
        k: known neighbors of which half count.

    Returns:
        (n, 2) float32; not-a-number for new rows that are not finite, and for all that were so before.
    """
    rows = _found(earlier_digests, digests)
    plane = np.full((len(digests), 2), np.nan, np.float32)
    plane[rows >= 0] = earlier[rows[rows >= 0]]
    known = np.flatnonzero(np.isfinite(plane).all(axis=1))
    new = np.flatnonzero(rows < 0)
    if len(known):
        width = max(len(known), activations.shape[1] * (k + SPARE))
        for part in (new[block] for block in blocks(len(new), width, most=BLOCK)):
            plane[part] = _between(activations, plane, part, known, min(k, len(known)))
    return plane


def placed_trustworthiness(
    activations: NDArray[np.float32],
    placed: NDArray[np.float32],
    digests: NDArray[np.bytes_],
    earlier_digests: NDArray[np.bytes_],
) -> NDArray[np.float64]:
    """How much of a map may be believed on which new samples were placed by their neighbors.

    Args:
        activations: (n, d), the space.
        placed: (n, 2), the map as it is shown.
        digests: (n,) what the samples are recognized by.
        earlier_digests: (m,) of the samples that the map was made of.

    Returns:
        (5,) float64: the four numbers of `trustworthiness`, and how many samples were placed.
    """
    new = np.count_nonzero(_found(earlier_digests, digests) < 0)
    return np.append(trustworthiness(activations, placed), new)


def _between(
    activations: NDArray[np.float32],
    plane: NDArray[np.float32],
    rows: NDArray[np.intp],
    known: NDArray[np.intp],
    k: int,
) -> NDArray[np.float64]:
    """(rows, 2): the places of some rows by their k nearest among the known ones."""
    mine = np.asarray(activations[rows], np.float32)
    finite = np.isfinite(mine).all(axis=1)
    mine[~finite] = 0
    center = mine.mean(axis=0)  # fewer digits lost in products
    distances = np.empty((len(rows), len(known)), np.float32)
    for start in range(0, len(known), KNOWN):
        theirs = activations[known[start : start + KNOWN]] - center
        squares = np.einsum("nd,nd->n", theirs, theirs)
        distances[:, start : start + KNOWN] = squares - 2 * (mine - center) @ theirs.T
    distances[~np.isfinite(distances)] = np.inf
    chosen = known[smallest(distances, min(k + SPARE, len(known)))]
    apart = np.linalg.norm(activations[chosen].astype(np.float64) - mine[:, None], axis=2)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :k]
    chosen, apart = (np.take_along_axis(array, nearest, axis=1) for array in (chosen, apart))
    closest = apart[:, :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(closest == 0, apart == 0, closest / apart)
    places = plane[chosen].astype(np.float64)
    weights *= _together(places, weights)
    mean: NDArray[np.float64] = np.einsum("nk,nkc->nc", weights, places) / weights.sum(axis=1, keepdims=True)
    mean[~finite] = np.nan
    return mean


def _together(places: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The half of k places, (n, k, 2), around the one that has the least way to all others by weight. -> (n, k)."""
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=3)
    middle = np.einsum("nij,nj->ni", apart, weights).argmin(axis=1)
    ways = apart[np.arange(len(places)), middle]
    half = max(1, places.shape[1] // 2)
    return np.asarray(ways <= np.sort(ways, axis=1)[:, half - 1 : half])


def _found(known: NDArray[np.bytes_], wanted: NDArray[np.bytes_]) -> NDArray[np.intp]:
    """For each wanted digest its row among the known ones, or -1."""
    if not len(known):
        return np.full(len(wanted), -1)
    order = np.argsort(known, kind="stable")
    rows = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    return np.where(known[rows] == wanted, rows, -1)


for _method, _title in METHODS.items():
    _columns = {
        "activations": "activations/{layer}",
        "earlier": f"earlier/{{layer}}/{_method}",
        "earlier_digests": f"earlier_digests/{{layer}}/{_method}",
    }
    rule(f"placed/{{layer}}/{_method}", title=f"{_title} with new points", kind="vector", needs=_columns)(placed)
    rule(
        f"placed_trustworthiness/{{layer}}/{_method}",
        title=f"Trustworthiness of {_title} with new points",
        kind="table",
        needs={**_columns, "placed": f"placed/{{layer}}/{_method}"},
    )(placed_trustworthiness)
