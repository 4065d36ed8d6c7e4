"""Known faults, planted into real pictures, and the small network of the tutorials to look for them with."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 10_000  # pictures of one case, fewer where a file has fewer
WRONG, STRANGE, COPIED = 0.05, 0.02, 0.02
CLASSES = 10
KINDS = ("other data set", "noise", "inverted", "turned by 90 degrees", "blurred")
COPIES = ("exact", "shifted by a pixel", "JPEG at quality 50", "darker", "brighter", "noise of 8 levels")
FILES = {"mnist": "mnist.npz", "fashion_mnist": "fashion_mnist.npz", "cifar10": "cifar10_small.npz"}
EPOCHS = {"mnist": 6, "fashion_mnist": 8, "cifar10": 8}
BY_HEART = 25  # epochs after which a network has learnt many of the wrong labels


@dataclass(frozen=True, slots=True)
class Pictures:
    """Two halves of a data set, images (n, h, w, ch) uint8 and labels (n,)."""

    one: tuple[NDArray[np.uint8], NDArray[np.int64]]
    two: tuple[NDArray[np.uint8], NDArray[np.int64]]


def pictures(data: Path, name: str, seed: int) -> Pictures:
    """Two disjoint draws of at most SIZE each."""
    images, labels, _ = _read(data, name)
    order = np.random.default_rng(seed).permutation(len(images))
    half = min(SIZE, len(images) // 2)
    first, second = order[:half], order[half : 2 * half]
    return Pictures((images[first], labels[first]), (images[second], labels[second]))


def whole(data: Path, name: str, n: int) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """At most n samples, of both splits in equal shares: images, labels, split."""
    images, labels, split = _read(data, name)
    rows = np.sort(np.random.default_rng(0).permutation(len(images))[:n])
    return images[rows], labels[rows], split[rows]


def _read(data: Path, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    with np.load(data / FILES[name]) as file:
        images = np.concatenate([file["x_train"], file["x_test"]])
        labels = np.concatenate([file["y_train"], file["y_test"]]).reshape(-1).astype(np.int64)
        split = np.repeat([0, 1], [len(file["x_train"]), len(file["x_test"])])
    return images[..., None] if images.ndim == 3 else images, labels, split


def wrong_labels(labels: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """The labels with WRONG of them changed to another class."""
    draw = np.random.default_rng(seed)
    rows = draw.choice(len(labels), round(len(labels) * WRONG), replace=False)
    given = labels.copy()
    given[rows] = (given[rows] + draw.integers(1, 10, len(rows))) % 10
    return given


def strangers(images: NDArray[np.uint8], other: NDArray[np.uint8], seed: int) -> tuple[Any, NDArray[np.int64]]:
    """The images with STRANGE of them replaced, and which kind each is, -1 for none."""
    from PIL import Image, ImageFilter

    draw = np.random.default_rng(seed)
    images, kinds = images.copy(), np.full(len(images), -1)
    for place, row in enumerate(draw.choice(len(images), round(len(images) * STRANGE), replace=False)):
        picture, kind = images[row].squeeze(), place % len(KINDS)
        kinds[row] = kind
        match kind:
            case 0:
                picture = _like(other[place], picture.shape)
            case 1:
                picture = draw.integers(0, 256, picture.shape).astype(np.uint8)
            case 2:
                picture = 255 - picture
            case 3:
                picture = np.rot90(picture)
            case 4:
                picture = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(2)))
        images[row] = picture.reshape(images[row].shape)
    return images, kinds


def copies(images: NDArray[np.uint8], seed: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The images with COPIED of them replaced by near copies of others, and which belong to a pair."""
    from PIL import Image

    draw = np.random.default_rng(seed)
    images, n = images.copy(), round(len(images) * COPIED)
    order = draw.permutation(len(images))
    for place, (source, row) in enumerate(zip(order[:n], order[n : 2 * n], strict=True)):
        picture: Any = images[source].squeeze()
        match place % len(COPIES):
            case 1:
                picture = np.roll(picture, 1, axis=0)
            case 2:
                buffer = io.BytesIO()
                Image.fromarray(picture).save(buffer, "JPEG", quality=50)
                picture = np.asarray(Image.open(buffer))
            case 3:
                picture = (picture * 0.7).astype(np.uint8)
            case 4:
                picture = np.minimum(picture * 1.3, 255).astype(np.uint8)
            case 5:
                picture = np.clip(picture + draw.normal(0, 8, picture.shape), 0, 255).astype(np.uint8)
        images[row] = picture.reshape(images[row].shape)
    planted = np.zeros(len(images), bool)
    planted[order[: 2 * n]] = True
    return images, planted


def train(images: NDArray[np.uint8], labels: NDArray[np.int64], epochs: int, seed: int, path: Path) -> None:
    """Train the tutorials' network and write it to a file."""
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    network = keras.Sequential(
        [
            layers.Input(images.shape[1:]),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(CLASSES),
        ]
    )
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(images / np.float32(255), labels, epochs=epochs, batch_size=64, verbose=0)
    network.save(path)


def _like(picture: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """A picture of another data set in the size and colors of this one."""
    from PIL import Image

    small = Image.fromarray(picture.squeeze()).convert("RGB" if len(shape) == 3 else "L")
    return np.asarray(small.resize((shape[1], shape[0])))
