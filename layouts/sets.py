"""The groups of samples beside a map, and the chips that say on every page what is hidden."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from dash import html

from layouts import maps
from layouts.kit import ids, parts, theme
from layouts.kit.markup import markup
from layouts.kit.sets_panel import SetsPanel
from layouts.kit.state import State
from layouts.part import part
from util import InspectorError
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Grouping, Session

PROPERTIES = ("groupings", "menu", "shown", "total")
USUAL = ("correct", "split", "label", "tags")  # groupings beside that of the colors
NOTHING = "-"  # in the state: no grouping but that of the colors
MOST = 8  # groupings at once


def panel_id(side: Any) -> dict[str, Any]:
    """The groups beside a map."""
    return ids.own("sets", side)


def beside(session: Session, state: State, side: str, content: Any) -> Any:
    """Groups, colored as a map is, left of what they are about."""
    panel = SetsPanel(id=panel_id(side), **properties(session, state, side))
    return html.Div([html.Aside(panel, className="sheet sets"), content], className="with-sets")


def properties(session: Session, state: State, side: str) -> dict[str, Any]:
    """The groupings of a map: the one that colors it, and those that are listed besides."""
    if not session.has_dataset:
        return {"groupings": [], "menu": [], "shown": None, "total": None}
    column = maps.colored_by(session, state, side)
    first, offered = session.groupings.field_of(column), session.groupings.offered()
    names = [name for name in listed(session, state) if name != first]
    result = _result(session, state)
    groupings = [_grouping(session, state, first, result, column)] if first in session.fields() else []
    groupings += [_grouping(session, state, name, result) for name in names]
    taken = {first, *names}
    full = len(names) >= MOST
    return {
        "groupings": groupings,
        "menu": [] if full else [[name, title] for name, title in offered if name not in taken],
        "shown": len(result),
        "total": result.total,
    }


def listed(session: Session, state: State) -> list[str]:
    """The groupings beside that of the colors."""
    offered = [name for name, _ in session.groupings.offered()]
    if not state.sets:
        found = [name for name in USUAL if name in offered]
        alone = len(session.splits) < 2
        return [
            name
            for name in found
            if not (name == "split" and alone) and not (name == "tags" and not session.tags.names())
        ]
    asked = session.groupings.names(state.sets)
    return [name for name in asked if name in offered][:MOST]


@part(
    "hidden-chips",
    choice=lambda session, state: f"{state.hidden}|{state.query}|{session.version * bool(state.hidden)}",
)
def chips(session: Session, state: State) -> Any:
    """What is hidden, each group with a button that shows it again, and how many samples are left."""
    if not session.has_dataset or not state.hidden:
        return None
    words = session.groupings.words(state.hidden)
    if not words:
        return None
    buttons: list[Any] = [
        html.Button(
            [html.Span(said, className="hidden-name"), html.Span("×")],
            id=ids.go("hidden", after, f"shown-{place}"),
            className="hidden-chip",
            title=f"Show again: {said}",
            **parts.aria(f"Show again: {said}"),
        )
        for place, (said, after) in enumerate(words)
    ]
    if len(words) > 1:
        buttons.append(
            html.Button("Show all", id=ids.go("hidden", "", "shown"), className="plain", title="Hide nothing")
        )
    try:
        result = session.find(state.query, hidden=state.hidden)
        left = f"{parts.count(len(result), result.total)} samples shown"
    except InspectorError as error:
        left = str(error)
    return markup(
        "hidden-chips",
        html.Span("Hidden", className="label"),
        *buttons,
        html.Span(left, className="note"),
        className="hidden-chips",
    )


def _result(session: Session, state: State) -> Any:
    """The samples that are shown; all while nobody can say."""
    for query, hidden in ((state.query, state.hidden), ("", state.hidden), ("", "")):
        try:
            return session.find(query, hidden=hidden)
        except InspectorError:
            continue
    return session.find()


def _grouping(session: Session, state: State, name: str, result: Any, column: str = "") -> dict[str, Any]:
    """A grouping as the panel takes it; one that colors the map has the column's swatches."""
    title = session.groupings.title(name)
    found: dict[str, Any] = {"name": name, "title": title, "groups": [], "waiting": "", "fixed": bool(column)}
    try:
        grouping = session.groupings.grouping(name)
        every, shown = session.groupings.counted(grouping, result)
        swatches = _swatches(session, grouping, column) if column else [None] * len(every)
    except ColumnNotReady as waiting:
        return {**found, "waiting": str(waiting)}
    except InspectorError as error:
        return {**found, "waiting": str(error)}
    hides = session.groupings.hides(state.hidden, name)
    for group, total, count, swatch in zip(grouping.groups, every, shown, swatches, strict=True):
        if total or len(grouping.groups) <= MOST:
            light, dark = swatch or (None, None)
            found["groups"].append([group.key, group.name, total, count, hides(group.key), light, dark])
    return found


def _swatches(session: Session, grouping: Grouping, column: str) -> list[tuple[str, str] | None]:
    """The color of each group on a light and a dark page, as the map has it."""
    how = maps.color(session, column)
    if how is None:
        return [None] * len(grouping.groups)
    found: list[tuple[str, str] | None] = []
    for group in grouping.groups:
        if group.code < 0:
            found.append((how["missing"], how["missing"]))
        elif how["kind"] == "category":
            color = how["colors"][group.code % len(how["colors"])]
            found.append((color, color))
        else:
            share = _share(grouping, group.code, how)
            found.append(tuple(theme.between(how["scale"][page], share) for page in ("light", "dark")))  # type: ignore[arg-type]
    return found


def _share(grouping: Grouping, code: int, how: dict[str, Any]) -> float:
    """Where on the scale of the map a range of numbers has its middle, 0 to 1."""
    low, high = float(how["low"]), float(how["high"])
    if not grouping.edges:
        ends = (float(grouping.groups[code].key),) * 2 if grouping.groups[code].key.count("~") == 0 else (low, high)
    else:
        borders = [low, *grouping.edges, high]
        ends = max(borders[code], low), max(min(borders[code + 1], high), low)
    places = []
    for value in ends:
        if how["log"]:
            places.append(math.log(max(value, low) / low) / (math.log(high / low) or 1.0))
        else:
            places.append((value - low) / ((high - low) or 1.0))
    return min(1.0, max(0.0, sum(places) / 2))
