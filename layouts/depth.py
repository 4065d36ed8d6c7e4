"""The depth page: what each layer knows of the classes, the same samples in all layers, and where they settle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import accuracy, depth_settles
from layouts.kit import figures, ids, parts, theme
from layouts.kit.depth_maps import DepthMaps
from layouts.kit.state import State
from layouts.page import page
from layouts.part import part, place
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

__all__ = ["depth", "depth_settles"]

NAME = "depth"
PURITY, LINEAR, PAIR = "#5b7cfa", "#f08c00", "#c2255c"
MOST_PAIRS = 100  # in the menu
MOST_NAMED = 20  # classes in the legend
LABEL, WORST = "label", "worst"
BY = {LABEL: "label", "predicted": "prediction", "settles": "layer it settles at"}
ABOUT = (
    "Every layer is asked twice, always about samples whose own class it does not see: do the nearest neighbors have "
    "the same class, and can a straight cut tell it? Then every layer gets a small map, and each sample the layer at "
    "which its neighbors settle on the network's answer."
)


@page("/depth", title="Depth", group="Model", order=30)
def depth(session: Session, state: State) -> Any:
    """The button, or the chart over the layers, the maps of all layers, and where samples settle."""

    def body(name: str) -> Any:
        return place(f"depth-{name}", session, state)

    tools = html.Div(place("accuracy-tools", session, state), className="tools")
    return html.Div(
        [
            html.Div([html.H1("Depth"), tools], className="page-title"),
            body("start"),
            body("chart"),
            body("maps"),
            body("settles"),
        ],
        className="depth",
    )


def wanted(session: Session, state: State) -> list[str]:
    """What the button asks the worker for: the figures first, then the maps. Raises ColumnNotReady."""
    split = accuracy.split(session, state)
    if session.depth.missing(split):
        return []
    columns = [session.depth.column_of(split), session.depth.maps_of(split, state.drawn)]
    return [column for column in columns if not session.is_ready(column)]


def stage(session: Session, state: State) -> str:
    """What the parts depend on: the split, and how far its figures are."""
    split = accuracy.split(session, state)
    return f"{split}|{depth_settles.far(session, session.depth.column_of(split))}"


def _maps_stage(session: Session, state: State) -> str:
    maps = session.depth.maps_of(accuracy.split(session, state), state.drawn)
    return f"{stage(session, state)}|{depth_settles.far(session, maps)}|{state.pair}|{_by(session, state)}"


@part("depth-start", choice=stage)
def start(session: Session, state: State) -> Any:
    """What can be looked at and on how many samples, until that was done."""
    split = accuracy.split(session, state)
    if not session.has_network:
        raise ColumnNotReady("The network is being opened; wait a moment")
    if reason := session.depth.missing(split):
        return parts.empty(reason)
    column = session.depth.column_of(split)
    if session.is_ready(column):
        return None
    n, of = session.depth.sizes(split)
    layers = len(session.network.layers) + 1
    if session.is_wanted(column) and not session.failure(column):
        return parts.card("Looking", parts.waiting(f"Looking at {n:,} samples of {split} in {layers} layers."))
    failure = session.failure(column)
    return parts.card(
        "What does each layer know?",
        html.P(ABOUT),
        parts.failed(failure) if failure else None,
        html.Button(
            f"Look through {layers} layers at {n:,} samples",
            id=ids.own("depth-ask", "layers"),
            className="primary",
            title="Done in the background, a minute or two for a deep network; it can be cancelled",
        ),
        html.P(
            f"{parts.count(n, of)} samples of {split} with a class, drawn by lot, the same every time. "
            + ("" if session.depth.by(split) == "labels" else "There are no labels: the predicted class stands in."),
            className="note",
        ),
    )


@part("depth-chart", choice=lambda session, state: f"{stage(session, state)}|{state.pair}")
def chart(session: Session, state: State) -> Any:
    """Purity, linear probe and a pair of classes over all layers."""
    split = accuracy.split(session, state)
    if depth_settles.early(session, split):
        return None
    found = session.depth.layers(split)
    names = session.class_names
    order = depth_settles.hardest(found)
    chosen = _pair(found, order, state)
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


@part("depth-maps", columns=("predicted",), choice=_maps_stage)
def maps(session: Session, state: State) -> Any:
    """A small map of every layer."""
    split = accuracy.split(session, state)
    if depth_settles.early(session, split):
        return None
    found = session.depth.layers(split)
    method = state.drawn if state.drawn in session.depth.methods else "pca"
    column = session.depth.maps_of(split, method)
    by = _by(session, state)
    tools = [
        parts.select(
            "drawn",
            list(session.depth.methods.items()),
            method,
            label="Drawn by",
            tooltip="PCA takes seconds, the others some seconds a layer",
        ),
        parts.select(
            "by_depth",
            [(name, text) for name, text in BY.items() if name == LABEL or found.settles is not None],
            by,
            label="Color",
            tooltip="What colors the dots",
        ),
    ]
    if session.is_ready(column):
        inside: Any = _pictures(session, state, found, column, by)
    elif failure := session.failure(column):
        inside = parts.failed(failure, again=column)
    elif session.is_wanted(column):
        inside = parts.waiting(f"{session.depth.methods[method]} of {len(found.names)} layers is being drawn.")
    else:
        inside = html.Button(
            f"Draw {len(found.names)} maps by {session.depth.methods[method]}",
            id=ids.own("depth-ask", "maps"),
            className="primary",
            title="Done in the background; it can be cancelled",
        )
    return parts.card(
        "The same samples in every layer",
        inside,
        note=f"n = {len(found.rows):,}; point at a dot to find it in all layers, click to look at it",
        tools=tools,
    )


# -- pieces ----------------------------------------------------------------------------------------


def _by(session: Session, state: State) -> str:
    return state.by_depth if state.by_depth in BY and session.knows("predicted") else LABEL


def _code(pair: Any) -> str:
    return f"{pair[0]}-{pair[1]}"


def _named(pair: Any, names: tuple[str, ...]) -> str:
    return f"{names[pair[0]]} and {names[pair[1]]}"


def _pair(found: Any, order: list[int], state: State) -> int | None:
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


def _pictures(session: Session, state: State, found: Any, column: str, by: str) -> Any:
    """The maps and what their colors mean."""
    names, fingerprint = session.class_names, session.dataset.fingerprint
    predicted = np.asarray(session.column("predicted"))[found.rows] if found.settles is not None else None
    layers = [*found.names, "never"]
    if by == "settles":
        assert found.settles is not None
        scale = theme.sequential()
        colors = [theme.between(scale, 0.1 + 0.9 * place / len(found.names)) for place in range(len(layers))]
        codes, meaning = found.settles, layers
    else:
        colors, meaning = theme.class_colors(len(names)), list(names)
        codes = predicted if by == "predicted" and predicted is not None else found.codes
    if (chosen := _pair(found, [], state)) is not None:
        codes = np.where(np.isin(found.codes, found.pairs[chosen]), codes, -1)
    facts: list[dict[str, Any]] = [
        {
            "title": "label" if found.by == "labels" else "predicted",
            "values": found.codes.tolist(),
            "names": list(names),
        }
    ]
    if predicted is not None and found.settles is not None:
        facts = [{"title": "predicted", "values": predicted.tolist(), "names": list(names)},
                 {"title": "settles at", "values": found.settles.tolist(), "names": layers}]  # fmt: skip
        if found.by == "labels":
            facts.insert(0, {"title": "label", "values": found.codes.tolist(), "names": list(names)})
    used = [code for code in np.unique(codes).tolist() if code >= 0]
    legend = [
        html.Span([html.I(className="dot", style={"background": colors[code]}), meaning[code]])
        for code in used[:MOST_NAMED]
    ]
    if len(used) > MOST_NAMED:
        legend.append(html.Span(f"… {parts.count(MOST_NAMED, len(used))}"))
    component = DepthMaps(
        ids.picker(NAME),
        url=parts.column_url(session.key(column)),
        maps=[
            {
                "name": "raw pixels" if place == 0 else name,
                "note": f"purity {parts.percent(found.purity[place][0], 0)}",
            }
            for place, name in enumerate(found.names)
        ],
        rows=found.rows.tolist(),
        codes=np.asarray(codes).tolist(),
        colors=colors,
        facts=facts,
        image=parts.image_url(fingerprint, "{index}"),
        imageSize=session.dataset.image_shape[:2],
        focus=state.index,
    )
    return html.Div([component, html.Div(legend, className="depth-legend")])
