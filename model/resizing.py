"""Pictures brought to the size and the colors that a network takes: by a border, by stretching, by mixing.

Stretching is bilinear; where pictures become smaller, every pixel is the mean of those it covers
(Pillow and Keras call it antialiased), so that a small picture never depends on which pixels were hit.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

BRIGHTNESS = (0.299, 0.587, 0.114)  # what red, green and blue add to it, ITU-R BT.601


def recolored(pictures: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """(n, h, w, ch) in `channels` channels: 3 to 1 by brightness, 1 to 3 by repeating."""
    has = pictures.shape[-1]
    if has == channels:
        return pictures
    if channels == 1:
        return pictures[..., :3] @ np.array(BRIGHTNESS, np.float32)[:, None]
    return np.repeat(pictures[..., :1], channels, axis=-1)


def bordered(pictures: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """(n, h, w, ch) in the middle of a black height x width, an odd row or column more below and right."""
    n, has_height, has_width, channels = pictures.shape
    framed = np.zeros((n, height, width, channels), np.float32)
    top, left = (height - has_height) // 2, (width - has_width) // 2
    framed[:, top : top + has_height, left : left + has_width] = pictures
    return framed


def stretched(pictures: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """(n, h, w, ch) as height x width, each direction by itself."""
    n, has_height, has_width, channels = pictures.shape
    rows = np.matmul(_weights(has_height, height), pictures.reshape(n, has_height, has_width * channels))
    columns = np.matmul(_weights(has_width, width), rows.reshape(n * height, has_width, channels))
    return np.asarray(columns, np.float32).reshape(n, height, width, channels)


@lru_cache(maxsize=16)
def _weights(has: int, wanted: int) -> NDArray[np.float32]:
    """(wanted, has): how much each old pixel adds to each new one; rows sum to 1."""
    scale = has / wanted
    reach = max(scale, 1.0)
    middles = (np.arange(wanted) + 0.5) * scale - 0.5
    distance = np.abs(np.arange(has)[None, :] - middles[:, None]) / reach
    weights = np.maximum(1 - distance, 0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
