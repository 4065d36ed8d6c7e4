"""The confusion page: every sample in the cell of its label and prediction, and the figures beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts import accuracy, confused_pictures, query, review_links, wall
from layouts.kit import figures, ids, parts
from layouts.kit.markup import markup
from layouts.kit.mosaic import Mosaic, mosaic_id
from layouts.kit.parts import card
from layouts.kit.state import State
from layouts.kit.whisker import whisker
from layouts.page import head, page
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session

MOST_PAIRS = 20
WALL = "confusion"
MEASURES = (("Recall", 3, 0), ("Precision", 6, 1), ("F1", 9, None))  # first of three columns, and which count is n
CLASS = "Class"
HEADS = (CLASS, *(title for title, _, _ in MEASURES))
WHISKER = {"width": 44, "height": 16, "radius": 3}  # pixels


def counts_id(name: Any) -> dict[str, Any]:
    """Where the chart of the counts comes to stand once the pictures are there: plotly takes its time."""
    return {"mosaic": name, "what": "counts"}


@page("/confusion", title="Confusion", group="Samples", order=60, purpose="Which classes are taken for which")
def confusion(session: Session, state: State) -> Any:
    """The wall of pictures with its controls; pairs, figures and counts beside it."""
    beside = [
        card(
            "Most confused",
            place("confused-pairs", session, state),
            tools=place(review_links.CONFUSION, session, state),
        ),
        card("Recall, precision, F1", place("class-metrics", session, state)),
        card("Errors on average", place(confused_pictures.NAME, session, state)),
        card("Counts", html.Div(id=counts_id(WALL))),
    ]
    picture = Mosaic(mosaic_id(WALL), describedBy=wall.TITLE_ID, **wall.properties(session, state))
    return html.Div(
        [
            head("/confusion", html.Div(place("mosaic-tools", session, state), className="tools")),
            query.bar(session, state),
            html.Div(
                [
                    html.Section(html.Div(picture, className="mosaic-frame"), className="sheet mosaic-sheet"),
                    html.Div(beside, className="column"),
                ],
                className="mosaic-columns",
            ),
        ],
        className="confusion-page",
    )


@part("confused-pairs", columns=("confusion",), choice=wall.split)
def pairs(session: Session, state: State) -> Any:
    """The most frequent errors; a click selects and shows them."""
    shown, names = wall.split(session, state), session.class_names
    counts = counts_of(session, shown)
    total, wrong = int(counts.sum()), int(counts.sum() - np.trace(counts))
    if not total:
        return parts.empty(f"No sample of {_words(shown)} has a label, so nothing can be confused.")
    if not wrong:
        return parts.empty(f"{_words(shown)}: all {total:,} are put into their class.")
    kinds = int(np.count_nonzero(counts) - np.count_nonzero(np.diag(counts)))
    rows = [_pair(label, predicted, counts, names) for label, predicted, _ in accuracy.errors(counts, MOST_PAIRS)]
    head = (
        f"{_words(shown)}: {parts.count(wrong, total)} are wrong; "
        f"{parts.count(len(rows), kinds)} kinds of error. A click selects one and shows it."
    )
    return [html.P(head, className="note part-head", id=wall.TITLE_ID), html.Ul(rows, className="pairs scroll")]


def _pair(label: int, predicted: int, counts: NDArray[np.int64], names: tuple[str, ...]) -> Any:
    count, whole = int(counts[label, predicted]), int(counts[label].sum())
    tooltip = (
        f"{parts.count(count, whole)} labelled {names[label]} are taken for {names[predicted]}; "
        f"{counts[predicted, label]:,} the other way round"
    )
    return html.Li(
        html.Button(
            [
                html.Span([html.B(names[label]), " taken for ", html.B(names[predicted])], className="pair-names"),
                html.Span(f"{count:,}", className="pair-count"),
                html.Span(f"{parts.percent(count / whole, 1)} of {whole:,}", className="pair-share"),
            ],
            id={"pair": f"{label},{predicted}"},
            className="pair",
            title=tooltip,
        )
    )


@part(
    "class-metrics",
    columns=("class_metrics",),
    choice=lambda session, state: f"{wall.split(session, state)}|{_sorted_by(state)}",
)
def class_metrics(session: Session, state: State) -> Any:
    """Recall, precision and F1 of every class; a click on a head sorts by it, the smallest first."""
    shown, names = wall.split(session, state), session.class_names
    table = _of_split(session, session.column("class_metrics"), shown, first=1)
    if not table[:, 0].sum():
        return parts.empty(f"No sample of {_words(shown)} has a label, so there is nothing to measure.")
    chosen = _sorted_by(state)
    keys = {title: table[:, at] for title, at, _ in MEASURES}.get(chosen, np.arange(len(table)))
    order = np.argsort(keys, kind="stable").tolist()  # what is not a number comes last
    heads = [_head(CLASS, chosen)]
    for title, _, _ in MEASURES:
        heads += [_head(title, chosen, className="number"), html.Th("", className="whisker-head")]
    floor = _floor(float(np.nanmin(table[:, [4, 7, 10]])))
    body = []
    for code in order:
        row = table[code]
        cells = [html.Td(names[code] if code < len(names) else str(code))]
        for title, at, which in MEASURES:
            n = row[0] + row[1] - row[2] if which is None else row[which]
            cells += _measure(title, *row[at : at + 3], n=int(n), floor=floor)
        body.append(html.Tr(cells))
    word = chosen if chosen == "F1" else chosen.lower()
    said = "in the dataset's order" if chosen == CLASS else f"smallest {word} first"
    note = f"{_words(shown)}, {said}, on a scale from {100 * floor:.3g} to 100 % with 95 % intervals"
    return [
        html.P(note, className="note part-head"),
        markup(
            "class-metrics",
            html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="facts measures"),
            className="scroll",
        ),
    ]


def _sorted_by(state: State) -> str:
    """The head that the table of classes is sorted by."""
    return next((title for title in HEADS if title.lower() == state.measure), HEADS[-1])


def _head(title: str, chosen: str, className: str = "") -> Any:
    how = "In the dataset's order" if title == CLASS else f"Sort by {title}, smallest first"
    button = html.Button(title, id=ids.go("measure", title.lower(), "class-metrics"), className="plain", title=how)
    said: dict[str, Any] = {"aria-sort": "ascending"} if title == chosen else {}
    return html.Th(button, scope="col", className=className, **said)


def _measure(title: str, value: float, low: float, high: float, *, n: int, floor: float) -> list[Any]:
    if not n:
        return [html.Td("–", className="number", title=f"{title}: nothing to count"), html.Td()]
    said = f"{title} {parts.percent(value)}, 95 % interval {100 * low:.2f}–{100 * high:.2f} %, n = {n:,}"
    return [
        html.Td([parts.percent(value, 1), html.Small(f"n {n:,}")], className="number", title=said),
        html.Td(whisker(low, value, high, start=floor, end=1.0, **WHISKER)),
    ]


def _floor(least: float) -> float:
    """Where the scale begins: a round number not above the smallest end."""
    return next((start for start in (0.95, 0.9, 0.8, 0.5) if least >= start), 0.0)


@part("confusion-counts", columns=("confusion",), choice=wall.split)
def chart(session: Session, state: State) -> Any:
    """A plain heat map of the counts, for a quick look and for print."""
    shown, names = wall.split(session, state), session.class_names
    counts = counts_of(session, shown)
    if not counts.sum():
        return parts.empty(f"No sample of {_words(shown)} has a label, so there is nothing to count.")
    if len(counts) > accuracy.MOST_DRAWN:
        return parts.empty(f"{len(counts):,} classes are too many for a chart.")
    figure, height = figures.confusion(counts, names)
    label = f"Confusion counts of {_words(shown)}, labels in rows, predictions in columns; the list names the worst."
    return figures.graph("confusion-counts", figure, label=label, height=min(height, 400))


def counts_of(session: Session, shown: str) -> NDArray[np.int64]:
    """(c, c) how often a class is taken for another, in a split or in all."""
    counts = session.column("confusion")
    found: NDArray[np.int64] = counts.sum(axis=0) if shown == "all" else _of_split(session, counts, shown, first=0)
    return found


def _of_split(session: Session, table: NDArray[Any], shown: str, *, first: int) -> NDArray[Any]:
    """The part of a table that is about a split; `first` is where split 0 stands, all splits together before it."""
    rows: NDArray[Any] = table[0 if shown == "all" else session.dataset.split_names.index(shown) + first]
    return rows


def _words(shown: str) -> str:
    return "all splits" if shown == "all" else shown
