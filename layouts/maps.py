"""Sample maps, wherever they stand: which space a map shows, in which colors, and what is left out."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import circle, map_settings, placed, query, scatter, similar_map, sources, versus
from layouts.kit import figures, parts, theme
from layouts.kit.state import State
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
    is_known = method in whose.methods() or (method == scatter.METHOD and side not in versus.SIDES)
    return layer, method if is_known else FIRST_PICTURE


def prefix(session: Session, state: State, side: str) -> str:
    """What the fields begin with in which a map's own settings and columns stand."""
    return "beside_" if side == LEFT and not split(session, state, side) else ""


def is_scatter(session: Session, state: State, side: str) -> bool:
    """Whether the places of a map are two columns of numbers."""
    return side not in versus.SIDES and chosen(session, state, side)[1] == scatter.METHOD


def wanted(session: Session, state: State, side: str) -> str:
    """The column of the map that was chosen, as its owner calls it: by own settings or the standard one."""
    layer, method = chosen(session, state, side)
    start = None if side in versus.SIDES else prefix(session, state, side)
    own = map_settings.column(session, state, start, layer, method)
    return own or placed.shown(owner(session, state, side), layer, method)


def columns(session: Session, state: State, side: str) -> list[str]:
    """What a map needs in the store to show what was chosen."""
    if side == versus.CIRCLE:
        return []
    if is_scatter(session, state, side):
        return scatter.columns(session, state, prefix(session, state, side))
    layer, method = chosen(session, state, side)
    column = wanted(session, state, side)
    needed = [f"projection/{layer}/{FIRST_PICTURE}", column]
    if session.own_maps.of(column, layer, method) is None:
        needed += [truth for truth in [placed.truth(column)] if session.knows(truth)]
    return [called(session, state, side, name) for name in needed]


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


def map_properties(session: Session, state: State, side: str, before: str = "") -> dict[str, Any]:
    """The sample map's properties: the chosen projection, or what stands in until it is there.

    Args:
        session: of which samples.
        state: of the visitor.
        side: the map's.
        before: the column of the places that it shows now.
    """
    if not session.has_dataset:
        return {"positions": None, "total": 0, "note": f"Reading {PurePath(session.options.dataset).name} …"}
    data = session.dataset
    if side == versus.CIRCLE:
        place = circle.places(session, state)
    elif is_scatter(session, state, side):
        place = scatter.places(session, state, prefix(session, state, side))
    else:
        place = _places(session, state, side, before)
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


def _places(session: Session, state: State, side: str, before: str) -> dict[str, Any]:
    """The positions that are there of the projection that was chosen, and what is missing of it."""
    there = _there(session, state, side, before)
    known = called(session, state, side, there) if there else ""
    return {
        "positions": {"url": parts.column_url(session.key(known)), "name": known} if there else None,
        "lines": None,
        "marks": [],
        "axes": None,
        "note": _note(session, state, side, there),
    }


def _there(session: Session, state: State, side: str, before: str) -> str | None:
    """The first that is there: the chosen map, the one shown before by other settings, the usual one, PCA."""
    layer, method = chosen(session, state, side)
    whose = owner(session, state, side)
    candidates = [wanted(session, state, side)]
    if session.own_maps.of(before, layer, method) is not None:
        candidates.append(before)
    candidates += [placed.shown(whose, layer, method), f"projection/{layer}/{FIRST_PICTURE}"]
    return next((column for column in candidates if whose.is_ready(column)), None)


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


def caption(session: Session, state: State, side: str, before: str = "") -> Any:
    """What the map is, with settings and seed, and how true it is to the space it came from."""
    if not session.has_dataset:
        return ""
    if side == versus.CIRCLE:
        return circle.caption(session, state)
    if is_scatter(session, state, side):
        return scatter.caption(session, state, prefix(session, state, side))
    layer, method = chosen(session, state, side)
    column = _there(session, state, side, before)
    whose = f" of {versus.name(owner(session, state, side))}" if side in versus.SIDES else ""
    anew = called(session, state, side, f"projection/{layer}/{method}")
    session = owner(session, state, side)
    if column is None:
        return ""
    own = session.own_maps.of(column, layer, method)
    rule = session.rule(placed.anew(f"projection/{layer}/{method}" if own else column))
    made_with = {**rule.settings, **{name: f"{value:g}" for name, value in (own or {}).items()}}
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in made_with.items())
    try:
        about = session.own_maps.about(column) if own else None
        found = about.truth if about else session.column(placed.truth(column))
        trust, kept, n, k = (float(value) for value in found[:4])
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
    if about.stands_in if about else session.stands_in(column):
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


def _note(session: Session, state: State, side: str, there: str | None) -> str:
    """What a visitor should know while the map that was chosen is not there."""
    column = wanted(session, state, side)
    if there == column:
        return ""
    layer, method = chosen(session, state, side)
    whose = owner(session, state, side)

    def name(shown: str) -> str:
        own = session.own_maps.of(shown, layer, method)
        return map_settings.titled(whose.rule(f"projection/{layer}/{method}" if own else shown).title, own)

    title, instead = name(column), name(there) if there else ""
    if failure := whose.failure(column):
        return f"{title} of {layer} could not be computed: {failure}"
    if whose.status.cancelled:
        return f"{title} was cancelled" + (f": this is {instead}" if there else "")
    return f"{title} is being computed" + (f": this is {instead}" if there else "")
