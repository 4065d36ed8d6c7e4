"""Colors: of classes, of numbers, and the look of the charts, in light and dark.

Colors are chosen in OKLab (Ottosson, "A perceptual color space for image processing", 2020), where
equal steps look equally large, and compared a second and third time as people with red- and
green-blind eyes see them (Machado, Oliveira and Fernandes, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", 2009). Everything here is plain data: charts and the sample
map get hexadecimal strings, so that none of it costs an import of plotly.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BASE = (  # found by search: the least distances, normal and 1.5 times the color-blind ones, as large as they get
    "#1d4eca", "#fca00c", "#01ccfd", "#235b14", "#763186",
    "#cf5de4", "#ad5463", "#fc5222", "#2c80a0", "#68d089",
)  # fmt: skip
LINES = ("#5b7cfa", "#f08c00")  # of one or two in a chart, on a light page and a dark one
MISSING = "#9aa0aa"
OUTCOMES = ("#a9b3c6", "#3b6fe0", "#d6336c", "#e8962e")  # of two networks: both right, fixed, broken, both wrong
MOST = 200
STOPS = 13

_TO_CONE = np.array([[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728],
                     [1, -0.0894841775, -1.2914855480]])  # fmt: skip
_CONE_TO_RGB = np.array([[4.0767416621, -3.3077115913, 0.2309699292],
                         [-1.2684380046, 2.6097574011, -0.3413193965],
                         [-0.0041960863, -0.7034186147, 1.7076147010]])  # fmt: skip
_RGB_TO_CONE = np.linalg.inv(_CONE_TO_RGB)
_FROM_CONE = np.linalg.inv(_TO_CONE)
_RED_BLIND = np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                       [-0.003882, -0.048116, 1.051998]])  # fmt: skip
_GREEN_BLIND = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                         [-0.011820, 0.042940, 0.968881]])  # fmt: skip
# A pair that only a color-blind eye confuses still differs for most readers: it may come this much closer.
_BLIND_WEIGHT = 1 / 0.6

_INK = {
    False: {"text": "#1f2430", "muted": "#667085", "line": "#e6e8ee", "card": "#ffffff", "accent": "#3b5bdb"},
    True: {"text": "#e4e7ee", "muted": "#98a1b3", "line": "#2d323d", "card": "#1e2128", "accent": "#8da2fb"},
}
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"


def class_colors(n: int) -> list[str]:
    """One color per class, the same for class k whatever n is.

    The first ten are as far apart as they get, for color-blind eyes too; each further one is the color farthest
    from all before it, so lightness, hue and chroma take turns. All can be seen on a white and on a dark page.
    From the 201st class on the colors repeat: no eye tells so many apart, and the legend has names.

    Args:
        n: how many classes, 0 or more.

    Returns:
        n strings like "#4a5fd0".
    """
    sequence = BASE if n <= len(BASE) else _all_class_colors()
    return [sequence[k % len(sequence)] for k in range(n)]


def line_colors(n: int) -> list[str]:
    """Colors of n lines in one chart, n strings like "#4a5fd0": brighter ones for up to two than classes have."""
    return list(LINES[:n]) if n <= len(LINES) else class_colors(n)


def sequential(dark: bool = False) -> list[str]:
    """A scale for numbers from low to high: cool and near the page, to warm and far from it.

    Neighbors are equally far apart in OKLab and lightness runs one way only, so that it survives
    printing in gray and color-blind eyes. The light scale can be read on a dark page too, but there
    its high end is the dim one; `dark=True` gives the twin whose high end shines.

    Args:
        dark: made for a dark page.

    Returns:
        13 strings like "#4a5fd0", low first.
    """
    if dark:
        return [*_path((0.40, 0.66, 0.91), (0.09, 0.20, 0.14), (270, 355, 442))]
    return [*_path((0.86, 0.64, 0.42), (0.06, 0.18, 0.17), (215, 295, 379))]


def between(scale: Sequence[str], share: float) -> str:
    """The color at a share, 0 to 1, of a scale."""
    at = min(max(share, 0.0), 1.0) * (len(scale) - 1)
    first = min(int(at), len(scale) - 2)
    low, high = (np.array([int(scale[k][i : i + 2], 16) for i in (1, 3, 5)]) for k in (first, first + 1))
    return "#" + "".join(f"{round(float(part)):02x}" for part in low + (high - low) * (at - first))


def diverging(dark: bool = False) -> list[str]:
    """A scale with a middle that means nothing: blue below, near the page in the middle, red above."""
    lightness = 0.34 if dark else 0.95
    below = _path((0.55 if not dark else 0.72, lightness), (0.17, 0.01), (262, 262), stops=7)
    above = _path((lightness, 0.55 if not dark else 0.72), (0.01, 0.18), (25, 25), stops=7)
    return [*below, *above[1:]]


def template(dark: bool = False) -> dict[str, Any]:
    """How plotly's charts look, as the plain dictionary that `layout.template` takes.

    Backgrounds are transparent, so that a chart sits on whatever card holds it.
    """
    ink = _INK[dark]
    axis = {
        "gridcolor": ink["line"],
        "zerolinecolor": ink["line"],
        "linecolor": ink["line"],
        "ticks": "",
        "tickfont": {"color": ink["muted"], "size": 11},
        "title": {"font": {"color": ink["muted"], "size": 12}, "standoff": 8},
        "automargin": True,
    }
    bar = {"thickness": 10, "outlinewidth": 0, "ticks": "", "tickfont": {"color": ink["muted"], "size": 11}}
    return {
        "layout": {
            "font": {"family": _FONT, "size": 12, "color": ink["text"]},
            "title": {"x": 0, "xanchor": "left", "font": {"size": 14}},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(BASE),
            "colorscale": {"sequential": _scale(sequential(dark)), "diverging": _scale(diverging(dark))},
            "coloraxis": {"colorbar": bar},
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
            "legend": {"orientation": "h", "y": -0.15, "x": 0, "font": {"color": ink["muted"]}},
            "hoverlabel": {
                "bgcolor": ink["card"],
                "bordercolor": ink["line"],
                "font": {"color": ink["text"], "family": _FONT},
            },
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": ink["muted"], "activecolor": ink["accent"]},
            "hovermode": "closest",
            "bargap": 0.08,
        },
        "data": {
            "bar": [{"marker": {"line": {"width": 0}}}],
            "heatmap": [{"colorscale": _scale(sequential(dark)), "colorbar": bar}],
            "histogram": [{"marker": {"line": {"width": 0}}}],
        },
    }


def _scale(stops: list[str]) -> list[list[float | str]]:
    return [[k / (len(stops) - 1), color] for k, color in enumerate(stops)]


@cache
def _all_class_colors() -> tuple[str, ...]:
    """The ten of BASE and, one after the other, what is farthest from all chosen so far (about 30 ms)."""
    lightness, chroma, hue = np.meshgrid(
        np.arange(0.45, 0.86, 0.04), np.arange(0.05, 0.21, 0.03), np.arange(0, 360, 8), indexing="ij"
    )
    rgb = _oklch(lightness.ravel(), chroma.ravel(), hue.ravel())  # (n, 3), linear light
    seen = ((rgb >= 0) & (rgb <= 1)).all(axis=1)
    luminance = rgb @ np.array([0.2126, 0.7152, 0.0722])
    seen &= (luminance > 0.06) & (luminance < 0.62)  # contrast of 1.5 or more with both pages
    rgb = rgb[seen]
    eyes = _eyes(rgb)  # (3, n, 3)
    chosen = list(BASE)
    gap = np.full(len(rgb), np.inf)
    for start in (*BASE, MISSING):
        gap = np.minimum(gap, _distance(eyes, _eyes(_linear(start)[None])))
    while len(chosen) < MOST:
        best = int(gap.argmax())
        chosen.append(_hex(rgb[best]))
        gap = np.minimum(gap, _distance(eyes, eyes[:, best : best + 1]))
    return tuple(chosen)


@cache
def _path(
    lightness: tuple[float, ...], chroma: tuple[float, ...], hue: tuple[float, ...], stops: int = STOPS
) -> tuple[str, ...]:
    """Colors along a path through OKLCH, evenly spaced to the eye, chroma cut to what a screen can show (2 ms)."""
    knots = np.linspace(0, 1, len(lightness))
    t = np.linspace(0, 1, 400)
    light, color, angle = (np.interp(t, knots, values) for values in (lightness, chroma, hue))
    rgb = _oklch(light, color, angle)
    for _ in range(40):
        outside = ((rgb < 0) | (rgb > 1)).any(axis=1)
        if not outside.any():
            break
        color = np.where(outside, color * 0.96, color)
        rgb = _oklch(light, color, angle)
    lab = _oklab(np.clip(rgb, 0, 1))
    at = even = np.linspace(0, 1, stops)
    for _ in range(20):  # move the stops until the steps between them are equal
        steps = np.linalg.norm(np.diff([np.interp(at, t, lab[:, k]) for k in range(3)], axis=1), axis=0)
        length = np.concatenate([[0], np.cumsum(steps)])
        at = np.interp(even * length[-1], length, at)
    return tuple(_hex(np.array([np.interp(stop, t, rgb[:, k]) for k in range(3)])) for stop in at)


def _oklch(lightness: Floats, chroma: Floats, hue: Floats) -> Floats:
    """OKLCH, hue in degrees -> linear RGB (n, 3); outside 0..1 where a screen cannot show it."""
    angle = np.deg2rad(hue)
    lab = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1)
    rgb: Floats = (lab @ _TO_CONE.T) ** 3 @ _CONE_TO_RGB.T
    return rgb


def _oklab(rgb: Floats) -> Floats:
    lab: Floats = np.cbrt(np.clip(rgb, 0, 1) @ _RGB_TO_CONE.T) @ _FROM_CONE.T
    return lab


def _eyes(rgb: Floats) -> Floats:
    """(n, 3) linear RGB -> (3, n, 3) OKLab as a normal, a red-blind and a green-blind eye see it."""
    return np.stack([_oklab(rgb), _oklab(rgb @ _RED_BLIND.T), _oklab(rgb @ _GREEN_BLIND.T)])


def _distance(some: Floats, one: Floats) -> Floats:
    """The smallest OKLab distance over the three eyes, (n,)."""
    gaps: Floats = np.linalg.norm(some - one, axis=-1) * np.array([[1.0], [_BLIND_WEIGHT], [_BLIND_WEIGHT]])
    smallest: Floats = gaps.min(axis=0)
    return smallest


def _linear(color: str) -> Floats:
    value = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _hex(rgb: Floats) -> str:
    rgb = np.clip(rgb, 0, 1)
    value = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in value)
