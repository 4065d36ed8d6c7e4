"""Familiarity in any layer, by a handful of models; made when somebody asks.

To add one of your own, write one file in this folder with a rule called `familiarity_NAME/{layer}` of kind
"score", bad "low". It gets the activations of the layer and the split, and gives one number per sample, higher
for what is more familiar; `in_steps` of `analysis.familiarity` makes it comparable. The page offers every
such rule under its title. CONTRIBUTING.md has an example.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.familiarity import cross_fitted
from analysis.familiarity import familiarity_by_class as by_class
from analysis.rule import rule

Float = NDArray[np.float32]

LAYER = {"activations": "activations/{layer}"}
SKLEARN = ("scikit-learn",)


@rule("familiarity/{layer}", title="5 diagonal Gaussians", bad="low", needs=LAYER, leans_on=SKLEARN)
def diagonal(
    activations: Float,
    split: NDArray[np.integer],
    *,
    dimensions: int = 40,
    gaussians: int = 5,
    tolerance: float = 1e-3,
    rounds: int = 200,
) -> Float:
    """Familiarity in one layer by the usual model: forty directions, five diagonal Gaussians.

    activations: (n, d); split: (n,) -> (n,) float32 in steps, low is unfamiliar; as `familiarity`.
    """
    return cross_fitted(
        activations, split, dimensions=dimensions, gaussians=gaussians, tolerance=tolerance, rounds=rounds
    )


@rule("familiarity_full/{layer}", title="5 full Gaussians", bad="low", needs=LAYER, leans_on=SKLEARN)
def full(activations: Float, split: NDArray[np.integer], *, dimensions: int = 40, gaussians: int = 5) -> Float:
    """The same with full covariances: it knows which directions go together, and wants many samples.

    activations: (n, d); split: (n,) -> (n,) float32 in steps, low is unfamiliar. A tenth as many
    directions as samples in each half at most, a Gaussian for every ten samples per direction.
    """
    return cross_fitted(activations, split, dimensions=dimensions, gaussians=gaussians, covariance="full")


@rule("familiarity_one/{layer}", title="1 full Gaussian", bad="low", needs=LAYER, leans_on=SKLEARN)
def one(activations: Float, split: NDArray[np.integer], *, dimensions: int = 40, gaussians: int = 1) -> Float:
    """The simplest model: one cloud, so the order is that of the Mahalanobis distance to the mean.

    activations: (n, d); split: (n,) -> (n,) float32 in steps, low is unfamiliar.
    """
    return cross_fitted(activations, split, dimensions=dimensions, gaussians=gaussians, covariance="full")


@rule("familiarity_many/{layer}", title="20 diagonal Gaussians", bad="low", needs=LAYER, leans_on=SKLEARN)
def many(activations: Float, split: NDArray[np.integer], *, dimensions: int = 40, gaussians: int = 20) -> Float:
    """With a Gaussian for each of many sub-types: small groups become familiar.

    activations: (n, d); split: (n,) -> (n,) float32 in steps, low is unfamiliar.
    """
    return cross_fitted(activations, split, dimensions=dimensions, gaussians=gaussians)


@rule("familiarity_wide/{layer}", title="5 Gaussians, 100 directions", bad="low", needs=LAYER, leans_on=SKLEARN)
def wide(activations: Float, split: NDArray[np.integer], *, dimensions: int = 100, gaussians: int = 5) -> Float:
    """With a hundred principal directions: finer differences count, noise too.

    activations: (n, d); split: (n,) -> (n,) float32 in steps, low is unfamiliar.
    """
    return cross_fitted(activations, split, dimensions=dimensions, gaussians=gaussians)


@rule(
    "familiarity_by_class/{layer}",
    title="Familiarity to each class",
    kind="vector",
    needs=LAYER,
    leans_on=SKLEARN,
)
def each_class(activations: Float, labels: NDArray[np.int64], split: NDArray[np.integer]) -> Float:
    """How familiar each sample is in one layer to the mixture of each class, whatever its own label is.

    activations: (n, d); labels, split: (n,) -> (n, c) float32 in steps; as `familiarity_by_class`.
    """
    found: Float = by_class(activations, labels, split)
    return found
