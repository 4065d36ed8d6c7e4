"""CIFAR-10 and CIFAR-100 as published: batches of images in a .tar.gz or a folder, binary or pickled.

A binary record is one label byte (CIFAR-100: two, the fine one last) and 3 x 32 x 32 bytes, channels
first. Archives are read member by member; nothing is unpacked to disk.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from datasets import unpickle
from datasets.dataset import BadDataset, Dataset
from datasets.loader import Source, shown

PIXELS = 3 * 32 * 32
MOST_BYTES = 2**29
"""More than either data set takes unpacked."""

Batch = tuple[NDArray[np.uint8], NDArray[np.int64]]


def read(source: Source, batches: Mapping[str, tuple[str, ...]], *, label_bytes: int, label_key: str) -> Dataset:
    """The images of all batches, split after split.

    Args:
        source: one archive, or as many files as there are batches, in their order.
        batches: split -> names of its batches, without ending.
        label_bytes: labels per binary record; the last one counts.
        label_key: where the labels are in a pickled batch.

    Raises:
        BadDataset: damaged, incomplete, or with more in it than arrays.
    """
    names = [name for of_split in batches.values() for name in of_split]
    try:
        if len(source.files) == 1:
            raw = _members(source.files[0], names)
        else:
            raw = {name: (path, _content(path)) for name, path in zip(names, source.files, strict=True)}
        found = {name: _batch(*raw.pop(name), label_bytes, label_key) for name in names}
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise BadDataset(
            f"{shown(source.files[0])}: damaged or unreadable; move it away and download it again"
        ) from error
    ends = np.cumsum([len(labels) for _, labels in found.values()])
    images = np.empty((int(ends[-1]), 32, 32, 3), np.uint8)
    for end, (pixels, labels) in zip(ends, found.values(), strict=True):
        images[end - len(labels) : end] = pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    every = np.concatenate([labels for _, labels in found.values()])
    lengths = [sum(len(found[name][1]) for name in of_split) for of_split in batches.values()]
    return Dataset(
        name=source.name,
        images=images,
        labels=every,
        class_names=tuple(str(number) for number in range(int(every.max(initial=-1)) + 1)),
        split=np.repeat(np.arange(len(lengths), dtype=np.uint8), lengths),
        split_names=tuple(batches),
    )


class _Bounded:
    """A packed stream that ends where no real archive would go on: tarfile reads long headers unasked."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed
        self._at = 0

    def tell(self) -> int:
        return self._at

    def read(self, size: int) -> bytes:
        self._check(self._at + size)
        piece = self._packed.read(size)
        self._at += len(piece)
        return piece

    def seek(self, offset: int) -> int:
        self._check(offset)
        self._at = self._packed.seek(offset)
        return self._at

    def _check(self, end: int) -> None:
        if end > MOST_BYTES:
            raise tarfile.ReadError("unpacks to more than any of these data sets")


def _members(path: Path, names: list[str]) -> dict[str, tuple[Path, bytes]]:
    """Name of each wanted batch -> (its name in the archive, its bytes)."""
    found: dict[str, tuple[Path, bytes]] = {}
    with gzip.open(path) as packed, tarfile.open(fileobj=cast(IO[bytes], _Bounded(packed)), mode="r:") as archive:
        for member in _files(archive):
            inside = PurePosixPath(member.name)
            name = inside.name.removesuffix(".bin")
            file = archive.extractfile(member) if name in names else None
            if file is not None:
                found[name] = (path / inside.name, file.read())
            if len(found) == len(names):
                break
    missing = [name for name in names if name not in found]
    if missing:
        raise BadDataset(f"{shown(path)}: no batch '{missing[0]}' in it; move it away and download it again")
    return found


def _files(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Plain files only: a link may name anything."""
    return (member for member in archive if member.isreg())


def _content(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise BadDataset(f"{shown(path)}: {path.stat().st_size:,} bytes, too large for a batch; move it away")
    return path.read_bytes()


def _batch(path: Path, content: bytes, label_bytes: int, label_key: str) -> Batch:
    """(m, 3072) pixels and (m,) labels of one batch."""
    if path.suffix == ".bin":
        records = np.frombuffer(content, np.uint8)
        if not len(records) or len(records) % (label_bytes + PIXELS):
            raise BadDataset(f"{shown(path)}: {len(records):,} bytes are not whole records; download it again")
        records = records.reshape(-1, label_bytes + PIXELS)
        return records[:, label_bytes:], records[:, label_bytes - 1].astype(np.int64)
    try:
        batch = unpickle.mapping(content)
        pixels = unpickle.array_of_bytes(batch["data"])
        labels = unpickle.whole_numbers(batch[label_key])
    except unpickle.Refused as error:
        raise BadDataset(
            f"{shown(path)}: a pickle with more in it than images ({shown(error)}), which was not run; "
            "move it away and download it again"
        ) from error
    except Exception as error:  # a broken pickle may fail in any way, and none of them is ours
        raise BadDataset(f"{shown(path)}: damaged; move it away and download it again") from error
    if pixels.shape[1] != PIXELS or labels.shape != (len(pixels),):
        raise BadDataset(f"{shown(path)}: {labels.shape} labels for pixels {pixels.shape}; download it again")
    return pixels, labels
