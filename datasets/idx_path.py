"""`.idx` files by their path, plain or packed with gzip: one file of images, or a folder of them.

Names are those of MNIST and its many followers: `emnist-letters-train-images-idx3-ubyte.gz` with
`emnist-letters-train-labels-idx1-ubyte.gz` beside it. Labels are found by the name of the images.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from datasets import idx, splits
from datasets.class_names import names_beside
from datasets.dataset import UNLABELLED, BadDataset, Dataset
from datasets.labels import positions_of
from datasets.loader import Source, path_reader, shown

_NAME = re.compile(r"(images|labels)([-_.]idx)\d([-_.]ubyte)?(\.gz)?$", re.IGNORECASE)


def claims(path: Path) -> bool:
    """Whether a path is named like such a file, or is a folder that holds one of images."""
    if path.is_dir():
        try:
            return any(_kind(file) == "images" for file in path.iterdir())
        except OSError:
            return False
    return bool(_kind(path))


def files(path: Path) -> list[Path]:
    """The files of images that a path stands for, each with that of its labels after it if there is one.

    Raises:
        BadDataset: labels without images, or two sets of images for one split.
    """
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if _kind(file) == "images")
        packed = {file for file in found if file.suffix.lower() == ".gz"}
        found = [file for file in found if file not in packed or file.with_suffix("") not in found]
    elif _kind(path) == "labels":
        partner = _partner(path, "images", 3)
        if partner is None:
            raise BadDataset(f"{shown(path)}: holds labels, and no images lie beside it; give the images' file")
        found = [partner]
    else:
        found = [path]
    by_split: dict[str, Path] = {}
    for file in found:
        other = by_split.setdefault(_split(file), file)
        if other is not file:
            raise BadDataset(
                f"{shown(path)}: both '{shown(other.name)}' and '{shown(file.name)}' hold images; "
                "give one of them by its path"
            )
    order = sorted(by_split, key=splits.ORDER.index)
    pairs = [(by_split[split], _partner(by_split[split], "labels", 1)) for split in order]
    return [file for pair in pairs for file in pair if file is not None]


@path_reader("idx", title=".idx", claims=claims, files=files)
def read(source: Source) -> Dataset:
    """The images and labels of one or several splits.

    Raises:
        BadDataset: a file is damaged, no .idx file, or disagrees with its partner.
    """
    what = shown(source.name)
    images, labels, split_names, bare = [], [], [], []
    for file in source.files:
        if _kind(file) != "images":
            continue
        images.append(idx.array(file, axes=3))
        split_names.append(_split(file))
        partner = _partner(file, "labels", 1)
        if partner in source.files and partner is not None:
            labels.append(idx.array(partner, axes=1).astype(np.int64))
            if len(labels[-1]) != len(images[-1]):
                raise BadDataset(
                    f"{shown(partner)}: {len(labels[-1]):,} labels for {len(images[-1]):,} images; "
                    "copy or download both files again"
                )
        else:
            bare.append(f"Split {split_names[-1]} has no labels: no file of them lies beside its images.")
            labels.append(np.full(len(images[-1]), UNLABELLED, np.int64))
    if len({part.shape[1:] for part in images}) > 1:
        raise BadDataset(f"{what}: the splits have images of different sizes; give one file by its path")
    given = names_beside(source.files[0].parent)
    positions, class_names, notices = positions_of(labels, what, given.names or None)
    if given:
        notices = (*notices, f"The classes and their order come from {given.file}.")
    return Dataset(
        name=source.name,
        images=np.concatenate(images)[..., None],
        labels=positions,
        class_names=class_names,
        split=np.repeat(np.arange(len(images), dtype=np.uint8), [len(part) for part in images]),
        split_names=tuple(split_names),
        notices=(*bare, *(notice for notice in notices if not (bare and "no label" in notice))),
    )


def _kind(path: Path) -> str:
    """Whether a file holds "images" or "labels", or ""."""
    match = _NAME.search(path.name)
    return match[1].lower() if match else ""


def _split(path: Path) -> str:
    words = re.split(r"[-_.]", path.name.lower().replace("t10k", "test"))
    return next((splits.WORDS[word] for word in words if word in splits.WORDS), splits.UNNAMED)


def _partner(path: Path, kind: str, axes: int) -> Path | None:
    """The file of the other kind that belongs to this one, packed or not."""
    base = _NAME.sub(lambda match: f"{kind}{match[2]}{axes}{match[3] or ''}", path.name)
    ending = path.suffix if path.suffix.lower() == ".gz" else ""
    names = [f"{base}{ending}", base, f"{base}.gz"]
    return next((path.with_name(name) for name in names if path.with_name(name).is_file()), None)
