"""Pictures that visitors bring along, and what the network says about them.

A picture is named by the hash of its pixels, so that nothing of what a visitor calls it is ever part of
a path. It is kept as an image of the dataset's own shape beside the columns; the network's answer
is one row of numbers, which is asked of the worker as any request is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from util import InspectorError, digest
from workspace.request import Made, asking

if TYPE_CHECKING:
    from workspace.columns import Columns
    from workspace.store import Store

NAME_LENGTH = 24
MOST_KEPT = 64
SWAPPED = "Light and dark were swapped."

_NAME = re.compile(f"[0-9a-f]{{{NAME_LENGTH}}}")


class UnknownUpload(InspectorError):
    """A picture that was uploaded elsewhere, or that newer ones have displaced."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded picture.

    Attributes:
        name: by which links know it.
        key: under which the store has its picture, as one row of images.
        image: (h, w, ch) uint8, in the dataset's shape.
        notes: what was done to it, a sentence each.
    """

    name: str
    key: str
    image: NDArray[np.uint8]
    notes: tuple[str, ...]

    @property
    def column(self) -> str:
        """What to ask the worker for: the network's answer."""
        return asked_for(self.name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network says about one picture: logits (c,) and one vector (d,) per layer."""

    logits: NDArray[np.float32]
    activations: Mapping[str, NDArray[np.float32]]


class Uploads:
    """The uploaded pictures in a store. Keeps the newest `MOST_KEPT`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def save(self, image: NDArray[np.uint8], notes: tuple[str, ...] = ()) -> str:
        """Keep a picture (h, w, ch) and give its name.

        Raises:
            BadWorkspace: no space left, or no permission to write.
        """
        name = digest(image, list(notes))[:NAME_LENGTH]
        self.store.write(_picture_key(name), image[None], notes=list(notes))
        self._displace(name)
        return name

    def read(self, name: str) -> Upload:
        """A picture by its name.

        Raises:
            UnknownUpload: there is none of that name.
        """
        key = _picture_key(name) if _NAME.fullmatch(name) else ""
        array = self.store.read(key) if key else None
        if array is None or array.ndim != 4 or array.dtype != np.uint8:
            raise UnknownUpload("uploaded picture: not kept here any more; upload it again")
        notes = tuple(str(note) for note in self.store.about(key).get("notes", ()))
        self.store.release(key)
        return Upload(name, key, np.array(array[0]), notes)

    def swap(self, name: str) -> str:
        """The name of a picture's negative. Raises UnknownUpload."""
        upload = self.read(name)
        notes = tuple(note for note in upload.notes if note != SWAPPED)
        return self.save(255 - upload.image, notes if len(notes) < len(upload.notes) else (*notes, SWAPPED))

    def answer(self, name: str, columns: Columns) -> Answer | None:
        """What the network says about a picture, or None while that is not worked out."""
        column = asked_for(name)
        if not columns.is_ready(column):
            return None
        values, found = np.array(columns.column(column)), {}
        self.store.release(columns.key(column))
        for part, start, stop in columns.facts(column)["columns"]:
            found[part] = values[start:stop]
        return Answer(found.pop("logits"), found)

    def _displace(self, newest: str) -> None:
        """Remove the oldest pictures beyond the bound."""
        seen: dict[str, float] = {}
        for path in (self.store.folder / "columns").glob(f"{_picture_key('*')}.json"):
            with suppress(OSError):  # another process may be quicker
                seen[path.stem] = path.stat().st_mtime
        seen.pop(_picture_key(newest), None)
        for key in sorted(seen, key=seen.__getitem__, reverse=True)[MOST_KEPT - 1 :]:
            self.store.forget(key)


def asked_for(name: str) -> str:
    """What to ask the worker for: the network's answer to the picture of that name."""
    return asking("upload", name=name)


def packed(answer: Answer) -> Made:
    """An answer as a single row, and where each part of it stands there."""
    named = {"logits": answer.logits, **answer.activations}
    stops = np.cumsum([len(values) for values in named.values()]).tolist()
    columns = [list(where) for where in zip(named, [0, *stops[:-1]], stops, strict=True)]
    return Made(np.concatenate(list(named.values())).astype(np.float32), {"columns": columns})


def _picture_key(name: str) -> str:
    return f"picture{name}"
