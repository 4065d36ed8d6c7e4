"""What is told about each object or image of a COCO list besides its class, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datasets import origins, roles, sizes
from datasets.cutting import Box, Cut, Pictures
from datasets.origins import Origins
from datasets.picture import BadPicture
from datasets.walking import readable

if TYPE_CHECKING:
    from datasets.coco import Taken
    from datasets.coco_list import Mark

Rows = Sequence[tuple["Taken", "Mark | None"]]


def columns_of(
    rows: Rows, pictures: Pictures, root: Path, *, kinds: bool
) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Metadata of every sample, and a sentence on what was left aside.

    Args:
        rows: (n,) of each sample its picture and, if it is an object, its box.
        pictures: that they were cut out of.
        root: the folder that file names are relative to.
        kinds: whether to say which are objects and which images.
    """
    boxes = np.array([Cut(pictures, one.path, mark.box if mark else None).inside() for one, mark in rows], np.float64)
    ids = [one.photo.id for one, _ in rows]
    whole = all(isinstance(id, int) for id in ids)
    columns: dict[str, NDArray[Any]] = {
        roles.FILENAME: np.array([_relative(one.path, root) for one, _ in rows]),
        "image": np.array(ids, np.int64) if whole else np.array([str(id) for id in ids]),
        "objects": np.array([len(one.marks) for one, _ in rows], np.int64),
        **dict(zip(("x", "y", *sizes.COLUMNS), boxes.T.copy(), strict=True)),
    }
    if kinds:
        columns["kind"] = np.array(["object" if mark else "image" for _, mark in rows])
    if not any(mark for _, mark in rows):
        return columns, []
    columns["area"] = np.array([mark.area if mark else np.nan for _, mark in rows])
    columns["iscrowd"] = np.array([bool(mark and mark.crowd) for _, mark in rows])
    others = dict.fromkeys(name for _, mark in rows if mark for name in mark.about)
    table: dict[str, roles.Column] = {
        name: [mark.about.get(name, "") if mark else "" for _, mark in rows]
        for name in list(others)[: 2 * roles.MOST_METADATA]
    }
    more, aside = roles.metadata_of(table, tuple(columns))
    return {**more, **columns}, aside


def origins_of(rows: Rows, pictures: Pictures, root: Path, class_names: Sequence[str]) -> Origins:
    """Which picture and box each sample is, with all the boxes of these pictures.

    Args:
        rows: (n,) of each sample its picture and, if it is an object, its box.
        pictures: that they were cut out of.
        root: the folder that file names are relative to.
        class_names: of the dataset.
    """
    place = {name: position for position, name in enumerate(class_names)}
    taken = list({id(one): one for one, _ in rows}.values())
    number = {id(one): position for position, one in enumerate(taken)}
    files: list[tuple[int, ...]] = []
    boxes: list[tuple[float, ...]] = []
    known: dict[int, int] = {}
    for position, one in enumerate(taken):
        frame = pictures.frame(one.path)
        files.append((0, *origins.state(one.path), frame.width, frame.height, int(frame.turned)))
        for mark in one.marks:
            box = _inside(Cut(pictures, one.path, mark.box))
            if box is not None:
                known[id(mark)] = len(boxes)
                boxes.append((position, place.get(mark.category, -1), *box))
    samples = [(number[id(one)], known[id(mark)] if mark else origins.WHOLE) for one, mark in rows]
    return Origins(
        names=np.array([_relative(one.path, root) for one in taken]),
        files=np.array(files, np.int64),
        samples=np.array(samples, np.int64),
        boxes=np.array(boxes, np.float64).reshape(-1, 6),
    )


def _inside(cut: Cut) -> Box | None:
    try:
        return cut.inside()
    except BadPicture:
        return None


def _relative(path: Path, root: Path) -> str:
    return readable(path.relative_to(root).as_posix())
