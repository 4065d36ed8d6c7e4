"""What is taken for what, on average: the mean image of the samples of each frequent kind of error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.object_shape import grid
from analysis.rule import rule

MOST = 8  # kinds of error in a split
NOTHING = -1
AT_ONCE = 4096  # rows


@rule("confused_kinds", title="Most frequent kinds of error", kind="table")
def confused_kinds(confusion: NDArray[np.int64]) -> NDArray[np.int64]:
    """The most frequent kinds of error over all splits and in each, with how many samples they have.

    confusion: (s, c, c) -> (s + 1, 8, 3) int64: label, predicted class, count, the most frequent first, of equal
    ones the first label; all splits together come first. -1, -1, 0 where there are fewer kinds.
    """
    s, c, _ = confusion.shape
    out = np.tile(np.array([NOTHING, NOTHING, 0]), (s + 1, MOST, 1))
    for place, counts in enumerate([confusion.sum(axis=0), *confusion]):
        wrong = np.where(np.eye(c, dtype=bool), 0, counts).ravel()
        best = np.argsort(-wrong, kind="stable")[:MOST]
        best = best[wrong[best] > 0]
        out[place, : len(best)] = np.stack([best // c, best % c, wrong[best]], axis=1)
    return out


@rule(
    "confused_pictures",
    title="Mean image of each kind of error",
    kind="table",
    needs={"pixels": "activations/pixels"},
)
def confused_pictures(
    pixels: NDArray[np.float32],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    split: NDArray[np.uint8],
    confused_kinds: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """The mean image of the samples of each of the most frequent kinds of error, over all splits and in each.

    Args:
        pixels: (n, d) in 0..1, pictures of at most 32 x 32 boxes.
        images: (n, h, w, ch), for their shape alone.
        labels: (n,), -1 for none.
        predicted: (n,), -1 for none.
        split: (n,) codes from 0.
        confused_kinds: (s + 1, 8, 3).

    Returns:
        ((s + 1) * 8, h', w', ch) uint8, in the order of `confused_kinds`; black where there is no such kind.
    """
    _, height, width, channels = images.shape
    down, across = grid(height, width, pixels.shape[1] // channels)
    out = np.zeros((confused_kinds.shape[0] * MOST, pixels.shape[1]), np.uint8)
    for row, (label, answer, count) in enumerate(confused_kinds.reshape(-1, 3).tolist()):
        if not count:
            continue
        place = row // MOST
        chosen = np.flatnonzero((labels == label) & (predicted == answer) & ((split == place - 1) | (place == 0)))
        total = np.zeros(pixels.shape[1])
        for start in range(0, len(chosen), AT_ONCE):
            total += pixels[chosen[start : start + AT_ONCE]].sum(axis=0, dtype=np.float64)
        out[row] = np.rint(255 * total / len(chosen))
    return out.reshape(len(out), len(down) - 1, len(across) - 1, channels)
