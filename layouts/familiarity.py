"""The familiarity page: which samples are usual and which are strange, over all, in a class, and to another class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html
from numpy.typing import NDArray

from layouts import accuracy, query
from layouts.fault_list import GROUP
from layouts.kit import figures, ids, parts, theme
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from workspace.session import CHOICES, OWN, PIXELS

if TYPE_CHECKING:
    from workspace.session import Session

SCORES = ("labels", "split", "familiarity")
EXPORTS = {
    "familiarity": "Familiarity in steps",
    "class_familiarity": "Familiarity to the own class",
    "sampling_weight": "Sampling weights",
    "loss_weight": "Loss weights",
}


SETTINGS = {
    "dimensions": ("Directions", "Principal directions that are kept before the mixture is fitted"),
    "gaussians": ("Gaussians", "How many; fewer where there are few samples"),
    "covariance": ("Covariance", "Diagonal wants few samples, full knows which directions go together"),
    "tolerance": ("Tolerance", "The fit ends when a round gains less than this, in nats a sample"),
    "rounds": ("Rounds", "The fit ends after so many at the latest"),
}


@page(
    "/familiarity",
    title="Familiarity",
    group=GROUP,
    order=19,
    purpose="How usual or rare each sample is, judged by the training data",
    wants=lambda session, state: columns(session, state),
)
def familiarity(session: Session, state: State) -> Any:
    """The choice of layer, model and split; all samples, then those of one class."""

    def body(name: str) -> Any:
        return place(f"familiarity-{name}", session, state)

    tools = html.Div([body("tools"), place("accuracy-tools", session, state)], className="tools")
    return html.Div(
        [
            head("/familiarity", tools),
            query.bar(session, state),
            html.Div(
                [
                    parts.card("How familiar each split is", body("splits")),
                    parts.card("For training", body("weights")),
                ],
                className="two-columns familiarity-top",
            ),
            parts.card("Least familiar", body("least")),
            parts.card("Most familiar", body("most")),
            parts.card("Inside a class, or by the model of another", body("classes")),
            dcc.Store(id=ids.asks("/familiarity")),
        ],
        className="familiarity",
    )


def columns(session: Session, state: State) -> list[str]:
    """What the page needs in the store to show what was chosen; nothing while the network is not open."""
    if not session.has_network:
        return []
    wanted = [column_of(session, state), session.familiar.by_class(state.layer)]
    return [column for column in wanted if session.knows(column)]


def column_of(session: Session, state: State) -> str:
    """The column of the chosen layer and model."""
    if state.density == OWN:
        return session.familiar.own(state.layer, {name: getattr(state, name) for name in SETTINGS})
    return session.familiar.column(state.layer, state.density)


def stage(session: Session, state: State) -> str:
    """What all parts depend on: the column and how far it is, the split, the query."""
    wanted = columns(session, state)
    far = [f"{name}:{session.is_ready(name):d}{session.failure(name) or ''}" for name in wanted]
    return f"{far}|{accuracy.split(session, state)}|{query.followed(session, state)}"


def ready(session: Session, column: str) -> str:
    """The column, if it is there. Raises ColumnNotReady, or ColumnFailed, which says why."""
    session.column(column)
    return column


@part("familiarity-tools", choice=lambda session, state: str(state.density == OWN))
def tools(session: Session, state: State) -> Any:
    """Where in the network, and by which model."""
    if not session.has_network:
        return parts.waiting("The network is being opened.")
    layers = [(name, "raw pixels" if name == PIXELS else name) for name in session.layers]
    models = session.familiar.models()
    model = state.density if state.density in (*models, OWN) else next(iter(models))
    about = "One whose settings you choose" if model == OWN else models[model].description
    return [
        parts.select(
            "layer",
            layers,
            session.familiar.layer(state.layer),
            label="Layer",
            tooltip="Late layers know classes, early ones brightness, texture and damage",
        ),
        parts.select(
            "density",
            [*((name, rule.title) for name, rule in models.items()), (OWN, "settings of your own")],
            model,
            label="Model",
            tooltip=f"What describes the usual samples. {about}",
        ),
        *(_settings(session, state) if model == OWN else ()),
    ]


def _settings(session: Session, state: State) -> list[Any]:
    """A menu for each setting of a mixture of one's own."""
    chosen = session.familiar.settings({name: getattr(state, name) for name in SETTINGS})
    return [
        parts.select(
            name,
            [(str(value), _value(value)) for value in CHOICES[name]],
            str(chosen[name]),
            label=label,
            tooltip=tooltip,
        )
        for name, (label, tooltip) in SETTINGS.items()
    ]


def _value(value: object) -> str:
    return {"diag": "diagonal"}.get(str(value), str(value))


@part("familiarity-splits", columns=SCORES, choice=stage)
def splits(session: Session, state: State) -> Any:
    """The histogram of every split, and how many are stranger than nearly all of the one that was fitted to."""
    column = ready(session, column_of(session, state))
    edges, found = session.familiar.spreads(column)
    reference = session.familiar.reference
    if not found:
        return parts.empty(f"Too few samples of {reference} to say what is usual: there must be at least 20.")
    rows = [
        [
            spread.name,
            parts.count(spread.n, spread.size),
            steps(spread.median, 2),
            parts.percent(spread.strange, 1),
            f"{parts.percent(spread.low, 1)} – {parts.percent(spread.high, 1)}" if spread.n else "–",
        ]
        for spread in found
    ]
    chart = None
    if edges[-1] > edges[0]:
        label = (
            f"How familiar the samples of {len(found)} splits are, as shares of each split; the table has figures."
        )
        chart = figures.graph("familiarity", _histogram(edges, found), label=label, height=260)
    return [
        html.P(
            f"Fitted to {reference}; each half of it is judged by the model of the other. 0 is its median, below −1 "
            "lie 16 % of it. To the right is more familiar.",
            className="note part-head",
        ),
        chart,
        markup(
            "familiarity-splits",
            parts.table(
                ["Split", "Samples", "Median", "Strange", "95 % interval"],
                rows,
                numbers=(1, 2, 3, 4),
                caption=f"Strange: less familiar than 99 % of {reference}, of which it is 1 % by definition",
            ),
        ),
    ]


@part("familiarity-weights", columns=("sampling_weight", "loss_weight", "split"), choice=stage)
def weights(session: Session, state: State) -> Any:
    """What familiarity is good for in training, and where the numbers are."""
    rows = session.column("split") == session.column("split").min()
    reach = []
    for name in ("sampling_weight", "loss_weight"):
        low, high = np.quantile(session.column(name)[rows], [0.01, 0.99])
        reach.append([EXPORTS[name], f"{low:.2f}", f"{high:.2f}"])
    links: list[Any] = [
        html.A(f"{text} (.npy)", href=f"export/familiarity/{name}.npy", download="", className="plain")
        for name, text in EXPORTS.items()
        if session.knows(name)
    ]
    links.append(html.A("Table of all scores (CSV)", href="export/samples.csv", download="", className="plain"))
    return [
        html.P(
            "Rare samples can be drawn more often, or count for more in the loss. Look at the least familiar "
            "first and take out what is broken: junk gets the largest weights.",
            className="note part-head",
        ),
        parts.table(
            ["Weight, mean 1", "lowest 1 %", "highest 1 %"],
            reach,
            numbers=(1, 2),
            caption=f"{session.familiar.reference}, n = {int(rows.sum()):,}; from the last features",
        ),
        html.Div(links, className="familiarity-links"),
        html.P("A number per sample, in the order of the index.", className="note"),
    ]


def steps(value: float, digits: int = 1) -> str:
    """A familiarity with its sign; a dash for what is not a number."""
    return "–" if value != value else f"{value:+.{digits}f}".replace("-", "−")


# -- pieces ----------------------------------------------------------------------------------------


def _histogram(edges: NDArray[np.float64], found: list[Any]) -> figures.Figure:
    """A line per split: the share of its samples in each bin."""
    middles = ((edges[1:] + edges[:-1]) / 2).tolist()
    colors = [*theme.LINES, *theme.class_colors(len(found))]
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": spread.name,
            "line": {"shape": "hvh", "color": color, "width": 2},
            "x": middles,
            "y": [100 * count / max(spread.n, 1) for count in spread.counts.tolist()],
            "hovertemplate": f"{spread.name}: %{{y:.2f}} % around %{{x:.1f}}<extra></extra>",
        }
        for spread, color in zip(found, colors, strict=False)
    ]
    layout = {
        "xaxis": {"title": {"text": "familiarity, in steps"}, "zeroline": False, "gridcolor": figures.GRID},
        "yaxis": {
            "title": {"text": "% of the split"},
            "zeroline": False,
            "rangemode": "tozero",
            "gridcolor": figures.GRID,
        },
        "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
        "legend": {"orientation": "h", "x": 0, "y": 1.12},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}
