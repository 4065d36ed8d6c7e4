"""Records what a network sees and says while it is trained or used, for Innerview to follow.

    from recorder import Recorder
    recorder = Recorder("runs/today.rec", class_names=["cat", "dog"])
    recorder.record(images, outputs, {"dense": features}, labels)

    model.fit(x, y, callbacks=[recorder.callback(x_test, y_test, layers=["dense"])])  # or so, while training

This folder needs numpy and nothing else of Innerview, so it may be copied to where the network runs. Every call
leaves one file: a process that is killed at any moment leaves all of a call or nothing. Several threads and
processes may write to one folder. Nothing that goes wrong here stops the program that records: the reason is
logged once, and recording is off.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.arrays import (
    RecorderError,
    bytes_of,
    columns_of,
    labels_of,
    pictures_of,
    range_of,
    rows_of,
)
from recorder.chunks import SCHEMA, Folder

__all__ = ["Recorder", "RecorderError"]

logger = logging.getLogger(__name__)

MOST = 100_000
LONGEST_SPLIT = 40


class Recorder:
    """Appends samples to a folder.

    Args:
        folder: is made if it is not there; one of an earlier run goes on where that ended.
        class_names: what labels and outputs mean, in their order; may be left out.
        pixels: the numbers that stand for black and white, for all images; found by looking at the first ones if
            not given (0 to 255, 0 to 1, or -1 to 1).
        most: how many samples the folder may hold. Then recording ends: old samples are never thrown away, since
            selections and links know them by their index.
        strict: whether errors are raised; by default they are logged once, and recording is off.

    Attributes:
        off: why nothing is recorded any more; "" as long as all is well.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        class_names: Sequence[str] = (),
        *,
        pixels: tuple[float, float] | None = None,
        most: int = MOST,
        strict: bool = False,
    ) -> None:
        self.path = Path(folder).absolute()
        self.most = most
        self.strict = strict
        self.off = ""
        self._classes = [str(name) for name in class_names]
        self._pixels = pixels
        self._lock = threading.Lock()
        self._folder: Folder | None = None
        self._guarded(self._begin)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Record nothing more. There is nothing left to write: every call has done that itself."""
        self.off = self.off or "it is closed"

    def record(
        self,
        images: Any,
        outputs: Any = None,
        activations: Mapping[str, Any] | None = None,
        labels: Any = None,
        *,
        split: str = "serving",
        metadata: Mapping[str, Any] | None = None,
    ) -> int:
        """Append some samples. A batch at a time is much faster than one image at a time.

        Args:
            images: (n, h, w) or (n, h, w, 1 or 3), or channels first; bytes, or decimal numbers (see `pixels`).
            outputs: (n, classes) what the network said, probabilities or logits; None if that is not known.
            activations: layer -> (n, ...) its numbers; the same layers in every call.
            labels: (n,) class numbers, -1 where one is not known; None if none is.
            split: a word for where the samples come from.
            metadata: name -> one value for all of them, or (n,) values: numbers or text.

        Returns:
            How many samples were written; 0 if recording is off.

        Raises:
            RecorderError: with `strict`, what cannot be recorded.
        """
        return self._guarded(lambda: self._record(images, outputs, activations or {}, labels, split, metadata or {}))

    def record_of(self, ask: Callable[[], dict[str, Any]]) -> int:
        """Record what a function gives, by the names of `record`; what goes wrong in it stops nothing either."""
        return self._guarded(lambda: self._record(**ask()))

    def callback(
        self,
        x: Any,
        y: Any = None,
        *,
        layers: Sequence[str] = (),
        epochs: int = 1,
        batches: int | None = None,
        split: str = "training",
    ) -> Any:
        """A Keras callback that records what the network says about the same samples while it is trained.

        Args:
            x: the samples as they go into the network.
            y: their labels, numbers or one-hot; None if they have none.
            layers: names of the layers whose activations are recorded.
            epochs: record at the end of every so many epochs.
            batches: record after every so many batches, too.
            split: a word for these samples.
        """
        from recorder import training

        return training.callback(self, x, y, layers=layers, epochs=epochs, batches=batches, split=split)

    # -- inside ------------------------------------------------------------------------------

    def _guarded(self, work: Callable[[], int]) -> int:
        """What the work gives; 0 if it fails or recording is off already."""
        try:
            if self.off:
                raise RecorderError(f"{self.path.name}: {self.off}; make a new Recorder")
            return work()
        except Exception as error:
            if self.strict:
                raise
            if not self.off:
                self.off = str(error) if isinstance(error, RecorderError) else f"{type(error).__name__}: {error}"
                logger.warning("recording is off: %s", self.off)
            return 0

    def _begin(self) -> int:
        self._folder = Folder(self.path)
        known = self._folder.agree({"schema": SCHEMA, "id": uuid.uuid4().hex, "class_names": self._classes})
        if known.get("schema") != SCHEMA:
            raise RecorderError(f"{self.path.name}: was written by another version; record to a new folder")
        if self._classes and known["class_names"] != self._classes:
            raise RecorderError(
                f"class_names: {len(self._classes)} names that are not the {len(known['class_names'])} of "
                f"{self.path.name}; give the same, or record to a new folder"
            )
        self._classes = known["class_names"]
        return 0

    def _record(
        self,
        images: Any,
        outputs: Any,
        activations: Mapping[str, Any],
        labels: Any,
        split: str,
        metadata: Mapping[str, Any],
    ) -> int:
        assert self._folder is not None
        pictures = pictures_of(images)
        n = len(pictures)
        if not n:
            return 0
        if not isinstance(split, str) or not 0 < len(split) <= LONGEST_SPLIT or not split.isprintable():
            raise RecorderError(
                f"split: {str(split)[:LONGEST_SPLIT]!r}; give a word of at most {LONGEST_SPLIT} letters"
            )
        found = {name: rows_of(values, n, f"activations of {name}") for name, values in activations.items()}
        arrays: dict[str, NDArray[Any]] = {f"activations.{name}": rows for name, rows in found.items()}
        said: dict[str, Any] = {
            "shape": list(pictures.shape[1:]),
            "layers": {name: rows.shape[1] for name, rows in found.items()},
        }
        if outputs is not None:
            arrays["outputs"] = rows_of(outputs, n, "outputs")
            said["outputs"] = arrays["outputs"].shape[1]
        if labels is not None:
            arrays["labels"] = labels_of(labels, n, len(self._classes))
        arrays |= columns_of(metadata, n)
        with self._lock:
            arrays["images"] = bytes_of(pictures, self._agreed(said, pictures))
            about = {"split": split, "time": time.time(), "writer": f"{socket.gethostname()}-{os.getpid()}"}
            arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
            self._folder.append(arrays, n, self.most)
        return n

    def _agreed(self, said: dict[str, Any], pictures: NDArray[Any]) -> tuple[float, float]:
        """What stands for black and white, once these samples are known to be like all others."""
        assert self._folder is not None
        known = self._folder.about() or {}
        if not {*said, "pixels"} <= known.keys():
            known = self._folder.agree(
                {**said, "pixels": list(self._pixels or known.get("pixels") or range_of(pictures))}
            )
        for what, found in said.items():
            if known[what] != found:
                raise RecorderError(
                    f"{what}: {found}, where {known[what]} was recorded before; record to a new folder"
                )
        low, high = known["pixels"]
        if self._pixels and (low, high) != tuple(self._pixels):
            raise RecorderError(
                f"pixels: {self._pixels}, where {low, high} was recorded before; record to a new folder"
            )
        return float(low), float(high)
