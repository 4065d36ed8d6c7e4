"""Which samples are the very same picture as an earlier one."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule


@rule("copies", title="First of the same", kind="vector")
def copies(images: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The first sample with exactly the same pixels; the sample itself where there is no earlier one.

    Args:
        images: (n, h, w, ch).

    Returns:
        (n,) int32.
    """
    seen: dict[bytes, int] = {}
    found = np.empty(len(images), np.int32)
    for index, image in enumerate(np.ascontiguousarray(images)):
        found[index] = seen.setdefault(hashlib.sha256(image.data).digest(), index)
    return found
