"""The .idx files in which MNIST and Fashion-MNIST were published, plain or packed with gzip.

A file starts with two zeros, the type (8 is "unsigned byte", the only one used) and the number of
axes; then the length of each axis as a big-endian 32-bit number; then the bytes.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from contextlib import closing
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset, Dataset
from datasets.loader import Copy, Source, files_in, shown

NAMES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
MOST_BYTES = 2**30
PIECE = 2**20


def copies(*folders: str) -> tuple[Copy, Copy]:
    """The four files in one of these folders: packed with gzip, and unpacked."""
    return (
        files_in(folders[0], *(f"{name}.gz" for name in NAMES), also=folders[1:]),
        files_in(folders[0], *NAMES, also=folders[1:]),
    )


def read(source: Source) -> Dataset:
    """Training and test images with their labels, from the four files in the order of NAMES.

    Raises:
        BadDataset: a file is damaged, no .idx file, or disagrees with its partner.
    """
    images, labels = [], []
    for pixels, classes in (source.files[:2], source.files[2:]):
        images.append(array(pixels, axes=3))
        labels.append(array(classes, axes=1))
        if len(images[-1]) != len(labels[-1]):
            raise BadDataset(
                f"{shown(classes)}: {len(labels[-1]):,} labels for {len(images[-1]):,} images; "
                "move both files away and download them again"
            )
    if images[0].shape[1:] != images[1].shape[1:]:
        raise BadDataset(
            f"{source.name}: training and test images differ in size; move them away and download them again"
        )
    every = np.concatenate(labels).astype(np.int64)
    return Dataset(
        name=source.name,
        images=np.concatenate(images)[..., None],
        labels=every,
        class_names=tuple(str(number) for number in range(int(every.max(initial=-1)) + 1)),
        split=np.repeat(np.array([0, 1], np.uint8), [len(part) for part in labels]),
        split_names=("train", "test"),
    )


def array(path: Path, *, axes: int) -> NDArray[np.uint8]:
    """The bytes of one file, as many axes as asked for.

    Raises:
        BadDataset: it is something else, cut off, or larger than any of these data sets.
    """
    try:
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            if start != b"\x1f\x8b":
                return _array(file, path, axes)
            with closing(gzip.GzipFile(fileobj=file)) as unpacked:
                return _array(cast(IO[bytes], unpacked), path, axes)
    except (OSError, EOFError, zlib.error) as error:
        raise BadDataset(f"{shown(path)}: damaged or unreadable; move it away and download it again") from error


def _array(file: IO[bytes], path: Path, axes: int) -> NDArray[np.uint8]:
    start = file.read(4 + 4 * axes)
    if len(start) < 4 + 4 * axes or start[:4] != bytes([0, 0, 8, axes]):
        raise BadDataset(f"{shown(path)}: not an .idx file with {axes} axes; move it away and download it again")
    shape = struct.unpack(f">{axes}I", start[4:])
    if math.prod(shape) > MOST_BYTES:
        raise BadDataset(
            f"{shown(path)}: declares {math.prod(shape) / 2**30:.1f} GiB; move it away and download it again"
        )
    # In pieces: what a header declares is only allocated as it arrives.
    content = bytearray()
    while len(content) <= math.prod(shape) and (piece := file.read(PIECE)):
        content += piece
    if len(content) != math.prod(shape):
        raise BadDataset(
            f"{shown(path)}: {len(content):,} bytes where {math.prod(shape):,} were declared; "
            "move it away and download it again"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)
