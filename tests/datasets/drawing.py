"""Pictures to test with: drawn on the spot, nothing is kept."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image


def pixels(height: int = 6, width: int = 5, channels: int = 3, seed: int = 0) -> np.ndarray:
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def save(path: Path, array: np.ndarray | None = None, **options: object) -> np.ndarray:
    """Write pixels to a file in the format that its ending says; folders are made. Gives the pixels."""
    array = pixels() if array is None else array
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)
    return array


def packed(array: np.ndarray | None = None, kind: str = "PNG", **options: object) -> bytes:
    """The bytes of a picture file."""
    file = io.BytesIO()
    Image.fromarray(pixels() if array is None else array).save(file, kind, **options)
    return file.getvalue()


def tree(root: Path, *paths: str, channels: int = 3) -> Path:
    """A folder with a different picture at each of these paths."""
    for seed, path in enumerate(paths):
        save(root / path, pixels(channels=channels, seed=seed))
    return root
