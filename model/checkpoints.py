"""The same network at several moments of its training: files such as model-03.keras beside model.keras."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from model import BadModel
from model.reading import SUFFIXES, resolve

MOST = 24  # of a longer series these many are looked at, evenly spread and with both ends

_NUMBER = re.compile(r"\d+")
_SERIES = re.compile(r"[-_.]*(epoch|ep|e|step|checkpoint|ckpt|cp)?[-_.]*\d[\d.e+-]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A saved moment: its number, which is the epoch by custom, and its file."""

    number: int
    path: Path


def find(model: Path, given: Iterable[str] = ()) -> list[Checkpoint]:
    """The checkpoints of a network, by number: those in what was given, else those beside it.

    Beside `model.keras` count files of any model suffix that begin with its name, without what follows
    from a number on (so `model-05.keras` finds its brothers), and have a number after that, and
    `checkpoint-05.keras` and the like. Of two with the same number the later name is taken.

    Args:
        model: the network's file; other words for a network have no checkpoints.
        given: files or folders.

    Raises:
        BadModel: something given does not exist, or has no file with a number in its name.
    """
    found: list[Checkpoint] = []
    for text in given:
        path = Path(text).expanduser()
        if not path.exists():
            raise BadModel(f"--checkpoints {text}: no such file or folder; give a folder of .keras or .h5 files")
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        numbered = [checkpoint for file in files if (checkpoint := _numbered(file, ""))]
        if not numbered:
            raise BadModel(f"--checkpoints {text}: no .keras or .h5 file with a number in its name; name them so")
        found += numbered
    model = resolve(str(model))
    if not found and model.is_file():
        series = _SERIES.sub("", model.stem) or model.stem
        beside = [_numbered(path, series) for path in sorted(model.parent.iterdir())]
        found = [checkpoint for checkpoint in beside if checkpoint]
        if {checkpoint.path for checkpoint in found} <= {model}:
            return []
    by_number = {checkpoint.number: checkpoint for checkpoint in found}
    return [by_number[number] for number in sorted(by_number)]


def spread(found: list[Checkpoint], most: int = MOST) -> list[Checkpoint]:
    """At most that many of them, evenly spread, the first and the last among them."""
    if len(found) <= most:
        return found
    return [found[round(place * (len(found) - 1) / (most - 1))] for place in range(most)]


def _numbered(path: Path, series: str) -> Checkpoint | None:
    """A file as a checkpoint of a series; None if it is none. The first number after the series' name counts."""
    name = path.stem
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return None
    begins = series and name.startswith(series) and name[len(series) : len(series) + 1] in ("-", "_", ".", "")
    if series and not (begins or name.lower().startswith(("checkpoint", "ckpt"))):
        return None
    number = _NUMBER.search(name, len(series) if begins else 0)
    return Checkpoint(int(number[0]), path) if number and len(number[0]) < 10 else None
