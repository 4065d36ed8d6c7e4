"""Fields of kind "set": a sample has any number of names, such as tags, or none.

The values are bits, (n, ceil(names / 8)) uint8: bit k % 8 of byte k // 8 says whether a sample has name k.
A name holds no comma, so that the names of a sample can be written as one text and read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEPARATOR = ", "


def packed(masks: Sequence[NDArray[np.bool_]], n: int) -> NDArray[np.uint8]:
    """The values of a set field of as many names as there are masks, (n,) each."""
    bits = np.zeros((n, (len(masks) + 7) // 8), np.uint8)
    for code, mask in enumerate(masks):
        bits[:, code >> 3] |= mask.astype(np.uint8) << (code & 7)
    return bits


def has(values: NDArray[Any], codes: Sequence[int]) -> NDArray[np.bool_]:
    """(n,) which samples have at least one of these names."""
    found = np.zeros(len(values), bool)
    for code in codes:
        found |= (values[:, code >> 3] >> (code & 7)) & 1 > 0
    return found


def is_empty(values: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,) which samples have no name at all."""
    return np.asarray(~values.any(axis=1))


def texts(values: NDArray[Any], names: Sequence[str]) -> NDArray[np.str_]:
    """(n,) the names of each sample in one text: "a, b"."""
    if not len(values) or not names:
        return np.full(len(values), "", dtype="U1")
    kinds, which = np.unique(values, axis=0, return_inverse=True)
    written = [
        SEPARATOR.join(name for code, name in enumerate(names) if kind[code >> 3] >> (code & 7) & 1) for kind in kinds
    ]
    return np.asarray(written, dtype=np.str_)[which.reshape(-1)]
