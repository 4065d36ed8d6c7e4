"""The folder that is recorded to: `recorder.json`, and below `chunks` one file for every call.

    recorder.json                  what all samples have in common: shape, range of the pixels, layers, classes
    chunks/00000007-128-4711.npz   call 7, of 128 samples, by process 4711

A chunk is written beside the others under a hidden name, forced to disk, and only then given its name, while a
lock keeps other writers out. So chunks are whole, are numbered without gaps, and never change or go away: a
sample's index is its place in this order, for ever. No file holds a pickle.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recorder.arrays import RecorderError

SCHEMA = 1
LOCK_SECONDS = 5.0
STALE_SECONDS = 3600.0
ABOUT, CHUNKS, LOCK = "recorder.json", "chunks", "recorder.lock"
_CHUNK = re.compile(r"(\d{8})-(\d+)-\d+\.npz")


def chunks(folder: Path) -> list[tuple[str, int]]:
    """(name, samples) of the chunks of a folder in their order, up to the first that is not there.

    Opens none of them; 5 ms for 10,000.

    Raises:
        OSError: there is no such folder, or it cannot be read.
    """
    with os.scandir(folder / CHUNKS) as entries:
        names = sorted(entry.name for entry in entries if _CHUNK.fullmatch(entry.name))
    whole = itertools.takewhile(lambda at: int(at[1][:8]) == at[0], enumerate(names))
    return [(name, int(name.split("-")[1])) for _, name in whole]


class Folder:
    """A folder that samples are appended to. Safe for several threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        (path / CHUNKS).mkdir(parents=True, exist_ok=True)
        for side in (path / CHUNKS).glob(".*.tmp"):  # what killed writers left half
            with suppress(OSError):
                if time.time() - side.stat().st_mtime > STALE_SECONDS:
                    side.unlink()

    def about(self) -> dict[str, Any] | None:
        """What all samples have in common; None if nobody has said anything yet. Raises RecorderError."""
        try:
            found = json.loads((self.path / ABOUT).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise RecorderError(f"{ABOUT}: is damaged; record to a new folder")
        return found

    def agree(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Add what nobody has said yet to what is known of all samples; gives what holds now."""
        with self.alone():
            known = self.about() or {}
            whole = {**said, **known}
            if whole != known:
                self._tell(whole)
        return whole

    def append(self, arrays: Mapping[str, NDArray[Any]], n: int, most: int) -> None:
        """Write a chunk of n samples.

        Raises:
            RecorderError: there would be more than `most`.
            OSError: the disk is full, or the folder is gone.
        """
        side = self.path / CHUNKS / f".{os.getpid()}-{threading.get_ident()}-{next(self._numbers)}.tmp"
        try:
            with side.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            with self.alone():
                known = chunks(self.path)
                total = sum(rows for _, rows in known)
                if total + n > most:
                    raise RecorderError(
                        f"{self.path.name}: {total:,} samples are in it, and {n:,} more would pass {most:,}; "
                        "record to a new folder or give Recorder(most=..)"
                    )
                side.rename(side.with_name(f"{len(known):08}-{n}-{os.getpid()}.npz"))
                _sync(side.parent)
        finally:
            side.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes and threads out; the system lets go of it however this process ends."""
        end = time.monotonic() + LOCK_SECONDS
        with self._lock, (self.path / LOCK).open("ab") as file:
            while not _locked(file.fileno()):
                if time.monotonic() > end:
                    raise RecorderError(f"{LOCK}: another process has held it for {LOCK_SECONDS:.0f} s; end that one")
                time.sleep(0.005)
            yield

    def _tell(self, about: dict[str, Any]) -> None:
        side = self.path / f".{ABOUT}.{os.getpid()}.tmp"
        with side.open("w", encoding="utf-8") as file:
            json.dump(about, file)
            file.flush()
            os.fsync(file.fileno())
        side.replace(self.path / ABOUT)
        _sync(self.path)


def _locked(number: int) -> bool:
    """Lock an open file if nobody else has."""
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Force the names in a folder to disk."""
    with suppress(OSError):  # Windows opens no folders
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
