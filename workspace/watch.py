"""Whether what was opened is still what lies on disk.

Everything that is shown was read once and kept, so nothing breaks when a file goes; but a person must know.
The network's file is looked at whenever the pages' clock ticks. The files of the samples, of which there may be
very many, are looked at in a thread of their own when somebody asks, and not more often than every half minute.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from datasets import changes
from model import reading
from util import InspectorError
from workspace import opening

if TYPE_CHECKING:
    from pathlib import Path

    from workspace.session import Session

logger = logging.getLogger(__name__)

FRESH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Disk:
    """What has become of the dataset's files since they were read.

    Attributes:
        looked: when that was looked at, in seconds since 1970.
        whole: whether what was typed on the command line still is, by its files' sizes and times, what was read.
        trouble: why it cannot be found at all, or "".
        checked: how many picture files were looked at.
        gone, newer: (name, first sample made of it) of files that are not there any more, or were written to since.
    """

    looked: float
    whole: bool = True
    trouble: str = ""
    checked: int = 0
    gone: tuple[tuple[str, int], ...] = ()
    newer: tuple[tuple[str, int], ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing has changed."""
        return self.whole and not (self.trouble or self.gone or self.newer)


class Watch:
    """Looks at the disk for one session.

    Args:
        session: whose files.
        on_change: called when what there is to say has changed.
    """

    def __init__(self, session: Session, on_change: Callable[[], None]) -> None:
        self._session = session
        self._on_change = on_change
        self._lock = threading.Lock()
        self._busy = False
        self._network = _stamp(session.options.model)
        self._disk: Disk | None = None
        self.network = ""

    # -- the network's file ------------------------------------------------------------------

    def glance(self) -> None:
        """See whether the network's file is as it was. Cheap; only if it is not, it is read again, in a thread."""
        if self._network is None or not self._session.has_network:
            return
        now, before = _stamp(self._session.options.model) or (), self._network
        if now != before:
            self._network = now
            if not self._in_thread(self._judge_network):
                self._network = before  # the next tick sees it

    def _judge_network(self) -> None:
        session = self._session
        name, told = session.network.info.name, self.network
        try:
            path = reading.resolve(session.options.model)
            same = reading.fingerprint(path, session.options.code) == session.network.info.digest
            self.network = "" if same else f"{name} has changed on disk since it was opened"
        except InspectorError:
            self.network = (
                f"{name} is not there any more" if self._network == () else f"{name} cannot be read any more"
            )
        if self.network != told:
            self._on_change()

    # -- the dataset's files -----------------------------------------------------------------

    @property
    def disk(self) -> Disk | None:
        """What was seen when it was last looked at; None before that."""
        return self._disk

    @property
    def stamp(self) -> str:
        """A word that changes when `disk` does."""
        return f"{self._disk.looked:.3f}" if self._disk else ""

    def look(self) -> None:
        """Look at the dataset's files, unless that was done just now. Returns at once."""
        known = self._disk
        if self._session.has_dataset and (known is None or time.time() - known.looked > FRESH_SECONDS):
            self._in_thread(self._judge_dataset)

    def _judge_dataset(self) -> None:
        session = self._session
        whole, trouble = True, ""
        try:
            now = opening.known_dataset(session.store, session.options)
            whole = now is not None and now.fingerprint == session.dataset.fingerprint
        except InspectorError as error:
            whole, trouble = False, str(error)
        checked, gone, newer = self._files()
        told, self._disk = self._disk, Disk(time.time(), whole, trouble, checked, gone, newer)
        if told is None or replace(told, looked=0.0) != replace(self._disk, looked=0.0):
            self._on_change()

    def _files(self) -> tuple[int, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
        """How many picture files were looked at, those that are gone, those that are not as they were."""
        session = self._session
        columns = {name: session.store.read(key) for name, key in session.dataset.origins.items()}
        names, files, samples = (columns.get(name) for name in ("names", "files", "samples"))
        if names is None or files is None or samples is None:
            return 0, (), ()
        used, first = np.unique(samples[:, 0], return_index=True)
        found = changes.since(session.dataset.roots, names[used], files[used])
        gone, newer = (
            tuple(zip(names[used][rows].tolist(), first[rows].tolist(), strict=True))
            for rows in (found.gone, found.newer)
        )
        return found.checked, gone, newer

    def _in_thread(self, work: Callable[[], None]) -> bool:
        """Do it in a thread, and give whether it was begun: one at a time."""

        def run() -> None:
            try:
                work()
            except InspectorError as error:
                logger.info("%s", error)
            finally:
                self._busy = False

        with self._lock:
            if self._busy:
                return False
            self._busy = True
        threading.Thread(target=run, name="watch", daemon=True).start()
        return True


def _stamp(model: str) -> tuple[int, ...] | None:
    """Size, time and place of a network's file; None if it has none."""
    try:
        path: Path = reading.resolve(model)
        info = os.stat(path)
    except (InspectorError, OSError, ValueError):
        return None
    return info.st_size, info.st_mtime_ns, info.st_ino
