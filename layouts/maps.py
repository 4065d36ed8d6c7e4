"""Sample maps, wherever they stand: which space a map shows, in which colors, and what is left out."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import circle, placed, query, similar_map, sources, versus
from layouts.kit import figures, ids, parts, theme
from layouts.kit.components import SampleMap
from layouts.kit.state import State
from layouts.part import part, place
from workspace.session import OUTCOMES, PIXELS, ColumnNotReady, UnknownColumn, literal

if TYPE_CHECKING:
    from workspace.session import Session, Unit

LEFT, RIGHT, LOSSES = "left", "right", "losses"
SUBJECTS = {LOSSES: "loss", "labels": "label_issue", "outliers": "outlier", "duplicates": "near_copy"}
FRONT = {*SUBJECTS, similar_map.SIDE}
COLUMN_OF = {"label": "labels"}  # as queries and links that somebody typed call it
FIRST_PICTURE = "pca"
LOADED = "loaded"
EQUAL = "equal"
CHARTED = 5000
FACTS = ("labels", "predicted", "loss")
CHOICES = {LEFT: ("beside", "beside_method"), versus.THEIRS: ("against_layer", "against_method")}
SPLITS = "splits"
SPLIT_FIELDS = {LEFT: "left_split", RIGHT: "right_split"}


def split(session: Session, state: State, side: str) -> str:
    """The split that a map shows where the same map stands twice, with a split each; "" for all."""
    if state.apart != SPLITS or side not in SPLIT_FIELDS or not session.has_dataset:
        return ""
    names = [name for name, _ in session.splits]
    if len(names) < 2:
        return ""
    wanted = getattr(state, SPLIT_FIELDS[side])
    return wanted if wanted in names else names[list(SPLIT_FIELDS).index(side)]


def asked(session: Session, state: State, side: str) -> str:
    """The query of what a map shows: what all pages follow, and the map's own split."""
    own = split(session, state, side)
    followed = query.followed(session, state)
    if not own:
        return followed
    return f"({followed}) and split == {literal(own)}" if followed else f"split == {literal(own)}"


def owner(session: Session, state: State, side: str) -> Session:
    """Whose layers a map shows: this network's, or those of the one it is compared with."""
    return versus.other(session, state) or session if side == versus.THEIRS else session


def called(session: Session, state: State, side: str, column: str) -> str:
    """What a column of the owner is called here."""
    return column if owner(session, state, side) is session else f"{column}@{versus.short(session, state)}"


def chosen(session: Session, state: State, side: str) -> tuple[str, str]:
    """The layer and method of a map, with defaults filled in and nonsense from a link left out."""
    whose = owner(session, state, side)
    fields = CHOICES.get(side, ("layer", "method"))
    is_second = side == LEFT and not split(session, state, side)
    if side == LEFT and not is_second:
        fields = ("layer", "method")
    layer, method = (getattr(state, field) for field in fields)
    if layer not in whose.layers:
        layer = whose.network.layer if not is_second and whose.has_network else PIXELS
    return layer, method if method in whose.methods() else FIRST_PICTURE


def columns(session: Session, state: State, side: str) -> list[str]:
    """What a map needs in the store to show what was chosen."""
    if side == versus.CIRCLE:
        return []
    layer, method = chosen(session, state, side)
    wanted = placed.shown(owner(session, state, side), layer, method)
    needed = [f"projection/{layer}/{FIRST_PICTURE}", wanted]
    needed += [truth for truth in [placed.truth(wanted)] if session.knows(truth)]
    return [called(session, state, side, column) for column in needed]


def colored_by(session: Session, state: State, side: str) -> str:
    """The column that colors a map: the loss where losses are the subject, and the like, else the one chosen.

    Without predictions and losses, the label.
    """
    if side in versus.SIDES:
        outcome = versus.color(session, state)
        return outcome if session.knows(outcome) else "labels"
    if side == similar_map.SIDE and (alike := similar_map.column(session, state)):
        return alike
    wanted = SUBJECTS.get(side, COLUMN_OF.get(state.color, state.color))
    return "labels" if session.no_head and not session.knows(wanted) else wanted


def map_properties(session: Session, state: State, side: str) -> dict[str, Any]:
    """The sample map's properties: the chosen projection, or PCA until it is there."""
    if not session.has_dataset:
        return {"positions": None, "total": 0, "note": f"Reading {PurePath(session.options.dataset).name} …"}
    data = session.dataset
    place = circle.places(session, state) if side == versus.CIRCLE else _places(session, state, side)
    compared = side in versus.SIDES
    return {
        **place,
        "color": color(session, colored_by(session, state, side)),
        "size": None if compared else size(session, SUBJECTS.get(side, state.size)),
        "front": "high" if side in FRONT or compared or session.tags.owns(state.color) else None,
        "images": parts.image_url(data.fingerprint, "{index}"),
        "imageSize": list(data.image_shape[:2]),
        "facts": [sources.fact(session, name) for name in FACTS if session.is_ready(name)],
        "total": data.n,
        "selection": sources.selection(session, state),
        "shown": _shown(session, state, side),
        "focus": state.index,
        "together": SPLITS if split(session, state, side) else None,
    }


def _places(session: Session, state: State, side: str) -> dict[str, Any]:
    """The positions that are there of the projection that was chosen, and what is missing of it."""
    layer, method = chosen(session, state, side)
    whose = owner(session, state, side)
    wanted = placed.shown(whose, layer, method)
    first = f"projection/{layer}/{FIRST_PICTURE}"
    there = next((column for column in (wanted, first) if whose.is_ready(column)), None)
    known = called(session, state, side, there) if there else ""
    return {
        "positions": {"url": parts.column_url(session.key(known)), "name": known} if there else None,
        "lines": None,
        "marks": [],
        "note": _note(whose, wanted, there),
    }


def _shown(session: Session, state: State, side: str) -> dict[str, Any] | None:
    wanted = asked(session, state, side)
    if not wanted:
        return None
    result = session.find(wanted)
    why = ["hidden"] * bool(state.hidden) + ["not in the query"] * bool(query.typed(session, state))
    if split(session, state, side):
        why.insert(0, "in other splits")
    left = " or ".join(filter(None, (", ".join(why[:-1]), why[-1]))) if why else ""
    alone = why == ["not in the query"]
    return {"url": result.hits_url, "count": len(result), "left": "do not match the query" if alone else left}


def caption(session: Session, state: State, side: str) -> Any:
    """What the map is, with settings and seed, and how true it is to the space it came from."""
    if not session.has_dataset:
        return ""
    if side == versus.CIRCLE:
        return circle.caption(session, state)
    layer, method = chosen(session, state, side)
    whose = f" of {versus.name(owner(session, state, side))}" if side in versus.SIDES else ""
    anew = called(session, state, side, f"projection/{layer}/{method}")
    session = owner(session, state, side)
    choices = (placed.shown(session, layer, method), f"projection/{layer}/{FIRST_PICTURE}")
    column = next((column for column in choices if session.is_ready(column)), None)
    if column is None:
        return ""
    rule = session.rule(placed.anew(column))
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in rule.settings.items())
    try:
        trust, kept, n, k = (float(value) for value in session.column(placed.truth(column))[:4])
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
    joined = "compared with" if method == LOADED else "of"  # it was made of nothing that is known here
    named = [f"{rule.title} {joined} {layer}{whose}", f" ({settings}) · " if settings else " · "]
    if session.stands_in(column):
        named = [f"PCA {joined} {layer}{whose}, because {rule.title} has too few samples, or none that differ · "]
    return [*named, *placed.again(session, column, anew, side), truth]


def chart(session: Session, state: State, side: str) -> Any:
    """The same map as a plotly chart of a stated sample of points, for browsers without WebGL2."""
    properties = map_properties(session, state, side)
    if not properties["positions"]:
        return None
    points = session.column(properties["positions"]["name"])
    rows = session.find(asked(session, state, side)).indices
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), CHARTED)).astype(int)]
    how = properties["color"]
    values = session.column(colored_by(session, state, side))[rows] if how else np.zeros(len(rows), int)
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
        colors = theme.OUTCOMES if unit.names == OUTCOMES else theme.class_colors(len(unit.names))
        if tagged := session.tags.color(name):
            colors = [theme.MISSING, tagged]
        return {**how, "kind": "category", "names": list(unit.names), "colors": list(colors)}
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
    return {"url": parts.column_url(session.key(name)), "title": unit.title, **session.sizes(name)}


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


def _apart(session: Session, state: State) -> str:
    return "|".join(split(session, state, side) for side in SPLIT_FIELDS)


@part("left-tools", choice=_apart)
def left_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the left map."""
    return tools(session, state, LEFT)


@part("right-tools", choice=_apart)
def right_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the right map."""
    return tools(session, state, RIGHT)


@part("losses-tools")
def losses_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the map of losses."""
    return tools(session, state, LOSSES)


@part("likeness-tools")
def likeness_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the map of an image query."""
    return tools(session, state, similar_map.SIDE)


@part("mine-tools", choice=versus.known)
def mine_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of this network's map beside another one's."""
    return _titled(session, state, versus.MINE)


@part("theirs-tools", choice=versus.known)
def theirs_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the map of the network that this one is compared with."""
    return _titled(session, state, versus.THEIRS)


def _titled(session: Session, state: State, side: str) -> Any:
    """The choices, under the name of the network whose they are."""
    if not versus.short(session, state):
        return versus.alone()
    title = versus.names(session, state)[side == versus.THEIRS]
    return [html.H2(title, className="map-title"), tools(session, state, side)]


def tools(session: Session, state: State, side: str) -> Any:
    """Layer and method; no layers before the network is open, or a menu without it would overwrite the view's."""
    if own := split(session, state, side):
        splits = [(name, f"{name} · {n:,}") for name, n in session.splits]
        which = parts.select(SPLIT_FIELDS[side], splits, own, label="Split", tooltip="Whose samples this map shows")
        if side == LEFT:
            return html.Div(which, className="map-tools")
    else:
        which = None
    layer, method = chosen(session, state, side)
    fields, whose = CHOICES.get(side, ("layer", "method")), owner(session, state, side)
    layers = [(name, "raw pixels" if name == PIXELS else name) for name in whose.layers]
    methods = [(name, rule.title) for name, rule in session.methods().items()]
    choice = (
        parts.select(fields[0], layers, layer, label="Layer", tooltip="What the map is made of")
        if whose.has_network
        else parts.waiting("The network is being opened.")
    )
    return html.Div(
        [
            which,
            None if side == similar_map.SIDE else choice,  # what is compared by is chosen above
            parts.select(fields[1], methods, method, label="Method", tooltip="How many dimensions become two"),
        ],
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
