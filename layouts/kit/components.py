"""The sample map: what stands in a Dash layout for assets/sample_map*.js."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.kit.component import Own, Prop


class SampleMap(Own):
    """A map in which a dot is a sample (assets/sample_map*.js): drawn by WebGL2, images when zoomed in.

    A prop marked *out* is set by the browser and made to be the Input of a callback; *in and out* is
    both. Indices are the samples' own. Whoever hovers a sample, here or elsewhere on the page, tells all
    maps by `window.dispatchEvent(new CustomEvent("innerview:hover", {detail: {index, source}}))`.

    Attributes:
        id: of the component; also the key of `window.innerview.maps[id]`, where tests look.
        positions: {url, name}; the column is float32 (n, 2), NaN for a sample without a place. `name` is
            the column's, as in "projection/dense/tsne". When the URL changes and n does not, the dots
            glide to their new places. None: nothing to show yet.
        color: None, or for categories {url, kind: "category", title, names, colors, missing}: the column
            counts in `names`, any other code is "no value". For numbers {url, kind: "number", title, scale,
            low, high, log, missing}, and optionally digits; `scale` is a list of colors from low to high, or
            {"light": [...], "dark": [...]}; values beyond low and high take the end colors. Colors are
            hexadecimal CSS.
        size: None, or {url, title, low, high, log}, optionally digits and `most`, the largest value there is where
            that is beyond `high`: a dot's area grows with the value.
        images: URL of a sample's picture with {index} in it, or None for no pictures.
        imageSize: [height, width] of the pictures in pixels.
        facts: [{url, title}, ...]: lines of the hover card; with `names` the column counts in them,
            with `digits` numbers have that many decimals.
        total: samples in the whole dataset, the N of "n of N samples shown"; None: as many as on the map.
        note: what a visitor should know about this map, one sentence over the dots.
        selection: None, or {url, count}: the column is uint8 (ceil(n / 8),), one bit a sample, as
            `numpy.packbits(mask, bitorder="little")` makes it; count is said under the map.
        shown: None, or {url, count, left}, bits as in `selection`: those that match the query and are not hidden.
            The others are not drawn, nor hovered, clicked or selected; `left` says why, behind their number.
        lines: None, or {url}: a second column as `positions`; a line leads from a sample's dot there, NaN for none.
        marks: [{x, y, text}, ...]: places with a name, in the units of the positions; zoom 1 shows them all.
        axes: None, or two of {title, low, high, log, zeros, end}, across and up: place 0 is `low` and place `end` is
            `high`, between them numbers go by their logarithm if `log`; `zeros`: some stand before `low` that are 0.
        front: "high" or "low": which end of the number in `color` (else of `size`, else of the codes) lies on top,
            and is hovered and clicked first where dots overlap; None: large dots lie on small ones, else as it comes.
        focus: index of the sample with a ring around it, or None. When it changes to one that is outside the
            stage, the map moves there.
        clicked: out; {index, stamp}; stamp is the time in ms, so that a second click on a sample counts.
        lasso: out; {polygon: [[x, y], ...], mode, stamp}: in the units of the positions, to be
            intersected with the samples that are shown, by the even-odd rule. mode is "replace", "add"
            (Shift) or "remove" (Alt). An empty polygon with "replace" clears the selection. The
            map shows the hits at once and takes over `selection` when that changes.
        view: in and out, 300 ms after the last movement; {x, y, zoom}: the data in the middle of the stage,
            zoom 1 shows all; None: all.
        together: None, or a word: maps of the page with the same one always show the same view.
        tool: in and out; what a drag does: "pan", "lasso" or "box" (which sends a polygon of four corners).
        unsupported: out; True when the browser has no WebGL2. The map then shows a sentence; put a chart
            below it.
        className: more CSS classes of the outermost element.
        style: inline style of the outermost element; it fills its parent's height, or has some 500 px.
    """

    _type = "SampleMap"

    def __init__(
        self,
        id: str | dict[str, Any],
        *,
        positions: Prop | None = None,
        color: Prop | None = None,
        size: Prop | None = None,
        images: str | None = None,
        imageSize: Sequence[int] | None = None,
        facts: Sequence[Prop] = (),
        total: int | None = None,
        note: str | None = None,
        selection: Prop | None = None,
        shown: Prop | None = None,
        lines: Prop | None = None,
        marks: Sequence[Prop] = (),
        axes: Sequence[Prop] | None = None,
        front: str | None = None,
        focus: int | None = None,
        clicked: Prop | None = None,
        lasso: Prop | None = None,
        view: Prop | None = None,
        together: str | None = None,
        tool: str = "pan",
        unsupported: bool = False,
        className: str = "",
        style: Prop | None = None,
    ) -> None:
        props = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        props.update(facts=list(facts), marks=list(marks))
        props.update(imageSize=imageSize and list(imageSize))
        super().__init__(**props)
