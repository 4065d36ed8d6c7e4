"""Waveforms: what a layer says about one sample, as a line over its units, drawn over the query's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layouts.kit.figures import Figure
from layouts.kit.markup import svg

Values = NDArray[np.floating]

QUERY, OTHER, FILL = "rgba(128,138,158,0.9)", "rgb(66,99,235)", "rgba(128,138,158,0.28)"
WIDTH, HEIGHT = 200, 46
MOST_STEPS = 100  # of a small line; a layer with more units is drawn by the least and the most of each step
MOST_THICK = 300  # units; of more, thick lines would hide each other
FEWEST = 3  # units; fewer are not smoothed
DOTTED = 24  # units; with fewer a line needs dots to show where they are


def width_of(units: int) -> int:
    """How many units a smoothed waveform averages over: a twentieth of them, odd, at least 3 and at most 41."""
    return max(3, min(41, units // 20 | 1))


def smoothed(values: Values, width: int) -> Values:
    """Moving average over `width` units, an odd number; at the ends over as many as there are. (d,) -> (d,)."""
    half = width // 2
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    places = np.arange(len(values))
    start, stop = np.maximum(places - half, 0), np.minimum(places + half + 1, len(values))
    return np.asarray((sums[stop] - sums[start]) / (stop - start))


def small(query: Values, other: Values, low: float, high: float) -> Any:
    """Two waveforms as a drawing of 200 x 46: the query as a gray area, the other as a line over it.

    Args:
        query: (d,) the values below.
        other: (d,) the values above.
        low: the value at the lower edge, the same for all drawings that are compared.
        high: the value at the upper edge.
    """
    base = _heights(np.zeros(1), low, high)[0]
    x, area = _steps(_heights(query, low, high))
    body = " ".join(f"{a:.4g},{b:.4g}" for a, b in zip(x, area, strict=True))
    x, line = _steps(_heights(other, low, high))
    over = " ".join(f"{a:.4g},{b:.4g}" for a, b in zip(x, line, strict=True))
    return svg(
        "svg",
        svg("path", d=f"M{x[0]:.4g},{base:.4g} L{body} {x[-1]:.4g},{base:.4g}Z", className="wave-area"),
        svg("path", d=f"M{over}", className="wave-line", vectorEffect="non-scaling-stroke"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        className="wave",
    )


def figure(
    query: Values, other: Values, names: Sequence[str], *, called: tuple[str, str], across: str, up: str
) -> Figure:
    """The two waveforms as a chart.

    Args:
        query: (d,) in the order in which they are drawn.
        other: (d,) in the same order.
        names: of the d units, in the same order.
        called: what to call the two.
        across: what the horizontal axis says.
        up: what the vertical axis says.
    """
    mode = "lines+markers" if len(names) <= DOTTED else "lines"
    places = list(range(1, len(names) + 1))
    shared = {"type": "scatter", "mode": mode, "x": places, "customdata": list(names)}
    hover = "%{customdata}: %{y:.4g}"
    traces = [
        {
            **shared,
            "name": called[0],
            "y": _rounded(query),
            "fill": "tozeroy",
            "fillcolor": FILL,
            "line": {"color": QUERY, "width": 1},
            "hovertemplate": f"{hover}<extra>query</extra>",
        },
        {
            **shared,
            "name": called[1],
            "y": _rounded(other),
            "line": {"color": OTHER, "width": 1.6 if len(names) <= MOST_THICK else 0.8},
            "hovertemplate": f"{hover}<extra>{called[1]}</extra>",
        },
    ]
    layout = {
        "xaxis": {"title": {"text": across}, "showgrid": False, "zeroline": False, "range": [0.5, len(names) + 0.5]},
        "yaxis": {"title": {"text": up}, "zeroline": True},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "hovermode": "x",
        "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
    }
    return {"data": traces, "layout": layout}


def _heights(values: Values, low: float, high: float) -> Values:
    """Values as distances from the upper edge."""
    return np.asarray(HEIGHT - 1 - (np.asarray(values, np.float64) - low) / max(high - low, 1e-12) * (HEIGHT - 2))


def _steps(heights: Values) -> tuple[Values, Values]:
    """Where a line goes: through every unit, or through the least and the most of each step of many."""
    d = len(heights)
    if d == 1:
        return np.array([0.0, WIDTH]), np.repeat(heights, 2)
    if d <= 2 * MOST_STEPS:
        return np.linspace(0, WIDTH, d), heights
    starts = np.arange(MOST_STEPS) * d // MOST_STEPS
    ends = np.stack([np.maximum.reduceat(heights, starts), np.minimum.reduceat(heights, starts)], axis=1)
    ends[1::2] = ends[1::2, ::-1]  # down and up again, without a jump between two steps
    return np.linspace(0, WIDTH, 2 * MOST_STEPS), ends.ravel()


def _rounded(values: Values) -> list[float]:
    return [float(f"{value:.5g}") for value in np.asarray(values, np.float64).tolist()]
