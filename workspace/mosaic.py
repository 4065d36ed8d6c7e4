"""Where every picture hangs on the wall: cells by row and column, pictures in a cell by their loss.

The unit of the wall is the side of its smallest picture; x goes right, y goes down. A wall is named by
its content and says how to make it again, so that its URLs outlive a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from workspace.facets import Facet
from workspace.selection import inside

ERRORS, SAME, FILL = "errors", "same", "fill"
ARRANGEMENTS = (ERRORS, SAME, FILL)
NARROWEST, LOWEST = 0.55, 0.4  # cells, of the widest and of the highest
LANDSCAPE = 1.6  # width per height of a wall's pictures, without the strips: screens are wider than high
MOST_LANDSCAPE = 0.35, 8.0  # what a cell may have of it, where there are far more columns than rows, or fewer
GAP = 0.07  # between cells, of a usual cell
STRIP = 0.028  # room for a cell's count, of the whole wall's height; about 16 pixels of 600
HIGHEST_STRIP = 0.34  # but not more than that of a usual cell

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """One wall of pictures; r rows, c columns of cells.

    Attributes:
        key: hash of all that it depends on.
        parameters: how to ask for it again: down, across, arrange, split, query.
        rows, columns: the facets.
        total: samples in the dataset.
        samples: (hits,) those that fit query and split, ascending; the m that are shown are in `ids`.
        counts: (r, c) samples of each cell, shown or not.
        right: (r, c) how many of them are known to be predicted as labelled, and
        wrong: (r, c) how many are known not to be.
        shown: (r, c) pictures of each cell.
        start: (r, c) where a cell's pictures begin in `ids`.
        ids: (m,) int32 samples, cell by cell, the largest loss of a cell first.
        across: (r, c) pictures side by side in each cell.
        side: (r, c) the side of a cell's pictures in units.
        left, width: (c,) of the columns in units.
        top, height: (r,) of the rows, without the strip that lies over each cell.
        strip: the height of that strip.
    """

    key: str
    parameters: dict[str, str]
    rows: Facet
    columns: Facet
    total: int
    samples: NDArray[np.int32]
    counts: Counts
    right: Counts
    wrong: Counts
    shown: Counts
    start: Counts
    ids: NDArray[np.int32]
    across: Counts
    side: Numbers
    left: Numbers
    width: Numbers
    top: Numbers
    height: Numbers
    strip: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the wall in units."""
        return float(self.left[-1] + self.width[-1]), float(self.top[-1] + self.height[-1])

    def url(self, what: str) -> str:
        """Where a browser finds something of this wall, such as "layout.json"."""
        return f"mosaic/{self.key}/{what}?{urlencode(self.parameters)}"

    def cell(self, row: int, column: int) -> NDArray[np.int32]:
        """The samples whose pictures hang in a cell, in order."""
        begin = int(self.start[row, column])
        found: NDArray[np.int32] = self.ids[begin : begin + int(self.shown[row, column])]
        return found

    def members(self, row: int, column: int) -> NDArray[np.int32]:
        """The samples of a cell, shown or not, in the order of their pictures if all have one."""
        if self.shown[row, column] == self.counts[row, column]:
            return self.cell(row, column)
        mine = (self.rows.codes[self.samples] == row) & (self.columns.codes[self.samples] == column)
        found: NDArray[np.int32] = self.samples[mine]
        return found

    def condition(self, row: int, column: int) -> str:
        """The query that is true for a cell's samples; "" where none can be written."""
        sides = (self.rows, row), (self.columns, column)
        parts = [facet.conditions[code] for facet, code in sides if facet.name != "none"]
        return "" if not all(parts) else " and ".join(parts)

    def cell_of(self, condition: str) -> tuple[int, int] | None:
        """The cell that a query is the condition of, if it is one's."""
        for row in range(len(self.rows)):
            if self.rows.conditions[row] in condition:
                for column in range(len(self.columns)):
                    if self.condition(row, column) == condition:
                        return row, column
        return None

    def places(self) -> Numbers:
        """(m, 3) left, top and side of every picture, in the order of `ids`."""
        cells = np.flatnonzero(self.shown.ravel())
        cell = np.repeat(cells, self.shown.ravel()[cells])
        slot = np.arange(len(self.ids)) - self.start.ravel()[cell]
        row, column = np.divmod(cell, self.shown.shape[1])
        down, right = np.divmod(slot, self.across.ravel()[cell])
        side = self.side.ravel()[cell]
        return np.stack([self.left[column] + right * side, self.top[row] + down * side, side], axis=1)

    def at(self, x: float, y: float) -> int | None:
        """The sample whose picture is at a place of the wall."""
        column = int(np.searchsorted(self.left, x, side="right")) - 1
        row = int(np.searchsorted(self.top, y, side="right")) - 1
        if column < 0 or row < 0:
            return None
        side, across = self.side[row, column], int(self.across[row, column])
        right, down = int((x - self.left[column]) // side), int((y - self.top[row]) // side)
        slot = down * across + right
        if right >= across or slot >= self.shown[row, column]:
            return None
        return int(self.ids[self.start[row, column] + slot])

    def within(self, polygon: list[list[float]]) -> NDArray[np.int32]:
        """The samples whose pictures have their middle in a polygon, corners in units."""
        places = self.places()
        return self.ids[inside(places[:, :2] + places[:, 2:] / 2, polygon)]


def arranged(
    rows: Facet,
    columns: Facet,
    samples: NDArray[np.integer],
    *,
    loss: NDArray[np.floating],
    correct: NDArray[np.integer],
    arrange: str,
    pixels: int = 64,
    key: str = "",
    parameters: dict[str, str] | None = None,
) -> Mosaic:
    """The wall of some samples.

    Args:
        rows: groups of all n samples.
        columns: other groups of them.
        samples: which of them to show.
        loss: (n,) the largest hangs first in its cell; those without a loss last, equal ones by index.
        correct: (n,) 1, 0, or -1 where it is not known.
        arrange: "same": pictures of one size. "fill": each cell filled by its pictures. "errors": of one
            size, only samples that are known to be predicted wrong.
        pixels: of a picture at the finest zoom level; cells begin at a whole one.
        key: what the wall is called.
        parameters: how to ask for it again.
    """
    shape = len(rows), len(columns)
    samples = np.asarray(samples)
    cells = rows.codes[samples].astype(np.int64) * shape[1] + columns.codes[samples]

    def per_cell(mask: NDArray[np.bool_]) -> Counts:
        return np.bincount(cells[mask], minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)

    hung = correct[samples] == 0 if arrange == ERRORS else np.ones(len(samples), bool)
    shown = per_cell(hung)
    ids, cell = samples[hung], cells[hung]
    ids = ids[np.lexsort((ids, -np.nan_to_num(loss[ids], nan=-np.inf), cell))].astype(np.int32)
    ids.flags.writeable = False
    landscape = np.clip(LANDSCAPE * shape[0] / shape[1], *MOST_LANDSCAPE)
    across = np.maximum(np.round(np.sqrt(landscape * shown)), 1).astype(np.int64)
    deep = np.maximum(np.ceil(shown / across), 1)
    widest, deepest = float(across.max()), float(deep.max())
    if arrange == FILL:
        side = np.minimum(widest / across, deepest / deep)
        width, height = np.full(shape[1], widest), np.full(shape[0], deepest)
    else:
        side = np.ones(shape)
        width = np.maximum(across.max(axis=0), NARROWEST * widest).astype(float)
        height = np.maximum(deep.max(axis=1), LOWEST * deepest).astype(float)
    usual = float(np.median(np.concatenate([width, height])))
    gap = GAP * usual
    strip = _strip(height, gap, usual)
    return Mosaic(
        key=key,
        parameters=parameters or {},
        rows=rows,
        columns=columns,
        total=len(rows.codes),
        samples=samples.astype(np.int32),
        counts=per_cell(np.ones(len(samples), bool)),
        right=per_cell(correct[samples] == 1),
        wrong=per_cell(correct[samples] == 0),
        shown=shown,
        start=(np.cumsum(shown) - shown.ravel()).reshape(shape),
        ids=ids,
        across=across,
        side=side,
        left=np.round((np.cumsum(width + gap) - width) * pixels) / pixels,
        width=width,
        top=np.round((np.cumsum(height + gap + strip) - height) * pixels) / pixels,
        height=height,
        strip=strip,
    )


def layout(mosaic: Mosaic) -> dict[str, Any]:
    """What the browser draws from: plain lists, cells row by row without the empty ones."""
    row, column = np.nonzero(mosaic.counts)

    def axis(facet: Facet, at: Numbers, extent: Numbers, totals: Counts) -> dict[str, Any]:
        return {
            "title": facet.title,
            "labels": list(facet.labels),
            "start": _rounded(at),
            "extent": _rounded(extent),
            "totals": totals.tolist(),
        }

    def of(table: NDArray[Any]) -> list[Any]:
        return table[row, column].tolist()  # type: ignore[no-any-return]

    even = mosaic.parameters.get("arrange") != FILL
    return {
        "size": _rounded(np.asarray(mosaic.size)),
        "strip": round(mosaic.strip, 6),
        "total": mosaic.total,
        "hits": len(mosaic.samples),
        "shown": len(mosaic.ids),
        "rows": axis(mosaic.rows, mosaic.top, mosaic.height, mosaic.counts.sum(axis=1)),
        "columns": axis(mosaic.columns, mosaic.left, mosaic.width, mosaic.counts.sum(axis=0)),
        "cells": {
            "row": row.tolist(),
            "column": column.tolist(),
            "count": of(mosaic.counts),
            "right": of(mosaic.right),
            "wrong": of(mosaic.wrong),
            "shown": of(mosaic.shown),
            "across": of(mosaic.across),
            "side": [] if even else _rounded(mosaic.side[row, column]),
        },
    }


def _strip(height: Numbers, gap: float, usual: float) -> float:
    """The strip's height, so that it is STRIP of the whole wall that it is itself a part of."""
    share = STRIP * len(height)
    whole = (height.sum() + gap * len(height)) / max(1 - share, 0.1)
    return float(min(STRIP * whole, HIGHEST_STRIP * usual))


def _rounded(values: Numbers) -> list[float]:
    return [round(float(value), 6) for value in values]
