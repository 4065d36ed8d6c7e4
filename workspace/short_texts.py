"""Columns of text that hold few different ones: their texts in a stable order, and codes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 100  # different texts that are still classes
LOOKED_AT = 2000  # values that are looked at before all are


def few(values: NDArray[Any]) -> tuple[tuple[str, ...], NDArray[np.int32]] | None:
    """The different texts, numbers in them by size, and (n,) the place of each value among them; None if many."""
    if len(np.unique(values[:LOOKED_AT])) > MOST:
        return None
    texts, codes = np.unique(values, return_inverse=True)
    if len(texts) > MOST:
        return None
    found = [str(text) for text in texts]
    order = sorted(range(len(found)), key=lambda place: (_natural(found[place]), found[place]))
    rank = np.argsort(order)
    return tuple(found[place] for place in order), rank[codes.reshape(-1)].astype(np.int32)


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """What sorts "b 9" before "b 10"."""
    pieces = re.split(r"(\d+)", text.lower())
    return [(piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces]
