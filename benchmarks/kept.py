"""Trained networks and what they see, kept in a folder, so that an interrupted benchmark goes on where it was.

Everything is named by the hash of what it was made from: the pictures, the labels, the epochs, the code
that reads the network. What no longer fits is not found again; the folder may be deleted at any time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import faults
from util import digest

LAST = "features/last"
SCORES = "logits"


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of networks and features; it is made when something is written into it."""

    folder: Path

    def trained(self, images: NDArray[np.uint8], labels: NDArray[np.int64], epochs: int, seed: int) -> Path:
        """The file of the tutorials' network after so many epochs, trained now if it is not there."""
        path = self.folder / f"{digest(images, labels, epochs, seed)}.keras"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f"beside-{os.getpid()}.keras")
            faults.train(images, labels, epochs, seed, beside)
            beside.replace(path)
        return path

    def seen(self, network: Path, images: NDArray[np.uint8]) -> Mapping[str, NDArray[np.float32]]:
        """Logits and the features that the scores read, by the names of their columns; row for row as the images."""
        from model import stages

        code = Path(stages.__file__).read_bytes()
        folder = self.folder / digest(network.read_bytes(), images, code)
        if not folder.exists():
            beside = folder.with_name(f"beside-{os.getpid()}")
            beside.mkdir(parents=True)
            for name, values in _forward(network, images).items():
                np.save(beside / f"{name.replace('/', '-')}.npy", values)
            beside.replace(folder)
        return {path.stem.replace("-", "/"): np.load(path) for path in folder.glob("*.npy")}


def _forward(path: Path, images: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    from model.network import open_network
    from model.preprocessing import Preprocessing
    from model.stages import stages

    network = open_network(path, images.shape[1:], n_classes=faults.CLASSES)
    last = network.info.default_layer
    result = network.forward(images, [last], preprocessing=Preprocessing(), readings=stages(network.info))
    features = {f"features/{name}": values for name, values in result.features.items()}
    return {SCORES: result.logits, **features, LAST: result.activations[last]}
