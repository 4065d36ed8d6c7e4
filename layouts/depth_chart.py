"""The chart of the depth page: what each layer knows of the classes, and of two that are hard to tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import accuracy, depth_settles
from layouts.kit import figures, parts
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

PURITY, LINEAR, PAIR = "#5b7cfa", "#f08c00", "#c2255c"
MOST_PAIRS = 100  # in the menu
WORST = "worst"


@part("depth-chart", choice=lambda session, state: f"{depth_settles.stage(session, state)}|{state.pair}")
def chart(session: Session, state: State) -> Any:
    """Purity, linear probe and a pair of classes over all layers."""
    split = accuracy.split(session, state)
    if depth_settles.early(session, split):
        return None
    found = session.depth.layers(split)
    names = session.class_names
    order = depth_settles.hardest(found)
    chosen = pair_of(found, order, state)
    pair, menu = None, None
    if chosen is not None:
        pair = found.pair(chosen)
        options = [(_code(found.pairs[place]), _named(found.pairs[place], names)) for place in order[:MOST_PAIRS]]
        here = (
            WORST if chosen == order[0] and state.pair != _code(found.pairs[chosen]) else _code(found.pairs[chosen])
        )
        options.insert(0, (WORST, f"worst: {_named(found.pairs[order[0]], names)}"))
        if here not in {value for value, _ in options}:
            options.append((here, _named(found.pairs[chosen], names)))
        menu = parts.select(
            "pair",
            options,
            here,
            label=f"Pair ({parts.count(min(MOST_PAIRS, len(order)), len(order))})",
            tooltip="Two classes, those that the last layer tells apart worst first; the maps show only these two",
        )
    of = "label" if found.by == "labels" else "predicted class"
    label = f"Neighbor purity and linear probe in {len(found.names)} layers; the sentence above names the best."
    return parts.card(
        "What each layer knows of the classes",
        html.Div(
            [
                html.Div(
                    [
                        html.P(_sentence(found), className="depth-said"),
                        html.P(_pair_sentence(found, chosen, pair, names), className="depth-said")
                        if pair and chosen is not None
                        else None,
                    ]
                ),
                menu,
            ],
            className="depth-head",
        ),
        figures.graph("depth", _figure(found, pair, chosen, names), label=label, height=340),
        html.P(
            f"{parts.count(len(found.rows), found.of)} samples of {split}, drawn by lot. Purity: share of the "
            f"{found.k} nearest others with the same {of}. Linear probe: ridge regression fitted to all samples but "
            "the one that is judged. Whiskers are 95 % intervals; dotted lines are what chance gives.",
            className="note",
        ),
    )


def _code(pair: Any) -> str:
    return f"{pair[0]}-{pair[1]}"


def _named(pair: Any, names: tuple[str, ...]) -> str:
    return f"{names[pair[0]]} and {names[pair[1]]}"


def pair_of(found: Any, order: list[int], state: State) -> int | None:
    """The place of the chosen pair, else of the one that is told apart worst."""
    codes = {_code(pair): place for place, pair in enumerate(found.pairs.tolist())}
    return codes.get(state.pair, order[0] if order else None)


def _share(share: tuple[float, float, float]) -> str:
    value, low, high = share
    return f"{parts.percent(value, 1)} ({parts.percent(low, 1)} – {parts.percent(high, 1)})"


def _sentence(found: Any) -> list[Any]:
    """Which layer knows most, and from which on nothing is gained."""
    said: list[Any] = []
    for title, shares in (("Neighbors agree", found.purity), ("A linear probe is right", found.linear)):
        best = int(np.argmax([share for share, _, _ in shares]))
        first = found.apart(shares)
        if not best:
            said.append(f"{title} in {_share(shares[0])} in the pixels, and in no layer more often. ")
            continue
        said += [
            f"{title} in {parts.percent(shares[0][0], 1)} in the pixels and {_share(shares[best])} in ",
            html.Strong(found.names[best]),
            f"; {found.names[first]} is as good. " if first < best else ". ",
        ]
    return said


def _pair_sentence(found: Any, chosen: int, shares: Any, names: tuple[str, ...]) -> list[Any]:
    """Where a pair of classes comes apart."""
    first = found.apart(shares)
    best = int(np.argmax([share for share, _, _ in shares]))
    if not best:
        where = f" (n = {int(found.paired[chosen]):,}) are told apart best in the pixels, in {_share(shares[0])}."
        return [html.Strong(_named(found.pairs[chosen], names)), where]
    return [
        html.Strong(_named(found.pairs[chosen], names)),
        f" (n = {int(found.paired[chosen]):,}) are told apart in {parts.percent(shares[0][0], 1)} in the pixels "
        f"and in {_share(shares[best])} in ",
        html.Strong(found.names[best]),
        "; in every layer before clearly less."
        if first == best
        else f"; from {found.names[first]} on as well, as far as so many samples can tell.",
    ]


def _figure(found: Any, pair: Any, chosen: int | None, names: tuple[str, ...]) -> figures.Figure:
    lines = [("neighbor purity", found.purity, PURITY), ("linear probe", found.linear, LINEAR)]
    if pair is not None and chosen is not None:
        lines.append((f"probe, {_named(found.pairs[chosen], names)}", pair, PAIR))
    layers = list(range(len(found.names)))
    traces: list[figures.Figure] = []
    for name, shares, color in lines:
        values, low, high = (100 * np.array(column) for column in zip(*shares, strict=True))
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": layers,
                "y": values.tolist(),
                "line": {"color": color, "width": 2},
                "marker": {"size": 6},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": np.nan_to_num(high - values).tolist(),
                    "arrayminus": np.nan_to_num(values - low).tolist(),
                    "color": color,
                    "thickness": 1.2,
                    "width": 3,
                },
                "customdata": [f"{name}: {_share(share)}" for share in shares],
                "text": list(found.names),
                "hovertemplate": "%{text}, %{customdata}<extra></extra>",
            }
        )
    for name, level, color in (("purity", found.chance, PURITY), ("probe", found.most, LINEAR)):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{name} by chance",
                "x": [layers[0], layers[-1]],
                "y": [100 * level] * 2,
                "line": {"color": color, "width": 1, "dash": "dot"},
                "showlegend": False,
                "hovertemplate": f"{name} by chance: {parts.percent(level, 1)}<extra></extra>",
            }
        )
    layout = {
        "xaxis": {"zeroline": False, "showgrid": False, "tickvals": layers, "ticktext": list(found.names),
                  "tickangle": 0 if len(layers) <= 8 else -40},
        "yaxis": {"zeroline": False, "gridcolor": figures.GRID, "ticksuffix": " %", "range": [0, 104]},
        "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
        "legend": {"orientation": "h", "x": 0, "y": 1.14},
        "showlegend": True,
    }  # fmt: skip
    return {"data": traces, "layout": layout}
