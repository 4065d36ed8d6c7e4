"""Parts of pictures as samples: each picture is decoded once for all that is cut out of it.

A `Cut` stands where a path stands in `datasets.decoding`. It knows the `Pictures` that it is one of, which
keeps the last few decoded, within a number of bytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets import picture
from datasets.picture import BadPicture, Look

MOST_BYTES = 2**28
AT_ONCE = 4

Box = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The pixels that boxes count in: how many, whether the camera's turn was followed, and whether gray.

    Boxes are drawn on a picture of the size that their list says. `scale` leads from there to the file.
    """

    width: int
    height: int
    turned: bool
    gray: bool
    scale: tuple[float, float]


class Pictures:
    """Picture files that several samples are cut out of. Safe for several threads.

    Args:
        stated: path -> (width, height) in pixels that the list of boxes gives it, where it does.
        margin: pixels of context around every box.
    """

    def __init__(self, stated: Mapping[Path, tuple[int, int]], margin: int = 0) -> None:
        self.stated = stated
        self.margin = margin
        self.frames: dict[Path, Frame] = {}
        self._kept: OrderedDict[Path, tuple[NDArray[np.uint8], frozenset[str]]] = OrderedDict()
        self._locks = [threading.Lock() for _ in range(2 * AT_ONCE)]
        self._lock = threading.Lock()

    def frame(self, path: Path) -> Frame:
        """The frame of a picture, from its header. Raises BadPicture."""
        if path not in self.frames:
            look, stored = picture.look(path), picture.stored_size(path)
            width, height = self.stated.get(path, (look.width, look.height))
            # Some programs draw boxes on the picture as it is stored; the list's size gives them away.
            turned = (width, height) != stored or (width, height) == (look.width, look.height)
            own = (look.width, look.height) if turned else stored
            self.frames[path] = Frame(*own, turned, look.gray, (own[0] / width, own[1] / height))
        return self.frames[path]

    def pixels(self, path: Path) -> tuple[NDArray[np.uint8], frozenset[str]]:
        """All pixels of a picture, (h, w) or (h, w, 3), and what was done to it. Raises BadPicture."""
        with self._locks[hash(path) % len(self._locks)]:
            with self._lock:
                if path in self._kept:
                    self._kept.move_to_end(path)
                    return self._kept[path]
            found = picture.whole(path, turned=self.frame(path).turned)
            with self._lock:
                self._kept[path] = found
                while (
                    len(self._kept) > 2 * AT_ONCE or sum(kept[0].nbytes for kept in self._kept.values()) > MOST_BYTES
                ):
                    self._kept.popitem(last=False)
            return found


@dataclass(frozen=True, slots=True)
class Cut:
    """What a box shows of a picture, with the margin around it; all of it without a box."""

    pictures: Pictures
    path: Path
    box: Box | None = None

    def look(self) -> Look:
        """The size of what is cut out. Raises BadPicture."""
        frame = self.pictures.frame(self.path)
        left, top, right, bottom = self._edges(frame)
        return Look(right - left, bottom - top, frame.gray)

    def decode(self, width: int, height: int, channels: int) -> tuple[NDArray[np.uint8], frozenset[str]]:
        """As `picture.decode` for this part of the picture. Raises BadPicture."""
        left, top, right, bottom = self._edges(self.pictures.frame(self.path))
        every, done = self.pictures.pixels(self.path)
        return picture.fitted(every[top:bottom, left:right], width, height, channels), done

    def inside(self) -> Box:
        """The box within its picture, in the picture's own pixels, without the margin. Raises BadPicture."""
        frame = self.pictures.frame(self.path)
        if self.box is None:
            return 0, 0, frame.width, frame.height
        across, down = frame.scale
        left, top, width, height = (
            value * scale for value, scale in zip(self.box, (across, down, across, down), strict=True)
        )
        right, bottom = min(left + width, frame.width), min(top + height, frame.height)
        left, top = max(left, 0.0), max(top, 0.0)
        if right <= left or bottom <= top:
            raise BadPicture(f"its box lies outside the picture of {frame.width:,} x {frame.height:,} pixels")
        return left, top, right - left, bottom - top

    def _edges(self, frame: Frame) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in whole pixels, at least one pixel wide and high."""
        left, top, width, height = self.inside()
        margin = 0 if self.box is None else self.pictures.margin
        sizes = (frame.width, frame.height)
        starts = [max(round_half_up(start) - margin, 0) for start in (left, top)]
        starts = [min(start, size - 1) for start, size in zip(starts, sizes, strict=True)]
        ends = [round_half_up(end) + margin for end in (left + width, top + height)]
        right, bottom = (max(min(end, size), start + 1) for end, size, start in zip(ends, sizes, starts, strict=True))
        return starts[0], starts[1], right, bottom


def round_half_up(value: float) -> int:
    """The nearest whole number, halves upward."""
    return int(np.floor(value + 0.5))
