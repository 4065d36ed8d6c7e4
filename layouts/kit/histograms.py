"""Small histograms under each other, on one axis, in which a range can be chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from layouts.kit.component import Own, Prop

MOST_TICKS = 7


class Histograms(Own):
    """A histogram per row, all on the same bins (assets/histograms.js). Dragging, or the arrow keys, choose bins.

    Attributes:
        id: `{"histograms": name}`.
        edges: borders of the bins, rising.
        log: whether they are evenly spaced in the logarithm.
        ticks: [[value, text], ...] below them.
        scale: {light, dark, low, high}: the colors of the values from low to high, as on a sample map.
        rows: [{name, code, counts, n, mean, median, query, tall}, ...]; `of` holds paler counts behind, of more
            samples; `code` is sent with what is chosen in the row; a click on the name of a row that has a
            `query` asks for it; mean and median may be None.
        first: how many rows are shown until all are asked for.
        unit: of the values.
        selection: name of the selection there is now; another than the one a drag brought wipes the drag's mark off.
        brushed: *out*; {code, low, high, mode, stamp}: low or high None where the range ends with the bins, mode as
            of a lasso.
        went: *out*; {query, stamp} when a name was clicked.
    """

    _type = "Histograms"

    def __init__(
        self,
        id: dict[str, str],
        *,
        edges: Sequence[float],
        log: bool,
        ticks: Sequence[Sequence[Any]],
        scale: Prop,
        rows: Sequence[Prop],
        first: int = 20,
        unit: str = "",
        selection: str = "",
        brushed: Prop | None = None,
        went: Prop | None = None,
    ) -> None:
        super().__init__(
            id=id,
            edges=list(edges),
            log=log,
            ticks=[list(tick) for tick in ticks],
            scale=scale,
            rows=list(rows),
            first=first,
            unit=unit,
            selection=selection,
            brushed=brushed,
            went=went,
        )


def ticks(low: float, high: float, *, log: bool) -> list[tuple[float, str]]:
    """A handful of round values between two others, with their texts: powers of ten, or even steps."""
    if not high > low:
        return []
    if log:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        step = max(1, math.ceil((last - first + 1) / MOST_TICKS))
        powers = [power for power in range(first, last + 1) if power % step == 0]
        return [(10.0**power, _power(power)) for power in powers]
    rough = (high - low) / MOST_TICKS
    unit = 10.0 ** math.floor(math.log10(rough))
    step_size = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
    places = [k * step_size for k in range(math.ceil(low / step_size), math.floor(high / step_size + 1e-9) + 1)]
    return [(value, f"{value:.4g}") for value in places]


def _power(power: int) -> str:
    """0.001 to 1,000 in full, others as 10⁻⁶."""
    if -3 <= power <= 3:
        return f"{10.0**power:,.{max(-power, 0)}f}"
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
