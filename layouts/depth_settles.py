"""At which layer samples settle: how many at each, how often these are wrong, and those that settle last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import accuracy, fault_list
from layouts.kit import figures, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part
from workspace.session import literal

if TYPE_CHECKING:
    from workspace.session import Session

SHOWN = 24
MOST_TOLD = 14  # layers under whose bars there is room for a share
RIGHT, WRONG = "rgba(91,124,250,0.75)", "#e8590c"


def far(session: Session, column: str) -> str:
    """How far a request is: a word for the stage of a part."""
    return f"{session.is_ready(column):d}{session.is_wanted(column):d}{session.failure(column) or ''}"


def stage(session: Session, state: State) -> str:
    """What the parts depend on: the split, and how far its figures are."""
    split = accuracy.split(session, state)
    return f"{split}|{far(session, session.depth.column_of(split))}"


def early(session: Session, split: str) -> bool:
    """Whether nothing was looked at yet, or cannot be; another part says which."""
    if not session.has_network or session.depth.missing(split):
        return True
    return not session.is_ready(session.depth.column_of(split))


def hardest(found: Any) -> list[int]:
    """The pairs of classes, those that the last layer tells apart worst first."""
    if not len(found.pairs):
        return []
    share = found.right / found.paired
    return [int(place) for place in np.lexsort((share[0], share[-1]))]


@part("depth-settles", columns=("correct", "loss", "predicted"), choice=stage)
def settles(session: Session, state: State) -> Any:
    """How many samples settle at each layer, and the last of them."""
    split = accuracy.split(session, state)
    if early(session, split):
        return None
    found = session.depth.layers(split)
    title = "Where samples settle"
    if found.settles is None:
        why = session.no_head or "the predictions are not there yet."
        return parts.card(title, parts.empty(f"There is no answer that neighbors could settle on: {why}"))
    correct = np.asarray(session.column("correct"))[found.rows]
    layers = [*found.names, "never"]
    n = np.bincount(found.settles, minlength=len(layers))
    wrong = np.bincount(found.settles[correct == 0], minlength=len(layers))
    last = len(found.names) - 1
    asked = f"settles >= {last} and split == {literal(split)}"
    late = int(n[last:].sum())
    ask = {"query": asked, "sort": "-settles", "hidden": ""}
    return parts.card(
        title,
        html.P(_sentence(found, n, wrong), className="depth-said"),
        figures.graph(
            "settles",
            _figure(layers, n, wrong),
            label=f"How many of {len(found.rows):,} samples settle at each layer, and how many of these are wrong.",
            height=240,
        ),
        html.Div(
            [
                html.P(
                    [
                        f"{parts.count(min(SHOWN, len(found.rows)), len(found.rows))}, latest first, then by loss. ",
                        f"{late:,} settle in the last layer or never: ",
                        html.Code(asked),
                    ],
                    className="note",
                ),
                html.Div(
                    [
                        fault_list.see("images", f"All {late:,} in the image pool", state, pool="query", **ask),
                        fault_list.see("table", "Table", state, **ask),
                        fault_list.see("review", "Review these", state, review="query", **ask),
                    ],
                    className="tools",
                )
                if late
                else None,
            ],
            className="depth-head",
        ),
        markup("depth-latest", html.Div(_latest(session, found, layers), className="strip")),
        html.P(
            "A sample settles at the first layer from which on most of its neighbors have the class that the network "
            "answers. What settles late is ambiguous, odd or labelled wrongly; the column “settles” has it for these "
            "samples, in queries, tables and colors.",
            className="note",
        ),
    )


# -- pieces ----------------------------------------------------------------------------------------


def _sentence(found: Any, n: Any, wrong: Any) -> list[Any]:
    half = int(np.searchsorted(np.cumsum(n), n.sum() / 2))
    layer = found.names[half] if half < len(found.names) else "no layer"
    said = ["Half of the samples settle by ", html.Strong("raw pixels" if half == 0 else layer), ". "]
    late, errors = int(n[-2:].sum()), int(wrong[-2:].sum())
    before, errors_before = int(n[:-2].sum()), int(wrong[:-2].sum())
    if late and before and wrong.sum():
        said.append(
            f"Of the {late:,} that settle in the last layer or never, {errors:,} are wrong "
            f"({parts.percent(errors / late, 1)}), of the {before:,} before, {errors_before:,} "
            f"({parts.percent(errors_before / before, 1)})."
        )
    return said


def _latest(session: Session, found: Any, layers: list[str]) -> list[Any]:
    """Pictures of the samples that settle last."""
    loss = np.nan_to_num(np.asarray(session.column("loss"), np.float64)[found.rows], nan=-1.0)
    order = np.lexsort((-loss, -found.settles))[:SHOWN]
    predicted = np.asarray(session.column("predicted"))
    names, shown = session.class_names, []
    for place in order.tolist():
        row = int(found.rows[place])
        answer = names[predicted[row]] if predicted[row] >= 0 else "–"
        given = f"{names[found.codes[place]]} → {answer}" if found.by == "labels" else answer
        at = layers[int(found.settles[place])]
        said = f"sample {row}: {given}, settles at {at}"
        shown.append(
            parts.thumbnail(session.dataset.fingerprint, row, at="latest", caption=f"{given}\n{at}", tooltip=said)
        )
    return shown


def _figure(layers: list[str], n: Any, wrong: Any) -> figures.Figure:
    places = list(range(len(layers)))
    rates = [
        f"{bad:,} of {count:,} wrong" + (f" ({100 * bad / count:.1f} %)" if count else "")
        for bad, count in zip(wrong, n, strict=True)
    ]
    shared = {"type": "bar", "x": places, "customdata": rates}
    traces = [
        {**shared, "name": "right", "y": (n - wrong).tolist(), "marker": {"color": RIGHT}},
        {**shared, "name": "wrong", "y": wrong.tolist(), "marker": {"color": WRONG}},
    ]
    if len(layers) <= MOST_TOLD:
        told = [f"{100 * bad / count:.1f} % wrong" if count else "" for bad, count in zip(wrong, n, strict=True)]
        traces[1] |= {"text": told, "textposition": "outside", "cliponaxis": False}
    for trace in traces:
        trace["hovertext"], trace["hoverinfo"] = layers, "text"
        trace["hovertemplate"] = "%{hovertext}: %{customdata}<extra></extra>"
    layout = {
        "barmode": "stack",
        "xaxis": {
            "tickvals": places,
            "ticktext": ["pixels", *layers[1:]],
            "tickangle": 0 if len(layers) <= 8 else -40,
        },
        "yaxis": {"gridcolor": figures.GRID, "title": {"text": "samples"}, "range": [0, 1.2 * float(n.max())]},
        "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
        "legend": {"orientation": "h", "x": 0, "y": 1.22},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}
