"""Columns and records on disk, by key.

Every array is an `.npy` file under the key of what it holds, beside a manifest with its checksum.
Both are written to a side file, flushed and renamed, the manifest last: a column either is there
whole or is not there. What cannot be read, or does not match its manifest, counts as not there and
is made again. Nothing is ever pickled.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from util import InspectorError, pieces

logger = logging.getLogger(__name__)

SCHEMA = 1
STALE_SECONDS = 3600.0
ONE_HEADER = threading.Lock()  # Python parses it, and 3.11.7 fails when two threads do so at once (CPython gh-106905)
MOST_OPENED = 300  # columns at a time: each holds a file open, and a process may have about a thousand


class BadWorkspace(InspectorError):
    """The place where results are kept, or the machine under it, is in the way."""

    exit_code = 5


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A side file in the same folder, which takes the path's name when the block ends well, and else goes."""
    side = path.with_name(f"{path.name}.tmp-{os.getpid()}-{threading.get_ident()}")
    try:
        yield side
        os.replace(side, path)
    finally:
        side.unlink(missing_ok=True)


def _sha256(array: NDArray[Any]) -> str:
    state = hashlib.sha256()
    for piece in pieces(array):
        state.update(piece)
    return state.hexdigest()


class Store:
    """Arrays and small JSON records, each under a key. One per process; processes may share a folder."""

    def __init__(self, folder: Path, since: float = 0.0) -> None:
        """Open the folder, making it when missing.

        Args:
            folder: where things are kept.
            since: columns made before this moment (seconds since 1970) count as not there, though nothing
                is removed; what nobody computed, such as a selection, is found all the same.

        Raises:
            BadWorkspace: it is not a folder, or belongs to somebody else.
        """
        self.notices: list[str] = []
        self.since = since
        self.asked = folder  # another than `folder` if this one cannot be written
        self.folder = self._usable(folder)
        self._opened: OrderedDict[str, NDArray[Any]] = OrderedDict()  # the one read last at the end
        self._lock = threading.Lock()
        self._verified: set[str] = set()
        self._sizes: dict[str, int] = {}  # bytes that the manifest of a column declares: pages ask often
        self._sweep()

    def newer(self, moment: float) -> Store:
        """The same folder, in which columns made before this moment count as not there; 0 for itself."""
        if moment <= self.since:
            return self
        store = Store(self.folder, moment)
        store.notices, store.asked = self.notices, self.asked
        return store

    # -- arrays ------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        """Whether a column is there; cheap, looks at sizes only."""
        if key in self._opened:
            return True
        if key not in self._sizes:
            manifest = self._manifest(key)
            if manifest is None:
                return False
            self._sizes[key] = manifest["bytes"]
        try:
            return self._array_path(key).stat().st_size == self._sizes[key]
        except OSError:
            return False

    def read(self, key: str) -> NDArray[Any] | None:
        """The column, memory-mapped and read-only; None when it is missing or damaged.

        The checksum is verified when a process first opens a column. Of those read longest ago, the file is closed
        as soon as nobody has the column any more.
        """
        with self._lock:
            if key in self._opened:
                self._opened.move_to_end(key)
                return self._opened[key]
        array = self._open(key)
        if array is None:
            self._sizes.pop(key, None)
            return None
        with self._lock:
            self._opened[key] = array
            while len(self._opened) > MOST_OPENED:
                self._opened.popitem(last=False)
        return array

    def write(self, key: str, array: NDArray[Any], **about: Any) -> None:
        """Keep an array. Whoever sees the manifest sees all of it.

        Raises:
            BadWorkspace: no space left, or no permission to write.
        """
        array = np.ascontiguousarray(array)
        path = self._array_path(key)
        with self._replacing(path) as file:
            np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
            for piece in pieces(array):
                file.write(piece)
        manifest = {
            "schema": SCHEMA,
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "bytes": path.stat().st_size,
            "sha256": _sha256(array),
            **about,
        }
        self._write_json(self._manifest_path(key), manifest)
        self.release(key)

    def about(self, key: str) -> dict[str, Any]:
        """What was noted when the column was made: its name, the seconds it took, ..."""
        return self._manifest(key) or {}

    def release(self, key: str) -> None:
        """Keep neither a column open nor what is known of it; for small ones that come and go, many of them."""
        with self._lock:
            self._opened.pop(key, None)
        self._verified.discard(key)
        self._sizes.pop(key, None)

    def forget(self, key: str) -> None:
        """Remove a column; whoever has it open keeps it."""
        self.release(key)
        for path in (self._manifest_path(key), self._array_path(key)):
            with suppress(OSError):  # on Windows a file that is open stays: it is overwritten or left behind
                path.unlink(missing_ok=True)

    # -- records -----------------------------------------------------------------------------

    def read_record(self, kind: str, key: str, *, old: bool = True) -> dict[str, Any] | None:
        """A small JSON document, or None when it is missing, damaged or of another schema.

        With `old` false also when it was made before the moment from which columns count.
        """
        path = self.folder / "records" / f"{kind}-{key}.json"
        found = self._read_json(path)
        return None if found is None or (not old and self._is_old(path)) else found["body"]

    def write_record(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep a small JSON document. Raises BadWorkspace as `write` does."""
        self._write_json(self.folder / "records" / f"{kind}-{key}.json", {"schema": SCHEMA, "body": body})

    def records(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(key, document) of every record of a kind, in the order of their keys."""
        for path in sorted((self.folder / "records").glob(f"{kind}-*.json")):
            found = self._read_json(path)
            if found is not None:
                yield path.stem.removeprefix(f"{kind}-"), found["body"]

    # -- between processes -------------------------------------------------------------------

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Make a key alone: a second process waits here, and then finds the result.

        The lock is the kernel's, so it is free again however its holder dies.
        """
        from filelock import FileLock, Timeout

        (self.folder / "locks").mkdir(exist_ok=True)
        lock = FileLock(self.folder / "locks" / f"{key}.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            logger.info("another Innerview is computing this already: waiting for its result")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    # -- inside ------------------------------------------------------------------------------

    def _usable(self, folder: Path) -> Path:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise BadWorkspace(f"--cache {folder}: that is a file; name a folder") from None
        except OSError as error:
            return self._elsewhere(folder, error)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            raise BadWorkspace(f"--cache {folder}: belongs to another user; name a folder of your own")
        try:
            for name in ("columns", "records"):
                (folder / name).mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError as error:
            return self._elsewhere(folder, error)

    def _elsewhere(self, folder: Path, error: OSError) -> Path:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise BadWorkspace(f"--cache {folder}: {error.strerror}; name another folder") from error
        self.notices.append(f"Results are not kept: {folder} cannot be written ({error.strerror}).")
        return self._usable(Path(tempfile.mkdtemp(prefix="innerview-")))

    def _array_path(self, key: str) -> Path:
        return self.folder / "columns" / f"{key}.npy"

    def _manifest_path(self, key: str) -> Path:
        return self.folder / "columns" / f"{key}.json"

    def _manifest(self, key: str) -> dict[str, Any] | None:
        path = self._manifest_path(key)
        manifest = self._read_json(path)
        old = manifest is not None and "column" in manifest and self._is_old(path)
        return None if old else manifest

    def _is_old(self, path: Path) -> bool:
        """Whether a file was made before the moment from which things count."""
        try:
            return bool(self.since) and path.stat().st_mtime < self.since
        except OSError:  # removed just now
            return True

    def _open(self, key: str) -> NDArray[Any] | None:
        manifest = self._manifest(key)
        if manifest is None:
            return None
        try:
            with ONE_HEADER:
                array: NDArray[Any] = np.load(self._array_path(key), mmap_mode="r", allow_pickle=False)
            same = (
                array.dtype.str == manifest["dtype"]
                and list(array.shape) == manifest["shape"]
                and (key in self._verified or _sha256(array) == manifest["sha256"])
            )
        except (OSError, ValueError, KeyError, EOFError) as error:
            logger.warning("%s cannot be read (%s): it is made again", key, error)
            same = False
        if not same:
            self._manifest_path(key).unlink(missing_ok=True)
            return None
        self._verified.add(key)
        return array

    def _read_json(self, path: Path) -> dict[str, Any] | None:
        try:
            found = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) and found.get("schema") == SCHEMA else None

    def _write_json(self, path: Path, body: dict[str, Any]) -> None:
        with self._replacing(path) as file:
            file.write(json.dumps(body).encode())

    @contextmanager
    def _replacing(self, path: Path) -> Iterator[IO[bytes]]:
        """A file that takes the path's name once it is whole on disk."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as side, side.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            what = "is full" if error.errno == errno.ENOSPC else f"cannot be written ({error.strerror})"
            raise BadWorkspace(f"--cache {self.folder}: {what}; free space there or name another folder") from error

    def _sweep(self) -> None:
        """Remove side files that a killed process left behind."""
        for side in self.folder.glob("*/*.tmp-*"):
            with suppress(OSError):  # another process may sweep as well
                if time.time() - side.stat().st_mtime > STALE_SECONDS:
                    side.unlink()
