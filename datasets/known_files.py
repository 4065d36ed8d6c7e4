"""Files that were read before, so that of a folder that grew only the new ones are opened.

A file is taken for the same if its path, size and time of change are. One that was written again within
the same size and with the time set back looks the same from outside: only `--force` reads it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from datasets import picture
from datasets.picture import DEEP, FRAMES, INKS, TRANSPARENT, TURNED, Look

LENGTH = 24
NOBODY = -1
DONE = (TRANSPARENT, DEEP, FRAMES, TURNED, INKS)

T = TypeVar("T")
Shape = tuple[int, int, int]


class KnownFiles:
    """What an earlier reading of the same place left, and what this one leaves for the next.

    Args:
        prints: (m,) of the files read before, as `printed` makes them.
        looks: (m, 4) int32: width, height, whether gray, and a bit for each of DONE that was done.
        images: (m, h, w, ch) uint8: their pixels.

    Attributes:
        decoded: how many files were decoded by this reading; None as long as none has told.
        prints, looks: of this reading, a row for every image.
        shapes: (h, w, ch) that this reading gave to its images.
    """

    def __init__(
        self,
        prints: NDArray[np.bytes_] | None = None,
        looks: NDArray[np.int32] | None = None,
        images: NDArray[np.uint8] | None = None,
    ) -> None:
        if prints is None or looks is None or images is None or not len(prints) == len(looks) == len(images):
            prints, looks = np.empty(0, f"S{LENGTH}"), np.empty((0, 4), np.int32)
            images = np.empty((0, 0, 0, 0), np.uint8)
        self._before = (prints, np.asarray(looks), np.asarray(images))  # rows of a memmap take ten times as long
        self.decoded: int | None = None
        self.shapes: set[Shape] = set()
        self.prints: NDArray[np.bytes_] = np.empty(0, f"S{LENGTH}")
        self.looks: NDArray[np.int32] = np.empty((0, 4), np.int32)

    def among(self, prints: NDArray[np.bytes_]) -> Among:
        """Which of the files with these prints are known."""
        return Among(self, prints, *self._before)

    def note(self, prints: NDArray[np.bytes_], looks: NDArray[np.int32], shape: Shape, decoded: int) -> None:
        """Take note of images that were read, after those of earlier calls."""
        self.prints = np.concatenate([self.prints, prints])
        self.looks = np.concatenate([self.looks, looks])
        self.shapes.add(shape)
        self.decoded = (self.decoded or 0) + decoded


class Among:
    """The files of one reading, of which some are known."""

    def __init__(
        self,
        book: KnownFiles,
        prints: NDArray[np.bytes_],
        before: NDArray[np.bytes_],
        looks: NDArray[np.int32],
        images: NDArray[np.uint8],
    ) -> None:
        self._book, self._prints, self._looks, self._images = book, prints, looks, images
        self._rows = found_in(before, prints)
        self._n_known = int(np.count_nonzero(self._rows != NOBODY))

    def instead_of(self, files: Iterable[T]) -> Iterator[T | KnownFile]:
        """The files in order, each known one as such."""
        for row, file in zip(self._rows.tolist(), files, strict=True):
            if row == NOBODY:
                yield file
            else:
                assert isinstance(file, Path)
                yield KnownFile(file, self._looks[row], self._images[row])

    def doing(self, shape: Shape) -> str:
        """What is going on while the pixels of images that get this shape are read."""
        n, new = len(self._rows), len(self._rows) - self._n_known
        if not self._n_known or self._images.shape[1:] != shape:
            return "reading images"
        return f"reading images, {new:,} new of {n:,}:"

    def keep(
        self, kept: Sequence[int], looks: Iterable[Look], done: Iterable[Collection[str]], shape: Shape
    ) -> tuple[str, ...]:
        """Note for the next reading what this one got: of the files in rows `kept`, in order.

        Returns:
            A sentence if known files had to be read again all the same.
        """
        known = self._rows[kept] != NOBODY
        same = self._images.shape[1:] == shape
        rows = [
            (look.width, look.height, look.gray, sum((what in words) << bit for bit, what in enumerate(DONE)))
            for look, words in zip(looks, done, strict=True)
        ]
        decoded = len(kept) - int(np.count_nonzero(known)) * same
        self._book.note(self._prints[kept], np.array(rows, np.int32).reshape(-1, 4), shape, decoded)
        if same or not known.any():
            return ()
        was, now = (" x ".join(map(str, size)) for size in (self._images.shape[1:], shape))
        return (f"The common size is {now} now and was {was}: all {len(kept):,} images were read anew.",)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was read before: its path, its row of `looks`, its pixels of then."""

    path: Path
    row: NDArray[np.int32]
    image: NDArray[np.uint8]

    def look(self) -> Look:
        """What its header said."""
        width, height, gray, _ = self.row.tolist()
        return Look(width, height, bool(gray))

    def decode(self, width: int, height: int, channels: int) -> tuple[NDArray[np.uint8], frozenset[str]]:
        """Its pixels, of then if they fit, and what was done to get them. Raises BadPicture."""
        if self.image.shape != (height, width, channels):
            return picture.decode(self.path, width, height, channels)
        bits = int(self.row[3])
        return self.image, frozenset(what for bit, what in enumerate(DONE) if bits >> bit & 1)


def printed(root: Path, files: Iterable[tuple[str, int, int]]) -> NDArray[np.bytes_]:
    """What files are recognized by: root, path below it, bytes, time of change in nanoseconds. -> (n,)."""
    start = hashlib.sha256(str(root).encode("utf-8", "surrogateescape"))
    found = []
    for path, size, changed in files:
        state = start.copy()
        state.update(f"\0{path}\0{size}\0{changed}".encode("utf-8", "surrogateescape"))
        found.append(state.hexdigest()[:LENGTH].encode())
    return np.array(found, f"S{LENGTH}")


def found_in(known: NDArray[np.bytes_], wanted: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """For each wanted word its row among the known ones, or NOBODY. 70,000 among as many take 0.1 s."""
    rows = np.full(len(wanted), NOBODY, np.int64)
    if not len(known):
        return rows
    order = np.argsort(known, kind="stable")
    places = np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)
    candidates = order[places]
    same = known[candidates] == wanted
    rows[same] = candidates[same]
    return rows
