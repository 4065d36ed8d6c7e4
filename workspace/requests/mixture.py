"""Familiarity in a layer by a mixture with settings of the visitor's own."""

from __future__ import annotations

from analysis.familiarity import DIMENSIONS, GAUSSIANS, ROUNDS, TOLERANCE, cross_fitted
from util import InspectorError
from workspace.request import Desk, Made, request

MOST_DIMENSIONS, MOST_GAUSSIANS, MOST_ROUNDS = 512, 200, 2000
COVARIANCES = ("diag", "full")


@request(
    "mixture",
    title="Familiarity by own settings",
    uses=("analysis.familiarity",),
    needs=("split", "activations/{layer}"),
    most_kept=16,
)
def mixture(
    desk: Desk,
    *,
    layer: str,
    dimensions: int = DIMENSIONS,
    gaussians: int = GAUSSIANS,
    covariance: str = "diag",
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> Made:
    """(n,) float32 in steps, low is unfamiliar; as `analysis.familiarity.familiarity`.

    Raises:
        InspectorError: a setting that makes no sense, or would take all day.
    """
    sensible = 1 <= dimensions <= MOST_DIMENSIONS and 1 <= gaussians <= MOST_GAUSSIANS and 1 <= rounds <= MOST_ROUNDS
    if not sensible or covariance not in COVARIANCES or not 0 < tolerance < 1:
        raise InspectorError(
            f"mixture of {gaussians} {covariance} Gaussians in {dimensions} directions: out of bounds; take up to "
            f"{MOST_GAUSSIANS}, diag or full, in up to {MOST_DIMENSIONS}"
        )
    activations, split = desk.column(f"activations/{layer}"), desk.column("split")
    settings = {"dimensions": dimensions, "gaussians": gaussians, "covariance": covariance}
    return Made(cross_fitted(activations, split, **settings, tolerance=tolerance, rounds=rounds))
