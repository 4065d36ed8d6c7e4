"""The middle of every class in a layer, and how far each sample is from that of its own class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule
from util import blocks

BLOCK = 2**22  # float32 values at a time: 16 MiB


@rule("centers/{layer}", title="Class centers", kind="table", needs={"activations": "activations/{layer}"})
def centers(activations: NDArray[np.float32], labels: NDArray[np.integer]) -> NDArray[np.float32]:
    """The mean activations of the samples labelled with each class; not-a-number for a class without any.

    Rows that are not finite numbers, and samples without a label, are left out. One pass over the data.

    Args:
        activations: (n, d), memory-mapped or not.
        labels: (n,), -1 for none.

    Returns:
        (c, d) float32; c is one more than the largest label, and at least 1.
    """
    n, d = activations.shape
    known = max(int(np.max(labels, initial=-1)) + 1, 1)
    sums, counts = np.zeros((known, d)), np.zeros(known, np.int64)
    for rows in blocks(n, d, most=BLOCK):
        block = np.asarray(activations[rows])
        kept = np.flatnonzero((labels[rows] >= 0) & np.isfinite(block).all(axis=1))
        kept = kept[np.argsort(labels[rows][kept], kind="stable")]
        codes, starts = np.unique(labels[rows][kept], return_index=True)
        if len(codes):
            sums[codes] += np.add.reduceat(block[kept], starts, axis=0, dtype=np.float64)
            counts += np.bincount(labels[rows][kept], minlength=known)
    with np.errstate(invalid="ignore"):
        return (sums / counts[:, None]).astype(np.float32)


@rule(
    "center_distances/{layer}",
    title="Distance to the center of the own class",
    kind="vector",
    needs={"activations": "activations/{layer}", "centers": "centers/{layer}"},
)
def center_distances(
    activations: NDArray[np.float32], labels: NDArray[np.integer], centers: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Euclidean distance to the mean of the *other* samples of its class; large is unlike them.

    A sample that counts in its own center would seem nearer to it than it is: of two by half. Leaving it out
    stretches the distance by m / (m - 1), m the samples of the class.

    Args:
        activations: (n, d), memory-mapped or not.
        labels: (n,), -1 for none.
        centers: (c, d).

    Returns:
        (n,) float32 from 0; not-a-number without a label, alone in its class, or where a value is not finite.
    """
    n, d = activations.shape
    found = np.full(n, np.nan)
    counts = np.zeros(len(centers), np.int64)
    for rows in blocks(n, d, most=BLOCK):
        block, codes = np.asarray(activations[rows], np.float64), np.asarray(labels[rows])
        with np.errstate(invalid="ignore"):
            block -= centers[np.maximum(codes, 0)]
            apart = np.sqrt(np.einsum("nd,nd->n", block, block))
        kept = (codes >= 0) & np.isfinite(apart)
        found[rows] = np.where(kept, apart, np.nan)
        counts += np.bincount(codes[kept], minlength=len(centers))
    own = counts[np.maximum(labels, 0)].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(own > 1, found * own / (own - 1), np.nan).astype(np.float32)
