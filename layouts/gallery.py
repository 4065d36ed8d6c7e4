"""The image pool: the chosen samples as cards, however many."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import query, sources
from layouts.kit import ids, parts
from layouts.kit.gallery import Gallery
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from util import InspectorError
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Field, Session

NAME = "gallery"
SELECTION, QUERY = "selection", "query"
SMALLEST, LARGEST, USUAL, STEP = 32, 192, 96, 8  # pixels of a picture's edge
SHEET_SIDE = 64  # pixels that a sample has at most on a sheet of many
THUMBNAILS = "thumbnails/0"
TAGS = "tags"
FACTS = (("label", "labels"), ("predicted", "predicted"), ("loss", "loss"))
NOTHING_SELECTED = "Nothing is selected: draw a lasso on a map, tick rows of the table, or show the query's result."
NOTHING_FOUND = "No sample matches the query: change it, or clear it."
NOTHING_SHOWN = "Everything is hidden or left out by the query: show a group again, or widen the query."
NOTHING_LEFT = "No selected sample matches the query: change it, or clear it to see the selection."


@page("/images", title="Image pool", group="Samples", order=50, purpose="The samples as pictures, in any order")
def gallery(session: Session, state: State) -> Any:
    """The query, what is shown in which order and size, and the cards."""
    return html.Div(
        [
            head("/images", place("pool-tools", session, state)),
            query.bar(session, state),
            html.Section(
                Gallery(id=ids.picker(NAME), thumb=edge(state), **properties(session, state)),
                className="sheet pool-sheet",
            ),
        ],
        className="pool",
    )


@part("pool-tools")
def tools(session: Session, state: State) -> Any:
    """What is shown, in which order, and how large."""
    found = orders(session)
    known = {name for name, _ in found}
    shown = [("", "selection, else query"), (SELECTION, "selection"), (QUERY, "query's result")]
    size = dcc.Slider(
        id=ids.control("thumb"),
        min=SMALLEST,
        max=LARGEST,
        step=STEP,
        value=edge(state),
        marks=None,
        updatemode="mouseup",
        allow_direct_input=False,
        className="pool-size",
    )
    return html.Div(
        [
            select(
                "pool",
                shown,
                state.pool if state.pool in (SELECTION, QUERY) else "",
                label="Show",
                tooltip="Which samples are shown; the query filters the selection as well",
            ),
            select(
                "sort",
                found,
                state.sort if state.sort in known else "",
                label="Order",
                tooltip="What the samples are sorted by; those without a value come last",
            ),
            parts.labelled(
                "Size", size, tooltip="How large the pictures are; below 72 pixels the words move into the tooltips"
            ),
        ],
        className="tools",
    )


def properties(session: Session, state: State) -> dict[str, Any]:
    """The gallery's properties, but for the size of the pictures."""
    if not session.has_dataset:
        name = PurePath(session.options.dataset).name
        return {"rows": None, "total": 0, "empty": f"Reading {name}: the samples come in a moment."}
    data = session.dataset
    height, width = data.image_shape[:2]
    side = min(max(height, width), SHEET_SIDE)
    return {
        **_rows(session, state),
        "total": data.n,
        "sprite": f"sprite/{data.fingerprint}/{side}.png?ids={{ids}}",
        "side": side,
        "image": parts.image_url(data.fingerprint, "{index}"),
        "imageSize": [height, width],
        "facts": _facts(session, state),
        "selection": sources.selection(session, state),
        "editing": "remove" if source(state) == SELECTION else "mark",
        "focus": state.index,
    }


def source(state: State) -> str:
    """Where the samples come from: the selection or the query."""
    if state.pool in (SELECTION, QUERY):
        return state.pool
    return SELECTION if state.selection else QUERY


def edge(state: State) -> int:
    """The edge of the pictures in pixels."""
    asked = int(state.thumb) if state.thumb.isdecimal() and len(state.thumb) < 5 else USUAL
    return min(max(asked, SMALLEST), LARGEST)


def columns(session: Session) -> list[str]:
    """What the page needs in the store beyond the standard columns: small copies of large pictures."""
    if not session.has_dataset or max(session.dataset.image_shape[:2]) <= SHEET_SIDE:
        return []
    return [THUMBNAILS] if session.knows(THUMBNAILS) else []


def select(field: str, options: list[tuple[str, str]], value: str, *, label: str, tooltip: str) -> Any:
    """A menu whose first choice is the state's empty default; Bootstrap's shows such a one as its placeholder."""
    entries = [{"value": key, "label": text} for key, text in options]
    menu = dbc.Select(id=ids.control(field), options=entries, value=value, placeholder=options[0][1], size="sm")
    return parts.labelled(label, menu, tooltip=tooltip)


def _rows(session: Session, state: State) -> dict[str, Any]:
    """Which samples in which order, and in words; or why there are none."""
    is_selection = source(state) == SELECTION
    if is_selection and not state.selection:
        return {"rows": None, "note": "", "empty": NOTHING_SELECTED}
    try:
        sort = state.sort if state.sort.removeprefix("-") in session.fields() else ""
        within = state.selection if is_selection else ""
        result = session.find(state.query, sort=sort, within=within, hidden=state.hidden)
        left = len(session.selections.read(within)) - len(result) if within else 0
        order = _order(session.fields()[sort.removeprefix("-")], sort) if sort else ""
    except InspectorError as error:
        return {"rows": None, "note": "", "empty": str(error)}
    if is_selection:
        note = f"the selection, {order or 'newest first'}"
        note += f" · {left:,} more selected, which {_out(state)}" if left else ""
    else:
        note = f"{_found(state)}, {order or 'by index'}"
    empty = NOTHING_SHOWN if state.hidden else NOTHING_LEFT if is_selection else NOTHING_FOUND
    return {"rows": {"url": result.url, "count": len(result)}, "note": note, "empty": empty}


def _found(state: State) -> str:
    """What is shown if it is not the selection."""
    if state.hidden:
        return "what the query finds and is not hidden" if state.query.strip() else "what is not hidden"
    return "what the query finds" if state.query.strip() else "all there are"


def _out(state: State) -> str:
    """Why selected samples are not among those shown."""
    if not state.hidden:
        return "the query leaves out"
    return "are hidden or left out by the query" if state.query.strip() else "are hidden"


def _facts(session: Session, state: State) -> list[dict[str, Any]]:
    """What a card says: label, prediction and loss, the number or class that it is sorted by, and its tags."""
    asked = dict(FACTS)
    sort = state.sort.removeprefix("-")
    if any(unit.name == sort for unit in session.units()) and sort not in asked.values():
        asked.setdefault(sort, sort)
    found = []
    for name, column in asked.items():
        if session.is_ready(column):
            unit = session.unit(column)
            url = parts.column_url(session.key(column))
            found.append({"name": name, "url": url, "title": unit.title, "names": list(unit.names)})
    return [*found, *_tags(session)]


def _tags(session: Session) -> list[dict[str, Any]]:
    """The tags of a sample as bits, as far as there are any."""
    try:
        tags = [tag for tag in session.tags.all() if tag.count or not tag.elsewhere]
        if not any(tag.count for tag in tags):
            return []
        url = parts.column_url(session.key(TAGS))
    except InspectorError:
        return []
    names, colors = [tag.name for tag in tags], [tag.color for tag in tags]
    return [{"name": TAGS, "url": url, "title": "Tags", "bits": names, "colors": colors}]


def orders(session: Session) -> list[tuple[str, str]]:
    """Every order there is, each field upward and downward."""
    if not session.has_dataset:
        raise ColumnNotReady("The dataset is being read.")
    found = [("", "newest first, else by index")]
    for field in session.fields().values():
        found += [(sort, f"{field.title}, {_direction(field, sort)}") for sort in (f"-{field.name}", field.name)]
    return found


def _order(field: Field, sort: str) -> str:
    return f"by {field.title.lower()}, {_direction(field, sort)}"


def _direction(field: Field, sort: str) -> str:
    """Which end comes first, in words."""
    down = sort.startswith("-")
    match field.kind:
        case "number":
            return "highest first" if down else "lowest first"
        case "truth":
            return "true first" if down else "false first"
        case "text" | "set":
            return "Z to A" if down else "A to Z"
    return "last class first" if down else "first class first"
