"""Small maps of the same samples under each other, one of every layer (assets/depth_maps.js)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.kit.component import Own, Prop


class DepthMaps(Own):
    """A canvas for each layer, on which a dot is a sample; who is pointed at or looked at is ringed in all of them.

    Arrow keys walk from sample to sample, Enter looks at one.

    Attributes:
        id: `ids.picker(name)`.
        url: of a float32 column (l, m, 2): places on each map, around 0.
        maps: [{name, note}, ...]: l of them, in order.
        rows: m samples, the indices behind the places.
        codes: m positions in `colors`, or -1 for a pale dot.
        colors: of the dots.
        facts: [{title, values, names}, ...]: lines of the card beside the mouse, m values each.
        image: URL of a sample's picture with {index} in it.
        imageSize: [height, width] of the pictures in pixels.
        focus: index of the sample looked at, or None.
        clicked: *out*; {index, stamp}.
        chosen: *out*; never set here: dots are chosen one by one.
    """

    _type = "DepthMaps"

    def __init__(
        self,
        id: dict[str, Any],
        *,
        url: str,
        maps: Sequence[Prop],
        rows: Sequence[int],
        codes: Sequence[int],
        colors: Sequence[str],
        facts: Sequence[Prop] = (),
        image: str = "",
        imageSize: Sequence[int] = (1, 1),
        focus: int | None = None,
        clicked: Prop | None = None,
        chosen: Prop | None = None,
    ) -> None:
        props = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        lists = {name: list(props[name]) for name in ("maps", "rows", "codes", "colors", "facts", "imageSize")}
        super().__init__(**{**props, **lists})
