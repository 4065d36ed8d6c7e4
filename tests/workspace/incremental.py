"""Data that grow and change, and the real worker in this process with a network made of numpy."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from model import device, reading
from tests.workspace import fake_worker
from workspace import opening
from workspace.options import Options
from workspace.store import Store
from workspace.worker import Worker

CLASSES = 3


class Bench:
    """A folder with data, a network and a cache, in which one run follows another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.options = Options(str(folder / "model.h5"), str(folder / "data.npz"))
        (folder / "model.h5").write_bytes(b"a network")

    def save(self, images: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Write the dataset."""
        labels = np.arange(len(images)) % CLASSES if labels is None else labels
        np.savez(self.folder / "data.npz", x=images, y=labels, class_names=np.array(["a", "b", "c"]))

    def run(self, *wanted: str, **options: Any) -> Worker:
        """A worker that made the wanted columns, by default what the network says, and no more."""
        asked = replace(self.options, **options)
        worker = Worker(Store(self.folder / "cache", asked.force), asked, lambda event, **facts: None)  # type: ignore[arg-type]
        worker.open()
        while missing := worker.missing(list(wanted or ("logits", "activations/dense"))):
            worker.make(missing[0])
        assert worker.failed == {}
        return worker

    @property
    def passes(self) -> list[int]:
        """How many images went through the network, pass by pass."""
        path = self.folder / "passes.txt"
        return [int(line.split()[0]) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench without Keras, which the worker imports beforehand as it takes seconds."""
    monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
    monkeypatch.setattr(reading, "scan", lambda path, **_: {"image_shape": None})
    monkeypatch.setattr(opening, "open_network", fake_worker.open_network)
    monkeypatch.setattr(device, "use", lambda *asked, **more: "CPU")
    monkeypatch.setattr(fake_worker, "SLOW_SECONDS", 0)
    return Bench(tmp_path)


def column(worker: Worker, name: str) -> np.ndarray:
    """A column that a worker made."""
    found = worker.store.read(worker.plan.key(name))
    assert found is not None
    return np.array(found)


def noise(n: int, seed: int = 0) -> np.ndarray:
    """Images of noise, (n, 6, 6, 1)."""
    return np.random.default_rng(seed).integers(0, 256, (n, 6, 6, 1), dtype=np.uint8)


def changed(images: np.ndarray) -> np.ndarray:
    """The same with 12 more, 3 changed, 5 gone, in another order."""
    kept = images[5:].copy()
    kept[:3] = 255 - kept[:3]
    every = np.concatenate([kept, noise(12, seed=9)])
    return every[np.random.default_rng(1).permutation(len(every))]
