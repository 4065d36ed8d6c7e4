"""How the losses of each class are spread, counted in bins that all classes share.

The bins are equally wide in the logarithm where the losses ask for it, as those of a trained network
do: most of them crowd near 0, and the few that are worth a look lie far above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

BINS = 40
LOG_RATIO = 50.0  # a largest loss of more medians than this is not seen on even steps
LOWEST = 0.02  # the share of the losses that the first bin may swallow
INFINITE, MISSING = -2, -1  # columns of the counts behind the bins


@rule("loss_edges", title="Loss bins", kind="table")
def loss_edges(loss: NDArray[np.float64]) -> NDArray[np.float64]:
    """The borders of the loss histogram's bins, from the smallest loss worth telling apart to the largest.

    Args:
        loss: (n,) nats, not-a-number without a label.

    Returns:
        (41,) float64, rising; evenly spaced from 0, or in the logarithm if the largest loss is over 50 times
        the median: then they begin at the loss that 2 % stay below, and what is smaller belongs to the first bin.
    """
    known = loss[np.isfinite(loss)]
    high = float(known.max(initial=0.0))
    if high <= 0:
        return np.linspace(0.0, 1.0, BINS + 1)
    positive = known[known > 0]
    low = float(np.quantile(positive, LOWEST))
    if high <= LOG_RATIO * float(np.median(known)) or not 0 < low < high:
        return np.linspace(0.0, high, BINS + 1)
    edges = np.geomspace(low, high, BINS + 1)
    edges[[0, -1]] = low, high  # to the last digit
    return edges


@rule("loss_histogram", title="Losses by class", kind="table")
def loss_histogram(
    loss: NDArray[np.float64],
    labels: NDArray[np.int64],
    split: NDArray[np.uint8],
    loss_edges: NDArray[np.float64],
    logits: NDArray[np.float32],
) -> NDArray[np.int64]:
    """How many samples of each split and class have a loss in each bin; infinite and missing ones apart.

    Args:
        loss: (n,) nats, not-a-number without a label.
        labels: (n,), -1 for none.
        split: (n,) codes from 0.
        loss_edges: (b + 1,) borders of the bins.
        logits: (n, c), for the number of classes alone.

    Returns:
        (s, c + 1, b + 2) int64: row j is about the samples labelled j, the last about those without a label; in
        columns the bins, then infinite losses, then missing ones. All together are n.
    """
    c = max(logits.shape[1], int(labels.max(initial=-1)) + 1)
    counts = [
        tally(loss[split == code], labels[split == code], loss_edges, c) for code in range(int(split.max()) + 1)
    ]
    return np.stack(counts)


def tally(
    loss: NDArray[np.float64], labels: NDArray[np.integer], edges: NDArray[np.float64], c: int
) -> NDArray[np.int64]:
    """(c + 1, b + 2) counts of the samples given, as `loss_histogram` has them.

    A bin holds its lower border and not its upper one, but for the last, which holds both.
    """
    bins = len(edges) - 1
    place = np.clip(np.searchsorted(edges, loss, side="right") - 1, 0, bins - 1)
    place = np.where(np.isnan(loss), bins + 2 + MISSING, np.where(np.isinf(loss), bins + 2 + INFINITE, place))
    row = np.where(labels >= 0, labels, c)
    counts = np.bincount(row * (bins + 2) + place, minlength=(c + 1) * (bins + 2))
    return counts.reshape(c + 1, bins + 2).astype(np.int64)


def is_log(edges: NDArray[np.float64]) -> bool:
    """Whether the bins are equally wide in the logarithm."""
    return bool(edges[0] > 0)
