"""What makes columns: opens dataset and network, and works out one column after the other.

Each is in the store before it is announced, so a kill at any moment loses only the column in hand. Who asks
for which, and when, is the business of the process (workspace/process.py).
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import backbones, device, reading
from model.preprocessing import Preprocessing, check_images
from model.stages import stages
from util import InspectorError, Progress, discover
from workspace import limits, opening, reuse
from workspace.failures import Failures
from workspace.keys import LAST
from workspace.options import Options
from workspace.request import Desk, is_request, parsed
from workspace.store import Store

if TYPE_CHECKING:
    from model.network import Network

discover("workspace.requests")

logger = logging.getLogger(__name__)

REPORT_SECONDS = 0.1


class Damaged(InspectorError):
    """A column that was in the store and could not be read: it is gone now, and made again."""


class Worker:
    """Makes columns in the order of the plan, and says so."""

    def __init__(
        self, store: Store, options: Options, say: Callable[..., None], before: Worker | None = None
    ) -> None:
        self.store = store
        self.options = options
        self.say = say
        self.failed = Failures()
        self.damaged: set[str] = set()
        self._network: Network | None = None
        self._opened: opening.OpenNetwork | None = None
        self._device = ""
        self._reported = 0.0
        self._importing: threading.Thread | None = None
        self._before = before  # the worker of a shorter recording, whose network is open already

    def open(self) -> None:
        """Open dataset and network, the latter without Keras if it was opened before."""
        path = reading.resolve(self.options.model)
        known = opening.known_dataset(self.store, self.options)
        self._opened = opening.known_network(self.store, self.options, known) if known else None
        takes = None
        if self._opened is None:
            named = backbones.is_named(path)
            takes = None if named else reading.scan(path, code=self.options.code)["image_shape"]
            # Keras takes seconds to import; the dataset is read meanwhile.
            if not named or backbones.parse(path).family == "keras":
                self._importing = threading.Thread(target=importlib.import_module, args=("keras",), daemon=True)
                self._importing.start()
        self.say("working", what=f"reading {self.options.dataset}", done=0, total=0)
        self.dataset = opening.open_dataset(self.store, self.options, self.report)
        if takes is not None:
            check_images(path.name, takes, self.dataset.name, self.dataset.image_shape)
        self.say("opened", what="dataset")
        if self._opened is None:  # with the same images and other vectors beside them it is known all the same
            self._opened = opening.known_network(self.store, self.options, self.dataset)
        if self._opened is None:
            self.say("working", what=f"opening {backbones.opener(path)}", done=0, total=0)
            self._opened, self._network = self._open_network()
        self.plan = opening.plan_of(self.store, self.dataset, self._opened)
        self.say("opened", what="network")

    @property
    def opened(self) -> opening.OpenNetwork:
        """The network's record. Only after `open`."""
        assert self._opened is not None
        return self._opened

    @property
    def preprocessing(self) -> Preprocessing:
        """What turns images of the dataset into what the network expects."""
        return Preprocessing.from_dict(self.opened.preprocessing)

    def missing(self, wanted: list[str]) -> list[str]:
        """The wanted columns and their needs that are not in the store and have not failed, in order.

        What needs class scores is left out where the network gives none.
        """
        possible = [column for column in wanted if not self.plan.no_head or self.plan.makes(column)]
        return [
            column
            for column in self.plan.order(possible)
            if column not in self.failed and not self.store.has(self.plan.key(column))
        ]

    def is_made(self, column: str) -> bool:
        """Whether a column is in the store."""
        return self.store.has(self.plan.key(column))

    def again(self, column: str) -> None:
        """Forget that a column, or what it needs, could not be made."""
        with suppress(InspectorError):
            for needed in self.plan.order([column]):
                self.failed.pop(needed, None)

    def knows(self, column: str) -> bool:
        """Whether a column that somebody asked for can be planned; if not, that is told."""
        try:
            self.missing([column])
        except InspectorError as error:
            self.say("failed", column=column, error=str(error))
            return False
        return True

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
            if limits.is_about_memory(error):
                sentence = f"{column}: {limits.ADVICE}"
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
        if is_request(column):
            self._answer(column, key, started)
            return
        if column in self.plan.given:
            raise InspectorError(f"{column}: was damaged on disk; start again, and its file is read anew")
        rule = self.plan.rule(column)
        needed = dict(zip(rule.needs, self.plan.needs(column), strict=True))
        arrays = {parameter: self.read(name) for parameter, name in needed.items()}
        self.say("working", what=self.plan.title(column))
        made = np.asarray(rule.function(**arrays))
        if rule.kind != "table" and len(made) != self.dataset.n:
            raise ValueError(f"{column}: its rule made {len(made)} rows for {self.dataset.n} samples")
        self._keep(column, key, made, started)
        logger.info("%s %s in %.2f s", column, made.shape, time.perf_counter() - started)

    def _forward(self, wanted: str) -> None:
        """Everything still wanted from the network, in one pass over the images."""
        head = ["logits"] if "logits" in self.opened.keys else []
        readings = {f"features/{name}": stage for name, stage in stages(self.opened.info).items()}
        last = f"activations/{self.opened.info.default_layer}"
        columns = [wanted, *head, *(f"activations/{layer}" for layer in self.opened.layers), last, *readings]
        columns = [last if column == LAST else column for column in columns if column in self.opened.keys]
        missing = {c: self.opened.keys[c] for c in columns if not self.store.has(self.opened.keys[c])}
        layers = [column.removeprefix("activations/") for column in missing if column.startswith("activations/")]
        started = time.perf_counter()
        images = self.read("images")
        known = reuse.known_rows(self.store, self.plan, list(missing))
        arrays: dict[str, NDArray[Any]] = {}
        if len(known.new):
            network = self.with_keras()
            self.say("working", what=known.doing)
            forward = network.forward(
                known.images(images),
                layers,
                preprocessing=self.preprocessing,
                readings={column: stage for column, stage in readings.items() if column in missing},
                report=lambda progress: self.report(replace(progress, what=known.doing)),
                **({"batch_size": self.options.batch} if self.options.batch else {}),
            )
            self.say("forward", images=len(known.new), layers=len(layers))
            arrays = {"logits": forward.logits, **{f"activations/{n}": a for n, a in forward.activations.items()}}
            arrays |= forward.features
        for column, key in missing.items():
            whole = known.column(column, arrays.pop(column, None))
            self._keep(column, key, whole, started, device=self._device)
        seconds = time.perf_counter() - started
        logger.info("%d layers of %d images, %d new, in %.2f s", len(layers), known.n, len(known.new), seconds)

    def _answer(self, column: str, key: str, started: float) -> None:
        """What a visitor asked for with values of his own."""
        asked, values = parsed(column)
        self.say("working", what=asked.title)
        made = asked.function(Desk(self, self.plan.needs(column)), **values)
        self._keep(column, key, np.asarray(made.array), started, facts=dict(made.facts))
        self.store.release(key)
        asked.displace(self.store)
        logger.info("%s %s in %.2f s", column, made.array.shape, time.perf_counter() - started)

    def with_keras(self) -> Network:
        """The network itself, which a worker that found everything in the store has not opened yet."""
        if self._network is None:
            self.say("working", what=f"opening {backbones.opener(reading.resolve(self.options.model))}")
            _, self._network = self._open_network()
        return self._network

    def _open_network(self) -> tuple[opening.OpenNetwork, Network]:
        """Open the network on the device that was asked for."""
        if self._importing is not None:  # two threads that import the same packages may wait for each other
            self._importing.join()
        model, options = reading.resolve(self.options.model), self.options
        by_torch = backbones.is_named(model) and backbones.parse(model).family != "keras"
        self._device = device.use(options.device, options.gpu_memory, torch=by_torch)
        return opening.open_network(self.store, options, self.dataset, self._open_already())

    def _open_already(self) -> Network | None:
        before, self._before = self._before, None
        same = before is not None and before.dataset.class_names == self.dataset.class_names
        return before._network if before is not None and same else None

    def _keep(self, column: str, key: str, array: NDArray[Any], started: float, **about: Any) -> None:
        self.store.write(key, array, column=column, seconds=round(time.perf_counter() - started, 3), **about)

    def read(self, column: str) -> NDArray[Any]:
        """A column that was made before. Raises Damaged if it cannot be read any more; it is made again then."""
        array = self.store.read(self.plan.key(column))
        if array is None:
            if column in self.damaged:
                raise InspectorError(f"{column}: is damaged on disk again and again; check the disk under --cache")
            self.damaged.add(column)
            raise Damaged(f"{column}: was damaged on disk; it is made again")
        return array
