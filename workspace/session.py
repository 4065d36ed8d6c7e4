"""What a page may ask about one network on one dataset.

Read only: nothing here computes a column. What is not there yet raises ColumnNotReady, which a
page shows as "still computing"; `want` asks the worker for it. All visitors share one session, so
it keeps nothing of any of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from analysis.rule import Rule
from util import InspectorError
from workspace import doctor, fields
from workspace.doctor import Finding
from workspace.losses import EVERY_CLASS, Losses
from workspace.mosaics import Mosaics
from workspace.opening import OpenDataset, OpenNetwork, Options, known_dataset, known_network
from workspace.plan import PIXELS, ColumnNotReady, Plan, UnknownColumn, standard
from workspace.query import Field, QueryError, column_text, filters, literal
from workspace.result import Result, Results
from workspace.selection import Mode, Selections, inside
from workspace.similar import Found, Question, Similar
from workspace.store import Store
from workspace.supervisor import COMMAND, Refused, Status, Supervisor
from workspace.uploads import Answer, Upload, Uploads

LOG_RATIO = 50.0

__all__ = [
    "EVERY_CLASS", "PIXELS", "Answer", "ColumnNotReady", "Field", "Finding", "Found", "OpenDataset", "OpenNetwork",
    "QueryError", "Question", "Result", "Session", "Unit", "UnknownColumn", "Upload", "column_text", "filters",
    "literal",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A column with one value per sample that can color, size or sort.

    Attributes:
        name: the column.
        title: for menus.
        kind: "score" for numbers, "class" for small integers.
        names: of the classes, where the kind is "class".
        bad: which end of a score deserves a look.
        description: one sentence.
    """

    name: str
    title: str
    kind: str
    names: tuple[str, ...] = ()
    bad: str | None = None
    description: str = ""


class Session:
    """One network on one dataset.

    Raises (at the door):
        InspectorError: model or dataset cannot be there at all (unknown name, missing file, ...).
    """

    def __init__(
        self,
        store: Store,
        options: Options,
        *,
        on_refused: Callable[[Refused], None] = lambda refused: None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.store = store
        self.options = options
        self.version = 0
        self._dataset: OpenDataset | None = None
        self._network: OpenNetwork | None = None
        self._plan = Plan({})
        self._results = Results(self)
        self.mosaics = Mosaics(self)
        self.uploads = Uploads(store)
        self.similar = Similar(self)
        self.losses = Losses(self)
        self._changed = threading.Condition()
        self._worker = Supervisor(store, options, on_change=self._look, on_refused=on_refused, command=command)
        self._look()

    def start(self) -> None:
        """Let the worker make whatever of the standard columns is not there."""
        if self.missing:
            self._worker.start()

    def close(self) -> None:
        """End the worker."""
        self._worker.stop()

    # -- what is open ------------------------------------------------------------------------

    @property
    def dataset(self) -> OpenDataset:
        """The dataset. Raises ColumnNotReady while it is being read."""
        if self._dataset is None:
            raise ColumnNotReady(f"{PurePath(self.options.dataset).name}: is being read; wait a moment")
        return self._dataset

    @property
    def network(self) -> OpenNetwork:
        """The network. Raises ColumnNotReady while it is being opened."""
        if self._network is None:
            raise ColumnNotReady(f"{PurePath(self.options.model).name}: is being opened; wait a moment")
        return self._network

    @property
    def has_dataset(self) -> bool:
        """Whether the dataset is there."""
        return self._dataset is not None

    @property
    def has_network(self) -> bool:
        """Whether the network was opened."""
        return self._network is not None

    @property
    def layers(self) -> tuple[str, ...]:
        """What a map can be made of: the raw pixels, then the network's layers."""
        return (PIXELS, *(self._network.layers if self._network else ()))

    @property
    def class_names(self) -> tuple[str, ...]:
        """The dataset's class names; the network's outputs by number where it has more, or there are none."""
        names = self._dataset.class_names if self._dataset else ()
        outputs = self._network.info.n_outputs if self._network else 0
        return (*names, *(f"output {code}" for code in range(len(names), outputs)))

    @property
    def splits(self) -> list[tuple[str, int]]:
        """The splits that have samples, with how many. Raises ColumnNotReady while the dataset is read."""
        data = self.dataset
        return [(name, n) for name, n in zip(data.split_names, data.split_counts, strict=True) if n]

    @property
    def missing(self) -> list[str]:
        """The standard columns that are not there, with their needs; before the opening, what they start from."""
        if self._network is None:
            return ["logits"]
        ordered = self._plan.order(standard(self._network.layer, self._network.layers))
        return [column for column in ordered if not self.is_ready(column)]

    # -- columns -----------------------------------------------------------------------------

    def is_ready(self, column: str) -> bool:
        """Whether a column can be read now."""
        try:
            return self.store.has(self._plan.key(column))
        except ColumnNotReady:
            return False

    def knows(self, column: str) -> bool:
        """Whether anything makes a column."""
        try:
            self._plan.key(column)
        except ColumnNotReady:
            return True
        except UnknownColumn:
            return False
        return True

    def column(self, name: str) -> NDArray[Any]:
        """A column, memory-mapped.

        Raises:
            ColumnNotReady: it is not there (yet); the message says why if making it failed.
            UnknownColumn: nothing makes it.
        """
        key = self._plan.key(name)
        was_there = self.store.has(key)
        array = self.store.read(key)
        if array is None:
            if was_there:  # damaged on disk: the store has forgotten it, and the worker makes it again
                self.want([name])
            failed = self._worker.failed.get(name)
            raise ColumnNotReady(f"{self.title(name)}: {failed or 'is being computed; wait a moment'}")
        return array

    def key(self, column: str) -> str:
        """The key that stands for a column's content in URLs."""
        return self._plan.key(column)

    def by_key(self, key: str) -> NDArray[Any]:
        """A column by its key. Raises UnknownColumn."""
        array = self.store.read(key) if key.isalnum() else None
        if array is None:
            raise UnknownColumn(f"column {key}: not here; reload the page")
        return array

    def want(self, columns: Iterable[str]) -> None:
        """Ask for columns that are not there, before everything else that is planned."""
        self._worker.want([column for column in columns if not self.is_ready(column)])

    def failure(self, column: str) -> str | None:
        """Why a column could not be made, or None."""
        return self._worker.failed.get(column)

    @property
    def failures(self) -> dict[str, str]:
        """Every column that could not be made, with the reason."""
        return dict(self._worker.failed)

    def rule(self, column: str) -> Rule:
        """The rule that makes a column: its title, description and settings. Raises UnknownColumn."""
        return self._plan.rule(column)

    def title(self, column: str) -> str:
        """What to call a column in a sentence: "Nearest neighbors of dense"."""
        return self._plan.title(column)

    def units(self) -> list[Unit]:
        """Everything that can color or size a map, ready or not, classes first."""
        classes = self.class_names
        splits = self._dataset.split_names if self._dataset else ()
        units = [
            Unit("labels", "Label", "class", classes, description="The label the dataset gives."),
            Unit("split", "Split", "class", splits, description="Which part of the dataset a sample belongs to."),
        ]
        for rule in analysis.rule.RULES:
            if rule.kind in ("score", "class") and "{layer}" not in rule.name:
                names = {"predicted": classes, "correct": ("wrong", "correct")}.get(rule.name, ())
                units.append(Unit(rule.name, rule.title, rule.kind, names, rule.bad, rule.description))
        return sorted(units, key=lambda unit: unit.kind)

    def unit(self, name: str) -> Unit:
        """One of `units`. Raises UnknownColumn."""
        for unit in self.units():
            if unit.name == name:
                return unit
        raise UnknownColumn(f"column '{name}': cannot color or size a map; choose one from the menu")

    def methods(self) -> dict[str, Rule]:
        """The projections: method -> rule."""
        return {rule.name.rsplit("/", 1)[1]: rule for rule in analysis.rule.RULES if rule.kind == "projection"}

    def spread(self, name: str) -> dict[str, Any]:
        """The range of a score for a color or size scale: low, high, and whether it asks for a logarithm."""
        values = self.column(name)
        values = values[np.isfinite(values)]
        if not len(values):
            return {"low": 0.0, "high": 1.0, "log": False}
        low, median, high = (float(value) for value in (values.min(), np.median(values), values.max()))
        skewed = high > LOG_RATIO * max(median, 0.0) and low >= 0
        floor = float(np.quantile(values[values > 0], 0.01)) if skewed and (values > 0).any() else low
        return {"low": floor if skewed else low, "high": high, "log": bool(skewed and floor > 0)}

    @property
    def metadata(self) -> tuple[str, ...]:
        """Names of what the dataset tells about its samples besides the label."""
        start = fields.METADATA
        return tuple(name.removeprefix(start) for name in self.dataset.keys if name.startswith(start))

    def fields(self) -> dict[str, Field]:
        """What a query may name and a table may show, by the name people type."""
        return fields.fields(self)

    def find(self, query: str = "", *, filters: str = "", sort: str = "", within: str = "") -> Result:
        """The samples that a query finds, in order. See `workspace.result.Results.find`."""
        return self._results.find(query, filters=filters, sort=sort, within=within)

    def examined(self) -> tuple[list[Finding], str]:
        """What the doctor found, the worst first, and a sentence about what was looked at. Raises ColumnNotReady."""
        return doctor.findings(self), doctor.looked_at(self)

    # -- samples -----------------------------------------------------------------------------

    def image(self, index: int) -> NDArray[np.uint8]:
        """(h, w, ch) uint8.

        Raises:
            InspectorError: there is no such sample.
        """
        if not 0 <= index < self.dataset.n:
            raise InspectorError(f"sample {index}: there are {self.dataset.n:,}, counted from 0")
        return np.asarray(self.column("images")[index])

    @property
    def selections(self) -> Selections:
        """The selections of this dataset."""
        return Selections(self.store, self.dataset.fingerprint, self.dataset.n)

    def lasso(
        self,
        selection: str,
        positions: str,
        polygon: Sequence[Sequence[float]],
        *,
        mode: Mode = "replace",
        color: str = "",
        hidden: Sequence[int] = (),
        query: str = "",
    ) -> str:
        """The selection that a polygon on a map makes of another one.

        Args:
            selection: the name of the one before.
            positions: the column the map was drawn from.
            polygon: corners in the units of that column.
            mode: whether what lies inside replaces the old one, or is added to or removed from it.
            color: the column whose classes `hidden` names; hidden samples are left alone.
            hidden: classes that the map does not show.
            query: the one that the samples on the map match; the others are left alone too.
        """
        mask = inside(self.column(positions), polygon)
        if hidden and color:
            mask &= ~np.isin(self.column(color), np.asarray(hidden))
        if query:
            matching = np.zeros(len(mask), bool)
            matching[self.find(query).indices] = True
            mask &= matching
        return self.selections.combine(selection, np.flatnonzero(mask), mode)

    # -- work --------------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        """What the worker is doing."""
        return self._worker.status

    def cancel(self) -> None:
        """Stop computing; what is finished stays."""
        self._worker.cancel()

    def resume(self) -> None:
        """Go on computing after `cancel`."""
        self._worker.resume()

    def wait(self, timeout: float | None = None) -> None:
        """Block until nothing of the standard columns is being made any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self._worker.status.working, timeout)

    def _look(self) -> None:
        """See what is there now; called whenever the worker has made or opened something."""
        if self._dataset is None:
            self._dataset = known_dataset(self.store, self.options)
        if self._dataset is not None and self._network is None:
            self._network = known_network(self.store, self.options, self._dataset)
            network = self._network
            self._plan = Plan(
                {**self._dataset.keys, **(network.keys if network else {})}, network.layers if network else ()
            )
        with self._changed:
            self.version += 1
            self._changed.notify_all()
