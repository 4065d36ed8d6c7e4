"""What a page may ask about one network on one dataset.

Read only: nothing here computes a column. What is not there yet raises ColumnNotReady, which a
page shows as "still computing"; `want` asks the worker for it. All visitors share one session, so
it keeps nothing of any of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from analysis.rule import Rule
from util import InspectorError, discover
from workspace import fields, given, units
from workspace.audits import Audits
from workspace.calibration import Calibration
from workspace.centers import Centers, Distance
from workspace.columns import Columns
from workspace.comparing import OUTCOMES, Comparing
from workspace.contrast import Contrast
from workspace.depth import Depth
from workspace.described import Described
from workspace.doctor import Finding
from workspace.drift import Drift
from workspace.familiar import CHOICES, OWN, Familiar
from workspace.faults import Faults
from workspace.flips import Flips
from workspace.following import Following
from workspace.groupings import Grouping, Groupings
from workspace.growing import pinned
from workspace.heat import Heat
from workspace.hidden import condition
from workspace.likeness import Likeness
from workspace.losses import EVERY_CLASS, Losses
from workspace.metrics_board import MetricsBoard
from workspace.mosaics import Mosaics
from workspace.nuisances import Nuisances
from workspace.opening import OpenDataset, OpenNetwork, known_dataset, known_network, plan_of
from workspace.options import Options
from workspace.originals import Marked, Original, Originals
from workspace.own_maps import OwnMaps
from workspace.plan import PIXELS, ColumnFailed, ColumnNotReady, NoClassHead, Plan, UnknownColumn, standard
from workspace.problems import Problems, counted
from workspace.query import Field, QueryError, both, column_text, filters, literal
from workspace.request import asking
from workspace.result import Result, Results
from workspace.review_queue import Progress, Queue, Queues, Range
from workspace.reviews import Reviews
from workspace.scatter import Axis, Scatter
from workspace.selection import Mode, Selections, inside
from workspace.similar import Found, Question, Similar
from workspace.store import Store
from workspace.subtypes import Subtypes
from workspace.supervisor import COMMAND, Refused, Status, Supervisor
from workspace.tags import Mark, Tag, Tags
from workspace.training import Training
from workspace.units import Unit
from workspace.uploads import Answer, Upload, Uploads
from workspace.watch import Watch

if TYPE_CHECKING:
    from workspace.pairs import Pairs

__all__ = [
    "CHOICES", "EVERY_CLASS", "OUTCOMES", "OWN", "PIXELS", "Answer", "Axis", "ColumnFailed", "ColumnNotReady",
    "Distance", "Field", "Finding", "Found", "Grouping", "Mark", "Marked", "NoClassHead", "OpenDataset",
    "OpenNetwork", "Original", "Progress", "QueryError", "Question", "Queue", "Range", "Result", "Session",
    "Tag", "Unit", "UnknownColumn", "Upload", "asking", "column_text", "counted", "filters", "literal",
]  # fmt: skip

FIRST_ROWS = 1000  # of a map, enough to tell it from another one
discover("workspace.requests")


class Session(Columns):
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
        self.store = store = store.newer(options.force)
        self.options = options = pinned(options)
        self.version = 0
        self._dataset: OpenDataset | None = None
        self._network: OpenNetwork | None = None
        self._plan = Plan({})
        self.others: tuple[Session, ...] = ()
        self.pairs: Pairs | None = None
        self.refused = ""
        self.on_change: Callable[[], None] = lambda: None
        self.uploads = Uploads(store)
        self.watch = Watch(self, self.tell)
        self.tags = Tags(self)
        self._renew()
        self._changed = threading.Condition()
        self._looking = threading.Lock()
        self._worker = Supervisor(store, options, on_change=self._look, on_refused=on_refused, command=command)
        self.following = Following(self, self._worker)
        self._look()

    def start(self) -> None:
        """Let the worker make whatever of the standard columns is not there."""
        if self.missing:
            self._worker.start()

    def _renew(self) -> None:
        """Make anew whatever keeps answers about the dataset."""
        self._results = Results(self)
        self.mosaics = Mosaics(self)
        self.similar = Similar(self)
        self.losses = Losses(self)
        self.originals = Originals(self)
        self.problems = Problems(self)
        self.comparing = Comparing(self)
        self.contrast = Contrast(self)
        self.described = Described(self)
        self.reviews = Reviews(self)
        self.queues = Queues(self)
        self.depth = Depth(self)
        self.likeness = Likeness(self)
        self.scatter = Scatter(self)
        self._owners = (self.tags, self.described, self.reviews, self.depth, self.likeness, self.scatter)
        self.groupings = Groupings(self)
        self.faults = Faults(self)
        self.audits = Audits(self)
        self.familiar = Familiar(self)
        self.drift = Drift(self)
        self.board = MetricsBoard(self)
        self.nuisances = Nuisances(self)
        self.training = Training(self)
        self.flips = Flips(self)
        self.centers = Centers(self)
        self.subtypes = Subtypes(self)
        self.calibration = Calibration(self)
        self.heat = Heat(self)
        self.own_maps = OwnMaps(self)

    def turn(self, options: Options, dataset: OpenDataset, network: OpenNetwork, plan: Plan) -> None:
        """Go on with a longer recording. Only for `Following`, which sees to it that nobody is reading."""
        self.options, self._dataset, self._network, self._plan = options, dataset, network, plan
        self._renew()

    def close(self) -> None:
        """End the worker."""
        self._worker.close()
        self.tags.close()

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
        """What a map can be made of: the raw pixels, the network's layers, and what came with the data."""
        return (PIXELS, *(self._network.layers if self._network else ()), *given.layers(self._plan.given))

    @property
    def class_names(self) -> tuple[str, ...]:
        """The dataset's class names; the network's outputs by number where it has more, or there are none."""
        names = self._dataset.class_names if self._dataset else ()
        if self._network is not None and self._network.more_names:
            return (*names, *self._network.more_names)
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
        wanted = standard(self._network.layer, self._network.layers, self._plan.roots)
        ordered = self._plan.order(column for column in wanted if self.knows(column))
        return [column for column in ordered if not self.is_ready(column)]

    # -- what pages choose from -----------------------------------------------------------

    def units(self) -> list[Unit]:
        """Everything that can color or size a map, ready or not, classes first."""
        return units.units(self)

    def unit(self, name: str) -> Unit:
        """One of `units`. Raises UnknownColumn."""
        for unit in self.units():
            if unit.name == name:
                return unit
        if alike := self.likeness.unit(name):
            return alike
        raise UnknownColumn(f"column '{name}': cannot color or size a map; choose one from the menu")

    def methods(self) -> dict[str, Rule]:
        """The projections: method -> rule."""
        return {
            rule.name.rsplit("/", 1)[1]: rule
            for rule in analysis.rule.RULES
            if rule.kind == "projection" and self._plan.makes(rule.name.replace("{layer}", PIXELS))
        }

    def spread(self, name: str) -> dict[str, Any]:
        """The range of a score for a color or size scale: low, high, and whether it asks for a logarithm."""
        return units.spread(self.column(name))

    def sizes(self, name: str) -> dict[str, Any]:
        """The range of a score for the size of dots: low, high, and the most there is."""
        return units.sizes(self.column(name))

    def stands_in(self, column: str) -> bool:
        """Whether what a map shows is PCA because its own method had nothing to work with."""
        rule = self.rule(column)
        layer = rule.layer(column) or ""
        if rule.kind != "projection" or "reduced" not in rule.needs or rule.name.endswith("/pca"):
            return False
        space = rule.needed(layer)["reduced"]
        if not self.is_ready(space):
            return False
        plane, first = self.column(column)[:FIRST_ROWS], self.column(space)[:FIRST_ROWS, :2]
        return bool(np.array_equal(plane[:, : first.shape[1]], first, equal_nan=True))

    @property
    def metadata(self) -> tuple[str, ...]:
        """Names of what the dataset tells about its samples besides the label."""
        start = fields.METADATA
        return tuple(name.removeprefix(start) for name in self.dataset.keys if name.startswith(start))

    def fields(self) -> dict[str, Field]:
        """What a query may name and a table may show, by the name people type."""
        return fields.fields(self)

    def find(
        self, query: str = "", *, filters: str = "", sort: str = "", within: str = "", hidden: str = ""
    ) -> Result:
        """The samples that a query finds and nobody hid, in order. See `workspace.result.Results.find`."""
        return self._results.find(query, filters=filters, sort=sort, within=within, hidden=hidden)

    def asked(self, query: str, hidden: str) -> str:
        """One query for what a query finds and is not hidden. Raises ColumnNotReady while the dataset is read."""
        return both(condition(hidden, self.fields()), query) if hidden else query

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
        return Selections(self.store, self.dataset.lasting, self.dataset.n)

    def lasso(
        self,
        selection: str,
        positions: str,
        polygon: Sequence[Sequence[float]],
        *,
        mode: Mode = "replace",
        query: str = "",
    ) -> str:
        """The selection that a polygon on a map makes of another one.

        Args:
            selection: the name of the one before.
            positions: the column the map was drawn from.
            polygon: corners in the units of that column.
            mode: whether what lies inside replaces the old one, or is added to or removed from it.
            query: the one that the samples on the map match; the others are left alone.
        """
        mask = inside(self.column(positions), polygon)
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
        with self._looking:
            if self._dataset is None:
                self._dataset = known_dataset(self.store, self.options)
            if self._dataset is not None and self._network is None:
                network = known_network(self.store, self.options, self._dataset)
                self._plan = plan_of(self.store, self._dataset, network)
                self._network = network  # after the plan: whoever sees the network finds its columns
        self.following.look()
        self.tell()
        self.on_change()

    def tell(self) -> None:
        """Let pages and whoever waits know that something is different."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()
