"""Sample maps, wherever they stand: which space a map shows, in which colors, and what is left out."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import query, sources
from layouts.kit import figures, ids, parts, theme
from layouts.kit.components import SampleMap
from layouts.kit.state import State
from layouts.part import part, place
from workspace.session import PIXELS, ColumnNotReady, UnknownColumn

if TYPE_CHECKING:
    from workspace.session import Session, Unit

LEFT, RIGHT, LOSSES = "left", "right", "losses"
FIRST_PICTURE = "pca"
EQUAL = "equal"
CHARTED = 5000
FACTS = ("labels", "predicted", "loss")


def chosen(session: Session, state: State, side: str) -> tuple[str, str]:
    """The layer and method of a map, with defaults filled in and nonsense from a link left out."""
    layer, method = (state.beside, state.beside_method) if side == LEFT else (state.layer, state.method)
    if layer not in session.layers:
        layer = session.network.layer if side != LEFT and session.has_network else PIXELS
    return layer, method if method in session.methods() else FIRST_PICTURE


def columns(session: Session, state: State, side: str) -> list[str]:
    """What a map needs in the store to show what was chosen."""
    layer, method = chosen(session, state, side)
    needed = [f"projection/{layer}/{FIRST_PICTURE}", f"projection/{layer}/{method}"]
    return needed + [truth for truth in [f"trustworthiness/{layer}/{method}"] if session.knows(truth)]


def colored_by(state: State, side: str) -> str:
    """The column that colors a map: the loss where losses are the subject, else the one chosen."""
    return "loss" if side == LOSSES else state.color


def map_properties(session: Session, state: State, side: str) -> dict[str, Any]:
    """The sample map's properties: the chosen projection, or PCA until it is there."""
    if not session.has_dataset:
        return {"positions": None, "total": 0, "note": f"Reading {PurePath(session.options.dataset).name} …"}
    data = session.dataset
    layer, method = chosen(session, state, side)
    wanted = f"projection/{layer}/{method}"
    first = f"projection/{layer}/{FIRST_PICTURE}"
    there = next((column for column in (wanted, first) if session.is_ready(column)), None)
    return {
        "positions": {"url": parts.column_url(session.key(there)), "name": there} if there else None,
        "color": color(session, colored_by(state, side)),
        "size": size(session, "loss" if side == LOSSES else state.size),
        "front": "high" if side == LOSSES else None,
        "images": parts.image_url(data.fingerprint, "{index}"),
        "imageSize": list(data.image_shape[:2]),
        "facts": [sources.fact(session, name) for name in FACTS if session.is_ready(name)],
        "total": data.n,
        "note": _note(session, wanted, there),
        "hidden": state.hidden_codes,
        "selection": sources.selection(session, state),
        "shown": _shown(session, state),
        "focus": state.index,
    }


def _shown(session: Session, state: State) -> dict[str, Any] | None:
    asked = query.followed(session, state)
    if not asked:
        return None
    result = session.find(asked)
    return {"url": result.hits_url, "count": len(result)}


def caption(session: Session, state: State, side: str) -> Any:
    """What the map is, with settings and seed, and how true it is to the space it came from."""
    if not session.has_dataset:
        return ""
    layer, method = chosen(session, state, side)
    method = method if session.is_ready(f"projection/{layer}/{method}") else FIRST_PICTURE
    if not session.is_ready(f"projection/{layer}/{method}"):
        return ""
    rule = session.rule(f"projection/{layer}/{method}")
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in rule.settings.items())
    try:
        trust, kept, n, k = (float(value) for value in session.column(f"trustworthiness/{layer}/{method}"))
        truth: Any = html.Span(
            f"trustworthiness {trust:.3f}, kept neighbors {parts.percent(kept, 0)} (k = {k:.0f}, n = {n:,.0f})",
            title="Trustworthiness: 1 means that neighbors on the map are neighbors in the space it was made of; "
            "about 0.5 is chance. Kept neighbors: the share of the k nearest that are still among the k nearest "
            f"on the map. Measured on {n:,.0f} of {session.dataset.n:,} samples.",
        )
    except UnknownColumn:
        truth = ""
    except ColumnNotReady:
        truth = "trustworthiness is being computed"
    return [f"{rule.title} of {layer}", f" ({settings}) · " if settings else " · ", truth]


def chart(session: Session, state: State, side: str) -> Any:
    """The same map as a plotly chart of a stated sample of points, for browsers without WebGL2."""
    properties = map_properties(session, state, side)
    if not properties["positions"]:
        return None
    points = session.column(properties["positions"]["name"])
    rows = session.find(query.followed(session, state)).indices
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), CHARTED)).astype(int)]
    how = properties["color"]
    values = session.column(colored_by(state, side))[rows] if how else np.zeros(len(rows), int)
    figure = figures.scatter(points[rows], values, how, rows)
    text = f"{parts.count(len(rows), len(points))} samples shown, evenly chosen by index"
    return [figures.graph(f"projection-{side}", figure, label=f"{text} of {side} map", height=480), html.P(text)]


def color(session: Session, name: str) -> dict[str, Any] | None:
    """How a column colors dots: a color per class, or a scale for numbers."""
    try:
        unit = session.unit(name)
    except UnknownColumn:
        return None
    if not session.is_ready(name):
        return None
    how: dict[str, Any] = {"url": parts.column_url(session.key(name)), "title": unit.title, "missing": theme.MISSING}
    if unit.kind == "class":
        return {**how, "kind": "category", "names": list(unit.names), "colors": theme.class_colors(len(unit.names))}
    return {
        **how,
        "kind": "number",
        "scale": {"light": theme.sequential(), "dark": theme.sequential(dark=True)},
        **session.spread(name),
    }


def size(session: Session, name: str) -> dict[str, Any] | None:
    """How a score sizes dots, or None."""
    try:
        unit: Unit = session.unit(name)
    except UnknownColumn:
        return None
    if unit.kind != "score" or not session.is_ready(name):
        return None
    return {"url": parts.column_url(session.key(name)), "title": unit.title, **session.spread(name)}


def sheet(session: Session, state: State, side: str) -> Any:
    """A map on its sheet, with its controls, its caption and room for what stands in for it."""
    return html.Section(
        [
            place(f"{side}-tools", session, state),
            html.Div(
                SampleMap(id=ids.sample_map(side), **map_properties(session, state, side)), className="map-frame"
            ),
            html.Div(id=ids.fallback(side)),
            html.P(caption(session, state, side), id=ids.caption(side), className="note caption"),
        ],
        className="sheet map-sheet",
    )


@part("left-tools")
def left_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the left map."""
    return _tools(session, state, LEFT)


@part("right-tools")
def right_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the right map."""
    return _tools(session, state, RIGHT)


@part("losses-tools")
def losses_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the map of losses."""
    return _tools(session, state, LOSSES)


def _tools(session: Session, state: State, side: str) -> Any:
    """Layer and method; no layers before the network is open, or a menu without it would overwrite the view's."""
    layer, method = chosen(session, state, side)
    fields = ("beside", "beside_method") if side == LEFT else ("layer", "method")
    layers = [(name, "raw pixels" if name == PIXELS else name) for name in session.layers]
    methods = [(name, rule.title) for name, rule in session.methods().items()]
    choice = (
        parts.select(fields[0], layers, layer, label="Layer", tooltip="What the map is made of")
        if session.has_network
        else parts.waiting("The network is being opened.")
    )
    return html.Div(
        [choice, parts.select(fields[1], methods, method, label="Method", tooltip="How many dimensions become two")],
        className="map-tools",
    )


def _note(session: Session, wanted: str, shown: str | None) -> str:
    if shown == wanted:
        return ""
    failure = session.failure(wanted)
    if failure:
        return f"{session.title(wanted)} could not be computed: {failure}"
    if session.status.cancelled:
        return f"{session.rule(wanted).title} was cancelled" + (": this is PCA" if shown else "")
    title = session.rule(wanted).title
    return f"{title} is being computed: this is PCA" if shown else f"{title} is being computed"
