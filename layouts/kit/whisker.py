"""A whisker: a value as a dot on the line of its interval, small enough for a cell of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from layouts.kit.markup import svg

MARGIN = 4  # pixels, so that a dot at an end is whole


def whisker(
    low: float, value: float, high: float, *, start: float, end: float, width: float, height: float, radius: float
) -> Any:
    """The drawing; None where one of the three is not a finite number, or the scale has no length.

    Args:
        low: where the interval begins.
        value: what lies in it.
        high: where it ends.
        start: the left end of the scale; what lies beyond an end is drawn at it.
        end: the right end.
        width: of the drawing in pixels.
        height: of the drawing.
        radius: of the dot.
    """
    if not np.isfinite([low, value, high]).all() or end <= start:
        return None

    def x(at: float) -> float:
        return round(MARGIN + (width - 2 * MARGIN) * float(np.clip((at - start) / (end - start), 0, 1)), 1)

    middle = height / 2
    return svg(
        "svg",
        svg("line", x1=MARGIN, x2=width - MARGIN, y1=middle, y2=middle, className="whisker-track"),
        svg("line", x1=x(low), x2=x(high), y1=middle, y2=middle, className="whisker-line"),
        svg("circle", cx=x(value), cy=middle, r=radius, className="whisker-dot"),
        width=width,
        height=height,
        className="whisker",
        role="presentation",
    )
