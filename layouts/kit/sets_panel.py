"""The list of groups beside a map: what stands in a Dash layout for assets/sets_panel.js."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.kit.component import Own, Prop


class SetsPanel(Own):
    """Groupings of the samples, each a list of groups with swatch and count (assets/sets_panel.js).

    A click on a name hides or shows the group, a double click or Shift leaves only it; the ring right of it
    selects those of its samples that are shown. In a list the arrow keys move, Left and Right between name
    and ring. Lists of many groups scroll and can be searched; however many there are, this is one component.

    Attributes:
        id: of the component; what it shows is also in `window.innerview.maps[id]`, where tests look.
        groupings: [{name, title, groups, waiting, fixed}, ...]; `groups` is [[key, name, total, shown, hidden, light,
            dark], ...] with the colors of the swatch on a light and a dark page, or None for no swatch; `waiting` is
            a sentence in their place; a `fixed` one cannot be taken away.
        menu: [[name, title], ...]: groupings that can be added.
        shown, total: how many samples are shown, of how many.
        hide: out; {name, keys, stamp}: just these groups of a grouping are to be hidden.
        picked: out; {name, key, mode, stamp}: the ring of a group; mode is "replace", "add" (Shift) or "remove"
            (Alt).
        listed: out; {names, stamp}: the groupings after one was added or taken away, without the fixed one.
    """

    _type = "SetsPanel"

    def __init__(
        self,
        id: str | dict[str, Any],
        *,
        groupings: Sequence[Prop] = (),
        menu: Sequence[Sequence[str]] = (),
        shown: int | None = None,
        total: int | None = None,
        hide: Prop | None = None,
        picked: Prop | None = None,
        listed: Prop | None = None,
    ) -> None:
        super().__init__(
            id=id, groupings=list(groupings), menu=list(menu), shown=shown, total=total, hide=hide, picked=picked,
            listed=listed,
        )  # fmt: skip
