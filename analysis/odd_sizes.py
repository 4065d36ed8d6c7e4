"""Pictures that were much smaller, larger, narrower or wider than the others before all got one size.

What is small depends on the data, so sizes are compared with the median, in units of the data's own spread on
that side, as image faults are. All pictures of a data set are brought to one size without keeping their aspect:
a network sees a small one blurred and a narrow one stretched, and neither can be told from the pixels any more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.image_faults import LIMIT, deviations
from analysis.rule import rule

Float = NDArray[np.float64]

NAMES = ("usual", "small", "large", "narrow or wide")
USUAL, SMALL, LARGE, NARROW = range(4)
LEAST_AREA = 0.3  # of log area, the smallest standard deviation that is believed: nobody within 1 : 3.8 is odd
LEAST_ASPECT = 0.2  # of log aspect: nobody within 1 : 2.4 is odd, so not a photograph that was turned
SHARED = 0.05  # the share of pictures that makes a kind of size a usual one, however far it is from the others


@rule("odd_size", title="Odd size", kind="class", needs={"width": "metadata/width", "height": "metadata/height"})
def odd_size(width: NDArray[Any], height: NDArray[Any]) -> NDArray[np.int64]:
    """Whether a picture was small, large, or narrow or wide against the others before all got one size.

    Logarithms of area and aspect are compared with their medians; what lies further than 4.5 standard
    deviations of its side is odd, in the measure that is further out. A size that at least 5 % of
    the pictures have, about, is usual. Of pictures without a size nothing is said: they count as usual.

    Both (n,) in pixels, may be not-a-number -> (n,) int64: 0 usual, 1 small, 2 large, 3 narrow or wide.
    """
    area, aspect = measures(width, height)
    each = np.stack(
        [
            deviations(-area, LEAST_AREA),
            deviations(area, LEAST_AREA),
            np.fmax(deviations(aspect, LEAST_ASPECT), deviations(-aspect, LEAST_ASPECT)),
        ],
        axis=1,
    )
    each = np.nan_to_num(each, nan=0.0)
    odd = (each.max(axis=1) > LIMIT) & ~_shared(area, aspect)
    return np.where(odd, each.argmax(axis=1) + 1, USUAL).astype(np.int64)


def measures(width: NDArray[Any], height: NDArray[Any]) -> tuple[Float, Float]:
    """Natural logarithms of area and of width per height, (n,) each; not-a-number where there is no size."""
    across, down = _lengths(width), _lengths(height)
    return across + down, across - down


def _lengths(pixels: NDArray[Any]) -> Float:
    """Natural logarithms of lengths. Columns of that name may come with the data and hold anything."""
    if pixels.dtype.kind not in "iuf":
        return np.full(len(pixels), np.nan)
    lengths = np.asarray(pixels, np.float64)
    return np.log(np.where((lengths > 0) & np.isfinite(lengths), lengths, np.nan))


def _shared(area: Float, aspect: Float) -> NDArray[np.bool_]:
    """Which pictures have a size like that of at least 5 % of them. Both (n,) -> (n,)."""
    known = np.isfinite(area) & np.isfinite(aspect)
    found = np.zeros(len(area), bool)
    places = np.rint(area[known] / (2 * LEAST_AREA)) + 1j * np.rint(aspect[known] / (2 * LEAST_ASPECT))
    _, place, times = np.unique(places, return_inverse=True, return_counts=True)
    found[known] = times[place] >= SHARED * len(places)
    return found
