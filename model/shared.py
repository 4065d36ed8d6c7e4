"""Where two pictures have in common what makes a layer call them alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def shared(values: Floats) -> Floats:
    """Maps of the features that pictures share with the first one.

    Two pictures are alike in a layer by the product of their pooled activations, unit by unit. A picture's map is
    the sum of its units' maps, each weighted by its share of that product; where it is high, the picture shows what
    makes it like the first one. The first picture's own map is for all the others together.

    Args:
        values: (1 + k, h, w, filters) the maps of a layer, the query in front.

    Returns:
        (1 + k, h, w) float32, not negative, each with 1 at its hottest place; all 0 where nothing is shared.
    """
    pooled = values.mean(axis=(1, 2))
    products = np.maximum(pooled[1:] * pooled[0], 0)
    total = products.sum(axis=1, keepdims=True)
    shares = np.divide(products, total, out=np.zeros_like(products), where=total > 0)
    weights = np.concatenate([shares.mean(axis=0, keepdims=True), shares])
    signed = weights * np.sign(pooled)  # two units that are both negative are alike too
    maps = np.maximum(np.einsum("khwf,kf->khw", values, signed), 0)
    highest = maps.max(axis=(1, 2), keepdims=True)
    return np.asarray(np.divide(maps, highest, out=np.zeros_like(maps), where=highest > 0), np.float32)
