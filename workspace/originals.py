"""The whole pictures that samples were made of, and the boxes on them, for the panel of one sample.

The dataset keeps small images; the files still lie where they were read. One that has changed since is not
shown: its boxes and its label were another picture's.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datasets.below import Below
from datasets.picture import BadPicture, look, reduced, undisturbed
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Session

LONGEST = 800
MOST_BOXES = 100


class NoOriginal(InspectorError):
    """A picture that is not there any more, or is another one now."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A box on a picture, in shares of its width and height from 0 to 1.

    Attributes:
        label: what it shows, "" for no class.
        sample: the sample that is cut out there, None if there is none.
        is_own: whether it is the box of the sample that was asked about.
    """

    left: float
    top: float
    width: float
    height: float
    label: str
    sample: int | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Original:
    """The picture of a sample.

    Attributes:
        name: its path below the folder of the data.
        size: (width, height) in pixels; None where it cannot be known any more.
        boxes: on it, the sample's own first; at most MOST_BOXES.
        n_boxes: how many there are.
        whole: the sample that is the whole picture, None if there is none, or it is the one that was asked about.
        trouble: why it cannot be shown, a sentence without an end; "" if it can.
    """

    name: str
    size: tuple[int, int] | None
    boxes: tuple[Marked, ...]
    n_boxes: int
    whole: int | None
    trouble: str


class Originals:
    """The pictures of a session's dataset. Safe for several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._one_at_a_time = threading.Lock()  # fifty million pixels take some hundred megabytes

    def has(self, index: int) -> bool:
        """Whether a sample is a picture file, or a part of one. Raises ColumnNotReady."""
        return bool(self._session.dataset.origins) and bool(self._read("samples")[index, 0] >= 0)

    @property
    def have_boxes(self) -> bool:
        """Whether boxes are drawn on any of the pictures. Raises ColumnNotReady."""
        return bool(self._session.dataset.origins) and len(self._read("boxes")) > 0

    def of(self, index: int) -> Original:
        """What is known of a sample's picture. Raises NoOriginal where it has none."""
        file, own = self._place(index)
        about = self._read("files")[file]
        width, height = (int(value) for value in about[3:5])
        trouble = ""
        try:
            path = self._file(file)
            if not width:
                found = look(path)
                width, height = found.width, found.height
        except (NoOriginal, BadPicture) as error:
            trouble = str(error)
        samples = self._read("samples")
        here = np.flatnonzero(samples[:, 0] == file)
        sample_of = {int(samples[row, 1]): int(row) for row in here}
        boxes = self._read("boxes")
        rows = np.flatnonzero(boxes[:, 0] == file).tolist()
        rows.sort(key=lambda row: row != own)
        names = self._session.dataset.class_names

        def marked(row: int) -> Marked:
            code, left, top, across, down = boxes[row, 1:].tolist()
            label = names[int(code)] if code >= 0 else ""
            shares = (left / width, top / height, across / width, down / height)
            return Marked(*shares, label, sample_of.get(row), row == own)

        whole = sample_of.get(-1)
        return Original(
            name=str(self._read("names")[file]),
            size=(width, height) if width else None,
            boxes=tuple(marked(row) for row in rows[:MOST_BOXES]),
            n_boxes=len(rows),
            whole=None if whole == index or own < 0 else whole,
            trouble=trouble,
        )

    def picture(self, index: int) -> tuple[bytes, str]:
        """A sample's whole picture written anew, no edge longer than LONGEST pixels, and its media type.

        Raises:
            NoOriginal: it has none, or it is not there any more, or has changed since it was read.
        """
        file, _ = self._place(index)
        path = self._file(file)
        turned = bool(self._read("files")[file, 5])
        try:
            with self._one_at_a_time, undisturbed():
                return reduced(path, LONGEST, turned=turned)
        except BadPicture as error:
            raise NoOriginal(f"its file cannot be read any more: {error}; put it back") from error

    def _place(self, index: int) -> tuple[int, int]:
        """Which file and which box a sample is."""
        self._session.image(index)  # refuses what is no sample
        if not self.has(index):
            raise NoOriginal(f"sample {index}: not a picture file of its own; look at the sample itself")
        file, box = self._read("samples")[index].tolist()
        return file, box

    def _file(self, file: int) -> Path:
        """The file, if it is the one that was read."""
        root, size, changed = self._read("files")[file, :3].tolist()
        roots = self._session.dataset.roots
        try:
            path, info = Below(Path(roots[root])).find(str(self._read("names")[file]))
        except (BadPicture, IndexError) as error:
            raise NoOriginal(f"its file is not there any more ({error}); put it back") from error
        if (info.st_size, info.st_mtime_ns) != (size, changed):
            raise NoOriginal("its file has changed since it was read; start again to read it anew")
        return path

    def _read(self, name: str) -> NDArray[Any]:
        data = self._session.dataset
        array = self._session.store.read(data.origins[name])
        if array is None:
            raise NoOriginal("where samples come from is damaged on disk; start again to read it anew")
        return array
