"""A map by settings of the visitor's own, and how true it is."""

from __future__ import annotations

import math

import numpy as np

from analysis.rule import RULES
from util import InspectorError, Progress
from workspace.request import Desk, Made, request

PERPLEXITY, NEIGHBORS, MIN_DIST = (2, 200), (2, 200), (0.0, 1.0)  # least and most
SPACES = {"tsne": "reduced", "umap": "reduced", "tsne_cosine": "reduced_cosine", "umap_cosine": "reduced_cosine"}


@request(
    "map",
    title="Map by own settings",
    uses=("analysis.projection", "analysis.cosine_maps", "analysis.trustworthiness"),
    needs=("{space}/{layer}", "activations/{layer}"),
    most_kept=32,
)
def own_map(
    desk: Desk,
    *,
    layer: str,
    method: str,
    space: str,
    perplexity: float = 30.0,
    neighbors: int = 15,
    min_dist: float = 0.1,
) -> Made:
    """(n, 2) float32, as the rule of the method makes it.

    Args:
        desk: the worker's.
        layer: what it is made of.
        method: one of SPACES.
        space: its entry there.
        perplexity: for t-SNE, 2 to 200.
        neighbors: for UMAP, 2 to 200.
        min_dist: for UMAP, 0 to 1.

    Returns:
        The map; facts are `truth`, the four numbers of `trustworthiness` (None where not a number), and
        `stands_in`, whether it is PCA because the method had nothing to work with.

    Raises:
        InspectorError: a method or setting that makes no sense, or would take all day.
    """
    asked = {"perplexity": perplexity, "neighbors": neighbors, "min_dist": min_dist}
    bounds = {"perplexity": PERPLEXITY, "neighbors": NEIGHBORS, "min_dist": MIN_DIST}
    wrong = [name for name, (low, high) in bounds.items() if not low <= asked[name] <= high]
    if wrong or SPACES.get(method) != space:
        raise InspectorError(f"map {method[:20]!r}: {', '.join(wrong) or 'method'} out of bounds; choose on the page")
    rule, truth = RULES[f"projection/{{layer}}/{method}"], RULES[f"trustworthiness/{{layer}}/{method}"]
    chosen = {name: value for name, value in asked.items() if name in rule.settings}
    said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in chosen.items())
    desk.report(Progress(f"{rule.title} of {layer}, {said}"))
    reduced = np.asarray(desk.column(f"{space}/{layer}"))
    plane = np.asarray(rule.function(reduced, **chosen), np.float32)
    found = truth.function(np.asarray(desk.column(f"activations/{layer}")), plane).tolist()
    width = min(2, reduced.shape[1])
    return Made(
        plane,
        {
            "truth": [value if math.isfinite(value) else None for value in found],
            "stands_in": bool(np.array_equal(plane[:, :width], reduced[:, :width], equal_nan=True)),
        },
    )
