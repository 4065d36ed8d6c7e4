"""Where in a network to look for what its last layer has forgotten, and how to write it down in few numbers.

Scores that find wrong labels and strangers read the network at two places: an early stage, whose maps
still have several times as many places as those of the last one, and the last stage that has places at
all. Of each they want the maps in coarse cells, and the strongest answer of every filter. Networks
without maps are read at their first and their last hidden layer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from model.info import Layer, NetworkInfo

How = Literal["cells", "peaks"]

MOST_NUMBERS = 1024  # of one sample at one stage: the directions that matter are found by all eigenvectors
MOST_CELLS = 8  # along each side
MANY_MORE = 6  # times as many places as the last stage has: early


@dataclass(frozen=True, slots=True)
class Stage:
    """One reading: which layer, and what of its maps."""

    layer: str
    how: How


def stages(info: NetworkInfo) -> dict[str, Stage]:
    """The readings of a network: early, early_peaks, late, late_peaks; empty if no layer is worth a look."""
    rows = [layer for layer in info.layers if layer.usable]
    if not rows:
        return {}
    mapped = [layer for layer in rows if _places(layer, info.channels_first) > 1]
    if mapped:
        late = mapped[-1]
        enough = MANY_MORE * _places(late, info.channels_first)
        early = [layer for layer in mapped if _places(layer, info.channels_first) >= enough] or mapped[:1]
        return _pair(early[-1].name, late.name)
    return _pair(rows[0].name, info.default_layer)


def _pair(early: str, late: str) -> dict[str, Stage]:
    return {
        "early": Stage(early, "cells"),
        "early_peaks": Stage(early, "peaks"),
        "late": Stage(late, "cells"),
        "late_peaks": Stage(late, "peaks"),
    }


def _places(layer: Layer, channels_first: bool) -> int:
    """How many places a layer's maps or sequence have; 1 for a plain row."""
    sizes = layer.output_shape[1:]
    if len(sizes) < 2:
        return 1
    spatial = sizes[1:] if channels_first and len(sizes) > 2 else sizes[:-1]
    return math.prod(1000 if size is None else size for size in spatial)


def read(values: Any, how: How, *, channels_first: bool) -> Any:
    """A layer's values as (n, width) float32: in cells, or the strongest of each filter; a plain row as it is.

    values: a TensorFlow tensor (n, ...), of maps (n, h, w, c), (n, c, h, w) or of a sequence (n, t, c).
    """
    import tensorflow as tf

    values = tf.cast(values, tf.float32)
    rank = len(values.shape)
    if rank == 2:
        return values
    if channels_first and rank > 3:
        values = tf.transpose(values, [0, *range(2, rank), 1])
    if rank == 3:
        values = values[:, :, None, :]
    if rank > 4:
        values = tf.reduce_max(values, axis=list(range(1, rank - 3)))
    if how == "peaks":
        return tf.reduce_max(tf.reduce_max(values, axis=1), axis=1)
    _, height, width, filters = values.shape
    side = cells(int(filters))
    rows = tf.constant(averaging(int(height), side))
    columns = tf.constant(averaging(int(width), side))
    coarse = tf.einsum("nhwc,gh->ngwc", values, rows)
    coarse = tf.einsum("ngwc,kw->ngkc", coarse, columns)
    return tf.reshape(coarse, [tf.shape(values)[0], rows.shape[0] * columns.shape[0] * int(filters)])


def cells(filters: int) -> int:
    """Cells along each side for maps of so many filters: at most MOST_NUMBERS in all, at least one cell."""
    return max([side for side in range(1, MOST_CELLS + 1) if side * side * filters <= MOST_NUMBERS], default=1)


def averaging(size: int, at_most: int) -> Any:
    """The matrix (cells, size) float32 that averages so many places in equal cells; each row sums to 1."""
    import numpy as np

    count = min(size, at_most)
    edges = np.linspace(0, size, count + 1)
    starts, ends = edges[:-1, None], edges[1:, None]
    places = np.arange(size)[None]
    shares = np.clip(np.minimum(ends, places + 1) - np.maximum(starts, places), 0, None)
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
