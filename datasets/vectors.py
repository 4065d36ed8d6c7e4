"""Vectors and coordinates that somebody else computed: `.npy` files with a row for every sample.

`features.npy` beside the data is found by itself; other files are named. Rows are in the order of the files'
samples, before any of them is left out: a row for every image that lies there, whether --split or --limit takes
it or not and whether it can be read or not. A file with a row for every sample that was taken, in this order,
is understood too where no two readings are possible. Files are mapped, never read whole, and never unpickled.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import BadDataset, Dataset
from datasets.loader import Source, shown
from util import digest

FEATURES = "features"
MOST_COLUMNS = 65_536
ROWS_AT_ONCE = 4096
PLENTY = 256 << 20  # bytes that are held in memory
ENDS = 2**16


def beside(sources: Sequence[Source]) -> Path | None:
    """The `features.npy` that belongs to a dataset, if there is one: in its folder, or beside its file.

    Beside `digits.npz` it is `digits.features.npy`, else `features.npy`. Several datasets have none.
    """
    if len(sources) != 1 or not sources[0].files:
        return None
    path = sources[0].files[0]
    named = sources[0].name
    folder = Path(named) if os.path.isdir(named) else path if path.is_dir() else path.parent
    own = [] if path.is_dir() else [folder / f"{path.stem}.{FEATURES}.npy"]
    return next((place for place in (*own, folder / f"{FEATURES}.npy") if place.is_file()), None)


def layer_name(path: Path) -> str:
    """What a file of vectors is called as a layer: `clip` for `clip.npy`, `features` for `digits.features.npy`."""
    stem = path.name.removesuffix(".npy")
    return (
        FEATURES if stem.endswith(f".{FEATURES}") else "".join(c if c.isalnum() or c in "-_. " else "_" for c in stem)
    )


def identity(paths: Sequence[Path | None]) -> list[object]:
    """Size, time and ends of files that may be missing: what tells whether they are as they were."""
    found: list[object] = []
    for path in paths:
        try:
            if path is None:
                raise FileNotFoundError
            about = path.stat()
            with path.open("rb") as file:
                head = file.read(ENDS)
                file.seek(max(about.st_size - ENDS, 0))
                found.append([path.name, about.st_size, about.st_mtime_ns, digest(head, file.read(ENDS))])
        except OSError:
            found.append(None)
    return found


def read(
    path: Path, dataset: Dataset, *, columns: int | None = None, scratch: Path | None = None
) -> NDArray[np.float32]:
    """The rows of a file that belong to the samples of a dataset.

    Args:
        path: an `.npy` file.
        dataset: its samples, and which of all samples of its files these are.
        columns: how many numbers a row must have; any if None.
        scratch: a folder for what is too large for memory; the system's if None.

    Returns:
        (n, d) float32, all of them finite.

    Raises:
        BadDataset: no such file, not a two-dimensional array of floating point numbers, numbers that are none, or
            rows that cannot be matched to the samples.
    """
    what = shown(path.name)
    array = _mapped(path, what)
    _check(array, columns, what)
    rows = matched(len(array), dataset, what)
    chosen = _room((len(rows), array.shape[1]), scratch, what)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        with np.errstate(over="ignore"):
            chosen[start : start + len(part)] = array[part]
        bad = ~np.isfinite(chosen[start : start + len(part)]).all(axis=1)
        if bad.any():
            row = int(part[bad.argmax()])
            raise BadDataset(f"{what}: row {row:,} has NaN or infinite numbers; leave none in it")
    return chosen


def matched(length: int, dataset: Dataset, what: str) -> NDArray[np.int64]:
    """Which row of a file belongs to each sample.

    Raises:
        BadDataset: the file has another number of rows than there are samples, and it is not clear which is whose.
    """
    n, total = len(dataset), dataset.total or len(dataset)
    if length == total:
        return np.arange(n) if dataset.rows is None else dataset.rows
    if length == n:
        return np.arange(n)
    several = f"{total:,}" if total == n else f"{total:,} (of which {n:,} are taken)"
    raise BadDataset(
        f"{what}: has {length:,} rows, and the data have {several} samples; save a row for each, in their order"
    )


def _room(shape: tuple[int, int], scratch: Path | None, what: str) -> NDArray[np.float32]:
    """An array to write to, in memory or, if it is large, in a file that is gone when nobody looks at it any more."""
    size = 4 * shape[0] * shape[1]
    if size <= PLENTY:
        return np.empty(shape, np.float32)
    folder = scratch or Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    if 2 * size > free:  # once here, once in the cache
        raise BadDataset(
            f"{what}: takes {2 * size / 2**30:.1f} GiB and {free / 2**30:.1f} are free in {folder}; free space there"
        )
    number, name = tempfile.mkstemp(prefix="vectors-", suffix=f".tmp-{os.getpid()}", dir=folder)
    os.close(number)
    room: NDArray[np.float32] = np.memmap(name, np.float32, "w+", shape=shape)
    with suppress(OSError):  # Windows keeps a file that is in use
        os.unlink(name)
    return room


def check(path: Path, columns: int | None = None) -> None:
    """Refuse what can be seen to be no file of vectors without knowing the data. Raises BadDataset as `read` does."""
    what = shown(path.name)
    _check(_mapped(path, what), columns, what)


def _check(array: NDArray[Any], columns: int | None, what: str) -> None:
    if array.dtype.kind != "f":
        raise BadDataset(f"{what}: holds {array.dtype} numbers; save an array of float32")
    shape = " x ".join(f"{size:,}" for size in array.shape) or "one number"
    wanted = f"n x {columns}" if columns else "n x d"
    if array.ndim != 2 or (columns is not None and array.shape[1] != columns):
        raise BadDataset(f"{what}: is an array of {shape}; it must be {wanted}, a row for every sample")
    if not 0 < array.shape[1] <= MOST_COLUMNS:
        raise BadDataset(f"{what}: is an array of {shape}; a row may have 1 to {MOST_COLUMNS:,} numbers")


def _mapped(path: Path, what: str) -> NDArray[Any]:
    try:
        size = path.stat().st_size
        array: NDArray[Any] = np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError:
        raise BadDataset(f"{what}: no such file; check the path") from None
    except (OSError, EOFError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it is cut off"
        raise BadDataset(f"{what}: cannot be read ({reason}); save it again with numpy.save") from error
    except (ValueError, TypeError, SyntaxError, MemoryError) as error:
        pickled = "Python objects" in str(error)
        why = "holds Python objects, which are never unpickled" if pickled else "is no whole .npy file"
        raise BadDataset(f"{what}: {why}; save an array of float32 with numpy.save") from error
    if not isinstance(array, np.ndarray) or math.prod(array.shape) * array.dtype.itemsize > size:
        raise BadDataset(f"{what}: is no .npy file of one array; save it with numpy.save")
    return array
