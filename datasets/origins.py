"""Where samples come from: which file of which folder, and which part of its picture.

Only of data sets that lie on disk as pictures. With this the whole picture of a sample can be shown while
the dataset itself keeps small images. Files are named relative to a folder that is not part of this: the
same pictures may be moved.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datasets.coco_places import root_of as root_of_list
from datasets.walking import readable

if TYPE_CHECKING:
    from datasets.loader import Source

WHOLE = -1
"""The box of a sample that is a whole picture."""

FIELDS = ("root", "bytes", "changed", "width", "height", "turned")


@dataclass(frozen=True, slots=True)
class Origins:
    """The pictures that samples were made of, and the boxes drawn on them.

    Attributes:
        names: (m,) text, the pictures' paths below their root.
        files: (m, 6) int64, see FIELDS: which root; size in bytes and time in nanoseconds when it was read;
            width and height in the pixels that boxes count in, 0 where nobody asked; whether it is turned
            as its camera noted.
        samples: (n, 2) int64, positions in `names` and in `boxes`, the latter -1 for a whole picture.
        boxes: (k, 6) float64: position in `names`, class or -1, left, top, width, height in pixels.
    """

    names: NDArray[np.str_]
    files: NDArray[np.int64]
    samples: NDArray[np.int64]
    boxes: NDArray[np.float64]

    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        return {"names": self.names, "files": self.files, "samples": self.samples, "boxes": self.boxes}

    def taken(self, rows: NDArray[np.integer]) -> Origins:
        """The same for some of the samples."""
        return replace(self, samples=self.samples[rows])


def of_files(root: Path, paths: Sequence[Path]) -> Origins:
    """Origins of samples each of which is a whole file somewhere below a folder.

    Args:
        root: the folder, resolved.
        paths: (n,) the files as the system spells them.
    """
    known: dict[Path, int] = {}
    samples = [(known.setdefault(path, len(known)), WHOLE) for path in paths]
    rows, names = [], []
    for path in known:
        size, changed = state(path)
        rows.append((0, size, changed, 0, 0, 1))
        names.append(readable(path.relative_to(root).as_posix()))
    return Origins(
        np.array(names),
        np.array(rows, np.int64).reshape(-1, len(FIELDS)),
        np.array(samples, np.int64).reshape(-1, 2),
        np.empty((0, 6)),
    )


def root_of(source: Source) -> Path:
    """The folder that the names of a source's pictures are relative to."""
    path = Path(source.name)
    if path.suffix.lower() == ".json":
        return root_of_list(path)
    return path.resolve() if path.is_dir() else path.resolve().parent


def state(path: Path) -> tuple[int, int]:
    """Size in bytes and time of the last change in nanoseconds; zeros for what is not there."""
    try:
        info = os.stat(path)
    except OSError:
        return 0, 0
    return info.st_size, info.st_mtime_ns
