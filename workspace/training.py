"""How the network was trained, read for the pages: curves, and what it said at its checkpoints."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import model.checkpoints
import model.history
from analysis.forgetting import Learning, learning
from model.history import Curve
from model.reading import resolve
from util import InspectorError, digest
from workspace.request import asking

if TYPE_CHECKING:
    from workspace.session import Session

LOOK_SECONDS = 2.0  # between two looks into the folder: a training that goes on writes an epoch a minute
PATIENCE = 0.1  # seconds that a page waits for the files; those of a slow disk come with the next change


@dataclass(frozen=True, slots=True)
class Moments:
    """The same samples at t moments.

    Attributes:
        numbers: of the moments, epochs by custom.
        names: of their files.
        found: how many checkpoints there are in all.
        problems: a sentence for each that could not be looked at.
        layer: whose activations the maps are of.
        rows: (k,) indices of the samples.
        maps: (t, k, 2).
        predicted: (t, k), -1 without a class head.
        losses: (t, k) in nats, not-a-number without a label.
        learning: when each of the k was learnt and forgotten; None without predictions or labels.
    """

    numbers: tuple[int, ...]
    names: tuple[str, ...]
    found: int
    problems: tuple[str, ...]
    layer: str
    rows: NDArray[np.intp]
    maps: NDArray[np.float32]
    predicted: NDArray[np.int64]
    losses: NDArray[np.float32]
    learning: Learning | None


class Training:
    """What lies beside the model. Safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lock = threading.Lock()
        self._looked = 0.0
        self._looking: threading.Thread | None = None
        self._columns = ("", "")
        self._series = 0

    def history(self) -> str:
        """The column of the curves in the files as they are now; "" if there are none."""
        return self._look()[0]

    def checkpoints(self) -> str:
        """The column of the checkpoints that there are now; "" if there are none."""
        return self._look()[1]

    @property
    def n_checkpoints(self) -> int:
        """How many there are."""
        self._look()
        return self._series

    def curves(self) -> list[Curve]:
        """All curves. Raises ColumnNotReady until the worker has read them."""
        column = self.history()
        points, facts = self.session.column(column), self.session.facts(column)
        stops = np.cumsum([fact["points"] for fact in facts["curves"]], dtype=int)
        pieces = np.split(points, stops[:-1], axis=1)
        return [
            Curve(fact["run"], fact["metric"], fact["split"], fact["unit"], piece[0], piece[1])
            for fact, piece in zip(facts["curves"], pieces, strict=False)
        ]

    def moments(self) -> Moments:
        """What the checkpoints said. Raises ColumnNotReady until the worker has looked at them."""
        column = self.checkpoints()
        array, facts = self.session.column(column), self.session.facts(column)
        rows = np.array(facts["rows"], np.intp)
        predicted = np.asarray(array[..., 2], np.int64)
        labels = np.asarray(self.session.column("labels"))[rows]
        known = (labels >= 0).any() and (predicted >= 0).any()
        return Moments(
            tuple(facts["numbers"]),
            tuple(facts["names"]),
            facts["found"],
            tuple(facts["problems"]),
            facts["layer"],
            rows,
            array[..., :2],
            predicted,
            array[..., 3],
            learning(labels, predicted) if known else None,
        )

    def _look(self) -> tuple[str, str]:
        """Both columns, whose names tell in which state the files are."""
        with self._lock:
            is_due = self._looking is None and time.monotonic() - self._looked > LOOK_SECONDS
            if is_due:
                self._looking = threading.Thread(target=self._search, daemon=True)
                self._looking.start()
            looking = self._looking
        if is_due and looking is not None:
            looking.join(PATIENCE)
        with self._lock:
            return self._columns

    def _search(self) -> None:
        """Look for files, in a thread of its own: a folder of logs may be large, and lie far away."""
        options = self.session.options
        model_file = resolve(options.model)
        try:
            files = model.history.find(model_file, options.history)
            series = model.checkpoints.find(model_file, options.checkpoints)
        except (InspectorError, OSError):  # what was given is gone since the start, or nobody may look there
            files, series = [], []
        stamps = {"history": _stamp(files), "checkpoints": _stamp([checkpoint.path for checkpoint in series])}
        history, checkpoints = (asking(name, stamp=stamp) if stamp else "" for name, stamp in stamps.items())
        with self._lock:
            is_news = self._columns != (history, checkpoints)
            self._columns, self._series = (history, checkpoints), len(series)
            self._looked, self._looking = time.monotonic(), None
        if is_news:
            self.session.tell()


def _stamp(files: list[Path]) -> str:
    """What changes when one of the files does; "" for none."""
    facts = []
    for path in files:
        try:
            about = path.stat()
        except OSError:
            continue
        facts.append([str(path), about.st_size, about.st_mtime_ns])
    return digest(facts) if facts else ""
