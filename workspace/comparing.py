"""What another open network says about the same samples, as columns of this session.

For another network that is called "b" for short these are `vs_b` (who is right), `predicted_b` and
`loss_b`; `circle/b/...` where the answers of both lie on one plane; and any of its columns under
`<column>@b`. They are known wherever a column is: in queries, tables, menus of colors, exports.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from analysis import circle, compare
from util import InspectorError, digest
from workspace.plan import UnknownColumn, code
from workspace.short_names import short_names
from workspace.units import Unit

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 12
OUTCOMES = compare.NAMES
VERSUS, CIRCLE, OF = "vs_", "circle/", "@"
ALIASES = {"predicted_": "predicted", "loss_": "loss"}
MINE, THEIRS, LINES, BACK = "mine", "theirs", "lines", "back"
PLACES = (MINE, THEIRS, LINES, BACK)
MOST_LINES = 2000
MOST_VALUES = 10_000_000  # probabilities that are read for one plane, some 100 ms of work


class Comparing:
    """The other networks of a session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._kept = lru_cache(KEPT)(self._make)

    # -- who ---------------------------------------------------------------------------------

    @property
    def names(self) -> dict[str, Session]:
        """The other networks by their short names, in the order in which they were opened."""
        others = self.session.others
        called = self._called(others) if others else {}
        return {called[id(other)]: other for other in others}

    @property
    def title(self) -> str:
        """What this network is called in a sentence."""
        session = self.session
        return session.network.info.name if session.has_network else PurePath(session.options.model).name

    @property
    def who(self) -> tuple[str, ...]:
        """What the names stand for: what is kept under a text that may name networks is kept under this, too."""
        return tuple(f"{short} {other.options!r}" for short, other in self.names.items())

    @property
    def own(self) -> str:
        """What the other sessions call this network for short."""
        return self._called(self.session.others)[id(self.session)]

    def _called(self, others: tuple[Session, ...]) -> dict[int, str]:
        """What everyone is called, by the id of the session: the same in whichever of them it is asked for."""
        everyone = sorted((self.session, *others), key=lambda session: repr(session.options))
        rules = analysis.rule.RULES.names()
        taken = {rule.removeprefix(start) for start in ALIASES for rule in rules if rule.startswith(start)}
        return dict(zip(map(id, everyone), short_names([one.options.model for one in everyone], taken), strict=True))

    def other(self, short: str) -> Session:
        """The session of another network. Raises UnknownColumn."""
        found = self.names.get(short)
        if found is None:
            raise UnknownColumn(f"network '{short[:40]}': not open beside this one; choose one from the menu")
        return found

    # -- columns -----------------------------------------------------------------------------

    def elsewhere(self, column: str) -> tuple[Session, str] | None:
        """The other session that has a column, and what it is called there; None if it is no such column."""
        base, at, short = column.rpartition(OF)
        if at and (other := self.names.get(short)):
            return other, base
        for start, name in ALIASES.items():
            if column.startswith(start) and column not in analysis.rule.RULES:
                other = self.names.get(column.removeprefix(start))
                return (other, name) if other else None
        return None

    def owns(self, column: str) -> bool:
        """Whether a column is one of another network or of two."""
        return self.elsewhere(column) is not None or self.makes(column)

    def makes(self, column: str) -> bool:
        """Whether a column is worked out here, from two networks."""
        return self._other(column) is not None

    def columns(self) -> list[str]:
        """Every column that is worked out here."""
        return [name for short in self.names for name in (versus(short), *(circled(short, what) for what in PLACES))]

    def offered(self) -> list[Unit]:
        """What has one value per sample, of every other network, ready or not."""
        found = []
        for short, other in self.names.items():
            who = other.comparing.title
            said = f"Whether this network and {who} are right; fixed: only {who} is, broken: only this one"
            found += [
                Unit(versus(short), f"Compared with {short}", "class", compare.NAMES, None, f"{said}."),
                Unit(f"predicted_{short}", f"Predicted by {short}", "class", other.class_names, None,
                        f"The class that {who} gives."),
                Unit(f"loss_{short}", f"Loss of {short}", "score", (), "high",
                        f"Loss of {who}: -log p(label), in nats."),
            ]  # fmt: skip
        return [entry for entry in found if self.knows(entry.name)]

    def needs(self, column: str) -> list[tuple[Session, str]]:
        """What a column of `columns` is worked out from."""
        other, what = self._asked(column)
        pair = (self.session, other)
        if column.startswith(VERSUS):
            return [(session, "correct") for session in pair]
        names = ("probabilities", "predicted") if what in (LINES, BACK) else ("probabilities",)
        return [*((session, name) for session in pair for name in names), (self.session, "class_order")]

    def key(self, column: str) -> str | None:
        """What stands for the content of a column, None if it is none of another network or of two.

        Raises:
            ColumnNotReady: a network is not open yet, or has no such column.
        """
        if other := self.elsewhere(column):
            return other[0].key(other[1])
        if not self.makes(column):
            return None
        needed = [session.key(name) for session, name in self.needs(column)]
        what = self._asked(column)[1] or VERSUS
        return digest("compare", what, code(compare.__name__), code(circle.__name__), needed)

    def is_ready(self, column: str) -> bool:
        """Whether a column of `columns` can be worked out now."""
        return self.makes(column) and all(session.is_ready(name) for session, name in self.needs(column))

    def knows(self, column: str) -> bool:
        """Whether a column is one of another network or of two, and ever made."""
        if other := self.elsewhere(column):
            return other[0].knows(other[1])
        return self.makes(column) and all(session.knows(name) for session, name in self.needs(column))

    def failure(self, column: str) -> str | None:
        """Why a column of another network could not be made, or None."""
        other = self.elsewhere(column)
        return other[0].failure(other[1]) if other else None

    def want(self, columns: Iterable[str]) -> list[str]:
        """Ask the other networks for what is theirs; gives what is left."""
        left = []
        for column in columns:
            if other := self.elsewhere(column):
                other[0].want([other[1]])
            elif not self.makes(column):
                left.append(column)
        return left

    def column(self, column: str) -> NDArray[Any]:
        """A column of another network, or of two.

        Raises:
            ColumnNotReady: it, or what it needs of one of the two, is not there yet.
            InspectorError: the networks cannot lie on one plane.
        """
        if other := self.elsewhere(column):
            return other[0].column(other[1])
        for session, name in self.needs(column):
            session.column(name)
        found: NDArray[Any] = self._kept(self.key(column), column)
        return found

    def by_key(self, key: str) -> NDArray[Any] | None:
        """A column of `columns` by its key, None if it is none of them or cannot be had now."""
        for column in self.columns():
            try:
                if self.key(column) == key:
                    return self.column(column)
            except InspectorError:
                continue
        return None

    # -- the plane of both -------------------------------------------------------------------

    def why_not(self, short: str) -> str:
        """Why the answers of the two cannot lie on one plane; "" if they can. Raises ColumnNotReady."""
        mine, theirs = (session.network.info.n_outputs for session in (self.session, self.other(short)))
        if mine != theirs:
            return f"The networks have {mine:,} and {theirs:,} outputs, so their answers have no plane in common."
        if mine < 2:
            return "One output alone spans no plane."
        return ""

    # -- making ------------------------------------------------------------------------------

    def _other(self, column: str) -> Session | None:
        try:
            return self._asked(column)[0]
        except UnknownColumn:
            return None

    def _asked(self, column: str) -> tuple[Session, str]:
        """The other network of a column that is worked out here, and which of its kind. Raises UnknownColumn."""
        if column.startswith(VERSUS):
            return self.other(column.removeprefix(VERSUS)), ""
        if column.startswith(CIRCLE):
            short, _, what = column.removeprefix(CIRCLE).partition("/")
            if what in PLACES:
                return self.other(short), what
        raise UnknownColumn(f"column '{column[:60]}': does not compare two networks")

    def _make(self, key: str, column: str) -> NDArray[Any]:
        other, what = self._asked(column)
        if column.startswith(VERSUS):
            made: NDArray[Any] = compare.outcomes(self.session.column("correct"), other.column("correct"))
        else:
            made = self._plane(column.removeprefix(CIRCLE).partition("/")[0], what)
        made.flags.writeable = False
        return made

    def _plane(self, short: str, what: str) -> NDArray[np.float32]:
        """(n, 2) places of the samples by the answers of one network; of the lines' ends, only of some."""
        if sentence := self.why_not(short):
            raise InspectorError(sentence)
        session, other = self.session, self.other(short)
        probabilities = (session if what in (MINE, BACK) else other).column("probabilities")
        n, c = probabilities.shape
        places = circle.corners(self.order())
        rows = spaced(np.arange(n), MOST_VALUES // c)
        if what in (LINES, BACK):
            changed = session.column("predicted")[rows] != other.column("predicted")[rows]
            rows = spaced(rows[changed], MOST_LINES)
        found = np.full((n, 2), np.nan, np.float32)
        found[rows] = circle.between(np.asarray(probabilities[rows]), places)
        return found

    def corners(self) -> list[list[float]]:
        """The corner of every class, x and y each. Raises ColumnNotReady."""
        return [[round(value, 4) for value in place] for place in circle.corners(self.order()).tolist()]

    def lines(self, short: str) -> tuple[int, int]:
        """How many lines of changed answers are drawn, and how many answers changed. Raises ColumnNotReady."""
        drawn = int(np.isfinite(self.column(circled(short, LINES))[:, 0]).sum())
        same, n, _ = self.session.contrast.agreement(self.session, self.other(short))
        return drawn, n - same

    def order(self) -> NDArray[np.integer]:
        """The classes around the circle: similar ones side by side, outputs without a class last."""
        known, outputs = np.asarray(self.session.column("class_order")), self.session.network.info.n_outputs
        return np.concatenate([known[known < outputs], np.setdiff1d(np.arange(outputs), known)])


def versus(short: str) -> str:
    """The column that says who is right, this network or another one."""
    return f"{VERSUS}{short}"


def circled(short: str, what: str) -> str:
    """A column of places on the circle: by the answers of this network (MINE) or of the other (THEIRS).

    LINES is where lines from MINE end, BACK where lines from THEIRS do: not-a-number for samples without a line.
    """
    return f"{CIRCLE}{short}/{what}"


def spaced(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """At most so many of the rows, evenly chosen."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
