"""The figures of the metrics page: means with their intervals, one picture or one for each group."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np

from layouts.kit import parts
from layouts.kit.figures import Figure

COLOR = "#5b7cf0"  # seen on a white and on a dark page
WEAK, FAINT = "rgba(128,138,158,0.9)", "rgba(128,138,158,0.25)"
TALL, ROW, TITLE, AXIS = 250, 132, 20, 46  # pixels
ACROSS = 4  # pictures side by side
SKEWED = 50.0  # times the median, from which what lies across is drawn by its logarithm
MOST_ROOM = 0.7  # for intervals above and below, in the distance from the lowest to the highest mean
ALPHA = 0.05
LEAST_P = 1e-99


def figure(drawn: Any, tests: int) -> tuple[Figure, int]:
    """A chart, and the height in pixels that suits it.

    Args:
        drawn: its numbers, a workspace.metrics_board.Drawn.
        tests: how many correlations stand on the board; those that are beyond chance all the same get a star.
    """
    panels = len(drawn.panels)
    columns = min(panels, ACROSS)
    rows = math.ceil(panels / columns)
    single = not drawn.chart.by
    height = TALL if single else rows * ROW + AXIS
    layout: dict[str, Any] = {
        "margin": {"l": 52, "r": 10, "t": 8 if single else TITLE, "b": AXIS},
        "showlegend": False,
        "hovermode": "closest",
        "shapes": [],
        "annotations": [],
    }
    inside = height - layout["margin"]["t"] - AXIS
    gap_x, gap_y = 0.02, (TITLE + 8) / inside
    wide, high = (1 - gap_x * (columns - 1)) / columns, (1 - gap_y * (rows - 1)) / rows
    up = _range(drawn)
    traces = []
    for place, panel in enumerate(drawn.panels):
        row, column = divmod(place, columns)
        left, top = column * (wide + gap_x), 1 - row * (high + gap_y)
        name = "" if place == 0 else str(place + 1)
        is_lowest = place + columns >= panels
        layout[f"xaxis{name}"] = {
            **_across(drawn),
            "domain": [left, min(left + wide, 1)],
            "anchor": f"y{name}",
            "showticklabels": is_lowest,
            **({"matches": "x"} if place else {}),
            **({"title": {"text": _safe(drawn.titles[0])}} if is_lowest and (single or columns < 3) else {}),
        }
        layout[f"yaxis{name}"] = {
            "domain": [max(top - high, 0), top],
            "anchor": f"x{name}",
            "showticklabels": column == 0,
            "zeroline": False,
            "gridcolor": FAINT,
            "nticks": 5,
            **({"tickformat": ".0%" if up[1] - up[0] > 0.05 else ".1%"} if drawn.share else {}),
            **({"matches": "y"} if place else {"range": up}),
            **({"title": {"text": _safe(_metric(drawn))}} if single else {}),
        }
        traces.append(_trace(drawn, panel, place, name))
        if np.isfinite(panel.total):
            layout["shapes"].append(_level(panel.total, name))
        if not single:
            layout["annotations"].append(_heading(panel, name, tests))
    if not single:
        layout["annotations"] += _axis_titles(drawn, columns, height)
    return {"data": traces, "layout": layout}, height


def line(drawn: Any, tests: int) -> str:
    """What a chart says in words: n, the correlation with its p, and how many pictures are beyond chance."""
    said = [f"n = {parts.count(drawn.n, drawn.of)}"]
    if drawn.all_bins > len(drawn.bins):
        said.append(f"the {len(drawn.bins)} most frequent of {drawn.all_bins:,} classes")
    if drawn.chart.by:
        said.append(f"{parts.count(len(drawn.panels), drawn.groups)} groups")
        ranks = drawn.ranks
        if ranks:
            beyond = sum(rank.p < ALPHA / tests for rank in ranks)
            said.append(f"correlation beyond chance in {beyond} of {len(ranks)} (*)")
    elif drawn.panels and (rank := drawn.panels[0].rank) is not None:
        said.append(correlation(rank, tests))
    return " · ".join(said)


def _signed(rho: float) -> str:
    return parts.readable(f"{rho:+.2f}")


def correlation(rank: Any, tests: int) -> str:
    """Spearman's rho with its p, and whether it stands when so many are looked at."""
    if not np.isfinite(rank.rho):
        return "no correlation: one of the two never changes" if rank.n else "no correlation"
    if not np.isfinite(rank.p):
        return f"Spearman ρ {_signed(rank.rho)}, too few for a p"
    p = f"p = {parts.number(rank.p, 2)}" if rank.p > LEAST_P else f"p < {parts.number(LEAST_P)}"
    verdict = "" if rank.p < ALPHA / tests else ", no more than chance"
    return f"Spearman ρ {_signed(rank.rho)}, {p}{verdict}"


def described(drawn: Any, tests: int) -> str:
    """A chart for who cannot see it."""
    by = f", a picture for each {drawn.titles[2]}" if drawn.chart.by else ""
    return f"{_metric(drawn)} by {drawn.titles[0]}{by}: {line(drawn, tests)}."


def value(number: float, share: bool) -> str:
    """A mean or a share as text."""
    return parts.percent(number, 1) if share else parts.number(number)


def _metric(drawn: Any) -> str:
    if drawn.chart.y == "correct":
        return "Accuracy"
    return f"{drawn.titles[1]} ({'share' if drawn.share else 'mean'})"


def _across(drawn: Any) -> dict[str, Any]:
    """The axis of what lies across."""
    axis: dict[str, Any] = {"showgrid": False, "zeroline": False}
    if not drawn.ordered:
        names = [each.text if len(each.text) <= 14 else f"{each.text[:13]}…" for each in drawn.bins]
        places = list(range(len(names)))
        return {**axis, "tickvals": places, "ticktext": [_safe(name) for name in names]}
    centers = np.array([each.center for each in drawn.bins])
    skewed = len(centers) > 2 and (centers > 0).all() and centers.max() > SKEWED * np.median(centers)
    return {**axis, "nticks": 6, **({"type": "log"} if skewed else {})}


def _range(drawn: Any) -> list[float]:
    """What the picture shows upward: all means, and of the intervals as much as leaves the means apart."""
    mean, low, high = (
        np.concatenate([getattr(panel, name) for panel in drawn.panels]) for name in ("mean", "low", "high")
    )
    least, most = float(np.nanmin(mean)), float(np.nanmax(mean))
    room = MOST_ROOM * (most - least) or abs(most) * 0.1 or 1.0
    ends = [max(np.nanmin([least, *low]), least - room), min(np.nanmax([most, *high]), most + room)]
    edge = 0.06 * (ends[1] - ends[0]) or room
    return [float(ends[0] - edge), float(ends[1] + edge)]


def _trace(drawn: Any, panel: Any, place: int, axis: str) -> dict[str, Any]:
    bins = [at for at, n in enumerate(panel.n.tolist()) if n]
    mean, low, high = (np.asarray(each)[bins] for each in (panel.mean, panel.low, panel.high))
    texts = []
    for at, middle, below, above in zip(bins, mean, low, high, strict=True):
        said = [f"<b>{_safe(f'{drawn.titles[0]}: {drawn.bins[at].text}')}</b>"]
        said += [_safe(f"{drawn.titles[2]}: {panel.name}")] * bool(panel.name)
        said.append(f"{_safe(_metric(drawn))} {value(middle, drawn.share)}")
        if np.isfinite(below):
            said.append(f"95 % interval {value(below, drawn.share)} to {value(above, drawn.share)}")
        texts.append("<br>".join([*said, f"n = {int(panel.n[at]):,}; click to select"]))
    return {
        "type": "scatter",
        "mode": "lines+markers" if drawn.ordered else "markers",
        "x": [drawn.bins[at].center for at in bins],
        "y": mean.tolist(),
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": np.nan_to_num(high - mean).tolist(),
            "arrayminus": np.nan_to_num(mean - low).tolist(),
            "thickness": 1.4,
            "width": 0,
            "color": COLOR,
        },
        "line": {"color": COLOR, "width": 1.4},
        "marker": {"color": COLOR, "size": 8 if not drawn.chart.by else 6},
        "customdata": [[text, place, at] for text, at in zip(texts, bins, strict=True)],
        "hovertemplate": "%{customdata[0]}<extra></extra>",
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
    }


def _level(total: float, axis: str) -> dict[str, Any]:
    """The mean over all bins as a dotted line."""
    line = {"color": WEAK, "width": 1, "dash": "dot"}
    ends = {"x0": 0, "x1": 1, "y0": total, "y1": total}
    return {"type": "line", **ends, "xref": f"x{axis} domain", "yref": f"y{axis}", "line": line, "layer": "below"}


def _heading(panel: Any, axis: str, tests: int) -> dict[str, Any]:
    """The name of a picture over it, with its correlation."""
    name = panel.name if len(panel.name) <= 16 else f"{panel.name[:15]}…"
    rank = panel.rank
    said = f"<b>{_safe(name)}</b>"
    if rank is not None and np.isfinite(rank.rho):
        star = "*" if np.isfinite(rank.p) and rank.p < ALPHA / tests else ""
        said += f"  ρ {_signed(rank.rho)}{star}"
    return {
        "text": said, "x": 0, "y": 1, "xref": f"x{axis} domain", "yref": f"y{axis} domain", "xanchor": "left",
        "yanchor": "bottom", "showarrow": False, "font": {"size": 11},
    }  # fmt: skip


def _axis_titles(drawn: Any, columns: int, height: int) -> list[dict[str, Any]]:
    """What lies across and up, once for all pictures."""
    shared = {"xref": "paper", "yref": "paper", "showarrow": False, "font": {"size": 12}}
    up = {"text": _safe(_metric(drawn)), "x": 0, "y": 0.5, "xshift": -46, "textangle": -90, "xanchor": "center"}
    across = {"text": _safe(drawn.titles[0]), "x": 0.5, "y": 0, "yshift": -AXIS + 2, "yanchor": "bottom"}
    return [{**shared, **up}, *([{**shared, **across}] if columns >= 3 else [])]


def _safe(text: str) -> str:
    """Text that plotly does not take for markup."""
    return html.escape(text, quote=False)
