"""Samples unlike the training data: strangers, noise, damaged pictures.

No single view of a sample is safe: late layers map strangers into the clusters of the classes, the
strongest answers of the filters see noise and blur and miss a rotated digit. So the distance to the
tenth nearest sample of the reference split is taken in five views, among those with the same label
where there is one (Sun, Ming, Zhu and Li, Out-of-Distribution Detection with Deep Nearest Neighbors,
2022). Each distance becomes the share of reference samples that are as far out, and the logarithms are
added up (Fisher, Statistical Methods for Research Workers, 1925).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.neighbors import NOBODY, neighbors
from analysis.reduction import reduced
from analysis.rule import rule
from analysis.threads import one_thread
from util import blocks

Float = NDArray[np.float32]

VIEWS = ("early features", "early peaks", "late features", "late peaks", "last layer")
K, SPARE = 10, 30  # the neighbor that counts; so many are looked up, of which ten are mostly in the reference
DIRECTIONS = 64
TAIL = 0.95  # from this share on the tail is taken as exponential
YARDSTICK = 2_000  # reference samples of one class that are compared with; of more, a draw
BLOCK = 2**23


@rule(
    "outlier_parts",
    title="How far out in each view",
    kind="vector",
    needs={
        "early": "features/early",
        "early_peaks": "features/early_peaks",
        "late": "features/late",
        "late_peaks": "features/late_peaks",
        "last": "features/last",
    },
    leans_on=("manifolds-rs",),
)
@one_thread()
def outlier_parts(
    early: Float,
    early_peaks: Float,
    late: Float,
    late_peaks: Float,
    last: Float,
    labels: NDArray[np.int64],
    split: NDArray[np.integer],
) -> Float:
    """-log of the share of reference samples that are as far out, in each of five views; 0 is the crowd.

    The reference is the first split, with each sample left out of its own. A sample with a label is
    compared with those that have the same one. About 6 s of CPU for 10,000 samples.

    Args:
        early: (n, d) an early stage of the network; `early_peaks` (n, e) the strongest answer of each filter there.
        early_peaks: see there.
        late: (n, f) the last stage that still has places; `late_peaks` (n, g) its strongest answers.
        late_peaks: see there.
        last: (n, h) the last layer before the class scores.
        labels: (n,), -1 for none.
        split: (n,).

    Returns:
        (n, 5) float32, high is far out; not-a-number where a view says nothing of a sample.
    """
    reference = split == split.min(initial=0)
    out = np.full((len(split), len(VIEWS)), np.nan, np.float32)
    views = (
        reduced(early, directions=DIRECTIONS),
        _even(early_peaks),
        reduced(late, directions=DIRECTIONS),
        _even(late_peaks),
        last,
    )
    labelled = labels >= 0
    for column, points in enumerate(views):
        if labelled.any():
            out[:, column] = tail(to_own_class(points, labels, reference), reference)
        if not labelled.all():
            out[~labelled, column] = tail(tenth(points, reference), reference)[~labelled]
    return out


@rule("outlier", title="Outlier", bad="high")
def outlier(outlier_parts: Float) -> Float:
    """How far a sample lies from the training data, over all views together; high is strange.

    outlier_parts: (n, 5) -> (n,) float32, the mean over the views that say something, in nats: 1 is
    usual, above about 4 hardly any reference sample is as far out.
    """
    counts = np.isfinite(outlier_parts).sum(axis=1)
    sums = np.nansum(outlier_parts, axis=1, dtype=np.float64)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(np.float32)


@rule("odd_view", title="View that finds it odd", kind="class")
def odd_view(outlier_parts: Float) -> NDArray[np.int64]:
    """Which of the five views puts the sample furthest out.

    outlier_parts: (n, 5) -> (n,) int64 into VIEWS, or -1.
    """
    known = np.isfinite(outlier_parts).any(axis=1)
    best = np.where(np.isfinite(outlier_parts), outlier_parts, -np.inf).argmax(axis=1)
    return np.where(known, best, -1).astype(np.int64)


def tail(values: NDArray[np.floating], reference: NDArray[np.bool_]) -> Float:
    """-log of the share of reference values at least as high, past the 95th percentile by an exponential tail.

    values: (n,); reference: (n,) which of them are the yardstick -> (n,) float32 from 0 up.
    """
    yardstick = np.sort(values[reference & np.isfinite(values)]).astype(np.float64)
    if not len(yardstick):
        return np.full(len(values), np.nan, np.float32)
    edge = float(np.quantile(yardstick, TAIL))
    beyond = yardstick[yardstick > edge] - edge
    scale = float(beyond.mean()) if len(beyond) else 0.0
    scale = scale or max(float(yardstick.std()), 1e-12)
    as_high = len(yardstick) - np.searchsorted(yardstick, values, side="left")
    share = np.maximum(as_high / len(yardstick), 1 - TAIL)
    found = -np.log(np.minimum(share, 1)) + np.maximum(values - edge, 0) / scale
    return np.where(np.isfinite(values), found, np.nan).astype(np.float32)


def tenth(points: Float, reference: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance to the tenth nearest reference sample other than itself; the furthest where there are fewer.

    points: (n, d); reference: (n,) -> (n,) float64; not-a-number for rows that are not finite.
    """
    found = np.full(len(points), np.nan)
    near = neighbors(points, k=SPARE)
    if not near.shape[1]:
        return found
    place = ((near != NOBODY) & reference[near]).cumsum(axis=1)
    enough = place[:, -1] >= K
    rows = np.flatnonzero(enough)
    chosen = near[rows, (place[rows] >= K).argmax(axis=1)]
    found[rows] = np.linalg.norm(points[rows] - points[chosen], axis=1)
    finite = np.isfinite(points).all(axis=1)
    rest, known = np.flatnonzero(~enough & finite), np.flatnonzero(reference & finite)
    found[rest] = _kth(points, rest, known)
    return found


def to_own_class(points: Float, labels: NDArray[np.int64], reference: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance to the tenth nearest reference sample with the same label; not-a-number where there is none.

    points: (n, d); labels: (n,), -1 for none; reference: (n,) -> (n,) float64.
    """
    found = np.full(len(points), np.nan)
    finite = np.isfinite(points).all(axis=1)
    draw = np.random.default_rng(0)
    for code in np.unique(labels[labels >= 0]):
        mine = finite & (labels == code)
        known = np.flatnonzero(mine & reference)
        if len(known) > YARDSTICK:
            known = np.sort(draw.choice(known, YARDSTICK, replace=False))
        rows = np.flatnonzero(mine)
        found[rows] = _kth(points, rows, known)
    return found


def _even(peaks: Float) -> Float:
    """Every column with mean 0 and spread 1, as far as it has one."""
    finite = np.isfinite(peaks).all(axis=1)
    if not finite.any():
        return peaks
    spread = np.maximum(peaks[finite].std(axis=0), np.float32(1e-6))
    return np.asarray((peaks - peaks[finite].mean(axis=0)) / spread, np.float32)


def _kth(points: Float, rows: NDArray[np.intp], known: NDArray[np.intp]) -> NDArray[np.float64]:
    """Distance of some rows to the tenth nearest of the known ones other than itself; exact, block by block."""
    found = np.full(len(rows), np.nan)
    if not len(known):
        return found
    there = points[known].astype(np.float32)
    squares = np.square(there).sum(axis=1)
    for block in blocks(len(rows), len(known), most=BLOCK):
        here = points[rows[block]]
        apart = np.square(here).sum(axis=1)[:, None] + squares - 2 * here @ there.T
        apart[rows[block][:, None] == known] = np.inf
        others = np.isfinite(apart).sum(axis=1)
        k = np.minimum(K, others)
        nearest = np.sort(np.partition(apart, min(K, len(known)) - 1, axis=1)[:, :K], axis=1)
        squared = nearest[np.arange(len(here)), np.maximum(k - 1, 0)]
        found[block] = np.where(k > 0, np.sqrt(np.maximum(squared, 0)), np.nan)
    return found
