"""Pictures that are too dark, too bright, blurred, faint or empty, measured against the other pictures.

What is dark depends on the data: digits on black are dark by nature. So nothing is compared with a fixed
level, but with the median of the data set, in units of its own spread on that side (to the 10th or the 90th
percentile, which is 1.28 standard deviations where values are normal). The limit is wide, because in every
data set somebody is the darkest: a fault lies apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

Float = NDArray[np.float32]
Images = NDArray[np.uint8]

NAMES = ("none", "dark", "bright", "blurred", "faint", "little information")
LIMIT = 4.5  # standard deviations of its side, beyond which a picture is faulty
SIDE = 0.10  # the share on each side that its spread is taken from
NORMAL = 1.2816  # standard deviations from the median to there
LEAST = 0.02  # the smallest standard deviation that is believed
LITTLE = 0.01  # added before logarithms, so that next to nothing is not minus infinity
GRAY = (0.299, 0.587, 0.114)  # of red, green and blue: luma of ITU-R BT.601
LEVELS = 32  # of gray, in which information is counted
BLOCK = 2**21  # pixels at a time


@rule("brightness", title="Brightness")
def brightness(images: Images) -> Float:
    """Mean gray value, 0 black to 1 white. images: (n, h, w, ch) -> (n,) float32 in 0..1."""
    return np.concatenate([gray.mean(axis=(1, 2)) for gray in _gray(images)]).astype(np.float32)


@rule("contrast", title="Contrast")
def contrast(images: Images) -> Float:
    """Standard deviation of the gray values; 0 is one even area. images: (n, h, w, ch) -> (n,) float32 in 0..0.5."""
    return np.concatenate([gray.std(axis=(1, 2)) for gray in _gray(images)]).astype(np.float32)


@rule("sharpness", title="Sharpness", bad="low")
def sharpness(images: Images) -> Float:
    """How much a picture changes from pixel to pixel for its contrast; low is blurred, noise is very high.

    Variance of the Laplacian (Pech-Pacheco and others, Diatom autofocusing in brightfield microscopy,
    2000) divided by the variance of the gray values, so that a pale picture is not taken for a blurred one.

    images: (n, h, w, ch) -> (n,) float32 from 0 up, 20 for noise; not-a-number for an even area and for
    pictures smaller than 3 x 3.
    """
    found = []
    for gray in _gray(images):
        spread = gray.var(axis=(1, 2))
        if min(gray.shape[1:]) < 3:
            found.append(np.full(len(gray), np.nan))
            continue
        middle = gray[:, 1:-1, 1:-1]
        around = gray[:, :-2, 1:-1] + gray[:, 2:, 1:-1] + gray[:, 1:-1, :-2] + gray[:, 1:-1, 2:]
        changes = (around - 4 * middle).var(axis=(1, 2))
        found.append(np.where(spread > 1e-6, changes / np.maximum(spread, 1e-6), np.nan))
    return np.concatenate(found).astype(np.float32)


@rule("information", title="Information", bad="low")
def information(images: Images) -> Float:
    """Entropy of the gray values in 32 levels, in bits; 0 is one even area, 5 has all levels alike.

    Shannon, A Mathematical Theory of Communication, 1948. images: (n, h, w, ch) -> (n,) float32 in 0..5.
    """
    found = []
    for gray in _gray(images):
        n, pixels = len(gray), gray[0].size
        levels = np.minimum((gray.reshape(n, -1) * LEVELS).astype(np.intp), LEVELS - 1)
        levels += np.arange(n)[:, None] * LEVELS
        shares = np.bincount(levels.ravel(), minlength=n * LEVELS).reshape(n, LEVELS) / pixels
        found.append(-(shares * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1))
    return np.concatenate(found).astype(np.float32)


@rule("image_fault", title="Image fault", kind="class")
def image_fault(brightness: Float, contrast: Float, sharpness: Float, information: Float) -> NDArray[np.int64]:
    """What is wrong with a picture as such, against all the others: nothing, dark, bright, blurred, faint or empty.

    A value further than 4.5 standard deviations of its side from the median is a fault, of several the
    furthest; all but information are compared by their logarithms. An even area
    has little information whatever the others are like. Of 60,000 digits 14 are flagged, of as many
    pieces of clothing none, of 8,000 small photographs 46.

    All (n,) -> (n,) int64: 0 none, 1 dark, 2 bright, 3 blurred, 4 faint (little contrast), 5 little information.
    """
    sharp = np.where(np.isfinite(sharpness), sharpness, np.nan)
    each = np.stack(
        [
            deviations(-np.log(brightness.astype(np.float64) + LITTLE)),
            deviations(-np.log(1 + LITTLE - brightness.astype(np.float64))),
            deviations(-np.log(np.maximum(sharp.astype(np.float64), 0) + LITTLE)),
            deviations(-np.log(contrast.astype(np.float64) + LITTLE)),
            deviations(-information.astype(np.float64)),
        ],
        axis=1,
    )
    each = np.nan_to_num(each, nan=0.0)
    found = np.where(each.max(axis=1) > LIMIT, each.argmax(axis=1) + 1, 0)
    return np.where(information == 0, NAMES.index("little information"), found).astype(np.int64)


def deviations(values: NDArray[np.float64], least: float = LEAST) -> NDArray[np.float64]:
    """How far each value lies above the median, in standard deviations of that side, which are `least` at least.

    values: (n,), may be not-a-number -> (n,) float64, negative below the median.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return np.full(len(values), np.nan)
    median, high = np.quantile(known, [0.5, 1 - SIDE])
    return np.asarray((values - median) / max((high - median) / NORMAL, least))


def _gray(images: Images) -> Iterator[Float]:
    """Pictures in gray, (rows, h, w) float32 in 0..1, a block at a time."""
    n, height, width, channels = images.shape
    weights = np.asarray(GRAY if channels == 3 else [1 / channels] * channels, np.float32) / np.float32(255)
    step = max(1, BLOCK // max(height * width * channels, 1))
    for start in range(0, n, step):
        block = images[start : start + step]
        yield block[..., 0] * weights[0] if channels == 1 else block.astype(np.float32) @ weights
