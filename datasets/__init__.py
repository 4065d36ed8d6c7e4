"""Images and labels by name or by path.

Three steps, so that a caller can stop after any of them: `find` looks for local files and is cheap,
`fetch` downloads what is not there, `read` reads. `fallback` is what can be had without a network.
`load` takes them in this order. A `Source` has an `identity` before anything is read.

    known()                      {"cifar10": "60,000 photographs of ...", ...}
    load("mnist").images.shape   (70000, 28, 28, 1)
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.dataset import UNLABELLED, BadDataset, Dataset
from datasets.finding import UnknownDataset, fallback, fetch, find, keras_folder, known, sha256_of
from datasets.joined import joined
from datasets.loader import BOXES, LOADERS, OBJECTS, Source, Wish, shown
from datasets.origins import Origins, root_of
from datasets.recorded import pinned, recording
from datasets.sizes import with_sizes
from util import Report, discover, silent

if TYPE_CHECKING:
    from datasets.download import Patience

__all__ = [
    "UNLABELLED",
    "BadDataset",
    "Dataset",
    "Origins",
    "Source",
    "UnknownDataset",
    "Wish",
    "fallback",
    "fetch",
    "find",
    "keras_folder",
    "known",
    "load",
    "obtain",
    "pinned",
    "read",
    "read_all",
    "recording",
    "root_of",
]

logger = logging.getLogger(__name__)


def obtain(
    name: str, data_dir: Path | None = None, *, report: Report = silent, patience: Patience | None = None
) -> Source:
    """The files of the dataset of that name or path: local ones, else downloaded, else its stand-in's.

    Args:
        name: one of `known`, or the path of a file or folder.
        data_dir: where to look first, and where to download to; by default Keras's cache folder.
        report: hears how many bytes of a download have come.
        patience: how long to wait for the network; by default 12 s for an answer.

    Raises:
        UnknownDataset: no such name or file.
        BadDataset: it cannot be had.
    """
    source = find(name, data_dir)
    if source is not None:
        return source
    try:
        return fetch(name, data_dir, report=report, patience=patience)
    except BadDataset as error:
        source = fallback(name, data_dir)
        if source is None:
            raise
        logger.warning("%s: using %s", error, source.origin)
        return source


def load(
    name: str, data_dir: Path | None = None, *, report: Report = silent, patience: Patience | None = None
) -> Dataset:
    """The dataset of that name or path, as `obtain` finds it and `read` reads it.

    Raises:
        UnknownDataset: no such name or file.
        BadDataset: it cannot be had, or is not what it says it is.
    """
    return read(obtain(name, data_dir, report=report, patience=patience))


def read(source: Source, wish: Wish | None = None) -> Dataset:
    """The dataset that these files hold, with the source's notices before its own.

    What is wished for is left to those readers that stream, to save them work; the others give all.

    A file that is not the well-known one is used all the same, with a notice: exact copies that were
    packed anew are common, and only a person can tell.

    Raises:
        BadDataset: damaged, or not what it says it is.
    """
    discover("datasets")
    try:
        loader = LOADERS[source.loader]
        dataset = loader.read(source, wish or Wish()) if loader.streams else loader.read(source)
    except MemoryError as error:
        raise BadDataset(
            f"{shown(source.name)}: not enough memory for it; close other programs or take fewer images"
        ) from error
    strangers = [
        f"{path.name} is not the published file (its SHA-256 begins with {found[:8]}, not {wanted[:8]}); "
        "it is used as it is."
        for path, wanted in zip(source.files, source.sha256, strict=True)
        if wanted and (found := sha256_of(path)) != wanted
    ]
    logger.info("read %s: %s images from %s", shown(source.name), f"{len(dataset):,}", source.origin)
    return replace(dataset, source=source.origin, notices=(*source.notices, *strangers, *dataset.notices))


def read_all(sources: Sequence[Source], wish: Wish) -> Dataset:
    """What is wished for of one dataset, or of several joined to one; with the sizes of pictures where they differ.

    Raises:
        BadDataset: one is damaged, or not what it says it is.
    """
    found = with_sizes([read(source, wish).narrowed(split=wish.split, limit=wish.limit) for source in sources])
    dataset = joined(found, wish) if len(found) > 1 else found[0]
    if (wish.instances != OBJECTS or wish.expand_crops) and all(source.loader != BOXES for source in sources):
        idle = (
            "--instances and --expand-crops have no effect: they are for images with boxes, as COCO lists tell them."
        )
        return replace(dataset, notices=(idle, *dataset.notices))
    return dataset
