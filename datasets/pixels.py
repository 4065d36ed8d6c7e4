"""Images as people save them, made into (n, h, w, ch) bytes. Every guess becomes a sentence.

They come as (n, h, w) or (n, h, w, ch), channels first, or flat; as bytes, as floats from 0 to 1, -1 to
1 or 0 to 255. What could mean two things is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset

ROWS_AT_ONCE = 4096
SLACK = 1e-3
"""How far past 0 or 1 a float may lie (resizing overshoots a little), in parts of the range."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the pixels of an image array are arranged.

    Attributes:
        shape: (h, w, ch) of one image as the program keeps it.
        kind: "plain" needs no moving, "first" has channels first, "flat" is one row per image, "alpha" has
            a fourth channel to drop.
    """

    shape: tuple[int, int, int]
    kind: Literal["plain", "first", "flat", "alpha"]

    @property
    def notice(self) -> str:
        """What was decided, or ""."""
        h, w, ch = self.shape
        return {
            "plain": "",
            "first": f"The channels came first; the images were turned to {h} x {w} x {ch}.",
            "flat": f"The images came flat; rows of {h * w:,} numbers were taken for {h} x {w} pixels.",
            "alpha": "The fourth channel (transparency) was left out.",
        }[self.kind]

    def view(self, array: NDArray[Any]) -> NDArray[Any]:
        """The array as (n, h, w, ch), without copying where that can be."""
        if self.kind == "first":
            return array.transpose(0, 2, 3, 1)
        if self.kind == "alpha":
            return array[..., :3]
        return array.reshape(len(array), *self.shape)


def layout_of(shape: tuple[int, ...], what: str) -> Layout:
    """How an array of this shape holds images.

    Raises:
        BadDataset: it can't be told, or could be told in two ways.
    """
    match shape:
        case (_, d) if d > 0 and math.isqrt(d) ** 2 == d:
            found = Layout((math.isqrt(d), math.isqrt(d), 1), "flat")
        case (_, d):
            raise BadDataset(
                f"{what}: rows of {d:,} numbers, which are no square images; "
                "save the shape (n, height, width, channels)"
            )
        case (_, h, w):
            found = Layout((h, w, 1), "plain")
        case (_, h, w, 1 | 3 as ch):
            found = Layout((h, w, ch), "plain")
        case (_, 1 | 3 as ch, h, w):
            found = Layout((h, w, ch), "first")
        case (_, h, w, 4):
            found = Layout((h, w, 3), "alpha")
        case _:
            raise BadDataset(f"{what}: shape {shape}; images must have the shape (n, height, width, channels)")
    if 0 in found.shape:
        raise BadDataset(f"{what}: shape {shape} has no pixels; save the images again")
    return found


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers become bytes: (number - least) * factor, rounded."""

    least: float
    factor: float
    notice: str = ""

    def into(self, out: NDArray[np.uint8], numbers: NDArray[Any]) -> None:
        """Fill `out` with the bytes of `numbers`, some rows at a time so that little memory is needed."""
        for start in range(0, len(numbers), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            if (self.least, self.factor) == (0, 1) and numbers.dtype.kind in "iu":
                out[rows] = numbers[rows]
            else:
                bytes_ = np.rint((numbers[rows].astype(np.float64) - self.least) * self.factor)
                out[rows] = bytes_.clip(0, 255)


def scale_of(arrays: Sequence[NDArray[Any]], what: str) -> Scale:
    """The range of pixel values that all the arrays (which have one image at least) share, found by looking.

    Raises:
        BadDataset: no numbers, not finite, or a range that is none of the usual ones.
    """
    kinds = {array.dtype.kind for array in arrays}
    if not kinds <= set("buif"):
        raise BadDataset(f"{what}: pixels are {arrays[0].dtype}, not numbers; save them as uint8")
    if len({kind in "ui" for kind in kinds}) > 1 or kinds == {"b", "f"}:
        raise BadDataset(f"{what}: pixels are {_both(arrays)} in different splits; save all as uint8")
    least, most = (float(f([f(array) for array in arrays])) for f in (np.min, np.max))
    if not math.isfinite(least + most):
        bad = [row for array in arrays for row in _not_finite(array)]
        raise BadDataset(
            f"{what}: {len(bad):,} images hold NaN or infinity (rows {', '.join(map(str, bad[:5]))}"
            f"{', ...' if len(bad) > 5 else ''}); repair or leave them out"
        )
    if kinds == {"b"}:
        return Scale(0, 255, "Pixels were true or false; they became 255 and 0.")
    if "f" not in kinds:
        if least >= 0 and most <= 255:
            black = f"No pixel is brighter than {most:.0f} of 255: the images will look black." if most <= 1 else ""
            return Scale(0, 1, black)
        if least >= 0 and most <= 65535 and all(array.dtype == np.uint16 for array in arrays):
            return Scale(0, 255 / 65535, "Pixels had 16 bits; the upper 8 were kept.")
    elif least >= -SLACK and most <= 1 + SLACK:
        return Scale(0, 255, "Pixels were decimal numbers from 0 to 1; they were multiplied by 255.")
    elif least >= -SLACK * 255 and most <= 255 * (1 + SLACK):
        return Scale(0, 1, "Pixels were decimal numbers from 0 to 255; they were rounded.")
    elif least >= -1 - SLACK and most <= 1 + SLACK:
        return Scale(-1, 127.5, "Pixels were decimal numbers from -1 to 1; they were stretched to 0 to 255.")
    raise BadDataset(f"{what}: pixels run from {least:.6g} to {most:.6g}; save them as 0 to 255 (uint8) or 0 to 1")


def _both(arrays: Sequence[NDArray[Any]]) -> str:
    return " and ".join(sorted({str(array.dtype) for array in arrays}))


def _not_finite(array: NDArray[Any]) -> list[int]:
    rows = array.reshape(len(array), -1)
    return [int(row) for row in np.flatnonzero(~np.isfinite(rows).all(axis=1))]
