"""What a sample is recognized by when datasets grow, shrink or change their order."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.rule import rule

LENGTH = 24


@rule("digests", title="Digest", kind="vector")
def digests(images: NDArray[np.uint8]) -> NDArray[Any]:
    """Hash of each sample's pixels, and of how many samples before it have the same.

    Identical images get different digests, so that a tag on one is not a tag on all its copies.

    Args:
        images: (n, h, w, ch).

    Returns:
        (n,) 24 hexadecimal digits each, as bytes.
    """
    seen: Counter[bytes] = Counter()
    found = np.empty(len(images), dtype=f"S{LENGTH}")
    for index, image in enumerate(np.ascontiguousarray(images)):
        state = hashlib.sha256(f"{image.shape} ".encode())
        state.update(image.data)
        pixels = state.digest()
        state.update(b"%d" % seen[pixels])
        seen[pixels] += 1
        found[index] = state.hexdigest()[:LENGTH].encode()
    return found
