"""What every layer knows of the classes, and small maps of all of them, on a sample of a split.

Two requests, because the maps take longer and there are several ways to draw them. Both draw the same sample.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis import depth
from util import InspectorError, Progress
from workspace.request import Desk, Made, request

PIXELS = "pixels"
SAMPLES, NEIGHBORS, FEWEST = 2000, 15, 20
LAYERS = ("activations/pixels", "activations/{every}")
USES = ("analysis.depth", "analysis.held_out", "analysis.neighbors", "analysis.reduction", "analysis.projection")
METHODS = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}


@request("depth", title="What each layer knows", uses=USES, needs=("{by}", "split", *LAYERS), most_kept=16)
def layers(desk: Desk, *, split: str, by: str) -> Made:
    """Both probes on every layer.

    Args:
        desk: the worker's.
        split: the name of one.
        by: the column of classes that neighbors are asked for: "labels" or "predicted".

    Returns:
        (l, 3 m + p) float64: of each layer, pixels first, purity, vote and linear probe of the m samples, then how
        many samples of each pair of classes are put on the right side; facts are `layers`, `rows` and `pairs`.
    """
    rows = sample(desk, split, by)
    codes = np.asarray(desk.column(by), np.int64)[rows]
    pairs = depth.pairs_of(codes)
    names = [PIXELS, *desk.opened.layers]
    found = []
    for done, name in enumerate(names):
        desk.report(Progress(f"looking at {name}", done, len(names), "layers"))
        points = depth.condensed(np.asarray(desk.column(f"activations/{name}")[rows]))
        probed = depth.probe(points, codes, pairs, min(NEIGHBORS, len(rows) - 1))
        found.append(np.concatenate([probed.purity, probed.vote, probed.linear, probed.pairs]))
    desk.report(Progress("looking at layers", len(names), len(names), "layers"))
    return Made(np.array(found, np.float64), {"layers": names, "rows": rows.tolist(), "pairs": pairs.tolist()})


@request("depthmaps", title="Maps of all layers", uses=USES, needs=("{by}", "split", *LAYERS), most_kept=16)
def maps(desk: Desk, *, split: str, by: str, method: str) -> Made:
    """A map of every layer, each turned so that dots stay near their place in the next one: (l, m, 2) float32."""
    if method not in METHODS:
        raise InspectorError(f"maps of all layers: there is no method '{method[:20]}'; known: {', '.join(METHODS)}")
    rows = sample(desk, split, by)
    names = [PIXELS, *desk.opened.layers]
    planes = []
    for done, name in enumerate(names):
        desk.report(Progress(f"{METHODS[method]} of {name}", done, len(names), "layers"))
        points = depth.condensed(np.asarray(desk.column(f"activations/{name}")[rows]))
        planes.append(depth.plane(points, method))
    desk.report(Progress(METHODS[method], len(names), len(names), "layers"))
    return Made(depth.aligned(np.array(planes)), {"layers": names, "rows": rows.tolist()})


def sample(desk: Desk, split: str, by: str) -> NDArray[np.intp]:
    """The samples that are looked at: by lot among those of the split that have a class."""
    names = desk.dataset.split_names
    if split not in names:
        raise InspectorError(f"split '{split[:40]}': is not there; choose one of {', '.join(names)}")
    of_split = np.asarray(desk.column("split")) == names.index(split)
    rows = np.flatnonzero(of_split & (np.asarray(desk.column(by)) >= 0))
    if len(rows) < FEWEST:
        raise InspectorError(f"{split}: {len(rows)} samples have a class, {FEWEST} are needed; choose another split")
    return depth.draw(rows, SAMPLES)
