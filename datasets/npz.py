"""An .npz file by its path: `x_train, y_train, x_test, y_test`, or `x, y`, or `images, labels`.

An array's name is taken apart at `_`, `-` and `.`: one part says what it is (x, images, data, ...; y,
labels, targets, ...), another may say which split it belongs to. A `class_names` array names the
classes. Any other array with a value for every image is metadata: see `datasets/metadata.py`.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from datasets.archive import SMALL, Archive, Header
from datasets.dataset import UNLABELLED, BadDataset, Dataset
from datasets.labels import class_names_of, positions_of
from datasets.loader import Source, Wish, path_reader, shown
from datasets.metadata import metadata_of
from datasets.pixels import layout_of, scale_of
from datasets.poured import poured
from datasets.splits import ORDER, UNNAMED, WORDS
from util import pieces

_ROLES = dict.fromkeys(("x", "image", "images", "img", "imgs", "data", "pixels"), "images") | dict.fromkeys(
    ("y", "label", "labels", "target", "targets"), "labels"
)
_CLASS_NAMES = ("class_names", "classes", "label_names")


@path_reader("npz", title=".npz", claims=lambda path: path.suffix.lower() == ".npz", streams=True)
def read(source: Source, wish: Wish | None = None) -> Dataset:
    """The images and labels of an .npz file; see the module's docstring.

    Many images go to a file in the folder that the wish names, if they are bytes already.

    Raises:
        BadDataset: damaged, too large, or arrays that are not images and labels.
    """
    path = source.files[0]
    what = shown(path)
    with Archive(path) as archive:
        images_of, labels_of = _roles(archive.names, what)
        split_names = tuple(split for split in ORDER if split in images_of)
        headers = {split: archive.header(images_of[split]) for split in split_names}
        lengths = _lengths(archive, headers, labels_of, what)
        images, notices = _images(archive, {split: images_of[split] for split in split_names}, headers, what, wish)
        given = next((name for name in archive.names if name.lower() in _CLASS_NAMES), None)
        names = class_names_of(archive.read(given), what) if given else None
        labels, class_names, more = _labels(archive, labels_of, lengths, what, names)
        taken = {*images_of.values(), *labels_of.values(), given}
        metadata, aside = metadata_of(archive, WORDS, lengths, {name for name in taken if name})
    return Dataset(
        name=source.name,
        images=images,
        labels=labels,
        class_names=class_names,
        split=np.repeat(np.arange(len(split_names), dtype=np.uint8), list(lengths.values())),
        split_names=split_names,
        notices=(*notices, *more, *aside, *_twins(images, lengths)),
        metadata=metadata,
    )


def _roles(names: list[str], what: str) -> tuple[dict[str, str], dict[str, str]]:
    """Split -> name of its array, for images and for labels."""
    found: dict[str, dict[str, str]] = {"images": {}, "labels": {}}
    for name in names:
        parts = [part for part in re.split(r"[_\-.\s]+", name.lower()) if part]
        roles = {_ROLES[part] for part in parts if part in _ROLES}
        splits = [WORDS[part] for part in parts if part in WORDS]
        strange = [part for part in parts if part not in _ROLES and part not in WORDS]
        if len(roles) != 1 or len(splits) > 1 or strange:
            continue
        role = roles.pop()
        of = found[role]
        split = splits[0] if splits else UNNAMED
        if split in of:
            raise BadDataset(
                f"{what}: both '{shown(of[split])}' and '{shown(name)}' look like the {role}; keep one of them"
            )
        of[split] = name
    missing = [split for split in found["labels"] if split not in found["images"]]
    if not found["images"] or missing:
        heard = shown(", ".join(names[:12]) + (", ..." if len(names) > 12 else "")) or "none"
        lacking = f"labels '{shown(found['labels'][missing[0]])}' but no images" if missing else "no images"
        raise BadDataset(
            f"{what}: {lacking} among its arrays ({heard}); name them x_train, y_train, x_test, y_test or x, y"
        )
    return found["images"], found["labels"]


def _lengths(archive: Archive, headers: dict[str, Header], labels_of: dict[str, str], what: str) -> dict[str, int]:
    """Rows per split, once images and labels are known to agree about it."""
    lengths = {}
    for split, header in headers.items():
        n = header.shape[0] if header.shape else 0
        if split in labels_of:
            shape = archive.header(labels_of[split]).shape
            if not shape or shape[0] != n:
                m = shape[0] if shape else 0
                raise BadDataset(f"{what}: {m:,} labels ('{labels_of[split]}') for {n:,} images; give one per image")
        lengths[split] = n
    if not sum(lengths.values()):
        raise BadDataset(f"{what}: no images in it; save the arrays again")
    return lengths


def _images(
    archive: Archive, names: dict[str, str], headers: dict[str, Header], what: str, wish: Wish | None
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """All splits' images in one array, split after split."""
    layouts = {
        split: layout_of(header.shape, f"{what}: '{shown(names[split])}'") for split, header in headers.items()
    }
    shapes = {found.shape for found in layouts.values()}
    if len(shapes) > 1:
        each = " and ".join(" x ".join(map(str, shape)) for shape in sorted(shapes))
        raise BadDataset(f"{what}: the splits have images of different sizes ({each}); save one size")
    ends = np.cumsum([header.shape[0] for header in headers.values()])
    shape = (int(ends[-1]), *shapes.pop())
    plain = [split for split, header in headers.items() if header.dtype == np.uint8 and not header.fortran
             and layouts[split].kind in ("plain", "flat")]  # fmt: skip
    said = [found.notice for found in layouts.values()]
    if wish is not None and len(plain) == len(names) and math.prod(shape) > SMALL:
        seen = _Range()
        images = poured(what, seen.of(archive, names.values()), shape, wish.scratch)
        return images, _once((*said, scale_of([seen.found], what).notice))
    images = np.empty(shape, np.uint8)
    place = {split: images[end - headers[split].shape[0] : end] for split, end in zip(headers, ends, strict=True)}
    raw = {}
    for split, name in names.items():
        if split in plain:
            raw[split] = archive.read(name, out=place[split].reshape(headers[split].shape))
        else:
            raw[split] = archive.read(name)
    scale = scale_of([array for array in raw.values() if len(array)], what)
    for split, array in raw.items():
        if split not in plain:
            scale.into(place[split], layouts[split].view(array))
    return images, _once((*said, scale.notice))


def _once(notices: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notice for notice in notices if notice))


class _Range:
    """Remembers the least and the most of the bytes that pass by."""

    def __init__(self) -> None:
        self.found = np.array([255, 0], np.uint8)

    def of(self, archive: Archive, names: Iterable[str]) -> Iterator[bytes]:
        """The bytes of these arrays one after the other."""
        for name in names:
            for piece in archive.pieces(name):
                numbers = np.frombuffer(piece, np.uint8)
                self.found = np.array([min(self.found[0], numbers.min()), max(self.found[1], numbers.max())])
                yield piece


def _labels(
    archive: Archive,
    labels_of: dict[str, str],
    lengths: dict[str, int],
    what: str,
    names: tuple[str, ...] | None,
) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[str, ...]]:
    if not any(split in labels_of for split in lengths):
        nothing = np.full(sum(lengths.values()), UNLABELLED, np.int64)
        return nothing, names or (), ("There are no labels in it: nothing that needs them can be shown.",)
    given = {split: archive.read(labels_of[split]) for split in lengths if split in labels_of}
    positions, class_names, notices = positions_of(list(given.values()), what, names)
    rows = np.split(positions, np.cumsum([len(part) for part in given.values()])[:-1])
    of = dict(zip(given, rows, strict=True))
    every = [of.get(split, np.full(n, UNLABELLED, np.int64)) for split, n in lengths.items()]
    bare = tuple(f"Split {split} has no labels." for split in lengths if split not in of)
    return np.concatenate(every), class_names, (*notices, *bare)


def _twins(images: NDArray[np.uint8], lengths: dict[str, int]) -> list[str]:
    """A warning where two splits hold the very same images."""
    parts = dict(zip(lengths, np.split(images, np.cumsum(list(lengths.values()))[:-1]), strict=True))
    return [
        f"Splits {a} and {b} hold the same images: accuracy on one says nothing about new images."
        for a, b in itertools.combinations(parts, 2)
        if len(parts[a]) and len(parts[a]) == len(parts[b]) and _same(parts[a], parts[b])
    ]


def _same(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    return all(one == other for one, other in zip(pieces(a), pieces(b), strict=True))
