"""The wall of pictures: what stands in a Dash layout for assets/mosaic*.js."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.kit.component import Own, Prop


def mosaic_id(name: Any) -> dict[str, Any]:
    """The id of a wall of pictures of a page."""
    return {"mosaic": name}


class Mosaic(Own):
    """A matrix of cells full of pictures (assets/mosaic*.js), from the whole down to one picture.

    Drawn on a 2D canvas from tiles that the server makes, so that what comes over the wire depends on the
    screen and not on the number of samples. A prop marked *out* is set by the browser and made to be the
    Input of a callback. Indices are the samples' own, rows and columns count from 0 in the layout.

    Attributes:
        id: of the component; also the key of `window.innerview.maps[id]`, where tests look.
        wall: None, or {layout, ids, tiles, asked}: the URLs of the layout (JSON, see
            workspace/mosaic.py) and of the samples in the order of their pictures, the template of the
            tiles with {z}, {x} and {y} in it, and what to ask the server for to get this wall again.
        images: URL of a sample's own picture with {index} in it, for when the tiles are too coarse.
        imageSize: [height, width] of the pictures in pixels.
        facts: [{url, title}, ...]: lines of the hover card, as the sample map's.
        selection: None, or {url, count}: one bit a sample; the pictures get frames.
        focus: index of the sample looked at, or None; its picture gets a frame.
        cell: [row, column] of the cell that the query stands for, or None; the others fade.
        goto: {cell, layout, stamp}: zoom to a cell as soon as the wall with that layout is there.
        note: what a visitor should know, one sentence over the pictures.
        clicked: out; {index, stamp} of a picture.
        picked: out; {row, column, mode, stamp} of a cell, when its name, its count or its empty ground is
            clicked; row or column is -1 when the name of a whole column or row is. mode is "replace", "add"
            (Shift) or "remove" (Alt).
        lasso: out; {polygon: [[x, y], ...] in units of the layout, mode, stamp}. An empty polygon clears.
        drawn: out; True as soon as the first pictures are on the screen: what takes its time may come then.
        describedBy: id of an element that says the same in words.
        title: what saved files are called.
    """

    _type = "Mosaic"

    def __init__(
        self,
        id: str | dict[str, Any],
        *,
        wall: Prop | None = None,
        images: str | None = None,
        imageSize: Sequence[int] | None = None,
        facts: Sequence[Prop] = (),
        selection: Prop | None = None,
        focus: int | None = None,
        cell: Sequence[int] | None = None,
        goto: Prop | None = None,
        note: str | None = None,
        clicked: Prop | None = None,
        picked: Prop | None = None,
        lasso: Prop | None = None,
        drawn: bool = False,
        describedBy: str | None = None,
        title: str = "confusion",
    ) -> None:
        props = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(**{**props, "facts": list(facts)})
