from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def keras_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of Keras. No test reads or fills the real one, or leaves this machine."""
    home = tmp_path_factory.mktemp("keras-home")
    (home / "datasets").mkdir()
    monkeypatch.setenv("KERAS_HOME", str(home))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return home / "datasets"


@pytest.fixture
def digits() -> dict[str, np.ndarray]:
    """Six training and three test images as Keras keeps MNIST."""
    random = np.random.default_rng(0)
    return {
        "x_train": random.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.array([5, 0, 4, 1, 9, 2], np.uint8),
        "x_test": random.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": np.array([7, 2, 1], np.uint8),
    }


@pytest.fixture
def npz(tmp_path: Path) -> Callable[..., str]:
    """Saves arrays and gives the path, as a person would type it."""

    def save(name: str = "things.npz", **arrays: object) -> str:
        path = tmp_path / name
        np.savez_compressed(path, **arrays)
        return str(path)

    return save
