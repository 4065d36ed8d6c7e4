"""The familiarity page: which samples are usual and which are strange, over all, in a class, and to another class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html
from numpy.typing import NDArray

from layouts import accuracy, query
from layouts.kit import figures, ids, parts, theme
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import page
from layouts.part import part, place
from workspace.session import PIXELS, ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

SHOWN = 24  # samples at each end
ALIKE = 8  # classes that are compared with the one whose model judges
SCORES = ("labels", "split", "familiarity")
CLASSES = ("labels", "split", "familiarity_by_class")
EXPORTS = {
    "familiarity": "Familiarity in steps",
    "class_familiarity": "Familiarity to the own class",
    "sampling_weight": "Sampling weights",
    "loss_weight": "Loss weights",
}


@page("/familiarity", title="Familiarity", group="Samples", order=56)
def familiarity(session: Session, state: State) -> Any:
    """The choice of layer, model and split; all samples, then those of one class."""

    def body(name: str) -> Any:
        return place(f"familiarity-{name}", session, state)

    tools = html.Div([body("tools"), place("accuracy-tools", session, state)], className="tools")
    return html.Div(
        [
            html.Div([html.H1("Familiarity"), tools], className="page-title"),
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
            dcc.Store(id=ids.own("familiarity-asked", "columns")),
        ],
        className="familiarity",
    )


def columns(session: Session, state: State) -> list[str]:
    """What the page needs in the store to show what was chosen; nothing while the network is not open."""
    if not session.has_network:
        return []
    wanted = [_column(session, state), session.familiar.by_class(state.layer)]
    return [column for column in wanted if session.knows(column)]


def _column(session: Session, state: State) -> str:
    return session.familiar.column(state.layer, state.density)


def _stage(session: Session, state: State) -> str:
    """What all parts depend on: the column and how far it is, the split, the query."""
    wanted = columns(session, state)
    far = [f"{name}:{session.is_ready(name):d}{session.failure(name) or ''}" for name in wanted]
    return f"{far}|{accuracy.split(session, state)}|{query.followed(session, state)}"


def _pair(session: Session, state: State) -> tuple[int, int]:
    """The class that is looked at and the one whose model judges; by default the first, by its own."""
    classes = len(session.class_names)

    def code(text: str, usual: int) -> int:
        return int(text) if text.isdecimal() and len(text) < 7 and int(text) < classes else usual

    of = code(state.of_class, 0)
    return of, code(state.by_class, of)


@part("familiarity-tools", choice=lambda session, state: str(session.has_network))
def tools(session: Session, state: State) -> Any:
    """Where in the network, and by which model."""
    if not session.has_network:
        return parts.waiting("The network is being opened.")
    layers = [(name, "raw pixels" if name == PIXELS else name) for name in session.layers]
    models = session.familiar.models()
    model = state.density if state.density in models else next(iter(models))
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
            [(name, rule.title) for name, rule in models.items()],
            model,
            label="Model",
            tooltip="What describes the usual samples. " + models[model].description,
        ),
    ]


@part("familiarity-splits", columns=SCORES, choice=_stage)
def splits(session: Session, state: State) -> Any:
    """The histogram of every split, and how many are stranger than nearly all of the one that was fitted to."""
    column = _ready(session, _column(session, state))
    edges, found = session.familiar.spreads(column)
    reference = session.familiar.reference
    if not found:
        return parts.empty(f"Too few samples of {reference} to say what is usual: there must be at least 20.")
    rows = [
        [
            spread.name,
            parts.count(spread.n, spread.size),
            f"{spread.median:+.2f}" if spread.n else "–",
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


@part("familiarity-least", columns=SCORES, choice=_stage)
def least(session: Session, state: State) -> Any:
    """The samples that are most unlike all others."""
    return _end(session, state, 0, "least")


@part("familiarity-most", columns=SCORES, choice=_stage)
def most(session: Session, state: State) -> Any:
    """The samples that are most like many others."""
    return _end(session, state, 1, "most")


def _end(session: Session, state: State, end: int, word: str) -> Any:
    column = _ready(session, _column(session, state))
    split = accuracy.split(session, state)
    *ends, n = session.familiar.ranked(column, split, query.followed(session, state), SHOWN)
    values, rarer = session.column(column)[ends[end]], session.familiar.rarer(column, ends[end])
    beyond = [f"less familiar than {100 * share:.1f} % of {session.familiar.reference}" for share in rarer.tolist()]
    return _gallery(
        session, ends[end], values, beyond, f"of {n:,} of {split}{query.said(state)}, {word} familiar first"
    )


@part(
    "familiarity-classes",
    columns=CLASSES,
    choice=lambda session, state: f"{_pair(session, state)}{_stage(session, state)}",
)
def classes(session: Session, state: State) -> Any:
    """One class under the model of any: its own, for what is unusual in it, or another, for what looks like that."""
    names = list(session.class_names)
    if not names or not (session.column("labels") >= 0).any():
        return parts.empty("No sample has a label, so there is no model of a class.")
    column = _ready(session, session.familiar.by_class(state.layer))
    of, model = _pair(session, state)
    menus = html.Div(
        [
            parts.select("of_class", _numbered(names), str(of), label="Samples labelled", tooltip="Whose samples"),
            parts.select(
                "by_class",
                _numbered(names),
                str(model),
                label="by the model of",
                tooltip="Which class says what is usual; another one finds the samples that look like that class",
            ),
        ],
        className="familiarity-menus",
    )
    if model >= session.column(column).shape[1] or not np.isfinite(session.column(column)[:, model]).any():
        return [
            menus,
            parts.empty(f"{names[model]} has fewer than 10 samples to fit a model to; choose another one."),
        ]
    split, asked = accuracy.split(session, state), query.followed(session, state)
    low, high, n = session.familiar.of_class(column, split, asked, of, model, SHOWN)

    def shown(rows: NDArray[np.intp], word: str) -> Any:
        steps = f"in steps around the median {names[model]} of {session.familiar.reference}"
        said = f"of {n:,} {names[of]} of {split}{query.said(state)}, {word} first"
        values = session.column(column)[rows, model]
        return _gallery(session, rows, values, [steps] * len(rows), said)

    same = of == model
    galleries = [("least usual", low), ("most usual", high)] if same else [(f"most {names[model]}-like", high)]
    alike = session.familiar.alike(column, split, asked, model)
    table = markup(
        "familiarity-alike",
        parts.table(
            ["Class", "median", "samples"],
            [[names[code], f"{median:+.1f}", f"{size:,}"] for code, median, size in alike[:ALIKE]],
            numbers=(1, 2),
            caption=f"{min(len(alike), ALIKE)} of {len(alike)} classes that look most like {names[model]}, in its steps",
        ),
    )
    return [
        menus,
        html.Div(
            [html.Div([shown(rows, word) for word, rows in galleries]), table if alike else None],
            className="familiarity-class",
        ),
    ]


@part("familiarity-weights", columns=("sampling_weight", "loss_weight", "split"), choice=_stage)
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
            "Rare samples can be drawn more often, or count for more in the loss. Look at the least familiar first and "
            "take out what is broken: junk gets the largest weights.",
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


# -- pieces ----------------------------------------------------------------------------------------


def _ready(session: Session, column: str) -> str:
    """The column, if it is there. Raises ColumnNotReady, which says why if it failed."""
    if not session.is_ready(column):
        raise ColumnNotReady(
            f"{session.title(column)}: {session.failure(column) or 'is being computed; wait a moment'}"
        )
    return column


def _numbered(names: list[str]) -> list[tuple[str, str]]:
    return [(str(code), name) for code, name in enumerate(names)]


def _gallery(
    session: Session, rows: NDArray[np.intp], values: NDArray[np.floating], tooltips: list[str], said: str
) -> Any:
    """Samples with their familiarity, label and prediction."""
    if not len(rows):
        return parts.empty(f"0 {said}.")
    names = [*session.class_names, "–"]
    labels = session.column("labels")[rows].tolist()
    taken = session.column("predicted")[rows].tolist() if session.is_ready("predicted") else [None] * len(rows)
    thumbnails = []
    for index, value, label, code, tooltip in zip(
        rows.tolist(), values.tolist(), labels, taken, tooltips, strict=True
    ):
        line = names[label] if label >= 0 else "–"
        line += f" → {names[code]}" if code is not None and code != label and code < len(names) else ""
        thumbnails.append(
            parts.thumbnail(
                session.dataset.fingerprint,
                index,
                at="familiarity",
                caption=f"{value:+.1f}\n{line}",
                tooltip=f"sample {index:,}: labelled {names[label] if label >= 0 else 'nothing'}, {value:+.2f}, {tooltip}",
            )
        )
    key = f"familiarity-{said}"
    return [
        html.P(f"{len(rows)} {said}", className="note part-head"),
        markup(key, html.Div(thumbnails, className="strip wrap")),
    ]


def _histogram(edges: NDArray[np.float64], found: list[Any]) -> figures.Figure:
    """A line per split: the share of its samples in each bin."""
    middles = ((edges[1:] + edges[:-1]) / 2).tolist()
    colors = theme.class_colors(max(len(found), 2))
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
        "xaxis": {"title": {"text": "familiarity, in steps"}, "zeroline": False},
        "yaxis": {"title": {"text": "% of the split"}, "rangemode": "tozero"},
        "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
        "legend": {"orientation": "h", "x": 0, "y": 1.12},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}
