"""The depth page: what each layer knows of the classes, the same samples in all layers, and where they settle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import accuracy, depth_chart, depth_settles
from layouts.kit import ids, parts, theme
from layouts.kit.depth_maps import DepthMaps
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

__all__ = ["depth", "depth_chart", "depth_settles"]

NAME = "depth"
MOST_NAMED = 20  # classes in the legend
LABEL = "label"
BY = {LABEL: "label", "predicted": "prediction", "settles": "layer it settles at"}
ABOUT = (
    "Every layer is asked twice, always about samples whose own class it does not see: do the nearest neighbors have "
    "the same class, and can a straight cut tell it? Then every layer gets a small map, and each sample the layer at "
    "which its neighbors settle on the network's answer."
)


@page(
    "/depth",
    title="Depth",
    group="Model",
    order=30,
    purpose="At which layer the classes come apart",
    starts=lambda session, state: wanted(session, state),
)
def depth(session: Session, state: State) -> Any:
    """The button, or the chart over the layers, the maps of all layers, and where samples settle."""

    def body(name: str) -> Any:
        return place(f"depth-{name}", session, state)

    tools = html.Div(place("accuracy-tools", session, state), className="tools")
    return html.Div(
        [
            head("/depth", tools),
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


def _maps_stage(session: Session, state: State) -> str:
    maps = session.depth.maps_of(accuracy.split(session, state), state.drawn)
    return (
        f"{depth_settles.stage(session, state)}|{depth_settles.far(session, maps)}|{state.pair}|{_by(session, state)}"
    )


@part("depth-start", choice=depth_settles.stage)
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
            id=ids.start("/depth", "layers"),
            className="primary",
            title="Done in the background, a minute or two for a deep network; it can be cancelled",
        ),
        html.P(
            f"{parts.count(n, of)} samples of {split} with a class, drawn by lot, the same every time. "
            + ("" if session.depth.by(split) == "labels" else "There are no labels: the predicted class stands in."),
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
            id=ids.start("/depth", "maps"),
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
    if (chosen := depth_chart.pair_of(found, [], state)) is not None:
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
