"""Several data sets made into one, so that they stand on the same maps: each is a split of its own.

The first decides what images look like. Classes are joined by name: what is called the same is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets import picture
from datasets.dataset import UNLABELLED, BadDataset, Dataset
from datasets.loader import Wish, shown
from datasets.origins import WHOLE, Origins
from datasets.poured import poured
from util import Progress

SOURCE, OWN_SOURCE = "source", "source_own"
AT_ONCE = 256


def joined(found: Sequence[Dataset], wish: Wish) -> Dataset:
    """Several data sets as one, in the order given.

    Args:
        found: at least one; what was wished for of each.
        wish: where to put the images.

    Raises:
        BadDataset: too many splits, or the disk is full.
    """
    names = _short([dataset.name for dataset in found])
    classes = tuple(dict.fromkeys(name for dataset in found for name in dataset.class_names))
    split, split_names = _splits(found, names)
    metadata = _metadata(found, names)
    return Dataset(
        name=" + ".join(names),
        images=_images(found, wish),
        labels=np.concatenate([_labels(dataset, classes) for dataset in found]),
        class_names=classes,
        split=split,
        split_names=split_names,
        source="; ".join(f"{name}: {dataset.source}" for name, dataset in zip(names, found, strict=True)),
        notices=tuple(_notices(found, names, classes)),
        metadata=metadata,
        problems=tuple(
            (f"{name}: {what}", why)
            for name, dataset in zip(names, found, strict=True)
            for what, why in dataset.problems
        ),
        origins=_origins(found, classes),
        first_classes=len(found[0].class_names),
        rows=_rows(found),
        total=sum(dataset.total or len(dataset) for dataset in found),
    )


def _rows(found: Sequence[Dataset]) -> NDArray[np.int64]:
    """The place of each sample among all that the files hold, one dataset after the other."""
    starts = np.cumsum([0, *(dataset.total or len(dataset) for dataset in found)])
    own = [np.arange(len(dataset)) if dataset.rows is None else dataset.rows for dataset in found]
    return np.concatenate([start + rows for start, rows in zip(starts, own, strict=False)]).astype(np.int64)


def _short(names: Sequence[str]) -> list[str]:
    """The last part of each name, numbered where two are the same."""
    last = [shown(PurePath(name).name or Path(name).resolve().name) for name in names]
    return [
        f"{name} ({last[: row + 1].count(name)})" if name in last[:row] else name for row, name in enumerate(last)
    ]


def _splits(found: Sequence[Dataset], names: Sequence[str]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Every split that has samples, named by its dataset, and by itself where that has several."""
    split_names: list[str] = []
    rows = []
    for name, dataset in zip(names, found, strict=True):
        codes, places = np.unique(dataset.split, return_inverse=True)
        rows.append(places + len(split_names))
        several = len(dataset.split_names) > 1
        split_names += [f"{name} {dataset.split_names[code]}" if several else name for code in codes.tolist()]
    if len(split_names) > 255:
        raise BadDataset(f"{', '.join(names[:3])}, ...: {len(split_names):,} splits, and at most 255 fit; take fewer")
    return np.concatenate(rows).astype(np.uint8), tuple(split_names)


def _labels(dataset: Dataset, classes: Sequence[str]) -> NDArray[np.int64]:
    place = np.array([*(classes.index(name) for name in dataset.class_names), UNLABELLED], np.int64)
    labels: NDArray[np.int64] = place[dataset.labels]  # -1, no label, is the last
    return labels


def _images(found: Sequence[Dataset], wish: Wish) -> NDArray[np.uint8]:
    """All images in the shape of the first's, written to a file and mapped."""
    height, width, channels = found[0].images.shape[1:]
    n = sum(map(len, found))

    def pieces() -> Iterator[bytes]:
        done = 0
        for dataset in found:
            same = dataset.images.shape[1:] == (height, width, channels)
            for start in range(0, len(dataset), AT_ONCE):
                part = dataset.images[start : start + AT_ONCE]
                if not same:
                    part = np.stack([_fitted(image, height, width, channels) for image in part])
                yield part.tobytes()
                done += len(part)
                wish.report(Progress("joining images", done, n, "images"))

    what = f"{found[0].name}, ..."
    return poured(what, pieces(), (n, height, width, channels), wish.scratch, advice="use --limit")


def _fitted(image: NDArray[np.uint8], height: int, width: int, channels: int) -> NDArray[np.uint8]:
    return picture.fitted(image[..., 0] if image.shape[-1] == 1 else image, width, height, channels)


def _metadata(found: Sequence[Dataset], names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Every column of any of them; missing values are NaN or "", and "source" says which each sample is of."""
    columns: dict[str, NDArray[Any]] = {SOURCE: np.repeat(names, [len(dataset) for dataset in found])}
    for column in dict.fromkeys(name for dataset in found for name in dataset.metadata):
        parts = [dataset.metadata.get(column) for dataset in found]
        columns[OWN_SOURCE if column == SOURCE else column] = _united(parts, [len(dataset) for dataset in found])
    return columns


def _united(parts: Sequence[NDArray[Any] | None], lengths: Sequence[int]) -> NDArray[Any]:
    kinds = {part.dtype.kind for part in parts if part is not None}
    whole = all(part is not None for part in parts)
    missing: Any = np.nan if kinds <= set("iuf") else ""
    plain = kinds <= set("iuf") or (kinds == {"b"} and whole)
    return np.concatenate(
        [
            np.full(n, missing) if part is None else part if plain else _words(part)
            for part, n in zip(parts, lengths, strict=True)
        ]
    )


def _words(part: NDArray[Any]) -> NDArray[np.str_]:
    if part.dtype.kind == "U":
        return part
    return np.array([str(value).lower() if isinstance(value, bool) else f"{value:.12g}" for value in part.tolist()])


def _origins(found: Sequence[Dataset], classes: Sequence[str]) -> Origins | None:
    """The pictures of all, of which the root is the place of their dataset; -1 for samples that are none."""
    if all(dataset.origins is None for dataset in found):
        return None
    names, files, samples, boxes = [], [], [], []
    first_file = first_box = 0
    for root, dataset in enumerate(found):
        own = dataset.origins
        if own is None:
            samples.append(np.full((len(dataset), 2), WHOLE, np.int64))
            continue
        place = np.array([*(classes.index(name) for name in dataset.class_names), UNLABELLED], np.float64)
        names.append(own.names)
        files.append(np.column_stack([np.full(len(own.files), root), own.files[:, 1:]]))
        moved = own.samples.copy()
        moved[:, 0] += first_file
        moved[moved[:, 1] != WHOLE, 1] += first_box
        samples.append(moved)
        boxes.append(
            np.column_stack([own.boxes[:, 0] + first_file, place[own.boxes[:, 1].astype(np.int64)], own.boxes[:, 2:]])
        )
        first_file += len(own.files)
        first_box += len(own.boxes)
    return Origins(np.concatenate(names), np.concatenate(files), np.concatenate(samples), np.concatenate(boxes))


def _notices(found: Sequence[Dataset], names: Sequence[str], classes: Sequence[str]) -> Iterator[str]:
    """What was done to join them, then each one's own notices, a sentence each."""
    first = found[0]
    shape = first.images.shape[1:]
    yield f"{len(found):,} data sets are joined to one; each is a split of its own."
    if classes:
        new = len(classes) - len(first.class_names)
        known = f"the {len(first.class_names):,} of {names[0]} come first"
        yield f"Classes of the same name are the same class: {known}, then {new:,} that only others have."
    for name, dataset in zip(names[1:], found[1:], strict=True):
        own = dataset.images.shape[1:]
        if own[:2] != shape[:2]:
            was, now = (f"{size[0]} x {size[1]}" for size in (own, shape))
            yield f"The images of {name} were resized from {was} to {now}, without keeping their aspect."
        if own[2] != shape[2]:
            how = "made gray, as those" if shape[2] == 1 else "given three equal channels, as the images"
            yield f"The images of {name} were {how} of {names[0]} are{'' if shape[2] == 1 else ' in color'}."
    for name, dataset in zip(names, found, strict=True):
        yield from (f"{name}: {notice}" for notice in dataset.notices)
