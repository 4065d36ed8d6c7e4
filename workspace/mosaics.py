"""The walls of one session: what a view asks for, with defaults filled in, kept for a while."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from util import digest
from workspace import query as queries
from workspace.facets import NONE, SIMILAR, Facet, facet, whole
from workspace.mosaic import ARRANGEMENTS, ERRORS, SAME, Mosaic, arranged
from workspace.plan import UnknownColumn
from workspace.tiles import TILE, levels, tile

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 8  # walls; one of a million pictures is 16 MB
MANY = 20  # classes from which similar ones stand together by themselves
ALL = "all"
USUAL_SPLIT = "test"
GOOD = 0.8  # accuracy from which the errors are what one comes to see
THUMBNAILS = tuple(f"thumbnails/{level}" for level in range(7))
NEEDED = ("labels", "predicted", "correct", "loss", *THUMBNAILS)


@dataclass(frozen=True, slots=True)
class View:
    """What a view asks for; see `Mosaics.find`."""

    down: str = ""
    across: str = ""
    arrange: str = ""
    split: str = ""
    query: str = ""
    hidden: str = ""
    tagged: int = 0  # how far the tags had come, if it speaks of them


class Mosaics:
    """The walls of one session; safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._find = lru_cache(KEPT)(self._make)

    def find(
        self,
        *,
        down: str = "",
        across: str = "",
        arrange: str = "",
        split: str = "",
        query: str = "",
        hidden: str = "",
    ) -> Mosaic:
        """The wall that a view asks for. What makes no sense in it falls back to its default.

        Args:
            down: the facet of the rows, as workspace/facets.py describes; "" is the label, or the predicted
                class where nothing is labelled.
            across: the facet of the columns; "" is the predicted class, or none where nothing is labelled or
                predicted.
            arrange: "errors", "same" or "fill"; "" is errors where most are right, else same.
            split: of which samples; "all" for all, "" for the test split, or all if the query speaks of splits.
            query: which samples.
            hidden: what is left out besides.

        Raises:
            ColumnNotReady: something is not there yet.
            QueryError: the query cannot be understood.
        """
        tagged = self.session.tags.version if "tag" in f"{down} {across} {query} {hidden}" else 0
        return self._find(View(down, across, arrange, split, query.strip(), hidden, tagged))

    def facets(self, down: str, across: str) -> tuple[str, str]:
        """What rows and columns are sorted by, with defaults filled in; see workspace/facets.py. Reads no values."""
        session = self.session
        usual = ("label", "predicted") if session.dataset.labelled else ("predicted", NONE)
        if session.no_head:
            usual = ("label" if session.dataset.labelled else NONE, NONE)
        elif len(session.class_names) > MANY and session.dataset.labelled:
            usual = (f"label:{SIMILAR}", f"predicted:{SIMILAR}")
        known = session.fields()
        found = []
        for spec, fallback in zip((down, across), usual, strict=True):
            try:
                found.append(whole(spec or fallback, known)[0])
            except UnknownColumn:
                found.append(whole(fallback, known)[0])
        return found[0], found[1]

    def facet(self, spec: str) -> Facet:
        """The groups that a text asks for. Raises UnknownColumn, ColumnNotReady."""
        session = self.session
        order = session.column("class_order") if spec.endswith(f":{SIMILAR}") else None
        return facet(spec, session.fields(), session.dataset.n, order)

    def split(self, split: str, query: str = "") -> str:
        """The split that is shown: the one asked for, "all", or the usual one."""
        names = [name for name, _ in self.session.splits]
        if split in (*names, ALL):
            return split
        parsed = queries.parse(query)
        if len(names) == 1 or (parsed is not None and "split" in parsed.columns):
            return ALL
        return USUAL_SPLIT if USUAL_SPLIT in names else ALL

    def tile(self, mosaic: Mosaic, z: int, x: int, y: int) -> NDArray[np.uint8] | None:
        """(256, 256, ch + 1) a tile, None if there is no such one. Raises ColumnNotReady."""
        thumbnails = [self.session.column(name) for name in THUMBNAILS]
        pixels = self.levels(mosaic)
        if not 0 <= z < len(pixels) or max(x, y) * TILE > max(mosaic.size) * pixels[z]:  # any number, however long
            return None
        return tile(mosaic, pixels[z], x, y, thumbnails)

    def levels(self, mosaic: Mosaic) -> list[float]:
        """Pixels per unit of every zoom level. Raises ColumnNotReady."""
        return levels(mosaic, [self.session.column(name).shape[1] for name in THUMBNAILS])

    def lit(self, **asked: str) -> tuple[Mosaic, tuple[int, int] | None]:
        """The wall around a cell, and the cell, if the query is what a click on it wrote; else (wall, None).

        So a click on a cell leaves the other cells where they are. Takes what `find` takes.
        """
        view = View(**asked)  # type: ignore[arg-type]
        if view.query:
            every = re.compile(r"\((?P<base>.*)\) and \((?P<cell>.*)\)", re.DOTALL).fullmatch(view.query)
            for base, cell in [("", view.query), *([(every["base"], every["cell"])] if every else [])]:
                try:
                    mosaic = self.find(**{**asked, "query": base})
                except queries.QueryError:
                    continue
                place = mosaic.cell_of(cell)
                if place is not None:
                    return mosaic, place
        return self.find(**asked), None

    def _make(self, view: View) -> Mosaic:
        session = self.session
        data = session.dataset
        down, across = (self.facet(spec) for spec in self.facets(view.down, view.across))
        split = self.split(view.split, view.query)
        samples = session.find(view.query, hidden=view.hidden).indices
        if split != ALL:
            samples = samples[session.column("split")[samples] == data.split_names.index(split)]
        known = [name for name in NEEDED if session.knows(name)]
        correct = session.column("correct") if "correct" in known else np.full(data.n, -1)
        arrange = view.arrange if view.arrange in ARRANGEMENTS else self._usual(correct[samples])
        if arrange == ERRORS and not (data.labelled and "correct" in known):
            arrange = SAME
        parameters = {"down": down.spec, "across": across.spec, "arrange": arrange, "split": split}
        parameters |= {"query": view.query} if view.query else {}
        parameters |= {"hidden": view.hidden} if view.hidden else {}
        keys = [session.key(name) for name in known]
        key = digest(data.fingerprint, parameters, keys, down.codes, across.codes, samples)[:24]
        return arranged(
            down, across, samples,
            loss=session.column("loss") if "loss" in known else np.full(data.n, np.nan), correct=correct,
            arrange=arrange,
            pixels=session.column("thumbnails/0").shape[1], key=key, parameters=parameters,
        )  # fmt: skip

    def _usual(self, correct: NDArray[np.integer]) -> str:
        known = correct[correct >= 0]
        return ERRORS if len(known) and known.any() and GOOD < known.mean() < 1 else SAME
