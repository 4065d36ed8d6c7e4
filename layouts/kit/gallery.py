"""The gallery: samples as cards, as many as there are (assets/gallery*.js)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.kit.component import Own, Prop


class Gallery(Own):
    """A wall of cards of which only those in sight exist, so that a million scroll as well as a hundred.

    The pictures come by sheets of up to 128 samples, everything else by columns. A prop marked *out*
    is set by the browser and made to be the Input of a callback.

    Keyboard: arrows, Home, End and the page keys move; Enter looks at a sample; Space selects it or not, where
    `editing` is "mark"; Delete and Backspace take it out, where `editing` is "remove".

    Attributes:
        id: `ids.picker(name)`; also the key of `window.innerview.maps[id]`, where tests look.
        rows: None while nothing can be shown, or {url, count}: int32 indices in the order shown.
        total: samples in the dataset, the N of "n of N samples".
        note: what is shown and what is left out, a few words behind the count.
        empty: what to do when there is nothing to show, one sentence.
        sprite: URL of a sheet with {ids} in it; squares of `side` pixels, 16 in a row.
        side: of a square on a sheet, in pixels.
        image: URL of one picture with {index} in it, for cards larger than a square.
        imageSize: [height, width] of the pictures in pixels.
        thumb: edge of the pictures on the page, in pixels.
        facts: [{name, url, title}, ...] as the sample map's: what a card says. `label` and `predicted` stand
            together and are compared, `loss` stands beside the index, and what else there is below.
        selection: None, or {url, count}: one bit a sample, as the sample map's.
        editing: "remove" when the rows are the selection itself, "mark" when they are something else.
        focus: index of the sample looked at, or None: framed, and scrolled to when it changes.
        clicked: out; {index, stamp}.
        chosen: out; {indices, mode, stamp}; mode is "add", "remove" or "replace"; with no indices,
            "replace" clears.
        className: more CSS classes of the outermost element.
    """

    _type = "Gallery"

    def __init__(
        self,
        id: str | dict[str, Any],
        *,
        rows: Prop | None = None,
        total: int = 0,
        note: str = "",
        empty: str = "",
        sprite: str = "",
        side: int = 32,
        image: str = "",
        imageSize: Sequence[int] = (1, 1),
        thumb: int = 96,
        facts: Sequence[Prop] = (),
        selection: Prop | None = None,
        editing: str = "mark",
        focus: int | None = None,
        clicked: Prop | None = None,
        chosen: Prop | None = None,
        className: str = "",
    ) -> None:
        props = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(**{**props, "facts": list(facts), "imageSize": list(imageSize)})
