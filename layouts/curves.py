"""Training curves: loss and other metrics against epochs or batches, one line per run and split."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html

from layouts import checkpoints
from layouts.kit import figures, ids, parts, theme
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session

__all__ = ["checkpoints", "curves"]

UNITS = {"epoch": "epochs", "batch": "batches", "step": "steps"}
FIRST = ("loss", "accuracy")
MOST_CHARTS, MOST_RUNS = 8, 12
RISEN = 1.05  # times the lowest validation loss: what ends below has hardly risen
HEIGHT, MOST_TICKS = 260, 10
DASH = {"train": "dot", "validation": "solid"}
HOW = """from keras.callbacks import CSVLogger
network.fit(..., validation_data=..., callbacks=[CSVLogger("model.csv")])"""


@page(
    "/curves",
    title="Training curves",
    group="Model",
    order=20,
    purpose="How training went, and which samples were learnt late, forgotten or never",
    wants=lambda session, state: wanted(session),
    starts=lambda session, state: [session.training.checkpoints()],
)
def curves(session: Session, state: State) -> Any:
    """The curves, and below them the same samples at several checkpoints."""

    def body(name: str) -> Any:
        return place(name, session, state)

    tools = html.Div(body("curves-tools"), className="tools")
    return html.Div(
        [
            head("/curves", tools),
            parts.card("Loss and other metrics", body("curves-charts")),
            parts.card("The same samples at every checkpoint", body("checkpoints-map")),
            html.Div(
                [
                    parts.card("Never right", body("checkpoints-never")),
                    parts.card("Learnt last", body("checkpoints-late")),
                    parts.card("Forgotten most often", body("checkpoints-forgotten")),
                ],
                className="checkpoint-lists",
            ),
            dcc.Store(id=ids.asks("/curves")),
        ],
        className="curves",
    )


def wanted(session: Session) -> list[str]:
    """The files beside the model as they are now, if there are any."""
    column = session.training.history()
    return [column] if column else []


def stage(session: Session, state: State) -> str:
    """What the charts depend on: which files there are, and whether they were read."""
    column = session.training.history()
    return f"{column}|{session.is_ready(column) if column else ''}|{session.failure(column) or ''}|{state.curve_unit}"


@part("curves-tools", choice=stage)
def tools(session: Session, state: State) -> Any:
    """Against what the curves are drawn, where there is a choice."""
    if not session.training.history():
        return None
    units = _units(session.training.curves())
    if len(units) < 2:
        return None
    named = [(name, text) for name, text in UNITS.items() if name in units]
    return parts.select(
        "curve_unit", named, _unit(units, state), label="Against", tooltip="What is counted to the right"
    )


@part("curves-charts", choice=stage)
def charts(session: Session, state: State) -> Any:
    """A chart for each metric, and in a sentence where the validation loss was lowest."""
    if not session.training.history():
        return _none()
    found = session.training.curves()
    problems = session.facts(session.training.history())["problems"]
    if not found:
        return [_none(), parts.notices(problems)]
    unit = _unit(_units(found), state)
    by_metric: dict[str, list[Any]] = defaultdict(list)
    for curve in found:
        if curve.unit == unit:
            by_metric[curve.metric].append(curve)
    metrics = sorted(by_metric, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    runs = list(dict.fromkeys(curve.run for curve in found if curve.unit == unit))
    shown, drawn_runs = metrics[:MOST_CHARTS], runs[:MOST_RUNS]
    colors = dict(zip(drawn_runs, theme.line_colors(len(drawn_runs)), strict=True))
    sentences = [_lowest(name, by_metric.get("loss", []), unit) for name in drawn_runs]
    said = f"{parts.count(len(drawn_runs), len(runs))} runs, {parts.count(len(shown), len(metrics))} metrics"
    return [
        html.P(f"{said}. Dotted: training. Solid: validation.", className="note part-head"),
        html.Ul([html.Li(sentence) for sentence in sentences if sentence], className="curve-sentences"),
        html.Div(
            [
                html.Div(
                    [
                        html.H3(name),
                        figures.graph(
                            f"curves-{number}",
                            _chart(name, by_metric[name], unit, colors),
                            label=f"{name} of {len(by_metric[name])} curves against {UNITS[unit]}",
                            height=HEIGHT,
                        ),
                    ]
                )
                for number, name in enumerate(shown)
            ],
            className="curve-charts",
        ),
        parts.notices(problems),
    ]


def _none() -> Any:
    return [
        parts.empty(
            "No training history lies beside the model. A file named like the model and ending in .csv or .json, "
            "TensorBoard's logs, or a path given with --history is read. To get one:"
        ),
        html.Pre(HOW, className="code"),
    ]


def _units(found: list[Any]) -> list[str]:
    return [unit for unit in UNITS if any(curve.unit == unit for curve in found)]


def _unit(units: list[str], state: State) -> str:
    return state.curve_unit if state.curve_unit in units else units[0]


def _lowest(run: str, losses: list[Any], unit: str) -> str:
    """Where the validation loss of a run was lowest, and what came after."""
    of_run = {curve.split: curve for curve in losses if curve.run == run}
    curve = of_run.get("validation")
    if curve is None or not np.isfinite(curve.y).any():
        return ""
    x, y = (each[np.isfinite(curve.y)] for each in (curve.x, curve.y))
    best = int(y.argmin())
    ends = f"{run}: validation loss was lowest, {y[best]:.4g}, at {unit} {x[best]:g} of {curve.x[-1]:g}"
    if len(y) == 1:
        return f"{ends}."
    if best == len(y) - 1:
        return f"{ends}: it was still falling, so more training may help."
    after, risen = len(y) - 1 - best, y[-1] > RISEN * y[best]
    said = f"{ends}; {after} {'value' if after == 1 else 'values'} later it ended at {y[-1]:.4g}"
    train = of_run.get("train")
    fell = train is not None and len(train.y) > 1 and train.y[-1] < np.interp(x[best], train.x, train.y)
    return f"{said}{' while training loss fell on: it overfits from there on' if fell and risen else ''}."


def _chart(metric: str, found: list[Any], unit: str, colors: dict[str, str]) -> figures.Figure:
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(curve.x) <= 40 else "lines",
            "name": f"{curve.run} · {curve.split}" if len(colors) > 1 else curve.split,
            "x": curve.x.tolist(),
            "y": [float(value) if np.isfinite(value) else None for value in curve.y],
            "line": {"color": colors[curve.run], "dash": DASH.get(curve.split, "dash"), "width": 2},
            "marker": {"size": 5},
            "hovertemplate": f"{curve.run}, {curve.split}: {unit} %{{x}}: %{{y:.4g}}<extra></extra>",
        }
        for curve in found
        if curve.run in colors
    ]
    ticks = min(max((len(curve.x) for curve in found), default=1), MOST_TICKS)  # none between two epochs
    layout = {
        "xaxis": {"title": {"text": unit}, "zeroline": False, "gridcolor": figures.GRID, "nticks": ticks},
        "yaxis": {"title": {"text": metric}, "zeroline": False, "gridcolor": figures.GRID},
        "margin": {"l": 56, "r": 8, "t": 8, "b": 40},
        "legend": {"orientation": "h", "x": 0, "y": 1.15},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}
