"""The query bar of every page that lists samples: the box, ready-made and saved queries, the help card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import exports, saved
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.query_box import QueryBox
from layouts.kit.state import State
from layouts.part import part, place
from util import InspectorError
from workspace.session import ColumnNotReady, QueryError, column_text

if TYPE_CHECKING:
    from workspace.session import Field, Result, Session

BOX, SELECT = "box", "select"
HARDEST = 0.99
MOST_COLUMNS = 120  # that the help card lists
EXAMPLES = [
    ("loss > 2 and not correct", "conditions joined by and, or, not; round brackets group them"),
    ('label == "4"', "a class by its name; label == 4 is the class named 4"),
    ('predicted in ["9", "7"]', "one of several; also not in"),
    ("label != predicted", "two columns of one kind"),
    ("0.4 < confidence < 0.6", "between two numbers"),
    ("loss between 1 and 2", "the same with both ends included"),
    ('filename contains "b/"', "also startswith and endswith; letter by letter, for texts and class names"),
    ("label is null", "no value; also is not null"),
    ("`odd name` > 1", "a column whose name has blanks or other signs, between back-ticks"),
    ('filename == "say ""hi"""', "a quote inside a text is written twice"),
]


def bar(session: Session, state: State) -> Any:
    """The box, and under it what can be asked by a click; pages place it below their title."""
    box = QueryBox(ids.query_box(BOX), value=state.query)
    return html.Div(
        [
            html.Div([box, _help(session)], className="query-line"),
            html.Div(
                [
                    place("query-ready-made", session, state),
                    saved.row(saved.QUERIES),
                    saved.form(saved.QUERIES),
                    html.Div(
                        [place("query-select", session, state), exports.menu(session, at="query")],
                        className="query-actions",
                    ),
                ],
                className="query-row",
            ),
            place("hidden-chips", session, state),
        ],
        className="query-bar",
        role="search",
    )


def found(session: Session, state: State, within: str = "") -> Result:
    """The samples that the view's query finds and that are not hidden, in the dataset's order.

    Args:
        session: where they are looked for.
        state: the view.
        within: the name of a selection that they must be in; its newest choice comes first then.

    Raises:
        QueryError: the query makes no sense; a part shows the sentence by itself.
        ColumnNotReady: a column it names is not there yet.
    """
    return session.find(state.query, within=within, hidden=state.hidden)


def typed(session: Session, state: State) -> str:
    """The query that was typed, or none while that cannot be understood; its own line says why."""
    try:
        session.find(state.query)
    except InspectorError:
        return ""
    return state.query.strip()


def followed(session: Session, state: State) -> str:
    """The query that pages follow: the one that was typed, and what is not hidden."""
    asked = typed(session, state)
    try:
        both = session.asked(asked, state.hidden)
        session.find(both)
    except InspectorError:
        return asked
    return both


def said(state: State) -> str:
    """Behind a number of samples: which ones they are."""
    of = ["match the query"] * bool(state.query.strip()) + ["are not hidden"] * bool(state.hidden)
    return f" that {' and '.join(of)}" if of else ""


@part("query-ready-made", columns=("loss", "correct", "confidence", "margin"))
def ready_made(session: Session, state: State) -> Any:
    """Queries that most people begin with, those whose columns are there."""
    ready = {name for name in ("loss", "correct", "confidence", "margin") if session.is_ready(name)}
    offered = []
    if "correct" in ready:
        offered.append(("Errors", "not correct"))
    if {"correct", "confidence"} <= ready:
        offered.append(("Confident errors", "not correct and confidence > 0.9"))
    if "margin" in ready:
        offered.append(("Close calls", "margin < 0.1"))
    if "loss" in ready and (limit := _hardest(session)):
        offered.append(("Hardest 1 %", f"loss > {limit}"))
    return [_chip(name, text, at="ready-made") for name, text in offered]


@part("query-select", choice=lambda session, state: f"{state.query}|{state.hidden}")
def select(session: Session, state: State) -> Any:
    """The button that makes what the query finds the selection."""
    if not session.has_dataset or not state.query.strip():
        return None
    try:
        n = len(found(session, state))
    except (QueryError, ColumnNotReady):
        return None  # the box says why
    return html.Button(
        f"Select these {n:,}" if n != 1 else "Select this one",
        id=ids.query_part(SELECT, BOX),
        className="outline",
        disabled=not n,
        title=f"Make the {parts.count(n, session.dataset.n)} samples that match the selection, on every page",
    )


def _chip(name: str, text: str, *, at: str) -> Any:
    return html.Button(name, id=ids.go("query", text, at=f"{at}-{name}"), className="query-chip", title=text)


def _hardest(session: Session) -> str:
    """The loss that one sample in a hundred exceeds; "" where nothing has a loss."""
    loss = np.asarray(session.column("loss"))
    loss = loss[np.isfinite(loss)]
    return f"{np.quantile(loss, HARDEST):.4g}" if len(loss) > 1 else ""


def _help(session: Session) -> Any:
    """How a query is written, and what it can speak of."""
    known = list(session.fields().values()) if session.has_dataset else []
    examples = html.Table(
        [html.Tr([html.Td(html.Span(text, className="query-code")), html.Td(why)]) for text, why in EXAMPLES],
        className="query-examples",
    )
    columns = html.Table(
        [html.Tr([html.Td(html.Span(column_text(field.name), className="query-code")), html.Td(_about(field))])
         for field in known[:MOST_COLUMNS]],
        className="query-examples",
    )  # fmt: skip
    return html.Details(
        [
            html.Summary("Help", className="outline", title="How a query is written"),
            markup(
                "query-help",
                html.H3("By example"),
                examples,
                html.H3("Missing values"),
                html.P(
                    "A comparison with a value that is missing is neither true nor false: not (loss > 2) finds "
                    "no sample without a label. Ask for those by is null."
                ),
                html.H3(f"Columns ({parts.count(min(len(known), MOST_COLUMNS), len(known))})"),
                columns if known else html.P("The dataset is being read."),
                html.P(f"{session.no_head} So there are no columns of predictions and losses.")
                if session.no_head
                else None,
                html.H3("Keys"),
                html.P(
                    "/ leads to the box. Arrows and Tab complete, Enter asks, Escape closes the list, Ctrl+Space "
                    "opens it. "
                    "A query is part of the link; it has at most 2,000 characters."
                ),
                className="query-popover query-help",
            ),
        ],
        className="query-help-box",
    )


def _about(field: Field) -> str:
    kind = {
        "number": "number",
        "class": f"one of {len(field.names):,} classes",
        "text": "text",
        "truth": "true or false",
        "set": "any number of words",
    }
    return f"{field.title}, {kind[field.kind]}. {field.summary}"
