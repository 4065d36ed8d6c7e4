"""The one process that computes.

Started fresh (never forked: a forked child of TensorFlow hangs), it reads a job from its standard
input, opens dataset and network, and makes the standard columns and whatever else it is asked for,
one after the other. Each is in the store before it is announced, so a kill at any moment loses only
the column in hand. It speaks in JSON lines on standard output; what libraries print goes to the log.
It leaves when its input ends (the server is gone) or when there was nothing to do for a while.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import reading
from model.preprocessing import Preprocessing, check_images
from util import InspectorError, Progress, silent
from workspace import opening
from workspace.plan import UPLOAD, Plan, UnknownColumn, standard
from workspace.store import Store
from workspace.uploads import Answer, Uploads

if TYPE_CHECKING:
    from model.network import Network

logger = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
REPORT_SECONDS = 0.1


class Damaged(InspectorError):
    """A column that was in the store and could not be read: it is gone now, and made again."""


class Worker:
    """Makes columns in the order of the plan, and says so."""

    def __init__(self, store: Store, options: opening.Options, say: Say) -> None:
        self.store = store
        self.options = options
        self.say = say
        self.failed: dict[str, str] = {}
        self.damaged: set[str] = set()
        self._network: Network | None = None
        self._opened: opening.OpenNetwork | None = None
        self._reported = 0.0

    def open(self) -> None:
        """Open dataset and network, the latter without Keras if it was opened before."""
        path = reading.resolve(self.options.model)
        known = opening.known_dataset(self.store, self.options)
        self._opened = opening.known_network(self.store, self.options, known) if known else None
        takes = None
        if self._opened is None:
            takes = reading.scan(path, code=self.options.code)["image_shape"]
            # Keras takes seconds to import; the dataset is read meanwhile.
            threading.Thread(target=importlib.import_module, args=("keras",), daemon=True).start()
        self.say("working", what=f"reading {self.options.dataset}", done=0, total=0)
        self.dataset = opening.open_dataset(self.store, self.options, self.report)
        if takes is not None:
            check_images(path.name, takes, self.dataset.name, self.dataset.image_shape)
        self.say("opened", what="dataset")
        if self._opened is None:
            self.say("working", what=f"opening {path.name} with Keras", done=0, total=0)
            self._opened, self._network = opening.open_network(self.store, self.options, self.dataset)
        self.plan = Plan({**self.dataset.keys, **self._opened.keys}, self._opened.layers)
        self.say("opened", what="network")

    @property
    def opened(self) -> opening.OpenNetwork:
        """The network's record. Only after `open`."""
        assert self._opened is not None
        return self._opened

    def missing(self, wanted: list[str]) -> list[str]:
        """The wanted columns and their needs that are not in the store and have not failed, in order."""
        return [
            column
            for column in self.plan.order(wanted)
            if column not in self.failed and not self.store.has(self.plan.key(column))
        ]

    def make(self, column: str) -> None:
        """Make one column, or find that another process just did. A failure is kept and told."""
        key = self.plan.key(column)
        started = time.perf_counter()
        try:
            blocked = [needed for needed in self.plan.needs(column) if needed in self.failed]
            if blocked:
                raise InspectorError(f"{column}: needs {blocked[0]}, which failed; see there")
            with self.store.lock(key):
                if not self.store.has(key):
                    self._compute(column, key, started)
        except Damaged as error:
            logger.warning("%s", error)
            return
        except Exception as error:
            sentence = str(error) if isinstance(error, InspectorError) else f"{type(error).__name__}: {error}"
            logger.exception("%s failed", column)
            self.failed[column] = sentence
            self.say("failed", column=column, error=sentence)
            return
        self.say("made", column=column, key=key, seconds=round(time.perf_counter() - started, 3))

    def report(self, progress: Progress) -> None:
        """Pass on how far a piece of work is, a few times a second."""
        now = time.monotonic()
        if now - self._reported > REPORT_SECONDS or progress.done == progress.total:
            self._reported = now
            self.say("progress", what=progress.what, done=progress.done, total=progress.total, unit=progress.unit)

    def _compute(self, column: str, key: str, started: float) -> None:
        if column in self.opened.keys:
            self._forward(column)
            return
        if column.startswith(UPLOAD):
            self._look_at(column, started)
            return
        rule = self.plan.rule(column)
        needed = dict(zip(rule.needs, self.plan.needs(column), strict=True))
        arrays = {parameter: self._read(name) for parameter, name in needed.items()}
        self.say("working", what=self.plan.title(column))
        made = np.asarray(rule.function(**arrays))
        if rule.kind != "table" and len(made) != self.dataset.n:
            raise ValueError(f"{column}: its rule made {len(made)} rows for {self.dataset.n} samples")
        self._keep(column, key, made, started)
        logger.info("%s %s in %.2f s", column, made.shape, time.perf_counter() - started)

    def _forward(self, wanted: str) -> None:
        """Everything still wanted from the network, in one pass over the images."""
        columns = [wanted, "logits", *(f"activations/{layer}" for layer in self.opened.layers)]
        missing = {c: self.opened.keys[c] for c in columns if not self.store.has(self.opened.keys[c])}
        layers = [column.removeprefix("activations/") for column in missing if column != "logits"]
        started = time.perf_counter()
        network = self._with_keras()
        preprocessing = Preprocessing.from_dict(self.opened.preprocessing)
        self.say("working", what="predictions and activations")
        forward = network.forward(self._read("images"), layers, preprocessing=preprocessing, report=self.report)
        self.say("forward", images=self.dataset.n, layers=len(layers))
        arrays = {"logits": forward.logits, **{f"activations/{n}": a for n, a in forward.activations.items()}}
        for column, key in missing.items():
            self._keep(column, key, arrays[column], started)
        logger.info("%d layers of %d images in %.2f s", len(layers), self.dataset.n, time.perf_counter() - started)

    def _look_at(self, column: str, started: float) -> None:
        """What the network says about a picture that a visitor brought along."""
        uploads = Uploads(self.store)
        name = column.removeprefix(UPLOAD)
        picture = uploads.read(name)
        network = self._with_keras()
        preprocessing = Preprocessing.from_dict(self.opened.preprocessing)
        self.say("working", what="looking at the uploaded picture")
        said = network.forward(picture.image[None], self.opened.layers, preprocessing=preprocessing, report=silent)
        answer = Answer(said.logits[0], {layer: rows[0] for layer, rows in said.activations.items()})
        seconds = round(time.perf_counter() - started, 3)
        uploads.keep_answer(name, self.opened, answer, column=column, seconds=seconds)

    def _with_keras(self) -> Network:
        """The network itself, which a worker that found everything in the store has not opened yet."""
        if self._network is None:
            self.say("working", what=f"opening {self.opened.info.name} with Keras")
            _, self._network = opening.open_network(self.store, self.options, self.dataset)
        return self._network

    def _keep(self, column: str, key: str, array: NDArray[Any], started: float) -> None:
        self.store.write(key, array, column=column, seconds=round(time.perf_counter() - started, 3))

    def _read(self, column: str) -> NDArray[Any]:
        array = self.store.read(self.plan.key(column))
        if array is None:
            if column in self.damaged:
                raise InspectorError(f"{column}: is damaged on disk again and again; check the disk under --cache")
            self.damaged.add(column)
            raise Damaged(f"{column}: was damaged on disk; it is made again")
        return array


class Say:
    """Writes events, one JSON line each, to where standard output was when the process began."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def __call__(self, event: str, **facts: Any) -> None:
        """Write one event."""
        self._out.write(json.dumps({"event": event, **facts}) + "\n")
        self._out.flush()


def _listen(commands: queue.SimpleQueue[list[str]]) -> None:
    """Pass on what the server wants next; leave at once when the server is gone."""
    for line in sys.stdin:
        commands.put(json.loads(line)["want"])
    os._exit(0)


def _serve(worker: Worker, asked: list[str], commands: queue.SimpleQueue[list[str]]) -> None:
    """Make the standard columns, and before each of them whatever a page has asked for since."""
    worker.open()
    layer = worker.opened.layer
    usual = worker.missing(standard(layer, worker.opened.layers))
    worker.say("plan", total=len(usual))
    while True:
        try:
            while True:
                asked += commands.get_nowait()
        except queue.Empty:
            pass
        try:
            missing = worker.missing(asked)
        except (UnknownColumn, InspectorError) as error:
            for column in asked:
                worker.say("failed", column=column, error=str(error))
            asked = []
            continue
        missing = missing or worker.missing(usual)
        if missing:
            worker.make(missing[0])
            continue
        worker.say("idle")
        try:
            asked = commands.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        worker.say("plan", total=0)


def main() -> None:
    """Run the process: the job is the first line of standard input."""
    say = Say()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    if hasattr(os, "nice"):
        os.nice(5)
    job: Mapping[str, Any] = json.loads(sys.stdin.readline())
    commands: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands,), daemon=True).start()
    try:
        store = Store(Path(job["cache"]))
        _serve(Worker(store, opening.Options(**job["options"]), say), job["want"], commands)
    except InspectorError as error:
        logger.exception("refused")
        say("refused", exit_code=error.exit_code, error=str(error))
    except BaseException as error:
        logger.exception("stopped by a bug")
        where = "worker.log in the folder of --cache has more, please report it"
        say("refused", exit_code=70, error=f"a bug of ours: {type(error).__name__}: {error}; {where}")
    os._exit(0)


if __name__ == "__main__":
    main()
