"""A map whose places are two columns of numbers: its two menus, its axes, and what stands below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit import parts
from layouts.kit.state import State
from util import InspectorError
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Axis, Session

METHOD, TITLE = "columns", "Two columns"


def chosen(session: Session, state: State, prefix: str) -> tuple[str, str]:
    """The columns across and up; both "" where there are no numbers."""
    return session.scatter.chosen(getattr(state, f"{prefix}x"), getattr(state, f"{prefix}y"))


def columns(session: Session, state: State, prefix: str) -> list[str]:
    """What such a map needs in the store."""
    return [name for name in dict.fromkeys(chosen(session, state, prefix)) if name]


def places(session: Session, state: State, prefix: str) -> dict[str, Any]:
    """Where the dots are and what the axes say; a note while a column is not there."""
    found: dict[str, Any] = {"positions": None, "lines": None, "marks": [], "axes": None, "note": ""}
    x, y = chosen(session, state, prefix)
    if not x:
        return {**found, "note": "There are no columns of numbers yet"}
    name = session.scatter.name(x, y)
    try:
        axes = session.scatter.of(name).axes
    except InspectorError as waiting:
        return {**found, "note": str(waiting)}
    found["positions"] = {"url": parts.column_url(session.key(name)), "name": name}
    found["axes"] = [_axis(axis) for axis in axes]
    return found


def caption(session: Session, state: State, prefix: str) -> str:
    """Which columns, their ranges, and how many samples have both numbers."""
    x, y = chosen(session, state, prefix)
    try:
        found = session.scatter.of(session.scatter.name(x, y)) if x else None
    except ColumnNotReady:
        return ""
    if found is None:
        return ""
    across, up = found.axes
    have = "a value" if x == y else "both values"
    return (
        f"Across: {_range(across)}. Up: {_range(up)}. "
        f"{parts.count(found.n, len(found.places))} samples have {have}; the others are left out."
        if found.n < len(found.places)
        else f"Across: {_range(across)}. Up: {_range(up)}. All {found.n:,} samples have {have}."
    )


def menus(session: Session, state: State, prefix: str) -> Any:
    """The choice of both columns."""
    x, y = chosen(session, state, prefix)
    options = [(unit.name, unit.title) for unit in session.scatter.units()]
    across = parts.select(f"{prefix}x", options, x, label="Across", tooltip="The number that grows to the right")
    up = parts.select(f"{prefix}y", options, y, label="Up", tooltip="The number that grows upward")
    return html.Div([across, up], className="map-numbers")


def stage(session: Session, state: State, prefix: str) -> str:
    """What the menus depend on: how many columns there are, and which two are shown."""
    return f"{len(session.scatter.units())} {chosen(session, state, prefix)}"


def _axis(axis: Axis) -> dict[str, Any]:
    return {name: getattr(axis, name) for name in ("title", "low", "high", "log", "end")} | {"zeros": axis.zeros > 0}


def _range(axis: Axis) -> str:
    scale = " on a logarithmic scale" if axis.log else ""
    zeros = f", with {axis.zeros:,} times 0 before it" if axis.zeros else ""
    return f"{axis.title}, {parts.number(axis.low)} to {parts.number(axis.high)}{scale}{zeros}"
