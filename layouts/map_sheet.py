"""A map on its sheet: the menus above it that say what it shows, and its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import map_settings, maps, scatter, similar_map, versus
from layouts.kit import ids, parts
from layouts.kit.components import SampleMap
from layouts.kit.state import State
from layouts.part import Choice, part, place
from workspace.session import PIXELS

if TYPE_CHECKING:
    from workspace.session import Session


def sheet(session: Session, state: State, side: str) -> Any:
    """A map on its sheet, with its controls, its caption and room for what stands in for it."""
    return html.Section(
        [
            place(f"{side}-tools", session, state),
            html.Div(
                SampleMap(id=ids.sample_map(side), **maps.map_properties(session, state, side)), className="map-frame"
            ),
            html.Div(id=ids.fallback(side)),
            html.P(maps.caption(session, state, side), id=ids.caption(side), className="note caption"),
        ],
        className="sheet map-sheet",
    )


def _apart(session: Session, state: State) -> str:
    return "|".join(maps.split(session, state, side) for side in maps.SPLIT_FIELDS)


def choice(side: str) -> Choice:
    """What the menus above a map depend on: the splits, the method, its settings, the columns there are."""

    def depends(session: Session, state: State) -> str:
        start, method = maps.prefix(session, state, side), maps.chosen(session, state, side)[1]
        more = (
            scatter.stage(session, state, start)
            if method == scatter.METHOD
            else map_settings.stage(session, state, start, method)
        )
        return f"{_apart(session, state)} {more}"

    return depends


@part("left-tools", choice=choice(maps.LEFT))
def left_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the left map."""
    return tools(session, state, maps.LEFT)


@part("right-tools", choice=choice(maps.RIGHT))
def right_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the right map."""
    return tools(session, state, maps.RIGHT)


@part("losses-tools", choice=choice(maps.LOSSES))
def losses_tools(session: Session, state: State) -> Any:
    """The choice of layer and method of the map of losses."""
    return tools(session, state, maps.LOSSES)


@part("likeness-tools", choice=choice(similar_map.SIDE))
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
    if own := maps.split(session, state, side):
        splits = [(name, f"{name} · {n:,}") for name, n in session.splits]
        which = parts.select(
            maps.SPLIT_FIELDS[side], splits, own, label="Split", tooltip="Whose samples this map shows"
        )
        if side == maps.LEFT:
            return html.Div(which, className="map-tools")
    else:
        which = None
    layer, method = maps.chosen(session, state, side)
    fields, whose = maps.CHOICES.get(side, ("layer", "method")), maps.owner(session, state, side)
    layers = [(name, "raw pixels" if name == PIXELS else name) for name in whose.layers]
    methods = [(name, rule.title) for name, rule in session.methods().items()]
    start = maps.prefix(session, state, side)
    is_own = side not in versus.SIDES
    is_plain = maps.is_scatter(session, state, side)
    where = (
        parts.select(fields[0], layers, layer, label="Layer", tooltip="What the map is made of")
        if whose.has_network
        else parts.waiting("The network is being opened.")
    )
    return html.Div(
        [
            which,
            None if side == similar_map.SIDE or is_plain else where,  # what is compared by is chosen above
            parts.select(
                fields[1],
                [*methods, *([(scatter.METHOD, scatter.TITLE)] if is_own else [])],
                method,
                label="Method",
                tooltip="How many dimensions become two, or which two numbers are shown",
            ),
            scatter.menus(session, state, start) if is_plain else None,
            map_settings.menu(session, state, start, method) if is_own and whose.has_network else None,
        ],
        className="map-tools",
    )
