"""The folder of a recorder by its path, which may grow while it is looked at: see recorder/chunks.py.

Samples stand in the order in which their calls ended, so more of them change no index. What is taken is pinned to
a number of samples: the same number is the same dataset, however many more there are by now.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile
from pathlib import Path
from time import localtime, strftime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.archive import Archive
from datasets.dataset import UNLABELLED, BadDataset, Dataset
from datasets.loader import Source, Wish, path_reader, shown
from recorder.chunks import ABOUT, CHUNKS, SCHEMA, chunks
from util import Progress, digest

LOADER = "recorded"
MOST_SPLITS = 255
NO_LABELS = "There are no labels in it: nothing that needs them can be shown."
_ACTIVATIONS, _METADATA = "activations.", "metadata."


def claims(path: Path) -> bool:
    """Whether a path is a folder that a recorder writes to."""
    return (path / ABOUT).is_file() and (path / CHUNKS).is_dir()


def count(path: Path) -> int:
    """How many samples are in a folder by now. Opens no file. Raises OSError."""
    return sum(rows for _, rows in chunks(path))


def identity(path: Path) -> str:
    """What tells one recording from all others, however long it is. Raises BadDataset."""
    return str(_about(path).get("id"))


def pinned(source: Source, rows: int | None) -> Source:
    """Of a recording the first samples, `rows` or all that there are now; any other source as it is.

    Raises:
        BadDataset: the folder cannot be read any more.
    """
    if source.loader != LOADER:
        return source
    taken = _taken(source.files[0], rows)
    return replace(
        source, identity=digest(source.identity, taken), rows=sum(int(name.split("-")[1]) for name in taken)
    )


def recording(source: Source) -> str:
    """What tells a recording from all others, however long it gets; "" for any other source. Raises BadDataset."""
    return identity(source.files[0]) if source.loader == LOADER else ""


@path_reader(LOADER, title="recording", claims=claims, streams=True, identity=identity)
def read(source: Source, wish: Wish) -> Dataset:
    """The samples of a recording; see the module's docstring.

    Raises:
        BadDataset: nothing is recorded yet, or nothing can be read.
    """
    folder, what = source.files[0], shown(source.files[0])
    about = _about(folder)
    names = _taken(folder, source.rows)
    if not names:
        raise BadDataset(f"{what}: nothing is recorded in it yet; start again when something is")
    found, images, problems = _gathered(folder, names, tuple(about.get("shape", ())), what, wish)
    if not found:
        raise BadDataset(f"{what}: none of its {len(names):,} files can be read ({problems[0][1]}); record again")
    lengths = [chunk.n for chunk in found]
    labels = np.concatenate([chunk.arrays.get("labels", np.full(chunk.n, UNLABELLED)) for chunk in found])
    splits = list(dict.fromkeys(chunk.split for chunk in found))
    if len(splits) > MOST_SPLITS:
        raise BadDataset(f"{what}: {len(splits):,} splits, and at most {MOST_SPLITS} fit; record with fewer")
    bare = int(np.count_nonzero(labels == UNLABELLED))
    told = (
        [NO_LABELS]
        if bare == len(labels)
        else [f"{bare:,} of {len(labels):,} samples have no label."]
        if bare
        else []
    )
    classes = _class_names(about, labels)
    return Dataset(
        name=source.name,
        images=images,
        labels=labels.astype(np.int64),
        class_names=classes,
        split=np.repeat(np.array([splits.index(chunk.split) for chunk in found], np.uint8), lengths),
        split_names=tuple(splits),
        notices=tuple(told),
        metadata=_metadata(found, lengths, classes),
        problems=tuple(problems),
        vectors={
            f"{''.join(c if c.isalnum() or c in '-_. ' else '_' for c in layer)} (recorded)": np.concatenate(
                [chunk.arrays[_ACTIVATIONS + layer] for chunk in found]
            )
            for layer in about.get("layers", {})
        },
    )


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one call recorded, without its images."""

    n: int
    split: str
    at: str
    writer: str
    arrays: dict[str, NDArray[Any]]


def _taken(folder: Path, rows: int | None) -> list[str]:
    """The names of the chunks that make up the first samples."""
    try:
        known = chunks(folder)
    except OSError as error:
        raise BadDataset(f"{shown(folder)}: cannot be read ({error.strerror}); check its permissions") from error
    ends = accumulate(n for _, n in known)
    return [
        name for (name, _), _ in takewhile(lambda at: rows is None or at[1] <= rows, zip(known, ends, strict=True))
    ]


def _about(folder: Path) -> dict[str, Any]:
    what = f"{shown(folder)}: its {ABOUT}"
    try:
        found = json.loads((folder / ABOUT).read_bytes())
    except OSError as error:
        raise BadDataset(f"{what} cannot be read ({error.strerror}); check its permissions") from error
    except (ValueError, RecursionError):
        found = None
    usual = isinstance(found, dict) and found.get("schema") == SCHEMA
    names, shape, layers = (found.get(key, []) for key in ("class_names", "shape", "layers")) if usual else (0, 0, 0)
    if (
        not isinstance(names, list)
        or not isinstance(shape, list)
        or not isinstance(layers, dict | list)
        or not all(isinstance(name, str) for name in (*names, *layers))
        or not all(isinstance(length, int) and length > 0 for length in shape)
    ):
        raise BadDataset(f"{what} is damaged or of another version; record to a new folder")
    return dict(found)


def _gathered(
    folder: Path, names: Sequence[str], shape: tuple[int, ...], what: str, wish: Wish
) -> tuple[list[_Chunk], NDArray[np.uint8], list[tuple[str, str]]]:
    """The chunks, their images in one array that is mapped, and (what, why) of what cannot be read."""
    room = Path(wish.scratch or tempfile.gettempdir())
    number, side = tempfile.mkstemp(prefix="images-", suffix=f".tmp-{os.getpid()}", dir=room)
    found: list[_Chunk] = []
    problems: list[tuple[str, str]] = []
    images: NDArray[np.uint8] = np.empty((0, *shape), np.uint8)
    try:
        with os.fdopen(number, "wb") as file:
            for done, name in enumerate(names):
                try:
                    chunk, pixels = _chunk(folder / CHUNKS / name, shape)
                except BadDataset as error:
                    problems.append((name, str(error).partition(": ")[2]))
                    continue
                file.write(pixels.tobytes())
                found.append(chunk)
                wish.report(Progress("reading what was recorded", done + 1, len(names), "files"))
        if found:
            images = np.memmap(side, np.uint8, "r", shape=(sum(chunk.n for chunk in found), *shape))
    except OSError as error:
        why = f"cannot be written to disk ({error.strerror})"
        raise BadDataset(f"{what}: {why}; free space in {room}") from error
    finally:
        with suppress(OSError):  # Windows keeps a file that is in use
            os.unlink(side)
    return found, images, problems


def _chunk(path: Path, shape: tuple[int, ...]) -> tuple[_Chunk, NDArray[np.uint8]]:
    n = int(path.name.split("-")[1])
    with Archive(path) as archive:
        arrays = {name: archive.read(name) for name in archive.names}
    images, about = arrays.pop("images", None), arrays.pop("about", None)
    try:
        said = json.loads(about.tobytes()) if about is not None else None
    except ValueError:
        said = None
    if (
        images is None
        or images.dtype != np.uint8
        or images.shape != (n, *shape)
        or not isinstance(said, dict)
        or any(len(array) != n for array in arrays.values())
    ):
        raise BadDataset(f"{path.name}: was not written by a recorder; take it away")
    at = strftime("%Y-%m-%d %H:%M:%S", localtime(float(said.get("time", 0))))
    return _Chunk(n, str(said.get("split")), at, str(said.get("writer")), arrays), images


def _class_names(about: dict[str, Any], labels: NDArray[np.int64]) -> tuple[str, ...]:
    """As the recorder was told; else numbers, as many as there are outputs or labels; none without labels."""
    if about.get("class_names") or labels.max() < 0:
        return tuple(about.get("class_names", ()))
    return tuple(str(code) for code in range(max(int(about.get("outputs", 0)), int(labels.max()) + 1)))


def _metadata(found: Sequence[_Chunk], lengths: Sequence[int], classes: Sequence[str]) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {
        "recorded_at": np.repeat([chunk.at for chunk in found], lengths),
        "recorded_by": np.repeat([chunk.writer for chunk in found], lengths),
    }
    said = [chunk.arrays.get("outputs") for chunk in found]
    if any(outputs is not None for outputs in said):
        answers = [_answers(outputs, n, classes) for outputs, n in zip(said, lengths, strict=True)]
        columns["recorded_class"] = np.concatenate([names for names, _ in answers])
        columns["recorded_confidence"] = np.concatenate([sure for _, sure in answers])
    for name in dict.fromkeys(name for chunk in found for name in chunk.arrays if name.startswith(_METADATA)):
        columns[name.removeprefix(_METADATA)] = _united([chunk.arrays.get(name) for chunk in found], lengths)
    return columns


def _answers(
    outputs: NDArray[Any] | None, n: int, classes: Sequence[str]
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """(n,) the class with the highest output by name, and (n,) its probability; "" and NaN where there is none."""
    if outputs is None:
        return np.full(n, ""), np.full(n, np.nan)
    rows = outputs.astype(np.float64)
    if rows.shape[1] == 1:  # the probability of the second of two classes
        rows = np.column_stack([1 - rows, rows])
    if rows.min() < 0 or not np.allclose(rows.sum(axis=1), 1, atol=1e-2):
        rows = np.exp(rows - rows.max(axis=1, keepdims=True))
        rows /= rows.sum(axis=1, keepdims=True)
    codes = rows.argmax(axis=1)
    names = [classes[code] if code < len(classes) else str(code) for code in range(rows.shape[1])]
    return np.array(names)[codes], rows.max(axis=1)


def _united(parts: Sequence[NDArray[Any] | None], lengths: Sequence[int]) -> NDArray[Any]:
    """One column of all chunks; NaN or "" where a chunk has none, text as soon as one of them is text."""
    kinds = {part.dtype.kind for part in parts if part is not None}
    whole = all(part is not None for part in parts)
    missing: Any = "" if "U" in kinds else np.nan

    def each() -> Iterator[NDArray[Any]]:
        for part, n in zip(parts, lengths, strict=True):
            if part is None:
                yield np.full(n, missing)
            elif "U" in kinds:
                yield part.astype(np.str_)
            else:
                yield part if whole and len(kinds) == 1 else part.astype(np.float64)

    return np.concatenate(list(each()))
