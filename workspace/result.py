"""The samples that a query finds, in an order: what table, image pool, maps and exports are slices of.

The rows are worked out once per query and order and kept for a while. A result is named by its
content, and its URL also says how to make it again, so that it outlives a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from util import digest, nearest
from workspace import fields, hidden, query
from workspace.plan import NoClassHead, UnknownColumn
from workspace.query import sets

if TYPE_CHECKING:
    from workspace.session import Session

KEPT_RESULTS, KEPT_ORDERS = 24, 8
OF_PEOPLE = ("tag", "review", "corrected")  # in the names of fields that change while people work


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The rows that match, in order.

    Attributes:
        indices: (hits,) int32.
        total: samples in the dataset: the N of "n of N".
        key: hash of all that the rows depend on.
        parameters: what was asked: query, filters, sort, within, hidden; for URLs, without what is empty.
    """

    indices: NDArray[np.int32]
    total: int
    key: str
    parameters: dict[str, str]

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def url(self) -> str:
        """Where a browser finds the indices."""
        return f"result/{self.key}.bin?{urlencode(self.parameters)}"

    @property
    def hits_url(self) -> str:
        """Where a browser finds one bit per sample: whether it is in the result."""
        return f"hits/{self.key}.bin?{urlencode(self.parameters)}"

    def bitmap(self) -> NDArray[np.uint8]:
        """(ceil(total / 8),) one bit per sample, the first in the lowest bit of the first byte."""
        mask = np.zeros(self.total, bool)
        mask[self.indices] = True
        return np.packbits(mask, bitorder="little")


class Results:
    """The results of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._find = lru_cache(KEPT_RESULTS)(self._make)
        self._order = lru_cache(KEPT_ORDERS)(self._sorted)

    def find(
        self, text: str = "", *, filters: str = "", sort: str = "", within: str = "", hidden: str = ""
    ) -> Result:
        """The samples that match both queries and are not hidden.

        Args:
            text: a query; "" matches all.
            filters: another one.
            sort: the field to sort by, descending after a "-"; samples without a value come last, equal ones
                by index. "" is the order of the dataset; of a selection, the newest choice first.
            within: the name of a selection that the samples must be in.
            hidden: the groups that are left out, as workspace/hidden.py writes them.

        Raises:
            QueryError: a query cannot be understood.
            ColumnNotReady: a column it names is not there yet.
            UnknownSelection, UnknownColumn: as they say.
        """
        asked = f"{text} {filters} {sort} {hidden}"
        said = any(word in asked for word in OF_PEOPLE)
        tagged = (str(self.session.tags.version),) if said else ()
        return self._find(text.strip(), filters.strip(), sort, within, hidden, (*self.session.comparing.who, *tagged))

    def _make(self, text: str, filters: str, sort: str, within: str, hides: str, who: tuple[str, ...]) -> Result:
        session = self.session
        known = fields.fields(session)
        n = session.dataset.n
        mask, used = np.ones(n, bool), {sort.removeprefix("-")} - {""}
        for asked in (text, filters, hidden.condition(hides, known)):
            parsed = query.parse(asked)
            if parsed is not None:
                mask &= parsed.evaluate(known, n)
                used |= set(parsed.columns)
        order: NDArray[np.integer] | None = None
        if within:
            chosen = session.selections.read(within)
            inside = np.zeros(n, bool)
            inside[chosen] = True
            mask &= inside
            order = chosen[::-1]
        if sort:
            order = self._order(sort, who)
        rows = np.flatnonzero(mask) if order is None else order[mask[order]]
        columns = sorted(name for field in used if (name := fields.column(session, field)))
        parameters = {"query": text, "filters": filters, "sort": sort, "within": within, "hidden": hides}
        key = digest(session.dataset.fingerprint, parameters, [session.key(name) for name in columns])
        indices: NDArray[np.int32] = rows.astype(np.int32)
        indices.flags.writeable = False
        return Result(indices, n, key, {name: value for name, value in parameters.items() if value})

    def _sorted(self, sort: str, who: tuple[str, ...]) -> NDArray[np.int32]:
        """(n,) all rows in order."""
        known = fields.fields(self.session)
        name = sort.removeprefix("-")
        if name not in known and name in known.absent:
            raise NoClassHead(known.absent[name])
        if name not in known:
            raise UnknownColumn(f"sort by {name[:40]!r}: no such column; {nearest(name, list(known))}")
        field = known[name]
        values = field.read()
        missing = values < 0 if field.kind in ("class", "truth") else values != values
        if field.kind == "set":
            values = sets.texts(values, field.names)
            missing = values == ""
        return ranked(values, missing, descending=sort.startswith("-")).astype(np.int32)


def ranked(values: NDArray[Any], missing: NDArray[np.bool_], *, descending: bool) -> NDArray[np.intp]:
    """(n,) the rows in the order of their values, equal ones by row, last those that have none."""
    if values.dtype.kind == "U":
        values = np.unique(values, return_inverse=True)[1]
    elif values.dtype.kind in "bu":
        values = values.astype(np.int64)
    order = np.argsort(-values if descending else values, kind="stable")
    return order if not missing.any() else np.concatenate([order[~missing[order]], order[missing[order]]])
