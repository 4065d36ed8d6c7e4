"""A visitor's view: what is looked at, as it stands in the URL.

There is no other memory of a visitor. The fields are text or short lists, so that a link stays
short; whatever arrives in a link that makes no sense falls back to its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MAXIMUM_LENGTH = 300
LONG = {
    "query": 2000,
    "filters": 2000,
    "columns": 2000,
    "hidden": 2000,
    "charts": 2000,
    "opening": 2000,
}  # one letter more is kept, so that it is refused aloud


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
        hidden: the groups that are hidden on every page, as in "split:train;correct:1".
        sets: comma-separated fields whose groups stand beside maps, after those of the colors; "" for the usual ones.
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
        answer: how it shows them: "sheet" or "heat" (a contact sheet, with heat maps); "" for cards.
        smooth: "on" if its waveforms are smoothed.
        upload: the name of the uploaded picture that is asked about; "" for the sample looked at.
        asked: the sample that is asked about when its panel is closed.
        versus: the result that is compared with the query; "" for the nearest.
        measure: what sorts the confusion page's table of classes: "recall", "precision" or "class"; "" for F1.
        reason: the kind of reason whose files the problems page lists; "" for all.
        file: what their names or reasons contain; "" for all.
        network, data: what is chosen in the lists of the page that opens others, by key; "" for what is open.
        opening: what is said there about the two besides (workspace/more_options.py).
        against: the short name of the network that is compared with; "" for the first.
        against_layer, against_method: the layer and projection of that network's map.
        perplexity, neighbors, min_dist: settings of the main map's method, as typed; "" for the usual ones.
        beside_perplexity, beside_neighbors, beside_min_dist: of the map beside it.
        x, y, beside_x, beside_y: the columns across and up, where the method is "columns".
        placed: "theirs" if its answers place the dots of the map of both; "" for this network's.
        units: "natural" if waveforms keep the network's order; "" for the best at telling classes apart first.
        review: the list that is reviewed, a key of workspace.review_queue.LISTS; "" for the best there is.
        reviewing: the sample that is reviewed; "" for the first of the list without a verdict.
        decided: "show" if the arrows lead to reviewed samples too; "skip" or "" if not.
        density: the model of familiarity; "" for the usual one.
        sample: the index that the sample page shows; it stands in the path, "" for the first of the list.
        among: the list that its arrows lead through: "query", "table", "pool", "selection", "issues" or "loss"; ""
            for what the query finds.
        apart: "splits" if the maps side by side are the same one with another split each; "" for two layers.
        left_split, right_split: these splits; "" for the first two.
        inspection: "folded" if the list of samples beside maps is; "" if not.
        flip_samples: how many samples the flip test changes.
        dimensions, gaussians, covariance, tolerance, rounds: of a mixture of one's own.
        curve_unit: against what training curves are drawn: epoch, batch or step.
        reference, compared: the splits that are compared; "" for the first and the next one.
        behind: "far" if the samples behind a gap are those furthest from the reference; "" for those told apart best.
        heat_method, heat_layer: how heat maps are made, and of which layer; "" for the usual ones.
        heat_strength: how dense they lie over the picture: "0", "40", "70", "100" or "map"; "" for "100".
        heat_class: whose map is shown large, a code or "loss"; "" for the predicted class.
        of_class, by_class: codes of the class that is looked at, and of the one whose model judges it, or "own".
        risk: the share of errors that the calibration page allows among the kept, as "0.01"; "" for what suits.
        scale: what its reliability plot counts: "right" or "wrong" answers; "" for what suits.
        pair: codes of two classes on the depth page, as "4-9"; "" or "worst" for those that are told apart worst.
        drawn: the method of its small maps; "" for PCA.
        by_depth: what colors them: "settles", "predicted" or "label"; "" for the label.
        alike: how alike pictures must be to be listed as copies, as "0.95"; "" for the usual verdict.
        charts: the charts of the metrics page (workspace/charts.py); "" for the usual ones, "-" for none.
    """

    layer: str = ""
    method: str = "tsne"
    beside: str = ""
    beside_method: str = "tsne"
    color: str = "predicted"
    size: str = "equal"
    hidden: str = ""
    sets: str = ""
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
    answer: str = ""
    smooth: str = ""
    upload: str = ""
    asked: str = ""
    versus: str = ""
    measure: str = ""
    reason: str = ""
    file: str = ""
    units: str = ""
    network: str = ""
    data: str = ""
    opening: str = ""
    against: str = ""
    against_layer: str = ""
    against_method: str = "tsne"
    placed: str = ""
    review: str = ""
    reviewing: str = ""
    decided: str = ""
    density: str = ""
    inspection: str = ""
    heat_method: str = ""
    heat_layer: str = ""
    heat_strength: str = ""
    heat_class: str = ""
    of_class: str = ""
    reference: str = ""
    compared: str = ""
    behind: str = ""
    by_class: str = ""
    dimensions: str = ""
    gaussians: str = ""
    covariance: str = ""
    tolerance: str = ""
    rounds: str = ""
    curve_unit: str = ""
    flip_samples: str = ""
    risk: str = ""
    scale: str = ""
    pair: str = ""
    drawn: str = ""
    by_depth: str = ""
    sample: str = ""
    among: str = ""
    apart: str = ""
    left_split: str = ""
    right_split: str = ""
    charts: str = ""
    alike: str = ""
    perplexity: str = ""
    neighbors: str = ""
    min_dist: str = ""
    beside_perplexity: str = ""
    beside_neighbors: str = ""
    beside_min_dist: str = ""
    x: str = ""
    y: str = ""
    beside_x: str = ""
    beside_y: str = ""

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
