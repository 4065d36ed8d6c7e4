"""The table page: every sample a row, every score a column; sorted, filtered and chosen from."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import query, sources, table_columns
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.kit.table import Table, table_id, table_part
from layouts.page import head, page
from util import InspectorError
from workspace.session import ColumnNotReady, filters

if TYPE_CHECKING:
    from workspace.session import Field, Result, Session

NAME = "samples"
HARDEST_FIRST, BY_INDEX = "-loss", "index"
LOOKED_AT = 2000  # losses that are looked at before all are


@page(
    "/table",
    title="Table",
    group="Samples",
    order=40,
    purpose="Every sample with every score: sort, filter and select",
)
def table(session: Session, state: State) -> Any:
    """The query, what it finds and what can be done with it, and the rows."""
    return html.Div(
        [
            head("/table"),
            query.bar(session, state),
            html.Section(
                [
                    html.Div(
                        [
                            html.Div(bar(session, state), id=table_part("bar"), className="table-bar-text"),
                            _choices(session, state),
                            _menu(session, state),
                        ],
                        className="table-bar",
                    ),
                    html.Div(chips(session, state), id=table_part("chips")),
                    Table(id=table_id(NAME), **properties(session), **follows(session, state)),
                ],
                className="sheet table-sheet",
            ),
        ],
        className="table-page",
    )


def properties(session: Session) -> dict[str, Any]:
    """What of the table depends on the dataset and on which columns are there."""
    if not session.has_dataset:
        return {"rows": None, "images": None, "columns": [], "version": session.version}
    fingerprint = session.dataset.fingerprint
    return {
        "rows": f"rows/{fingerprint}.json",
        "images": parts.image_url(fingerprint, "{index}"),
        "columns": table_columns.described(session),
        "version": session.version,
    }


def follows(session: Session, state: State) -> dict[str, Any]:
    """What of the table depends on the view."""
    found: dict[str, Any] = {
        "view": {name: getattr(state, name) for name in ("query", "filters", "hidden", "sort", "columns")},
        "focus": state.index,
        "model": {},
        "selection": None,
    }
    if session.has_dataset:
        found["model"] = filters.models(state.filters, kinds(session))
        found["selection"] = sources.selection(session, state)
    return found


def kinds(session: Session) -> dict[str, str]:
    """Column -> what kind of values it has."""
    return {name: field.kind for name, field in session.fields().items()}


def order(session: Session, state: State) -> str:
    """What the rows are sorted by: the hardest first, as long as nothing else is asked for."""
    if state.sort.removeprefix("-") in session.fields():
        return state.sort
    try:
        losses = session.column("loss")
    except InspectorError:
        return BY_INDEX
    return HARDEST_FIRST if np.isfinite(losses[:LOOKED_AT]).any() or np.isfinite(losses).any() else BY_INDEX


def found(session: Session, state: State) -> Result:
    """The rows of the view. Raises InspectorError as `Session.find` does."""
    return session.find(state.query, filters=state.filters, hidden=state.hidden, sort=order(session, state))


def bar(session: Session, state: State) -> Any:
    """How many samples match and in which order, how many are selected, or why nobody knows."""
    if not session.has_dataset:
        return parts.waiting(f"Reading {PurePath(session.options.dataset).name} …")
    try:
        result = found(session, state)
    except ColumnNotReady as waiting:
        return parts.waiting(str(waiting))
    except InspectorError as error:
        return html.Span(
            f"The table stays as it was: {_reason(session, state, error)}", className="failed", role="alert"
        )
    sort = order(session, state)
    field = session.fields()[sort.removeprefix("-")]
    selected = sources.selected(session, state)
    text = f" samples match, by {field.title.lower()}, {_direction(field, sort)}"
    return html.Span(
        [
            html.Strong(parts.count(len(result), result.total)),
            text if len(result) else " samples match",
            "" if len(result) else html.Span(_remedy(state), className="note"),
            html.Span(f" · {selected:,} selected" if selected else "", className="table-selected"),
        ]
    )


def chips(session: Session, state: State) -> Any:
    """The filters of the column heads as text, each with a button that takes it away."""
    clauses = filters.clauses(state.filters)
    if not clauses:
        return None
    buttons: list[Any] = [
        html.Span(
            [
                html.Span(clause, className="table-clause"),
                html.Button(
                    "×",
                    id=ids.go("filters", filters.without(state.filters, i), f"filter-{i}"),
                    title=f"Take the filter {clause} away",
                    **parts.aria(f"Take the filter {clause} away"),
                ),
            ],
            className="table-chip",
        )
        for i, clause in enumerate(clauses)
    ]
    if len(clauses) > 1:
        buttons.append(
            html.Button("Clear filters", id=ids.go("filters", "", "filters"), className="plain", title="No filters")
        )
    return markup("table-chips", html.Span("Filters", className="label"), *buttons, className="table-chips")


def choice(session: Session, state: State, mode: str) -> str:
    """What a button that selects or unselects the whole result says."""
    word = "Select all" if mode == "add" else "Unselect all"
    try:
        return f"{word} {len(found(session, state)):,}"
    except InspectorError:
        return word


def _choices(session: Session, state: State) -> Any:
    """Buttons that select what the query found."""
    return html.Div(
        [
            html.Button(
                choice(session, state, "add"),
                id={"table-all": "add"},
                className="outline",
                title="Add every sample of the result to the selection, whether its row was loaded or not",
            ),
            html.Button(
                choice(session, state, "remove"),
                id={"table-all": "remove"},
                className="outline",
                title="Take every sample of the result out of the selection",
            ),
            html.Button(
                "Clear selection", id=ids.go("selection", "", "table"), className="outline", title="Select nothing"
            ),
        ],
        className="table-choices",
    )


def _menu(session: Session, state: State) -> Any:
    """A list in which columns are switched on and off."""
    return html.Details(
        [
            html.Summary("Columns", className="outline", title="Which columns the table shows"),
            html.Div(table_columns.menu(session, state), id={"table-menu": NAME}, className="table-menu-list"),
        ],
        className="table-menu",
    )


def _direction(field: Field, sort: str) -> str:
    descending = sort.startswith("-")
    if field.kind == "number":
        return "highest first" if descending else "lowest first"
    return "from the last" if descending else "from the first"


def _reason(session: Session, state: State, error: InspectorError) -> str:
    """What is wrong, unless the query's own line says it."""
    try:
        session.find(state.query)
    except InspectorError:
        return "the query cannot be read"
    return f"the filters cannot be read, {error}"


def _remedy(state: State) -> str:
    if state.hidden:
        return ": show a hidden group again" + (", or widen the query" if state.query else "")
    if state.query and state.filters:
        return ": widen the query, or take a filter away"
    return ": widen the query" if state.query else ": take a filter away"
