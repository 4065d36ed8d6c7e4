"""Where two pictures have in common what makes a layer call them alike."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def shared(query: Floats, others: Iterable[Floats]) -> Floats:
    """Maps of the features that pictures share with a query.

    Two pictures are alike in a layer by the product of their pooled activations, unit by unit. A picture's map is
    the sum of its units' maps, each weighted by its share of that product; where it is high, the picture shows what
    makes it like the query. The query's own map is for all the others together.

    Args:
        query: (h, w, filters) what a layer makes of the query.
        others: (m, h, w, filters) the same of k others, in blocks, of which one is held at a time; at least one.

    Returns:
        (1 + k, h, w) float32, the query in front, not negative, each with 1 at its hottest place; all 0 where nothing
        is shared.
    """
    own = query.mean(axis=(0, 1))
    every, found = [], []
    for values in others:
        pooled = values.mean(axis=(1, 2))
        products = np.maximum(pooled * own, 0)
        total = products.sum(axis=1, keepdims=True)
        shares = np.divide(products, total, out=np.zeros_like(products), where=total > 0)
        every.append(shares)
        found.append(np.einsum("khwf,kf->khw", values, shares * np.sign(pooled)))  # both negative is alike, too
    mean = np.concatenate(every).mean(axis=0)
    maps = np.maximum(np.concatenate([np.einsum("hwf,f->hw", query, mean * np.sign(own))[None], *found]), 0)
    highest = maps.max(axis=(1, 2), keepdims=True)
    return np.asarray(np.divide(maps, highest, out=np.zeros_like(maps), where=highest > 0), np.float32)
