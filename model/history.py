"""What was noted while a network was trained: curves of loss and other metrics, from files beside it.

Read are a `History.history` of Keras as JSON, what its `CSVLogger` writes, and TensorBoard's event files. No code
of the run is needed, and nothing is trained again.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model import BadModel
from model.event_file import scalars

Unit = Literal["epoch", "batch", "step"]

TRAIN, VALIDATION = "train", "validation"
MOST_FILES, MOST_FOLDERS = 200, 1000
MOST_BYTES = 2**26  # of a JSON or CSV file
MOST_POINTS = 2000  # of a curve; longer ones are averaged over equal stretches
EVENTS = "*tfevents*"
LOG_FOLDERS = ("logs", "runs", "tensorboard")
USUAL_NAMES = ("history", "training", "training_log", "train_log", "log")

_VALIDATION_TAG = re.compile(r"^(.*?)[/_ ](val|valid|validation|test|eval)$", re.IGNORECASE)
_TRAIN_TAG = re.compile(r"^(.*?)[/_ ](train|training)$", re.IGNORECASE)
_ITERATIONS = re.compile(r"^evaluation_(.*)_vs_iterations$")


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric of one run against the epoch, batch or step.

    Attributes:
        run: which training it belongs to.
        metric: "loss", "accuracy", ...
        split: "train" or "validation".
        unit: what is counted along the curve.
        x: (k,) float64, ascending; epochs are counted from 1.
        y: (k,) float64; not a number where the run noted none.
    """

    run: str
    metric: str
    split: str
    unit: Unit
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def find(model: Path, given: Iterable[str] = ()) -> list[Path]:
    """The files that may hold curves, sorted: those that were given, else those that lie beside the model.

    Beside the model count JSON and CSV files that begin with its name or are called history, training or log, and
    event files there and in a folder logs, runs or tensorboard.

    Raises:
        BadModel: something given does not exist, or there is no such file in it.
    """
    found: list[Path] = []
    for text in given:
        path = Path(text).expanduser()
        if not path.exists():
            raise BadModel(f"--history {text}: no such file or folder; give a history JSON, a CSV log or event files")
        inside = _inside(path) if path.is_dir() else [path]
        if not inside:
            raise BadModel(f"--history {text}: no .json, .csv or event file in it; give the file itself")
        found += inside
    if found or not model.is_file():
        return found[:MOST_FILES]
    start = model.stem.lower()
    beside = [
        path
        for path in _tables(model.parent)
        if path.name.lower().startswith(start) or path.stem.lower() in USUAL_NAMES
    ]
    events = [*model.parent.glob(EVENTS)]
    for name in LOG_FOLDERS:
        events += _below(model.parent / name)
    return [*beside, *sorted(path for path in events if path.is_file())][:MOST_FILES]


def read(path: Path) -> list[Curve]:
    """The curves in a file.

    Raises:
        BadModel: it holds none; says what was found.
    """
    try:
        if "tfevents" in path.name:
            curves = _events(path)
        elif path.stat().st_size > MOST_BYTES:
            raise BadModel(f"{path.name}: has {path.stat().st_size / 2**20:.0f} MB; a history has at most 64")
        elif path.suffix.lower() == ".json":
            curves = _json(path)
        else:
            curves = _csv(path)
    except (OSError, ValueError, OverflowError, RecursionError, csv.Error) as error:
        raise BadModel(f"{path.name}: cannot be read as a training history ({error}); give another file") from None
    if not curves:
        raise BadModel(
            f"{path.name}: no curve in it; expected lists of numbers by metric, a CSV log with a line for each "
            "epoch, or TensorBoard scalars"
        )
    return curves


def _inside(folder: Path) -> list[Path]:
    return [*_tables(folder), *sorted(path for path in _below(folder) if path.is_file())][:MOST_FILES]


def _below(folder: Path) -> list[Path]:
    """Event files in a folder and those below it, of which at most MOST_FOLDERS are looked into."""
    found: list[Path] = []
    for place, _, names in itertools.islice(os.walk(folder), MOST_FOLDERS):
        found += [Path(place, name) for name in names if "tfevents" in name]
    return found


def _tables(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in (".json", ".csv", ".tsv", ".log"))


def _name(path: Path) -> str:
    """What a run is called: its file's name without what says that it is a history."""
    plain = re.sub(r"[._-]*(history|training|log)$", "", path.stem, flags=re.IGNORECASE)
    return plain or path.parent.name or path.stem


def _json(path: Path) -> list[Curve]:
    said: Any = json.loads(path.read_text("utf-8"))
    if isinstance(said, dict) and isinstance(said.get("history"), dict):
        said = said["history"]
    if isinstance(said, list) and said and all(isinstance(row, dict) for row in said):
        said = {name: [row.get(name) for row in said] for name in said[0]}
    if not isinstance(said, dict):
        raise ValueError("neither metrics by name nor a list of epochs")
    batches = said.get("batches")
    curves = list(_columns(_name(path), said, "epoch"))
    return curves + (list(_columns(_name(path), batches, "batch")) if isinstance(batches, dict) else [])


def _columns(run: str, said: Mapping[str, Any], unit: Unit) -> Iterator[Curve]:
    """Metrics by name, each a list of numbers or, as pandas writes it, a dictionary by position."""
    lists = {name: list(row.values()) if isinstance(row, dict) else row for name, row in said.items()}
    epochs = _numbers(lists.pop("epoch", None))
    after = _numbers(lists.pop("val_batch", None))  # of ours: after how many batches there was a look at others
    lists.pop("epoch_end", None)
    for name, row in lists.items():
        values = _numbers(row)
        if values is None or not np.isfinite(values).any():
            continue
        x = np.arange(1, len(values) + 1, dtype=np.float64)
        if unit == "epoch" and epochs is not None and len(epochs) == len(values) and np.isfinite(epochs).all():
            x = epochs - epochs.min() + 1
        metric = name.removeprefix("val_")
        if metric != name and after is not None and len(after) == len(values):
            x = after
        yield _thinned(Curve(run, metric, VALIDATION if metric != name else TRAIN, unit, x, values))


def _numbers(row: Any) -> NDArray[np.float64] | None:
    if not isinstance(row, list) or not row:
        return None
    if not all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in row):
        return None
    return np.array([math.nan if value is None else float(value) for value in row])


def _csv(path: Path) -> list[Curve]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        start = file.read(4096)
        file.seek(0)
        separator = max(",;\t", key=start.splitlines()[0].count) if start.strip() else ","
        rows = [row for row in csv.DictReader(file, delimiter=separator) if row]
    names = [name for name in (rows[0] if rows else {}) if isinstance(name, str)]
    columns = {name.strip(): [_number(row.get(name)) for row in rows] for name in names}
    unit: Unit = "epoch" if "epoch" in columns else "batch" if "batch" in columns else "epoch"
    counted = columns.pop("batch", None) if unit == "batch" else columns.get("epoch")
    starts = [0, *(row for row in range(1, len(rows)) if counted and counted[row] <= counted[row - 1]), len(rows)]
    curves: list[Curve] = []
    for number, (begin, end) in enumerate(itertools.pairwise(starts), start=1):
        run = _name(path) + (f" ({number})" if number > 1 else "")  # a log that was added to: trained anew
        curves += _columns(run, {name: column[begin:end] for name, column in columns.items()}, unit)
    return curves


def _number(text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def _events(path: Path) -> list[Curve]:
    """Of each tag its scalars; the folder says whether they are of training or of validation."""
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for tag, step, value in scalars(path):
        found[tag].append((step, value))
    folder = path.parent
    of_folder = {"train": TRAIN, "validation": VALIDATION, "val": VALIDATION, "test": VALIDATION, "eval": VALIDATION}
    split = of_folder.get(folder.name.lower())
    run = (folder.parent if split else folder).name or "run"
    curves = []
    for tag, points in found.items():
        metric, unit, of = _meaning(tag)
        x, y = np.array(sorted(points)).T
        x = x + 1 if unit == "epoch" else x
        curves.append(_thinned(Curve(run, metric, of or split or TRAIN, unit, x, y)))
    return curves


def _meaning(tag: str) -> tuple[str, Unit, str]:
    """Metric, unit and split ("" for the folder's) of a tag, as Keras and PyTorch programs name them."""
    if tag.startswith("epoch_"):
        return tag.removeprefix("epoch_"), "epoch", ""
    if tag.startswith("batch_"):
        return tag.removeprefix("batch_"), "batch", ""
    if match := _ITERATIONS.match(tag):
        return match[1], "batch", VALIDATION
    if match := _VALIDATION_TAG.match(tag):
        return match[1].lower(), "step", VALIDATION
    if match := _TRAIN_TAG.match(tag):
        return match[1].lower(), "step", TRAIN
    return tag, "step", ""


def _thinned(curve: Curve) -> Curve:
    """A long curve as the means of equal stretches, each at the last of its places."""
    size = -(-len(curve.x) // MOST_POINTS)
    if size <= 1:
        return curve
    starts = np.arange(0, len(curve.x), size)
    counts = np.diff(np.append(starts, len(curve.x)))
    y = np.add.reduceat(curve.y, starts) / counts
    return Curve(curve.run, curve.metric, curve.split, curve.unit, curve.x[starts + counts - 1], y)
