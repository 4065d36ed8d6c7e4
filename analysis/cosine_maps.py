"""Maps on which near means the same direction: neighbors by cosine distance, however long the vectors are.

On vectors of length 1 the Euclidean distance grows with the cosine distance, so the usual methods draw
these maps once every row has been brought to that length. Networks trained on angles (ArcFace, CLIP,
SimCLR) mean nothing by the length of what they answer; in others it tells how sure they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.projection import tsne, umap
from analysis.reduction import reduced
from analysis.rule import rule
from analysis.trustworthiness import trustworthiness

Points = NDArray[np.float32]

LAYER = {"activations": "activations/{layer}"}
SPACE = {"reduced": "reduced_cosine/{layer}"}


@rule("reduced_cosine/{layer}", title="Directions reduced to principal ones", kind="vector", needs=LAYER)
def reduced_cosine(activations: Points, *, directions: int = 50) -> Points:
    """Rows brought to length 1, then reduced as `reduced` does: what the maps by cosine are made of.

    activations: (n, d) -> (n, min(directions, d, n)) float32; not-a-number for rows that are zero or not finite.
    """
    scores: Points = reduced(unit(activations), directions=directions)
    return scores


@rule(
    "projection/{layer}/tsne_cosine",
    title="t-SNE (cosine)",
    kind="projection",
    needs=SPACE,
    leans_on=("manifolds-rs", "scikit-learn", "openTSNE"),
)
def tsne_cosine(reduced: Points, *, seed: int = 0, perplexity: float = 30.0, rounds: int = 750) -> Points:
    """t-SNE of directions: samples are near whose activations have the same proportions, strong or weak.

    As `tsne` takes and gives it; reduced: (n, m) of vectors of length 1.
    """
    plane: Points = tsne(reduced, seed=seed, perplexity=perplexity, rounds=rounds)
    return plane


@rule(
    "projection/{layer}/umap_cosine",
    title="UMAP (cosine)",
    kind="projection",
    needs=SPACE,
    leans_on=("manifolds-rs", "umap-learn"),
)
def umap_cosine(reduced: Points, *, seed: int = 0, neighbors: int = 15, min_dist: float = 0.1) -> Points:
    """UMAP of directions: samples are near whose activations have the same proportions, strong or weak.

    As `umap` takes and gives it; reduced: (n, m) of vectors of length 1.
    """
    plane: Points = umap(reduced, seed=seed, neighbors=neighbors, min_dist=min_dist)
    return plane


def cosine_trustworthiness(
    activations: Points, projection: Points, *, k: int = 15, samples: int = 1000, seed: int = 0
) -> NDArray[np.float64]:
    """How much of a map by cosine may be believed: as `trustworthiness`, neighbors in the space by cosine distance.

    activations: (n, d), projection: (n, 2) -> (4,) float64: trustworthiness, kept neighbors, samples asked, k.
    """
    return trustworthiness(unit(activations), projection, k=k, samples=samples, seed=seed)


def unit(activations: Points) -> Points:
    """Rows (n, d) brought to length 1; not-a-number where they have no direction."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        largest = np.abs(activations).max(axis=1, keepdims=True, initial=0)  # squares of float32 overflow soon
        scaled = np.asarray(activations / largest, np.float32)
        scaled /= np.sqrt(np.einsum("nd,nd->n", scaled, scaled))[:, None]
    return scaled


for _method, _title in {"tsne_cosine": "t-SNE (cosine)", "umap_cosine": "UMAP (cosine)"}.items():
    rule(
        f"trustworthiness/{{layer}}/{_method}",
        title=f"Trustworthiness of {_title}",
        kind="table",
        needs={**LAYER, "projection": f"projection/{{layer}}/{_method}"},
    )(cosine_trustworthiness)
