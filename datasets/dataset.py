"""The contract of a dataset: what a loader gives, and how a loader is made known.

A loader never guesses silently: what it had to decide goes into `notices`, which the terminal and
the page show. Images keep the pixels they came with (uint8); scaling is the network's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from util import InspectorError, digest

if TYPE_CHECKING:
    from datasets.origins import Origins

UNLABELLED = -1


class BadDataset(InspectorError):
    """A dataset that cannot be used: missing, damaged, or not what it says it is."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples with their labels, in a fixed order: row i is sample i everywhere in the program.

    Attributes:
        name: what the person typed.
        images: (n, h, w, ch) uint8, ch is 1 or 3.
        labels: (n,) int64 positions in class_names, or -1 where a sample has no label.
        class_names: one per class, in the order of the labels.
        split: (n,) uint8 positions in split_names.
        split_names: for example ("train", "test").
        source: one sentence on where the files came from.
        notices: what a person should know, a sentence each.
        metadata: further columns, each with n rows.
        problems: (what, why) for each sample that could not be read and is not among the n.
        origins: which part of which picture file each sample is, where they are such; decides over no result.
        first_classes: of joined data sets, how many of the classes are the first one's.
        rows: (n,) int64, the place of each sample among all that the files hold, before any was left out; None
            where sample i is the i-th of them.
        total: how many the files hold; 0 if nobody counted, which is as many as there are samples.
        vectors: layer -> (n, d) float32 numbers that came with the samples.
        sizes: (n, 2) width and height in pixels that the pictures had before all got one shape, or that their
            boxes have; None where they are no pictures.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    split: NDArray[np.uint8]
    split_names: tuple[str, ...]
    source: str = ""
    notices: tuple[str, ...] = ()
    metadata: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()
    origins: Origins | None = None
    first_classes: int | None = None
    rows: NDArray[np.int64] | None = None
    total: int = 0
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    sizes: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        n = len(self.images)
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise BadDataset(
                f"{self.name}: images are {self.images.dtype} of shape {self.images.shape}; "
                "they must be uint8 of shape (n, height, width, channels)"
            )
        columns: dict[str, NDArray[Any]] = {
            "labels": self.labels,
            "split": self.split,
            **self.metadata,
            **self.vectors,
            **({} if self.sizes is None else {"sizes": self.sizes}),
        }
        for what, rows in columns.items():
            if len(rows) != n:
                raise BadDataset(f"{self.name}: {len(rows):,} {what} for {n:,} images; give one per image")
        if n == 0:
            raise BadDataset(f"{self.name}: no images in it; choose another dataset, split or limit")
        if self.labels.max() >= len(self.class_names):
            raise BadDataset(
                f"{self.name}: label {self.labels.max()} but only {len(self.class_names)} class names; "
                "name every class"
            )

    def __len__(self) -> int:
        return len(self.images)

    def fingerprint(self) -> str:
        """Hash of everything that can change a result: pixels, labels, classes, splits, metadata."""
        return digest(
            self.images,
            self.labels,
            list(self.class_names),
            self.split,
            list(self.split_names),
            dict(self.metadata),
        )

    def narrowed(self, *, split: str = "all", limit: int | None = None) -> Dataset:
        """The rows of one split, and of these the first `limit` per split.

        Raises:
            BadDataset: there is no such split.
        """
        codes = codes_of(self.name, split, self.split_names)
        rows = np.concatenate([np.flatnonzero(self.split == code)[:limit] for code in codes])
        if len(rows) == len(self):
            return self
        rows.sort()
        return Dataset(
            name=self.name,
            images=self.images[rows],
            labels=self.labels[rows],
            class_names=self.class_names,
            split=self.split[rows],
            split_names=self.split_names,
            source=self.source,
            notices=self.notices,
            metadata={name: column[rows] for name, column in self.metadata.items()},
            problems=self.problems,
            origins=self.origins.taken(rows) if self.origins else None,
            first_classes=self.first_classes,
            rows=rows if self.rows is None else self.rows[rows],
            total=self.total or len(self),
            vectors={name: array[rows] for name, array in self.vectors.items()},
            sizes=None if self.sizes is None else self.sizes[rows],
        )


def codes_of(name: str, split: str, split_names: Sequence[str]) -> list[int]:
    """The positions of the splits that a person means by the name of one, or by "all".

    Raises:
        BadDataset: the dataset of that name has no such split.
    """
    if split == "all":
        return list(range(len(split_names)))
    if split not in split_names:
        raise BadDataset(f"{name}: no split '{split}'; it has {', '.join(split_names)}, or say 'all'")
    return [split_names.index(split)]
