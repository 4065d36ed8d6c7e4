"""Chosen samples, in the order in which they were chosen, named by the hash of what they are.

A selection never changes: adding to it makes another one. So two viewers cannot disturb each
other, a link keeps its meaning after a restart, and a page passes on twelve letters instead of
sixty thousand numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from util import InspectorError, digest
from workspace.store import Store

NAME_LENGTH = 12

Mode = Literal["replace", "add", "remove"]


class UnknownSelection(InspectorError):
    """A selection that was made elsewhere, or whose file is gone."""


class Selections:
    """The selections of one dataset, kept in the store.

    Args:
        store: where they are kept.
        fingerprint: the dataset's; the same samples of another dataset have another name.
        n: how many samples there are.
    """

    def __init__(self, store: Store, fingerprint: str, n: int) -> None:
        self.store = store
        self.fingerprint = fingerprint
        self.n = n

    def save(self, indices: NDArray[np.integer]) -> str:
        """Keep rows in the order given, each once, and give the name; "" for none."""
        unique = _once(np.asarray(indices, np.int64))
        unique = unique[(unique >= 0) & (unique < self.n)].astype(np.int32)
        if not len(unique):
            return ""
        name = digest(self.fingerprint, unique)[:NAME_LENGTH]
        if not self.store.has(self._key(name)):
            self.store.write(self._key(name), unique)
        return name

    def read(self, name: str) -> NDArray[np.int32]:
        """The rows, those chosen first in front.

        Raises:
            UnknownSelection: no such selection was made on this server.
        """
        if not name:
            return np.empty(0, np.int32)
        known = name.isalnum() and self.store.read(self._key(name))
        if not isinstance(known, np.ndarray):
            shown = name if name.isalnum() and len(name) <= NAME_LENGTH else "of this link"
            mend = "it was made elsewhere, select again"
            raise UnknownSelection(f"selection {shown}: not known on this server; {mend}")
        return known

    def combine(self, name: str, indices: NDArray[np.integer], mode: Mode) -> str:
        """The name of an old selection with rows added at its end or removed, or of the rows alone."""
        if mode == "replace":
            return self.save(indices)
        old = self.read(name)
        return self.save(np.concatenate([old, indices]) if mode == "add" else old[~np.isin(old, indices)])

    def bitmap(self, name: str) -> NDArray[np.uint8]:
        """(ceil(n / 8),) one bit per sample, the first in the lowest bit of the first byte."""
        mask = np.zeros(self.n, bool)
        mask[self.read(name)] = True
        return np.packbits(mask, bitorder="little")

    def _key(self, name: str) -> str:
        return f"selection-{self.fingerprint[:NAME_LENGTH]}-{name}"


def _once(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every value where it comes first."""
    return values[np.sort(np.unique(values, return_index=True)[1])]


def inside(points: NDArray[np.floating], polygon: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    """Which points lie in a polygon, by counting the edges to the right of each (even-odd rule).

    Args:
        points: (n, 2); rows with NaN are outside.
        polygon: at least three corners; the last is joined to the first.
    """
    corners = np.asarray(polygon, dtype=np.float64).reshape(-1, 2)
    if len(corners) < 3:
        return np.zeros(len(points), bool)
    low, high = corners.min(axis=0), corners.max(axis=0)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    x, y = points[near].astype(np.float64).T
    odd = np.zeros(len(near), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (y0 > y) != (y1 > y)
            odd ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    mask = np.zeros(len(points), bool)
    mask[near] = odd
    return mask
