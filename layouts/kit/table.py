"""The table of samples: what stands in a Dash layout for assets/table*.js, and ag-grid behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.kit.component import Own, Prop


def table_id(name: Any) -> dict[str, Any]:
    """The table of a page."""
    return {"table": name}


def table_part(name: Any) -> dict[str, Any]:
    """What stands around the table: bar, chips."""
    return {"table-part": name}


class Table(Own):
    """A table whose rows are samples, in blocks that come by URL as they scroll in (assets/table*.js).

    ag-grid's scripts are loaded when the first table is drawn, by no other page. A prop marked *out* is set by the
    browser and made to be the Input of a callback.

    Attributes:
        id: of the component; `window.innerview.maps.table.ready` says when all visible rows are there.
        rows: URL of the rows, without parameters; None while the dataset is being read.
        images: URL of a sample's picture with {index} in it.
        columns: [{name, title, kind, names, digits, description, bad}, ...] of all columns that can be shown; kind
            is "number", "class", "truth" or "text".
        view: {query, filters, sort, columns}: as in the state. What is shown follows it as soon as the rows of
            the new view are there; if these cannot be had, the table says why and stays as it was.
        version: a number that changes when columns have come.
        model: what the filters of the column heads say: {name: model of ag-grid}.
        selection: None, or {url, count} as of the sample map.
        focus: index of the sample looked at, or None.
        clicked: out; {index, stamp}.
        chosen: out; {indices, mode, stamp}; mode is "add" or "remove". One after the other: the next comes when
            `selection` has followed.
        sorted: out; {sort, stamp}: the head of a column was clicked.
        filtered: out; {model, stamp}: a filter of a column's head was set or taken away.
    """

    _type = "Table"

    def __init__(
        self,
        id: str | dict[str, Any],
        *,
        rows: str | None = None,
        images: str | None = None,
        columns: Sequence[Prop] = (),
        view: Prop | None = None,
        version: int = 0,
        model: Prop | None = None,
        selection: Prop | None = None,
        focus: int | None = None,
        clicked: Prop | None = None,
        chosen: Prop | None = None,
        sorted: Prop | None = None,
        filtered: Prop | None = None,
    ) -> None:
        super().__init__(**{name: value for name, value in locals().items() if name not in ("self", "__class__")})
