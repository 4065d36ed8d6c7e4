"""The metrics page: any column against any metric, as many charts as one likes, kept in the link or under a name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html

from layouts import accuracy, metrics_figures, query, saved
from layouts.kit import figures, ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import late, part, place
from util import InspectorError
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

SAID, SHOWN = "said", "shown"
TOGETHER = "-"  # in place of a column whose groups get a picture each
CHART, FIELD, DO = "metrics-", "chart_field", "chart_do"
COLUMNS = ("loss", "correct", "brightness", "ink", "mean_distance", "labels", "split")
MOST = 12
MOST_PICTURES = 16


def board_part(name: str, board: Any = "this") -> dict[str, Any]:
    """What stands around the charts and is wired to the board: the charts themselves, what was chosen."""
    return {"board_part": name, "board": board}


@page(
    "/metrics",
    title="Metrics",
    group="Samples",
    order=35,
    purpose="How loss, accuracy and other scores depend on properties of the samples",
)
def metrics(session: Session, state: State) -> Any:
    """The board of charts; what a click chose; what gives label and errors away; the classes on average."""

    def body(name: str) -> Any:
        return place(name, session, state)

    return html.Div(
        [
            head("/metrics", html.Div(body("accuracy-tools"), className="tools")),
            query.bar(session, state),
            _boards(),
            html.Div(id=board_part(SAID), className="board-said", role="status"),
            body("metric-charts"),
            parts.card("What gives the class or the errors away", body("nuisances")),
            parts.card("Classes on average", body("class-pictures")),
        ],
        className="metrics",
    )


def _choice(session: Session, state: State) -> str:
    """What the charts depend on: themselves, split, query, and which of their columns are there."""
    text = state.charts or session.board.usual()
    fields = session.fields() if session.has_dataset else {}
    names = {name for chart in session.board.charts(text) for name in (chart.x, chart.y, chart.by) if name in fields}
    late = [name for name in sorted(names) if session.knows(name) and not session.is_ready(name)]
    return f"{text}|{accuracy.split(session, state)}|{query.followed(session, state)}|{late}"


@part("metric-charts", columns=COLUMNS, choice=_choice)
def charts(session: Session, state: State) -> Any:
    """The charts with their controls, and under them how many correlations were looked at."""
    split, asked = accuracy.split(session, state), query.followed(session, state)
    shown = session.board.charts(state.charts)
    if not session.has_network and not state.charts:
        return parts.waiting("The charts come when the network is open.")
    drawn: list[Any] = [_drawn(session, chart, asked, split) for chart in shown]
    tests = max(sum(len(each.ranks) for each in drawn if hasattr(each, "ranks")), 1)
    options = _options(session)
    cards = [
        _card(options, chart, at, each, tests) for at, (chart, each) in enumerate(zip(shown, drawn, strict=True))
    ]
    add = html.Button(
        "+ Add a chart",
        id={DO: "add", "at": len(shown)},
        className="outline add-chart",
        disabled=len(shown) >= MOST,
        title=f"Up to {MOST} charts stand on a board" if len(shown) < MOST else f"A board has at most {MOST} charts",
    )
    note = (
        f"Samples of {split}{query.said(state) if asked else ''}. Each dot is the mean of a range of about equally "
        f"many samples, with its 95 % interval (shares: Wilson; means: Student's t); dotted: the mean over all. "
        "Intervals much longer than the means are apart run off the picture. "
        f"{tests} {'correlation is' if tests == 1 else 'correlations are'} looked at here, so p counts only below "
        f"0.05 / {tests} = {parts.number(0.05 / tests, 2)}, and neither says what causes what."
    )
    usual = session.board.usual()
    drawn_of = {"board": state.charts or usual, "usual": usual, "added": session.board.added(), "most": MOST}
    known: dict[str, Any] = {"data-drawn": json.dumps(drawn_of)}  # what menus and buttons are about (metrics.js)
    return [
        html.Div(
            cards or parts.empty("There is no chart on this board yet."),
            id=board_part(SHOWN),
            className="charts" if cards else "",
            **known,
        ),
        html.Div([add, html.P(note, className="note")], className="charts-foot"),
    ]


def chosen(session: Session, name: str, asked: str, text: str) -> Any:
    """What a click on a bin selected: how many, where to go with them, and the first of them."""
    rows = session.selections.read(name)
    shown = rows[:MOST_PICTURES].tolist()
    pictures = [parts.thumbnail(session.dataset.fingerprint, row, at="bin") for row in shown]
    return [
        html.Div(
            [
                html.Strong(text),
                html.Span(f"{parts.count(len(rows), session.dataset.n)} samples, selected now"),
                html.Button(
                    "Filter by it", id=ids.go("query", asked, "bin"), className="outline", title=f"Ask for {asked}"
                ),
                html.Button("Show all in the pool", id=ids.go("pool", asked, "bin"), className="outline"),
            ],
            className="board-said-line",
        ),
        markup("bin-samples", html.Div(pictures, className="strip wrap")),
    ]


def _boards() -> Any:
    """The usual board, those with a name, and the form that gives one to this board."""
    usual = html.Button("Usual board", id=ids.go("charts", "", at="usual"), className="query-chip")
    return html.Div(
        [html.Span("Boards", className="label"), usual, saved.row(saved.BOARDS), saved.form(saved.BOARDS)],
        className="board-bar",
    )


def _drawn(session: Session, chart: Any, asked: str, split: str) -> Any:
    """The chart's numbers, or what stands in its place."""
    try:
        return session.board.draw(chart, query=asked, split=split)
    except ColumnNotReady as waiting:
        return parts.empty(str(waiting)) if session.no_head else late(waiting)
    except InspectorError as error:
        return parts.refused(str(error))


def _options(session: Session) -> dict[str, list[dict[str, str]]]:
    """The menus of every chart."""
    board = session.board
    offered = {"x": board.across(), "y": board.metrics(), "by": board.groupings()}
    menus = {
        name: [{"value": field.name, "label": field.title} for field in sorted(fields, key=lambda each: each.title)]
        for name, fields in offered.items()
    }
    menus["by"].insert(0, {"value": TOGETHER, "label": "all together"})
    for entry in menus["y"]:
        if entry["value"] == "correct":
            entry["label"] = "Accuracy"
    return menus


def _card(options: dict[str, list[dict[str, str]]], chart: Any, at: int, drawn: Any, tests: int) -> Any:
    """One chart with its menus and buttons."""

    def menu(field: str, label: str, tooltip: str) -> Any:
        own, value = options[field], getattr(chart, field) or TOGETHER
        if value not in [entry["value"] for entry in own]:
            own = [*own, {"value": value, "label": value}]
        return parts.labelled(
            label, dbc.Select(id={FIELD: field, "at": at}, options=own, value=value, size="sm"), tooltip=tooltip
        )

    def button(do: str, sign: str, text: str) -> Any:
        return html.Button(sign, id={DO: do, "at": at}, className="plain", title=text, **parts.aria(text))

    called = f"chart {at + 1}"
    tools = html.Div(
        [
            menu("y", "Metric", "What is averaged"),
            menu("x", "by", "What lies across: a number in ranges, or classes"),
            menu("by", "for each", "A picture for each class of this column, the most frequent first"),
            html.Div(
                [button("copy", "Duplicate", f"Duplicate {called}"), button("remove", "×", f"Remove {called}")],
                className="chart-buttons",
            ),
        ],
        className="chart-tools",
    )
    if not hasattr(drawn, "panels"):
        return html.Section([tools, drawn], className="sheet chart")
    if not drawn.n:
        empty = parts.empty(f"None of {drawn.of:,} samples has both values.")
        return html.Section([tools, empty], className="sheet chart")
    figure, height = metrics_figures.figure(drawn, tests)
    label = metrics_figures.described(drawn, tests)
    return html.Section(
        [
            tools,
            html.P(metrics_figures.line(drawn, tests), className="note chart-line"),
            figures.graph(f"{CHART}{at}", figure, label=label, height=height),
        ],
        className=f"sheet chart {'wide' if chart.by else ''}",
    )
