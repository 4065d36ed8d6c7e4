"""The flip test: how fast accuracy falls when pictures change a little, and which right answers are fragile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html

from layouts import accuracy
from layouts.kit import figures, ids, parts, theme
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Session

NEEDS = ("labels", "predicted", "split")
HEIGHT = 320
MOST_TILES, MOST_CLASSES = 60, 50


@page(
    "/flips",
    title="Flip test",
    group="Model",
    order=50,
    purpose="Which small changes to a picture change the answer",
    wants=lambda session, state: wanted(session, state),
    starts=lambda session, state: [column(session, state)],
)
def flips(session: Session, state: State) -> Any:
    """Accuracy by strength and class, the fragile samples, and the steps of the one looked at."""

    def body(name: str) -> Any:
        return place(f"flips-{name}", session, state)

    tools = html.Div([place("accuracy-tools", session, state), body("tools")], className="tools")
    return html.Div(
        [
            head("/flips", tools),
            parts.card("How accuracy falls", body("accuracy")),
            parts.card("By class, at the strongest of each", body("classes")),
            parts.card(
                "Right, but fragile", body("fragile"), note="right as it is, another answer after a small change"
            ),
            parts.card("Step by step", body("strips")),
            dcc.Store(id=ids.asks("/flips")),
        ],
        className="flips",
    )


def column(session: Session, state: State) -> str:
    """What the chosen split and number of samples stand for. Raises ColumnNotReady while the data are read."""
    return session.flips.column(accuracy.split(session, state), session.flips.samples(state.flip_samples))


def stage(session: Session, state: State) -> str:
    """What all parts depend on: the test that was chosen, and how far the worker is with it."""
    name = column(session, state)
    return f"{name}|{_readable(session, name)}|{session.is_wanted(name)}|{session.failure(name) or ''}"


def wanted(session: Session, state: State) -> list[str]:
    """The steps of the sample looked at, once a test is there to look at."""
    if session.no_head or state.index is None or not session.has_network:
        return []
    if state.index >= session.dataset.n or not session.is_ready(column(session, state)):
        return []
    return [session.flips.strip(state.index)]


def _readable(session: Session, name: str) -> bool:
    return not session.no_head and session.has_network and session.is_ready(name)


@part("flips-tools")
def tools(session: Session, state: State) -> Any:
    """How many samples are changed."""
    if not session.has_dataset:
        return None
    sizes = [(str(size), f"{size:,}") for size in session.flips.sizes]
    chosen = str(session.flips.samples(state.flip_samples))
    return parts.select("flip_samples", sizes, chosen, label="Samples", tooltip="How many are drawn from the split")


@part("flips-accuracy", columns=NEEDS, choice=stage)
def falls(session: Session, state: State) -> Any:
    """A line for each kind of change; before somebody asked for it, the button."""
    if session.no_head:
        return parts.notices((session.no_head,))
    name, split = column(session, state), accuracy.split(session, state)
    if not (session.is_ready(name) or session.is_wanted(name) or session.failure(name)):
        samples = session.flips.samples(state.flip_samples)
        return [
            html.P(
                f"Changes up to {samples:,} labelled samples of {split} in {len(session.flips.kinds)} ways at "
                f"{session.flips.levels} strengths and asks the network each time: "
                f"{len(session.flips.kinds) * session.flips.levels} passes over them.",
                className="note part-head",
            ),
            html.Button("Run the flip test", id=ids.start("/flips", "page"), className="primary"),
        ]
    tested = session.flips.tested(name)
    found = tested.accuracy()
    kinds, levels = session.flips.kinds, session.flips.levels
    steps = found[:, 1:].reshape(3, len(kinds), levels)
    worst = int(np.nanargmin(steps[0, :, -1]))
    said = (
        f"{parts.count(len(tested.rows), tested.usable)} labelled samples of {split}. As they are: "
        f"{_share(found[:, 0])}. Worst is {kinds[worst].title.lower()} by {kinds[worst].strengths[-1]:g} "
        f"{kinds[worst].unit}: {_share(steps[:, worst, -1])}."
    )
    rows = [
        [kind.title, *(_cell(kind, level, steps[:, at, level]) for level in range(levels))]
        for at, kind in enumerate(kinds)
    ]
    chart = figures.graph(
        "flips", _figure(session, found), label="Accuracy against strength; the table has figures", height=HEIGHT
    )
    table = markup(
        "flips-accuracy",
        parts.table(["Change", *(f"step {level + 1}" for level in range(levels))], rows, caption="95 % intervals"),
        className="scroll",
    )
    return [html.P(said, className="part-head"), html.Div([chart, table], className="flips-falls")]


@part("flips-classes", columns=NEEDS, choice=stage)
def classes(session: Session, state: State) -> Any:
    """Accuracy of each class under the strongest change of each kind, the class that falls most first."""
    tested = _tested(session, state)
    if tested is None:
        return _later()
    kinds, levels, names = session.flips.kinds, session.flips.levels, session.class_names
    lines = []
    for code in np.unique(tested.labels).tolist():
        of = tested.labels == code
        found = tested.accuracy(of)[0]
        strongest = found[1:].reshape(len(kinds), levels)[:, -1]
        lines.append((float(strongest.mean() - found[0]), names[code], int(of.sum()), found[0], strongest))
    lines.sort(key=lambda line: line[0])
    rows = [
        [name, f"{n:,}", parts.percent(before, 1), *(parts.percent(share, 0) for share in strongest)]
        for _, name, n, before, strongest in lines[:MOST_CLASSES]
    ]
    heads = [
        "Class",
        "n",
        "as it is",
        *(f"{kind.title} {kind.strengths[-1]:g} {_short(kind.unit)}" for kind in kinds),
    ]
    said = f"{parts.count(len(rows), len(lines))} classes, the one that falls most on average first"
    return markup(
        "flips-classes", parts.table(heads, rows, numbers=range(1, len(heads)), caption=said), className="scroll"
    )


@part("flips-fragile", columns=NEEDS, choice=stage)
def fragile(session: Session, state: State) -> Any:
    """Pictures that the network gets right as they are, by how little it takes to change its answer."""
    tested = _tested(session, state)
    if tested is None:
        return _later()
    order, kind, level = tested.fragile()
    right = int(tested.right[0].sum())
    if not len(order):
        return parts.empty(f"None of {right:,} right answers flips, whatever is changed.")
    tiles = []
    for at, which, step in list(zip(order.tolist(), kind.tolist(), level.tolist(), strict=True))[:MOST_TILES]:
        change = session.flips.kinds[which]
        answer = int(tested.predicted[1 + which * session.flips.levels + step, at])
        says = f"{change.title.lower()} {change.strengths[step]:g} {_short(change.unit)}"
        tiles.append(
            parts.thumbnail(
                session.dataset.fingerprint,
                int(tested.rows[at]),
                at="flips-fragile",
                caption=f"{session.class_names[answer]}\n{says}",
                tooltip=f"sample {tested.rows[at]:,}: {session.class_names[int(tested.labels[at])]} becomes "
                f"{session.class_names[answer]} by {says}",
            )
        )
    said = f"{len(order):,} of {right:,} right answers flip; {parts.count(len(tiles), len(order))} shown, the most "
    return [
        html.P(f"{said}fragile first. Click one to see its steps below.", className="note part-head"),
        markup("flips-fragile", html.Div(tiles, className="strip"), className="scroll"),
    ]


@part(
    "flips-strips", columns=NEEDS, choice=lambda session, state: f"{stage(session, state)}|{_strip(session, state)}"
)
def strips(session: Session, state: State) -> Any:
    """One sample at every step of every change, with the answers."""
    if _tested(session, state) is None:
        return _later()
    if state.index is None:
        return parts.empty("Click a sample to see its steps.")
    session.image(state.index)  # says so if there is no such sample
    name = session.flips.strip(state.index)
    said, names = session.facts(name), session.class_names
    key, levels = session.key(name), session.flips.levels
    first = said["predicted"][0]

    def picture(step: int, text: str) -> Any:
        answer, sure = said["predicted"][step], said["confidence"][step]
        return html.Div(
            [
                html.Img(src=parts.row_url(key, step), alt=text, className="pixels"),
                html.Div([html.Strong(names[answer]), f" {parts.percent(sure, 0)}"]),
                html.Div(text, className="note"),
            ],
            className="flip-step flipped" if answer != first else "flip-step",
        )

    rows = []
    for at, kind in enumerate(session.flips.kinds):
        steps = [
            picture(1 + at * levels + level, f"{strength:g} {_short(kind.unit)}")
            for level, strength in enumerate(kind.strengths)
        ]
        rows.append(html.Div([html.H3(kind.title), picture(0, "as it is"), *steps], className="flip-row"))
    label = int(session.column("labels")[state.index])
    told = f"Sample {state.index:,}, label {names[label] if label >= 0 else 'none'}. Framed: another answer."
    return [html.P(told, className="note part-head"), markup("flips-strips", html.Div(rows, className="flip-rows"))]


# -- pieces ----------------------------------------------------------------------------------------


def _tested(session: Session, state: State) -> Any:
    name = column(session, state)
    return session.flips.tested(name) if _readable(session, name) else None


def _later() -> Any:
    return parts.later("Shown once the test was run.")


def _strip(session: Session, state: State) -> str:
    try:
        return f"{state.index} {[session.is_ready(name) for name in wanted(session, state)]}"
    except InspectorError as error:
        return str(error)


def _share(found: Any) -> str:
    value, low, high = (100 * float(number) for number in found)
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"


def _cell(kind: Any, level: int, found: Any) -> Any:
    value, low, high = (100 * float(number) for number in found)
    title = f"{kind.title} by {kind.strengths[level]:g} {kind.unit}: {value:.1f} %, {low:.1f} to {high:.1f}"
    return html.Span(
        [html.Strong(f"{value:.1f} %"), f" at {kind.strengths[level]:g} {_short(kind.unit)}"], title=title
    )


def _short(unit: str) -> str:
    return "%" if unit.startswith("%") else unit


def _figure(session: Session, found: Any) -> figures.Figure:
    kinds, levels = session.flips.kinds, session.flips.levels
    traces = []
    for at, (kind, color) in enumerate(zip(kinds, theme.class_colors(len(kinds)), strict=True)):
        steps = slice(1 + at * levels, 1 + (at + 1) * levels)
        value, low, high = (np.concatenate([row[:1], row[steps]]) * 100 for row in found)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": kind.title,
                "x": list(range(levels + 1)),
                "y": value.round(2).tolist(),
                "customdata": [
                    f"{strength:g} {kind.unit}: {a:.1f} to {b:.1f} %"
                    for strength, a, b in zip((0, *kind.strengths), low, high, strict=True)
                ],
                "line": {"color": color, "width": 2},
                "hovertemplate": f"{kind.title}: %{{y:.1f}} %<br>%{{customdata}}<extra></extra>",
            }
        )
    ticks = {"tickvals": list(range(levels + 1)), "ticktext": ["as it is", *(f"step {n + 1}" for n in range(levels))]}
    layout = {
        "xaxis": {**ticks, "zeroline": False, "gridcolor": figures.GRID},
        "yaxis": {"title": {"text": "% right"}, "range": [0, 102], "zeroline": False, "gridcolor": figures.GRID},
        "margin": {"l": 48, "r": 8, "t": 8, "b": 32},
        "legend": {"orientation": "h", "x": 0, "y": 1.2},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}
