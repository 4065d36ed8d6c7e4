"""What is there of the columns of one network on one dataset, and asking for what is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from numpy.typing import NDArray

from analysis.rule import Rule
from workspace.plan import ColumnFailed, ColumnNotReady, Plan, UnknownColumn
from workspace.store import Store

if TYPE_CHECKING:
    from workspace.comparing import Comparing
    from workspace.depth import Depth
    from workspace.described import Described
    from workspace.likeness import Likeness
    from workspace.reviews import Reviews
    from workspace.scatter import Scatter
    from workspace.supervisor import Supervisor
    from workspace.tags import Tags

    Owner: TypeAlias = Tags | Described | Reviews | Depth | Likeness | Scatter


class Columns:
    """The part of a session that knows columns by name: the worker's, those of `owners`, and comparisons."""

    store: Store
    comparing: Comparing
    _plan: Plan
    _worker: Supervisor
    _owners: tuple[Owner, ...]

    def is_ready(self, column: str) -> bool:
        """Whether a column can be read now."""
        if owner := self._owner(column):
            return owner.has(column)
        try:
            return self.store.has(self.key(column)) or self.comparing.is_ready(column)
        except ColumnNotReady:
            return False

    def knows(self, column: str) -> bool:
        """Whether anything ever makes a column; without a class head nothing makes losses."""
        if owner := self._owner(column):
            return owner.has(column)
        return self.comparing.knows(column) or self._plan.makes(column)

    @property
    def no_head(self) -> str:
        """Why there are no predictions and no losses, a sentence; "" if there are, or it is not known yet."""
        return self._plan.no_head

    def column(self, name: str) -> NDArray[Any]:
        """A column, memory-mapped.

        Raises:
            ColumnNotReady: it is not there (yet); the message says why if making it failed.
            NoClassHead: it never will be, because the network gives no class scores; says why.
            UnknownColumn: nothing makes it.
        """
        if owner := self._owner(name):
            return owner.column(name)
        if self.comparing.owns(name):
            return self.comparing.column(name)
        key = self.key(name)
        was_there = self.store.has(key)
        array = self.store.read(key)
        if array is None:
            if was_there:  # damaged on disk: the store has forgotten it, and the worker makes it again
                self.want([name])
            if failed := self._worker.failed.get(name):
                raise ColumnFailed(f"{self.title(name)}: {failed}", name)
            raise ColumnNotReady(f"{self.title(name)}: is being computed; wait a moment")
        return array

    def key(self, column: str) -> str:
        """The key that stands for a column's content in URLs."""
        if owner := self._owner(column):
            return owner.key(column)
        return self.comparing.key(column) or self._plan.key(column)

    def by_key(self, key: str) -> NDArray[Any]:
        """A column by its key. Raises UnknownColumn."""
        array = self.store.read(key) if key.isalnum() else None
        if array is None:
            array = self.comparing.by_key(key)
        for owner in self._owners:
            array = owner.by_key(key) if array is None else array
        if array is None:
            raise UnknownColumn(f"column {key}: not here; reload the page")
        return array

    def _owner(self, column: str) -> Owner | None:
        """Whoever makes a column without the worker."""
        return next((owner for owner in self._owners if owner.owns(column)), None)

    def want(self, columns: Iterable[str]) -> None:
        """Ask for columns that are not there, before everything else that is planned."""
        own = [name for name in self.comparing.want(columns) if not self._owner(name)]
        self._worker.want(
            [name for name in own if not self.is_ready(name) and (not self.no_head or self.knows(name))]
        )

    def ask(self, column: str) -> None:
        """Ask for what somebody pressed a button for; goes on after a cancel, and tries again after a failure."""
        self._worker.again(column)
        if self._worker.status.cancelled:
            self._worker.resume()
        self.want([column])

    def facts(self, column: str) -> Mapping[str, Any]:
        """What the answer to a request says beside its array. Raises as `column` does."""
        self.column(column)
        facts: dict[str, Any] = self.store.about(self.key(column))["facts"]
        return facts

    def is_wanted(self, column: str) -> bool:
        """Whether somebody has asked for a column that is not there yet."""
        return self._worker.wants(column)

    def failure(self, column: str) -> str | None:
        """Why a column could not be made, or None."""
        return self.comparing.failure(column) or self._worker.failed.get(column)

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
