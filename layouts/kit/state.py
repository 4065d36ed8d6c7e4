"""A visitor's view: what is looked at, as it stands in the URL.

There is no other memory of a visitor. The fields are text or short lists, so that a link stays
short; whatever arrives in a link that makes no sense falls back to its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MAXIMUM_LENGTH = 300
LONG = {"query": 2000, "filters": 2000, "columns": 2000}  # one letter more is kept, so that it is refused aloud


@dataclass(frozen=True, slots=True)
class State:
    """The fields of a view.

    Attributes:
        layer: the layer of the main map; "" is the network's default layer.
        method: the projection of the main map.
        beside: the layer of the map beside it; "" is the raw pixels.
        beside_method: its projection.
        color: the column that colors the maps.
        size: the column that sizes the dots, or "equal".
        hidden: comma-separated codes of the classes that are hidden.
        selection: the name of the selected set; "" for none.
        focus: the index of the sample looked at; "" for none.
        network_view: "layers" or "blocks"; "" for what suits the network's depth.
        split: the split whose figures are shown; "" for the test split.
        query: the typed query that all pages follow; "" for every sample.
        filters: what the table's column filters ask for besides, as a query.
        sort: the column that table and image pool are sorted by, descending after a "-"; "" for the page's own.
        columns: comma-separated columns of the table; "" for the usual ones.
        pool: what the image pool shows: "selection" or "query"; "" for the selection if there is one.
        thumb: the edge of the image pool's pictures in pixels; "" for the usual one.
        down, across: the columns by whose values the confusion page sorts pictures into rows and columns.
        arrange: how it lays them out: "errors", "same" or "fill"; "" for what suits the accuracy.
        metric: the distance of an image query, "euclidean" or "cosine".
        nearest: how many samples an image query brings; "" for ten.
        smooth: "on" if its waveforms are smoothed.
        upload: the name of the uploaded picture that is asked about; "" for the sample looked at.
        asked: the sample that is asked about when its panel is closed.
        versus: the result that is compared with the query; "" for the nearest.
        measure: what sorts the confusion page's table of classes: "recall", "precision" or "class"; "" for F1.
        units: "natural" if waveforms keep the network's order; "" for the best at telling classes apart first.
    """

    layer: str = ""
    method: str = "tsne"
    beside: str = ""
    beside_method: str = "tsne"
    color: str = "predicted"
    size: str = "equal"
    hidden: str = ""
    selection: str = ""
    focus: str = ""
    network_view: str = ""
    split: str = ""
    query: str = ""
    filters: str = ""
    sort: str = ""
    columns: str = ""
    pool: str = ""
    thumb: str = ""
    down: str = ""
    across: str = ""
    arrange: str = ""
    metric: str = ""
    nearest: str = ""
    smooth: str = ""
    upload: str = ""
    asked: str = ""
    versus: str = ""
    measure: str = ""
    units: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any] | None) -> State:
        """The state in a store or a link; unknown fields and impossible values are left out."""
        known = cls.__dataclass_fields__
        return cls(
            **{
                name: str(value)[: LONG[name] + 1] if name in LONG else str(value)
                for name, value in (values or {}).items()
                if name in known
                and isinstance(value, str | int)
                and (name in LONG or len(str(value)) <= MAXIMUM_LENGTH)
            }
        )

    def to_dict(self) -> dict[str, str]:
        """Plain values."""
        return asdict(self)

    @property
    def index(self) -> int | None:
        """The sample looked at, as a number."""
        return int(self.focus) if self.focus.isdecimal() and len(self.focus) < 12 else None

    @property
    def hidden_codes(self) -> list[int]:
        """The hidden classes, as numbers."""
        return [int(code) for code in self.hidden.split(",") if code.removeprefix("-").isdecimal() and len(code) < 9]
