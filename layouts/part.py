"""The contract of a part: a piece of a page that is there as soon as its columns are.

A part names the columns it shows, and says in a word what of the visitor's view it depends on. Until
the columns are in the store it says what it waits for; the progress callback draws it anew when
that or the word changes, and leaves all others as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit import ids, parts
from layouts.kit.state import State
from util import InspectorError, Registry
from workspace.session import ColumnFailed, ColumnNotReady, NoClassHead

if TYPE_CHECKING:
    from workspace.session import Session

Draw = Callable[["Session", State], Any]
Choice = Callable[["Session", State], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page."""

    name: str
    draw: Draw
    columns: tuple[str, ...]
    choice: Choice | None


PARTS: Registry[Part] = Registry("part")


def part(name: str, *, columns: Iterable[str] = (), choice: Choice | None = None) -> Callable[[Draw], Draw]:
    """Register a function as the part `name`.

    Args:
        name: by which it is placed on pages.
        columns: what it shows; with `{layer}` in it, one of every layer of the network.
        choice: what of the view it depends on, as a word with defaults filled in; it may raise
            ColumnNotReady as the part itself may.
    """

    def register(draw: Draw) -> Draw:
        PARTS.add(name, Part(name, draw, tuple(columns), choice))
        return draw

    return register


def place(name: str, session: Session, state: State) -> Any:
    """The part, ready or waiting, in the frame by which it is found again."""
    attributes: dict[str, Any] = {"data-stage": stage(name, session, state)}
    return html.Div(draw(name, session, state), id=ids.part(name), className="part", **attributes)


def stage(name: str, session: Session, state: State) -> str:
    """A word that changes whenever the part has to be drawn anew."""
    entry = PARTS[name]
    columns = columns_of(entry, session)
    ready = "".join("1" if session.is_ready(column) else "0" for column in columns)
    failed = sum(session.failure(column) is not None for column in columns)
    try:
        choice = entry.choice(session, state) if entry.choice else ""
    except ColumnNotReady:
        choice = ""
    except InspectorError as error:  # a query or a selection of a link that makes no sense
        choice = str(error)
    data = session.dataset.fingerprint[:8] if session.has_dataset else ""  # a recording may have grown
    return f"{data}{int(session.has_network)}-{ready}-{failed}-{choice}"


def columns_of(entry: Part, session: Session) -> list[str]:
    """What a part shows, with every layer spelled out as soon as the network is open."""
    layers = session.network.layers if session.has_network else ()
    return [
        column.replace("{layer}", layer)
        for column in entry.columns
        for layer in (layers if "{layer}" in column else ("",))
    ]


def late(error: ColumnNotReady) -> Any:
    """What stands where a column is not there: that it is coming, or why it failed, with a button to try again."""
    if isinstance(error, ColumnFailed):
        return parts.failed(str(error), again=error.column)
    return parts.waiting(str(error))


def draw(name: str, session: Session, state: State) -> Any:
    """The part as it can be shown now."""
    try:
        return PARTS[name].draw(session, state)
    except NoClassHead as reason:
        return parts.empty(str(reason))
    except ColumnNotReady as waiting:
        failed = [column for column in columns_of(PARTS[name], session) if session.failure(column)]
        return parts.failed(session.failure(failed[0]) or "", again=failed[0]) if failed else late(waiting)
    except InspectorError as error:
        return parts.refused(str(error))
