"""The confusion page: every sample in the cell of its label and prediction, and the figures beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts import query, wall
from layouts.kit import figures, parts
from layouts.kit.markup import markup, svg
from layouts.kit.mosaic import Mosaic, mosaic_id
from layouts.kit.parts import card
from layouts.kit.state import State
from layouts.page import page
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session

MOST_PAIRS = 20
MOST_DRAWN = 250  # classes of a chart: a million cells are too much for a browser
WALL = "confusion"
MEASURES = (("Recall", 3, 0), ("Precision", 6, 1), ("F1", 9, None))  # first of three columns, and which count is n
WHISKER, WHISKER_ROW = 44, 16  # pixels


def counts_id(name: Any) -> dict[str, Any]:
    """Where the chart of the counts comes to stand once the pictures are there: plotly takes its time."""
    return {"mosaic": name, "what": "counts"}


@page("/confusion", title="Confusion", group="Samples", order=60)
def confusion(session: Session, state: State) -> Any:
    """The wall of pictures with its controls; pairs, figures and counts beside it."""
    beside = [
        card("Most confused", place("confused-pairs", session, state)),
        card("Recall, precision, F1", place("class-metrics", session, state)),
        card("Counts", html.Div(id=counts_id(WALL))),
    ]
    picture = Mosaic(mosaic_id(WALL), describedBy=wall.TITLE_ID, **wall.properties(session, state))
    return html.Div(
        [
            html.Div(
                [html.H1("Confusion"), html.Div(place("mosaic-tools", session, state), className="tools")],
                className="page-title",
            ),
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
    labelled = counts.sum(axis=1)
    errors = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    kinds = int(np.count_nonzero(errors))
    if not counts.sum():
        return parts.empty(f"No sample of {_words(shown)} has a label, so nothing can be confused.")
    if not kinds:
        return parts.empty(f"{_words(shown)}: all {counts.sum():,} are put into their class.")
    worst = np.argsort(-errors, axis=None, kind="stable")[: min(MOST_PAIRS, kinds)]
    rows = [_pair(*divmod(int(at), len(counts)), errors, labelled, names) for at in worst]
    head = (
        f"{_words(shown)}: {parts.count(int(errors.sum()), int(counts.sum()))} are wrong; "
        f"{parts.count(len(rows), kinds)} kinds of error. A click selects one and shows it."
    )
    return [html.P(head, className="note part-head", id=wall.TITLE_ID), html.Ul(rows, className="pairs scroll")]


def _pair(
    label: int, predicted: int, errors: NDArray[np.int64], labelled: NDArray[np.int64], names: tuple[str, ...]
) -> Any:
    count, whole = int(errors[label, predicted]), int(labelled[label])
    tooltip = (
        f"{parts.count(count, whole)} labelled {names[label]} are taken for {names[predicted]}; "
        f"{errors[predicted, label]:,} the other way round"
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


@part("class-metrics", columns=("class_metrics",), choice=wall.split)
def class_metrics(session: Session, state: State) -> Any:
    """Recall, precision and F1 of every class, the smallest F1 first."""
    shown, names = wall.split(session, state), session.class_names
    table = _of_split(session, session.column("class_metrics"), shown, first=1)
    if not table[:, 0].sum():
        return parts.empty(f"No sample of {_words(shown)} has a label, so there is nothing to measure.")
    order = sorted(range(len(table)), key=lambda code: (np.isnan(table[code, 9]), table[code, 9]))
    heads = [html.Th("Class", scope="col")]
    for title, _, _ in MEASURES:
        heads += [html.Th(title, scope="col", className="number"), html.Th("", className="whisker-head")]
    floor = _floor(float(np.nanmin(table[:, [4, 7, 10]])))
    body = []
    for code in order:
        row = table[code]
        cells = [html.Td(names[code] if code < len(names) else str(code))]
        for title, at, which in MEASURES:
            n = row[0] + row[1] - row[2] if which is None else row[which]
            cells += _measure(title, *row[at : at + 3], n=int(n), floor=floor)
        body.append(html.Tr(cells))
    note = f"{_words(shown)}, smallest F1 first, on a scale from {100 * floor:.3g} to 100 % with 95 % intervals"
    return [
        html.P(note, className="note part-head"),
        markup(
            "class-metrics",
            html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="facts measures"),
            className="scroll",
        ),
    ]


def _measure(title: str, value: float, low: float, high: float, *, n: int, floor: float) -> list[Any]:
    if not n:
        return [html.Td("–", className="number", title=f"{title}: nothing to count"), html.Td()]
    said = f"{title} {parts.percent(value)}, 95 % interval {100 * low:.2f}–{100 * high:.2f} %, n = {n:,}"
    return [
        html.Td([parts.percent(value, 1), html.Small(f"n {n:,}")], className="number", title=said),
        html.Td(_whisker(low, value, high, floor)),
    ]


def _whisker(low: float, value: float, high: float, floor: float) -> Any:
    """A dot for the value on the line of its interval, on a scale up to 1."""

    def x(at: float) -> float:
        return round(4 + (WHISKER - 8) * float(np.clip((at - floor) / (1 - floor), 0, 1)), 1)

    middle = WHISKER_ROW / 2
    return svg(
        "svg",
        svg("line", x1=4, x2=WHISKER - 4, y1=middle, y2=middle, className="whisker-track"),
        svg("line", x1=x(low), x2=x(high), y1=middle, y2=middle, className="whisker-line"),
        svg("circle", cx=x(value), cy=middle, r=3, className="whisker-dot"),
        width=WHISKER,
        height=WHISKER_ROW,
        className="whisker",
        role="presentation",
    )


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
    if len(counts) > MOST_DRAWN:
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
