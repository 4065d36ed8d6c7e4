"""How usual a sample is: its likelihood under a mixture of Gaussians of the network's features.

The recipe of DeepView (Bäuerle and others, Symphony: Composing Interactive Interfaces for Machine
Learning, 2022): principal directions, a mixture of Gaussians, the log-likelihood of every sample. Higher is
more familiar, always. Fitting is kept apart from scoring: what `fit` gives is a dictionary of plain arrays
(`numpy.savez(path, **fitted)`, `dict(numpy.load(path))`), and `score` takes it back.

Rows that a mixture was fitted to look more familiar than they are. So the first split is cut in two halves,
each is scored by the mixture of the other, and all other samples by one of the two in turn. (The mean of both
would be steadier, and for that reason less often extreme: other splits would look too familiar.)

A log-likelihood alone says nothing: it shifts with the unit of the layer and with the number of directions.
So it is told in steps: 0 is the median of the held-out half, and one step is the way from there to where
only 16 % of it are less familiar (a standard deviation, were it normal).
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.reduction import reduced
from analysis.rule import rule
from analysis.threads import one_thread
from util import blocks

Float = NDArray[np.float32]
Rows = NDArray[np.intp]
Fitted = dict[str, NDArray[Any]]

DIMENSIONS, GAUSSIANS, TOLERANCE, ROUNDS = 40, 5, 1e-3, 200
MOST_FITTED = 20_000  # rows that one mixture is fitted to; of more, a fixed draw
ROWS_PER_DIRECTION, ROWS_PER_GAUSSIAN = 10, 20  # at least; there are fewer of both where rows are few
FEWEST, FEWEST_OF_CLASS = 10, 5  # rows in each half
STEP = 0.16  # the share of held-out samples that are more than one step below the median
NO_SPREAD = 1e-10  # of the largest variance: a direction along which nothing changes
BLOCK = 2**22  # numbers at a time


@rule("familiarity", title="Familiarity", bad="low", needs={"last": "features/last"}, leans_on=("scikit-learn",))
@one_thread()
def familiarity(last: Float, split: NDArray[np.integer]) -> Float:
    """How likely the sample's last features are under a mixture fitted to the first split; low is unfamiliar.

    Forty principal directions, five diagonal Gaussians. In steps below or above the median of held-out
    samples of that split (see the head of this file). About 2 s for 70,000 x 128.

    last: (n, d); split: (n,), the lowest code is fitted to -> (n,) float32; not-a-number in rows that are
    not finite, and everywhere with fewer than 20 samples to fit to.
    """
    return cross_fitted(last, split)


@rule(
    "familiarity_by_class",
    title="Familiarity to each class",
    kind="vector",
    needs={"last": "features/last"},
    leans_on=("scikit-learn",),
)
@one_thread()
def familiarity_by_class(last: Float, labels: NDArray[np.int64], split: NDArray[np.integer]) -> Float:
    """How familiar each sample is to the mixture of each class, whatever its own label is.

    The same directions for all classes, a mixture for each, fitted to its samples in the first split; in steps
    around the median of that class's held-out samples, so 0 in column 5 is a usual five. It holds 4 n c
    bytes, twice while the worker writes them, and little besides: 28 MB for 70,000 samples of 100
    classes, in about 5 s.

    last: (n, d); labels: (n,), -1 for none; split: (n,) -> (n, c) float32, c the highest label plus 1;
    not-a-number in rows that are not finite, and for classes with fewer than 10 samples to fit to.
    """
    n, classes = len(last), int(labels.max(initial=-1)) + 1
    found = np.full((n, classes), np.nan, np.float32)
    for mine, judged, n_held_out in _turns(last, split, labels):
        space = directions(last[_some(mine)])
        points, held_out = project(space, last[judged]), labels[judged[:n_held_out]]
        for code in range(classes):
            rows, yardstick = mine[labels[mine] == code], np.flatnonzero(held_out == code)
            if min(len(rows), len(yardstick)) >= FEWEST_OF_CLASS:
                fitted = mixture(project(space, last[_some(rows)]))
                found[judged, code] = in_steps(log_likelihood(fitted, points), yardstick)
    return found


@rule("class_familiarity", title="Familiarity to the own class", bad="low")
def class_familiarity(familiarity_by_class: Float, labels: NDArray[np.int64]) -> Float:
    """How familiar a sample is to the mixture of the class it is labelled with; low is unlike its class.

    familiarity_by_class: (n, c); labels: (n,) -> (n,) float32 in steps of that class; not-a-number
    without a label, and where the class has too few samples.
    """
    own = np.full(len(labels), np.nan, np.float32)
    known = np.flatnonzero(labels >= 0)
    own[known] = familiarity_by_class[known, labels[known]]
    return own


# -- fitting, and apart from it scoring --------------------------------------------------------------


def fit(
    rows: Float,
    *,
    dimensions: int = DIMENSIONS,
    gaussians: int = GAUSSIANS,
    covariance: str = "diag",
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Fitted:
    """Directions and mixture of some rows, (n, d), all finite, as plain arrays: what `score` takes."""
    space = directions(rows, dimensions)
    points = project(space, rows)
    return space | mixture(points, gaussians, covariance=covariance, tolerance=tolerance, rounds=rounds)


def score(fitted: Fitted, rows: Float) -> NDArray[np.float64]:
    """Log-likelihood of each row, (n, d) -> (n,), in nats; high is familiar, not-a-number where not finite."""
    return log_likelihood(fitted, project(fitted, rows))


def directions(rows: Float, dimensions: int = DIMENSIONS) -> Fitted:
    """The principal directions of some rows, (n, d), all finite, so scaled that the first has variance 1.

    Returns:
        `center` (d,) and `axes` (d, m), m at most `dimensions` and a tenth of the rows.
    """
    largest = float(np.abs(rows).max(initial=0)) or 1.0
    center = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    points = reduced(rows, directions=max(1, min(dimensions, len(rows) // ROWS_PER_DIRECTION))) / np.float32(largest)
    squares = np.square(points, dtype=np.float64).sum(axis=0)
    kept = squares > NO_SPREAD * squares.max()
    kept[0] = True
    products = np.zeros((rows.shape[1], int(kept.sum())))
    for block in blocks(*rows.shape, most=BLOCK):
        products += ((rows[block] - center) / np.float32(largest)).T @ points[block][:, kept]
    lengths = np.maximum(squares[kept], np.finfo(np.float64).tiny)
    spread = np.sqrt(squares[0] / len(rows)) or 1.0
    return {"center": center, "axes": products / lengths / spread / largest}


def project(space: Fitted, rows: Float) -> Float:
    """Rows (n, d) along the directions, (n, m) float32; not-a-number where one is not finite."""
    points = np.empty((len(rows), space["axes"].shape[1]), np.float32)
    for block in blocks(*rows.shape, most=BLOCK):
        with np.errstate(invalid="ignore", over="ignore"):
            points[block] = (rows[block].astype(np.float64) - space["center"]) @ space["axes"]
    points[~np.isfinite(points).all(axis=1)] = np.nan
    return points


def mixture(
    points: Float,
    gaussians: int = GAUSSIANS,
    *,
    covariance: str = "diag",
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Fitted:
    """A mixture of Gaussians of some points (n, m), all finite, by scikit-learn from a fixed start.

    Returns:
        `weights` (k,), `means` (k, m) and `cholesky` of the precisions, (k, m) if diagonal or (k, m, m); k is
        at most `gaussians`, and one for every twenty rows, of full ones for every ten per direction.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    least = ROWS_PER_GAUSSIAN if covariance == "diag" else ROWS_PER_DIRECTION * points.shape[1]
    model = GaussianMixture(
        max(1, min(gaussians, len(points) // least)),
        covariance_type=covariance,
        tol=tolerance,
        max_iter=rounds,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last round is as good as we wanted it
        model.fit(points.astype(np.float64))
    return {"weights": model.weights_, "means": model.means_, "cholesky": model.precisions_cholesky_}


def log_likelihood(fitted: Fitted, points: Float) -> NDArray[np.float64]:
    """Log-density of each point, (n, m) -> (n,), in nats, under a mixture; not-a-number where not finite."""
    weights, means, cholesky = fitted["weights"], fitted["means"], fitted["cholesky"]
    k, m = means.shape
    is_diagonal = cholesky.ndim == 2
    edges = cholesky if is_diagonal else np.diagonal(cholesky, axis1=1, axis2=2)
    constant = np.log(weights) + np.log(edges).sum(axis=1) - m / 2 * np.log(2 * np.pi)
    found = np.empty(len(points))
    for block in blocks(len(points), k * m, most=BLOCK):
        here = points[block].astype(np.float64)
        if is_diagonal:
            precisions = np.square(cholesky)
            apart = np.square(here) @ precisions.T - 2 * here @ (means * precisions).T
            apart += (np.square(means) * precisions).sum(axis=1)
        else:
            apart = np.stack([np.square((here - means[i]) @ cholesky[i]).sum(axis=1) for i in range(k)], axis=1)
        each = constant - apart / 2
        best = each.max(axis=1, keepdims=True)
        found[block] = best[:, 0] + np.log(np.exp(each - best).sum(axis=1))
    return found


def cross_fitted(activations: Float, split: NDArray[np.integer], **settings: Any) -> Float:
    """Familiarity in steps, no row under a mixture that it was fitted to.

    activations: (n, d); split: (n,); settings: as of `fit` -> (n,) float32.
    """
    found = np.full(len(activations), np.nan, np.float32)
    for mine, judged, n_held_out in _turns(activations, split):
        fitted = fit(activations[_some(mine)], **settings)
        found[judged] = in_steps(score(fitted, activations[judged]), np.arange(n_held_out))
    return found


def in_steps(likelihoods: NDArray[np.float64], held_out: Rows) -> NDArray[np.float64]:
    """Log-likelihoods (n,) in steps around the median of some rows that the mixture has not seen."""
    low, median = np.quantile(likelihoods[held_out], [STEP, 0.5])
    return np.asarray((likelihoods - median) / (median - low or 1.0))


def _turns(
    activations: Float, split: NDArray[np.integer], labels: NDArray[np.int64] | None = None
) -> list[tuple[Rows, Rows, int]]:
    """Who is fitted to, who is judged, and how many of these, the first ones, are held-out rows of the first split.

    Two turns, in which the halves of the first split change places; every class is in both, as far as
    it can be. None where there are too few rows.
    """
    found = [
        np.isfinite(activations[block]).all(axis=1)
        for block in blocks(max(len(activations), 1), activations.shape[1], most=BLOCK)
    ]
    finite, first = np.concatenate(found), split == split.min()
    rows = np.random.default_rng(0).permutation(np.flatnonzero(finite & first))
    if labels is not None:
        rows = rows[np.argsort(labels[rows], kind="stable")]
    halves, rest = (np.sort(rows[::2]), np.sort(rows[1::2])), np.flatnonzero(finite & ~first)
    if len(halves[1]) < FEWEST:
        return []
    return [
        (halves[turn], np.concatenate([halves[1 - turn], rest[turn::2]]), len(halves[1 - turn])) for turn in (0, 1)
    ]


def _some(rows: Rows) -> Rows:
    """Rows, or a fixed draw of them, in order."""
    if len(rows) <= MOST_FITTED:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, MOST_FITTED, replace=False))
