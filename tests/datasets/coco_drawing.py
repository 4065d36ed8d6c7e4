"""COCO lists to test with: pictures with boxes of known pixels on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.datasets.drawing import pixels, save
from workspace.opening import open_dataset
from workspace.options import Options
from workspace.session import Session
from workspace.store import Store

CATEGORIES = {90: "dog", 3: "cat", 17: "bird"}
BOXES = {"a.png": [(3, (2, 1, 4, 5)), (90, (10, 8, 4, 5))], "b.png": [(3, (0, 0, 4, 5))], "c.png": []}
WIDTH, HEIGHT = 20, 16


def canvas(seed: int) -> np.ndarray:
    """A picture of noise: every part of it is told from every other."""
    return pixels(HEIGHT, WIDTH, seed=seed)


def entries(boxes: dict[str, list[tuple[int, tuple[float, ...]]]] = BOXES, **more: Any) -> dict[str, Any]:
    """What a list says of these boxes; ids are neither in order nor without gaps."""
    images, annotations = [], []
    for number, (name, marks) in enumerate(boxes.items()):
        images.append({"id": 700 - 10 * number, "file_name": name, "width": WIDTH, "height": HEIGHT})
        for category, box in marks:
            annotations.append(
                {
                    "id": 5 + 3 * len(annotations),
                    "image_id": 700 - 10 * number,
                    "category_id": category,
                    "bbox": list(box),
                    "area": box[2] * box[3] / 2,
                    "iscrowd": 0,
                    "segmentation": [[0, 0, 1, 1, 2, 2]],
                }
            )
    categories = [{"id": id, "name": name} for id, name in CATEGORIES.items()]
    return {"info": {}, "images": images, "annotations": annotations, "categories": categories, **more}


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def scenes(root: Path, folder: str = "images", name: str = "annotations/instances_default.json") -> Path:
    """A folder with a list and its three pictures; gives the folder."""
    for seed, file in enumerate(BOXES):
        save(root / folder / file, canvas(seed))
    write(root / name, entries())
    return root


def opened(folder: Path, data: Path, **options: Any) -> Session:
    """A session in which the dataset was read, and nothing else ever will be."""
    (folder / "none.h5").write_bytes(b"what a network would be")
    asked = Options(str(folder / "none.h5"), str(data), **options)
    open_dataset(Store(folder / "cache"), asked)
    return Session(Store(folder / "cache"), asked, command=("no", "worker", "here"))
