"""The same samples at every checkpoint: a map whose dots move, and what was learnt late, forgotten, or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts.kit import figures, ids, parts, theme
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

MOST_TILES = 48
HEIGHT = 560
MILLISECONDS = 600


def stage(session: Session, state: State) -> str:
    """What all parts depend on: which checkpoints there are, and how far the worker is with them."""
    column = session.training.checkpoints()
    if not column:
        return ""
    return f"{column}|{session.is_ready(column)}|{session.is_wanted(column)}|{session.failure(column) or ''}"


@part("checkpoints-map", choice=stage)
def moving_map(session: Session, state: State) -> Any:
    """The map with its slider; before somebody asked for it, the button."""
    column = session.training.checkpoints()
    if not column:
        return parts.empty(
            "No checkpoints lie beside the model. Files such as model-01.keras, model-02.keras, or those in a folder "
            "given with --checkpoints, show which samples were learnt late, forgotten, or never."
        )
    if not session.is_ready(column) and not session.is_wanted(column) and not session.failure(column):
        return offer(session.training.n_checkpoints)
    moments = session.training.moments()
    labels = np.asarray(session.column("labels"))[moments.rows]
    said = f"{parts.count(len(moments.names), moments.found)} checkpoints, "
    said += (
        f"{parts.count(len(moments.rows), session.dataset.n)} samples, t-SNE of {moments.layer}, each map started "
    )
    return [
        html.P(f"{said}from the next one, so that dots move no more than they must.", className="note part-head"),
        figures.graph(
            "checkpoints",
            _figure(moments, labels, session.class_names),
            label=f"Map of {len(moments.rows)} samples at {len(moments.names)} checkpoints",
            height=HEIGHT,
        ),
        parts.notices(moments.problems),
    ]


def offer(n: int) -> Any:
    """The button that has the worker look at n checkpoints, and what that costs."""
    return [
        html.P(
            f"{n} checkpoints were found. At most 24 of them, evenly spread, look at no more than 1,500 samples; "
            "that takes some seconds for each, and everything else waits.",
            className="note part-head",
        ),
        html.Button("Look at the checkpoints", id=ids.start("/curves", "checkpoints"), className="primary"),
    ]


def _figure(moments: Any, labels: NDArray[np.integer], names: tuple[str, ...]) -> figures.Figure:
    """A trace per class, a frame per checkpoint, and a slider that says how many were right."""
    codes = sorted(set(labels.tolist()))
    colors = theme.class_colors(max(len(names), 1))
    limit = float(np.nanmax(np.abs(moments.maps))) * 1.05 if len(moments.rows) else 1.0

    def traces(at: int, whole: bool) -> list[figures.Figure]:
        made = []
        for code in codes:
            of_class = labels == code
            place = moments.maps[at][of_class]
            trace: figures.Figure = {"x": place[:, 0].round(3).tolist(), "y": place[:, 1].round(3).tolist()}
            if whole:
                trace |= {
                    "type": "scatter",
                    "mode": "markers",
                    "name": names[code] if code >= 0 else "no label",
                    "ids": [str(row) for row in moments.rows[of_class]],
                    "text": [f"sample {row}" for row in moments.rows[of_class]],
                    "hoverinfo": "text+name",
                    "marker": {"size": 5, "color": colors[code] if code >= 0 else theme.MISSING, "opacity": 0.8},
                }
            made.append(trace)
        return made

    last = len(moments.names) - 1
    how = {"mode": "immediate", "frame": {"duration": MILLISECONDS, "redraw": False}}
    how |= {"transition": {"duration": MILLISECONDS, "easing": "cubic-in-out"}}
    steps = [
        {"method": "animate", "label": str(number), "value": str(at), "args": [[str(at)], how]}
        for at, number in enumerate(moments.numbers)
    ]
    slider = {
        "active": last,
        "steps": steps,
        "currentvalue": {"prefix": "checkpoint "},
        "pad": {"t": 24, "b": 4},
        "x": 0.09,
        "len": 0.9,
    }
    play = {
        "type": "buttons",
        "showactive": False,
        "x": 0.0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 38},
        "buttons": [{"label": "Play", "method": "animate", "args": [None, {**how, "fromcurrent": False}]}],
    }
    axis = {"visible": False, "range": [-limit, limit]}
    layout = {
        "xaxis": axis,
        "yaxis": {**axis, "scaleanchor": "x"},
        "margin": {"l": 0, "r": 0, "t": 28, "b": 0},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        "showlegend": len(codes) <= 20,
        "sliders": [slider],
        "updatemenus": [play],
    }
    frames = [{"name": str(at), "data": traces(at, whole=False)} for at in range(last + 1)]
    return {"data": traces(last, whole=True), "layout": layout, "frames": frames}


# -- lists -----------------------------------------------------------------------------------------

Chosen = tuple[NDArray[np.intp], Callable[[int], str]]


def _list(name: str, order: Callable[[Any], Chosen], nothing: str) -> None:
    @part(f"checkpoints-{name}", choice=stage)
    def listed(session: Session, state: State) -> Any:
        """Pictures of the samples, with what counts under each."""
        column = session.training.checkpoints()
        if not column or not session.is_ready(column):
            return parts.later("Shown once the checkpoints were looked at.")
        moments = session.training.moments()
        if moments.learning is None:
            return parts.empty("There are no labels or no predictions, so nothing is right or wrong.")
        chosen, caption = order(moments)
        if not len(chosen):
            return parts.empty(f"{nothing} (n = {len(moments.rows):,}).")
        tiles = [
            parts.thumbnail(
                session.dataset.fingerprint,
                int(moments.rows[at]),
                at=f"checkpoints-{name}",
                caption=caption(int(at)),
                tooltip=_story(session, moments, int(at)),
            )
            for at in chosen[:MOST_TILES].tolist()
        ]
        shown = parts.count(len(tiles), len(chosen))
        return [
            html.P(f"{shown} of a sample of {len(moments.rows):,}", className="note part-head"),
            markup(f"checkpoints-{name}", html.Div(tiles, className="strip"), className="scroll"),
        ]


def _story(session: Session, moments: Any, at: int) -> str:
    """Every answer to one sample, as many as fit into a line."""
    names = session.class_names
    said = [names[code] if 0 <= code < len(names) else "?" for code in moments.predicted[:, at].tolist()]
    label = int(session.column("labels")[moments.rows[at]])
    return f"sample {moments.rows[at]:,}, label {names[label] if label >= 0 else '–'}: {', '.join(said)}"


def _never(moments: Any) -> Chosen:
    assert moments.learning is not None
    chosen = np.flatnonzero(moments.learning.never)
    chosen = chosen[np.argsort(-moments.losses[-1][chosen], kind="stable")]
    return chosen, lambda at: f"loss {moments.losses[-1, at]:.2f}"


def _late(moments: Any) -> Chosen:
    assert moments.learning is not None
    when, last = moments.learning.learnt, len(moments.numbers)
    chosen = np.flatnonzero((when > 0) & (when < last))
    chosen = chosen[np.lexsort((-moments.losses[-1][chosen], -when[chosen]))]
    return chosen, lambda at: f"from {moments.numbers[when[at]]}"


def _forgotten(moments: Any) -> Chosen:
    assert moments.learning is not None
    times = moments.learning.forgotten
    chosen = np.flatnonzero(times > 0)
    chosen = chosen[np.argsort(-times[chosen], kind="stable")]
    return chosen, lambda at: f"{times[at]} times" if times[at] > 1 else "once"


_list("never", _never, "Every sample was right at one checkpoint at least")
_list("late", _late, "Every sample was right from the first checkpoint on, or is wrong at the last")
_list("forgotten", _forgotten, "No sample went from right to wrong")
