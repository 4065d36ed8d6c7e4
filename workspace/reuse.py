"""What the same network was asked before, about other data, and which rows of its answers can be used again.

A column's key is made of all images at once, so one more image makes another column. But a network looks
at each image alone: what it said about an image of the same pixels holds in any dataset. Whoever opens a
network on a dataset therefore signs in with the network's family: all datasets that this network was
opened on, with the same code and the same way in. Rows are recognized by their digests. Nothing that is
signed in for needs to be there: what is missing or damaged is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.rule import RULES
from datasets.known_files import NOBODY, found_in
from util import digest
from workspace.plan import PIXELS, Plan
from workspace.store import Store

MOST_MEMBERS = 8
ROWS_AT_ONCE = 4096
MOST_OTHERS = 0.3  # share of either dataset that the other may lack, for points to be placed into its map
EARLIER, NAMES = "earlier/", "earlier_digests/"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that another dataset's columns have: which of ours, which of theirs, and these columns."""

    here: NDArray[np.int64]
    there: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]


class Known:
    """The rows of this dataset that the network was asked about before.

    Attributes:
        new: (m,) the others, ascending.
        n: of both together.
    """

    def __init__(self, n: int, new: NDArray[np.int64], parts: Sequence[Part] = ()) -> None:
        self.n, self.new = n, new
        self._parts = parts

    def column(self, name: str, fresh: NDArray[Any] | None) -> NDArray[Any]:
        """The whole column, of what was found and of what the network says of the new rows, if there are any."""
        if not self._parts:
            assert fresh is not None
            return fresh
        like = self._parts[0].columns[name]
        whole = np.empty((self.n, *like.shape[1:]), like.dtype)
        if fresh is not None:
            whole[self.new] = fresh
        for part in self._parts:
            theirs = part.columns[name]
            for start in range(0, len(part.here), ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                whole[part.here[rows]] = theirs[part.there[rows]]
        return whole

    @property
    def doing(self) -> str:
        """What is going on while the network is asked about the new rows."""
        what = "predictions and activations"
        return what if len(self.new) == self.n else f"{what}, {len(self.new):,} new of {self.n:,}:"

    def images(self, images: NDArray[np.uint8]) -> Any:
        """The new rows of the images, which are read as they are asked for."""
        return images if len(self.new) == self.n else Rows(images, self.new)


class Rows:
    """Some rows of an array that is too large to copy them: gives slices of them as arrays."""

    def __init__(self, array: NDArray[Any], rows: NDArray[np.int64]) -> None:
        self._array, self._rows = array, rows
        self.shape = (len(rows), *array.shape[1:])
        self.dtype = array.dtype

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        return self._array[self._rows[rows]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self._array[self._rows], dtype)


def sign_in(store: Store, family: str, plan: Plan) -> None:
    """Note that a network was opened on a dataset, and which others it was opened on before.

    Args:
        store: where their columns lie.
        family: the network, and all that decides over its answers besides the images.
        plan: of the network on the dataset.
    """
    images = plan.roots["images"]
    with store.lock(f"family{family}"):
        record = store.read_record("family", family) or {}
        others = [member for member in record.get("members", []) if member["roots"]["images"] != images]
        own = {"roots": plan.roots, "layers": list(plan.layers)}
        store.write_record("family", family, {"members": [own, *others][:MOST_MEMBERS]})
    maps = _maps(store, plan, _plans(others))
    store.write_record("before", _name(plan.roots), {"members": others, "maps": maps})


def earlier_maps(store: Store, roots: Mapping[str, str]) -> dict[str, str]:
    """Keys of the maps of earlier datasets that new points are placed into, as roots of a plan.

    `earlier/{layer}/{method}` is a map, and `earlier_digests/{layer}/{method}` says whose it is. Empty where
    no map of enough of the same samples is there.

    Args:
        store: where they lie.
        roots: keys of the dataset's and the network's columns.
    """
    record = store.read_record("before", _name(roots)) or {}
    maps: dict[str, str] = record.get("maps", {})
    there = {name for name, key in maps.items() if store.has(key)}
    both = [name.removeprefix(EARLIER) for name in there if name.replace(EARLIER, NAMES, 1) in there]
    return {root: maps[root] for name in both for root in (EARLIER + name, NAMES + name) if root in there}


def known_rows(store: Store, plan: Plan, columns: Sequence[str]) -> Known:
    """Which rows of some columns of the network stand in columns of earlier datasets, all of them readable.

    About 0.1 s for 70,000 rows, besides the checksums of what is found. The digests of this dataset are made
    if nobody has made them yet, which takes 0.4 s.
    """
    n = _rows(store, plan)
    new = np.arange(n)
    parts: list[Part] = []
    record = store.read_record("before", _name(plan.roots)) or {}
    for other in _plans(record.get("members", [])):
        keys = {column: other.roots.get(column, "") for column in columns}
        if not len(new) or not all(store.has(key) for key in (other.key("digests"), *keys.values())):
            continue
        rows = _found(store, plan, other)[new]
        found = rows != NOBODY
        if not found.any():
            continue
        arrays = {column: store.read(key) for column, key in keys.items()}
        usable = {column: array for column, array in arrays.items() if array is not None and len(array) > rows.max()}
        if len(usable) == len(columns):
            parts.append(Part(new[found], rows[found], usable))
            new = new[~found]
    return Known(n, new, parts)


def own_digests(store: Store, plan: Plan) -> NDArray[np.bytes_] | None:
    """What the samples are recognized by, made if need be; None if the images cannot be read."""
    key = plan.key("digests")
    with store.lock(key):
        found = store.read(key)
        images = store.read(plan.roots["images"]) if found is None else None
        if images is not None:
            found = plan.rule("digests").function(images)
            store.write(key, found, column="digests")
    return found


def _maps(store: Store, plan: Plan, others: Sequence[Plan]) -> dict[str, str]:
    """For every layer and slow method the newest map of nearly the same samples, as `earlier_maps` gives them."""
    found: dict[str, str] = {}
    for other in others:
        kept: bool | None = None
        for name in (f"{layer}/{method}" for layer in (PIXELS, *plan.layers) for method in placed_methods()):
            key = other.key(f"projection/{name}")
            if EARLIER + name in found or not store.has(key) or store.has(plan.key(f"projection/{name}")):
                continue
            if kept is None:
                kept = _nearly_the_same(_found(store, plan, other), _rows(store, other))
            if kept:
                found |= {EARLIER + name: key, NAMES + name: other.key("digests")}
    return found


def _nearly_the_same(rows: NDArray[np.int64], n: int) -> bool:
    """Whether most samples of either dataset are in the other. rows: where ours are among their n."""
    shared = np.count_nonzero(rows != NOBODY)
    return bool(shared >= (1 - MOST_OTHERS) * max(len(rows), n))


def placed_methods() -> list[str]:
    """The maps that points can be placed into, as "tsne"."""
    start = "placed/{layer}/"
    return [rule.name.removeprefix(start) for rule in RULES if rule.name.startswith(start)]


def _found(store: Store, plan: Plan, other: Plan) -> NDArray[np.int64]:
    """Where our samples are in another dataset, or NOBODY."""
    theirs = store.read(other.key("digests"))
    ours = own_digests(store, plan) if theirs is not None else None
    if theirs is None or ours is None:
        return np.full(_rows(store, plan), NOBODY)
    return found_in(theirs, ours)


def _rows(store: Store, plan: Plan) -> int:
    return int(store.about(plan.roots["images"])["shape"][0]) if store.has(plan.roots["images"]) else 0


def _plans(members: Sequence[Mapping[str, Any]]) -> list[Plan]:
    return [Plan(member["roots"], member["layers"]) for member in members]


def _name(roots: Mapping[str, str]) -> str:
    named = ("images", "logits", "activations/")
    return digest({name: key for name, key in roots.items() if name.startswith(named)})
