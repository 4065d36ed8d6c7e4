"""The pictures whose own size or shape is odd for their data set, told in a sentence with examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.odd_sizes import LARGE, NAMES, NARROW, SMALL, USUAL, measures
from workspace.query import literal

if TYPE_CHECKING:
    from workspace.session import Session

NEEDED = ("odd_size", "metadata/width", "metadata/height")
QUERY = f"odd_size != {literal(NAMES[USUAL])}"


@dataclass(frozen=True, slots=True)
class OddSizes:
    """What is odd: `n` of `of` pictures, in words, and the rows of the most striking one of each kind."""

    n: int
    of: int
    text: str
    rows: tuple[int, ...]


def found(session: Session) -> OddSizes | None:
    """The odd sizes of a data set, None where there are none.

    Raises:
        ColumnNotReady: they have not been looked for yet.
    """
    kind, width, height = (np.asarray(session.column(name)) for name in NEEDED)
    n = int(np.count_nonzero(kind))
    if not n:
        return None
    area, aspect = measures(width, height)
    of, middle, across = int(np.isfinite(area).sum()), np.nanmedian(area), np.nanmedian(aspect)
    measured = {SMALL: -area, LARGE: area, NARROW: np.abs(aspect - across)}
    said, rows = [], []
    for code, how in ((SMALL, "small, down to"), (LARGE, "large, up to"), (NARROW, "narrow or wide, up to")):
        members = np.flatnonzero(kind == code)
        if len(members):
            row = int(members[np.argmax(measured[code][members])])
            said.append(f"{len(members):,} {how} {_size(width[row], height[row])}")
            rows.append(row)
    usual = _size(np.exp((middle + across) / 2), np.exp((middle - across) / 2))
    word = "picture has" if n == 1 else "pictures have"
    text = (
        f"{n:,} of {of:,} {word} an odd size or shape: {'; '.join(said)} pixels (width x height; usual is {usual})."
    )
    return OddSizes(n, of, text, tuple(rows))


def _size(width: float, height: float) -> str:
    return f"{width:,.0f} x {height:,.0f}"
