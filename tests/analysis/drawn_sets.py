"""Pictures of strokes in four classes, and what a network of fixed random filters says of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

CLASSES, SIDE, FILTERS, WIDTH = 4, 12, 16, 24


class Seen(NamedTuple):
    """Features and probabilities of some pictures, and their classes."""

    last: NDArray[np.float32]
    late_peaks: NDArray[np.float32]
    early_peaks: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def features(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        return self.last, self.late_peaks, self.early_peaks


def strokes(n: int, seed: int, classes: int = CLASSES) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Noisy strokes, (n, 12, 12): their angle is the class."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, n)
    across, down = np.meshgrid(np.arange(SIDE) - 5.5, np.arange(SIDE) - 5.5)
    angle = (labels * np.pi / CLASSES + random.normal(0, 0.12, n))[:, None, None]
    off = random.normal(0, 1.2, (n, 1, 1))
    pictures = np.exp(-(((across * np.sin(angle) - down * np.cos(angle) - off) / 1.2) ** 2))
    return (pictures + random.normal(0, 0.08, pictures.shape)).astype(np.float32), labels


def blurred(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of every three by three pixels."""
    return sliding_window_view(np.pad(pictures, ((0, 0), (1, 1), (1, 1)), "edge"), (3, 3), (1, 2)).mean(axis=(3, 4))


def seen(pictures: NDArray[np.float32], labels: NDArray[np.int64]) -> Seen:
    """What the network says: the same one in every test."""
    random = np.random.default_rng(99)
    small = random.normal(size=(9, FILTERS)).astype(np.float32)
    windows = sliding_window_view(pictures, (3, 3), (1, 2)).reshape(len(pictures), -1, 9)
    maps = np.maximum(windows @ small, 0)
    cells = maps.reshape(len(pictures), 10, 10, FILTERS)
    pooled = cells.reshape(len(pictures), 2, 5, 2, 5, FILTERS).mean(axis=(2, 4)).reshape(len(pictures), -1)
    wide = random.normal(size=(pooled.shape[1], WIDTH)).astype(np.float32)
    last = np.maximum(pooled @ wide, 0)
    early = np.maximum(sliding_window_view(pictures, (2, 2), (1, 2)).reshape(len(pictures), -1, 4) @ small[:4], 0)
    teacher_pictures, classes = strokes(400, 7)
    if len(pictures) != 400 or not np.array_equal(pictures, teacher_pictures):
        known = seen(teacher_pictures, classes)
        centers = np.stack([known.last[classes == code].mean(axis=0) for code in range(CLASSES)])
    else:
        centers = np.stack([last[labels == code].mean(axis=0) for code in range(CLASSES)])
    logits = -np.square(last[:, None] - centers).sum(axis=2) / np.square(centers).mean() / 2
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    return Seen(last, maps.max(axis=1), early.max(axis=1), probabilities.astype(np.float32), labels)


def together(one: Seen, two: Seen) -> tuple[Seen, NDArray[np.int64]]:
    """Both, one after the other, and the split of each row."""
    split = np.repeat([0, 1], [len(one.labels), len(two.labels)])
    return Seen(*(np.concatenate(pair) for pair in zip(one, two, strict=True))), split
