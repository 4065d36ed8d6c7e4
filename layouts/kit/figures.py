"""Charts: figures as plain dictionaries, and the one way they get onto a page.

Figures are written for the light page; what is text or line in them takes its color from
assets/overview.css in both, and fills are see-through, so that no figure is drawn anew when the
theme changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from dash import dcc, html
from numpy.typing import NDArray

from layouts.kit import ids, parts, theme

Figure = dict[str, Any]

CONFIG: Any = {
    "showSendToCloud": False,
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "toImage"],
}
KINDS = ("png", "svg")
MOST_NUMBERED = 20  # classes; more cells than that have no room for a count
CELL, MARGIN, TALLEST = 44, 96, 560  # pixels
GRID, REFERENCE = "rgba(128,138,158,0.2)", "rgba(128,138,158,0.9)"  # seen on a light page and on a dark one
ERROR, RIGHT = "rgba(66,99,235,{})", "rgba(128,138,158,{})"


def graph(name: str, figure: Figure, *, label: str, height: int) -> Any:
    """A chart on a page.

    Args:
        name: by which callbacks find it.
        figure: plotly's data and layout.
        label: what it shows, in a sentence, for who cannot see it.
        height: in pixels; it is as wide as its place.
    """
    layout = {"template": theme.template(), "autosize": True, "height": height, **figure["layout"]}
    chart = dcc.Graph(
        id=ids.graph(name),
        figure={**figure, "layout": layout},
        config=CONFIG,
        responsive=True,
        style={"height": f"{height}px"},
    )
    shown = html.Div(chart, role="img", tabIndex=0, **parts.aria(label))
    return html.Figure(
        [shown, html.Div([_file(name, kind) for kind in KINDS], className="graph-files")], className="graph"
    )


def confusion(counts: NDArray[np.integer], names: Sequence[str]) -> tuple[Figure, int]:
    """Which class is taken for which: rows are labels, columns predictions.

    Errors are colored by the logarithm of their count, so that one cell of a thousand does not hide
    ten of a dozen; what is right is gray, whatever its number.

    Args:
        counts: (c, c).
        names: c class names.

    Returns:
        The figure, and the height in pixels that suits it.
    """
    classes = len(counts)
    axis_names = _unlike(names)
    right = np.eye(classes, dtype=bool)
    errors = np.where(right, 0, counts)
    highest = max(int(errors.max(initial=0)), 10)
    numbered = classes <= MOST_NUMBERED
    shared = {
        "type": "heatmap",
        "x": axis_names,
        "y": axis_names,
        "zmin": 0,
        "xgap": 2 if numbered else 0,
        "ygap": 2 if numbered else 0,
        "customdata": counts.tolist(),
        "hovertemplate": "label %{y}, predicted %{x}: %{customdata:,}<extra></extra>",
    }
    if numbered:
        shared |= {
            "text": [[f"{count:,}" if count else "" for count in row] for row in counts.tolist()],
            "texttemplate": "%{text}",
            "textfont": {"color": "#1c2230", "size": 12 if classes <= 12 else 10},
        }
    ticks = [10**power for power in range(len(str(highest)))]
    traces = [
        {
            **shared,
            "z": _logarithms(errors),
            "zmax": float(np.log10(highest)),
            "colorscale": [[0, ERROR.format(0.3 if numbered else 0.4)], [1, ERROR.format(0.8 if numbered else 1)]],
            "showscale": not numbered,
            "colorbar": {
                "title": {"text": "errors"},
                "thickness": 10,
                "len": 0.6,
                "tickvals": [float(np.log10(tick)) for tick in ticks],
                "ticktext": [f"{tick:,}" for tick in ticks],
            },
        },
        {
            **shared,
            "z": _logarithms(np.where(right, counts, 0)),
            "zmax": 1,
            "colorscale": [[0, RIGHT.format(0.2 if numbered else 0.4)], [1, RIGHT.format(0.2 if numbered else 0.4)]],
            "showscale": False,
        },
    ]
    axis = {
        "type": "category",
        "constrain": "domain",
        "showgrid": False,
        "zeroline": False,
        **({"tickmode": "linear", "dtick": 1} if numbered else {}),
    }
    layout = {
        "xaxis": {**axis, "title": {"text": "predicted"}, "side": "top"},
        "yaxis": {
            **axis,
            "title": {"text": "label"},
            "autorange": "reversed",
            "scaleanchor": "x",
            "constraintoward": "top",
        },
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
    }
    return {"data": traces, "layout": layout}, min(CELL * classes + MARGIN, TALLEST)


def scatter(
    points: NDArray[np.floating], values: NDArray[Any], color: Figure | None, indices: NDArray[np.integer]
) -> Figure:
    """A map of a few thousand samples, where the sample map cannot be drawn.

    Args:
        points: (n, 2).
        values: (n,) what colors them: positions in the names of `color`, or numbers.
        color: as the sample map takes it, or None.
        indices: (n,) the samples, for the hover text.
    """

    def trace(rows: NDArray[np.bool_], name: str, marker: Figure) -> Figure:
        return {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": points[rows, 0].tolist(),
            "y": points[rows, 1].tolist(),
            "marker": {"size": 4, **marker},
            "text": [f"sample {index}" for index in indices[rows]],
            "hoverinfo": "text+name",
        }

    everything = np.ones(len(points), bool)
    if color is None:
        traces = [trace(everything, "", {})]
    elif color["kind"] == "category":
        pairs = zip(color["names"], color["colors"], strict=True)
        traces = [trace(values == code, name, {"color": shade}) for code, (name, shade) in enumerate(pairs)]
    else:
        stops = color["scale"]["light"]
        scale = [[position / (len(stops) - 1), shade] for position, shade in enumerate(stops)]
        numbers = {"color": values.tolist(), "colorscale": scale, "showscale": True}
        traces = [trace(everything, color["title"], numbers)]
    axis = {"visible": False}
    layout = {"xaxis": axis, "yaxis": {**axis, "scaleanchor": "x"}, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}}
    return {"data": traces, "layout": layout}


def _file(name: str, kind: str) -> Any:
    """A button that saves the chart beside it, in light colors on white (assets/charts.js)."""
    text = f"Save this chart as {kind.upper()}"
    what: dict[str, Any] = {"data-chart": name, "data-kind": kind, **parts.aria(text)}
    return html.Button(kind.upper(), className="plain", title=text, **what)


def _logarithms(counts: NDArray[np.integer]) -> list[list[float | None]]:
    """log10 of every count; None where there is nothing to show."""
    with np.errstate(divide="ignore"):
        logarithms = np.log10(counts)
    return [[round(value, 3) if value >= 0 else None for value in row] for row in logarithms.tolist()]


def _unlike(names: Sequence[str]) -> list[str]:
    """The same names, made different where two are equal: an axis would join them."""
    return [name if names.index(name) == code else f"{name} ({code})" for code, name in enumerate(names)]
