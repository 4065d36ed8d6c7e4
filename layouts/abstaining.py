"""What the calibration page says of handing samples over: risk against coverage, which they are, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import fault_list
from layouts.kit import figures, ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part
from layouts.reliability import AFTER, BEFORE, COLUMNS, asked, nobody, stage

if TYPE_CHECKING:
    from workspace.session import Session

RISKS = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
USUAL = 0.01
SHOWN = 24
MOST_CLASSES = 60
POINTS = 300  # of the curve
ROOM = 2.0  # of the coverages from the first error on
AREA = "rgba(91,124,250,0.14)"
FEW = "too few samples: 30 in each half are needed"


def choice(session: Session, state: State) -> str:
    """What these parts depend on besides."""
    return f"{stage(session, state)}|{state.risk}"


def risk(session: Session, state: State) -> float:
    """The error that is allowed: the chosen one, else 1 %, else the largest that is below what there is."""
    if state.risk in {f"{each:g}" for each in RISKS}:
        return float(state.risk)
    if not all(session.is_ready(column) for column in COLUMNS):
        return USUAL
    found = session.calibration.measured(*asked(session, state))
    if found is None or 1 - found.accuracy > USUAL:
        return USUAL
    return next((each for each in RISKS if each < 1 - found.accuracy), USUAL)


@part("calibration-tools", columns=COLUMNS, choice=choice)
def tools(session: Session, state: State) -> Any:
    """The error that is allowed among what the network keeps."""
    return parts.select(
        "risk",
        [(f"{each:g}", f"{100 * each:g} %") for each in RISKS],
        f"{risk(session, state):g}",
        label="Error allowed",
        tooltip="Among the samples that the network keeps; those that it is least sure of are handed to a person",
    )


@part("calibration-risk", columns=COLUMNS, choice=choice)
def curve(session: Session, state: State) -> Any:
    """The sentence, and the curve with the limit on it."""
    split, asking = asked(session, state)
    found = session.calibration.measured(split, asking)
    if found is None:
        return nobody(split, state)
    target = risk(session, state)
    given = session.calibration.abstain(split, target, asking)
    label = f"Error among the kept samples of {split} against the share that is kept."
    return [
        html.P(_sentence(found, given), className="calibration-said"),
        figures.graph("risk", _figure(found, given, target), label=label, height=300),
        html.P(
            f"Mean error over all coverages: {parts.percent(found.curve.area, 3)}; the best order there could be: "
            f"{parts.percent(_best_area(found), 3)}. n = {found.n:,}.",
            className="note",
        ),
    ]


@part("calibration-handed", columns=COLUMNS, choice=choice)
def handed(session: Session, state: State) -> Any:
    """The samples that a person would get, the least sure first."""
    split, asking = asked(session, state)
    if session.calibration.measured(split, asking) is None:
        return nobody(split, state)
    given = session.calibration.abstain(split, risk(session, state), asking)
    rows = session.calibration.handed(given)
    if not len(rows):
        return parts.empty("No sample is handed over." if not given.few else f"No limit is chosen: {FEW}.")
    labels, predicted = session.column("labels"), session.column("predicted")
    sure, names = session.column("confidence"), session.class_names
    fingerprint = session.dataset.fingerprint
    pictures = [
        parts.thumbnail(
            fingerprint,
            row,
            at="handed",
            caption=f"{100 * float(sure[row]):.1f} %\n{names[labels[row]]} → {names[predicted[row]]}",
            tooltip=f"sample {row}: label {names[labels[row]]}, predicted {names[predicted[row]]}",
        )
        for row in rows[:SHOWN].tolist()
    ]
    ask = {"query": given.query, "sort": "confidence", "hidden": ""}
    links = [
        fault_list.see("images", f"All {len(rows):,} in the image pool", state, pool="query", **ask),
        fault_list.see("table", "Table", state, **ask),
        fault_list.see("review", "Review these", state, review="query", **ask),
    ]
    return [
        html.Div(
            [
                html.P(
                    [f"{parts.count(len(pictures), len(rows))}, least sure first: ", html.Code(given.query)],
                    className="note",
                ),
                html.Div(links, className="tools"),
            ],
            className="calibration-head",
        ),
        markup("handed", html.Div(pictures, className="strip")),
    ]


@part("calibration-classes", columns=COLUMNS, choice=choice)
def classes(session: Session, state: State) -> Any:
    """A limit for each predicted class, so that each keeps the error that is allowed."""
    split, asking = asked(session, state)
    target = risk(session, state)
    found = session.calibration.classes(split, target, asking)
    if not found:
        return nobody(split, state)
    rows = [_row(session, each) for each in found[:MOST_CLASSES]]
    handed = sum(each.abstention.handed for each in found)
    n = sum(each.n for each in found)
    return [
        html.P(
            f"Samples by predicted class, the class that hands over most first, {parts.count(len(rows), len(found))} "
            f"classes. With a limit of its own, each class keeps an error of at most {100 * target:g} % on the half "
            f"of {split} where the limit was chosen; the error of the kept is that of the other half. Together they "
            f"hand over {parts.count(handed, n)} ({parts.percent(handed / n, 1)}).",
            className="note part-head",
        ),
        markup(
            "calibration-classes",
            parts.table(
                ["Predicted", "n", "stated", "right", "95 % interval", "Limit", "handed over", "",
                 "error of the kept", "95 % interval"],
                rows,
                numbers=(1, 2, 3, 4, 5, 6, 7, 8, 9),
            ),
            className="scroll",
        ),
    ]  # fmt: skip


# -- pieces ----------------------------------------------------------------------------------------


def _sentence(found: Any, given: Any) -> Any:
    """What an error of so much costs, and whether it holds on the other half."""
    allowed = f"{100 * given.target:g} %"
    whole = f"{parts.percent(1 - found.accuracy)} of all {found.n:,} are wrong"
    if given.few:
        return f"{whole}. {FEW.capitalize()}."
    if given.chosen is None:
        return f"{whole}. No limit brings the error down to {allowed}: even the surest samples are wrong more often."
    risk, low, high = given.risk
    if not given.handed:
        return f"{whole}: at {allowed} error nothing need be handed over."
    share, least, most = given.share
    held = f"{parts.percent(risk)} (95 % interval {parts.percent(low)} – {parts.percent(high)})"
    return [
        "At ",
        html.Strong(f"{allowed} error you hand over {parts.percent(given.handed / given.n, 1)}"),
        f" of the samples: the {given.handed:,} of {given.n:,} with a confidence below {given.chosen.limit}. "
        f"Chosen on one half (n = {given.chosen.n:,}); on the other (n = {given.checked.n:,}) this hands over "
        f"{parts.percent(share, 1)} ({parts.percent(least, 1)} – {parts.percent(most, 1)}) and leaves {held} wrong"
        + (f", which is more than {allowed}." if low > given.target else "."),
    ]


def _row(session: Session, each: Any) -> list[Any]:
    given = each.abstention
    head = [
        session.class_names[each.code],
        f"{each.n:,}",
        parts.percent(each.confidence, 1),
        parts.percent(each.accuracy, 1),
        f"{parts.percent(each.low, 1)} – {parts.percent(each.high, 1)}",
    ]
    if given.few or given.chosen is None:
        return [*head, "too few" if given.few else "none", "", "", "", ""]
    risk, low, high = given.risk
    button = (
        html.Button(
            f"{given.handed:,}",
            id=ids.go("pool", given.query, "limits"),
            className="count-link",
            title=f"Show them in the image pool: {given.query}",
        )
        if given.handed
        else "0"
    )
    interval = f"{parts.percent(low, 1)} – {parts.percent(high, 1)}" if given.checked.kept else "–"
    return [
        *head,
        given.chosen.limit if given.handed else "keeps all",
        button,
        parts.percent(given.handed / given.n, 1),
        parts.percent(risk, 2),
        interval,
    ]


def _start(found: Any) -> float:
    """Where the axis of the coverage begins, in percent: well before the first error, so that the rise has room."""
    first = np.flatnonzero(found.curve.errors)
    before = found.curve.kept[first[0]] / found.n if len(first) else 0.0
    return float(100 * max(0.0, 1 - ROOM * (1 - before)))


def _top(found: Any, target: float) -> float:
    """Where the axis of the risk ends."""
    return float(1.3 * max(1 - found.accuracy, target))


def _best_area(found: Any) -> float:
    """The area under the curve if all errors were the least sure."""
    n = found.n
    right = round(found.accuracy * n)
    kept = np.arange(right + 1, n + 1)
    return float(((kept - right) / kept).sum() / n)


def _figure(found: Any, given: Any, target: float) -> figures.Figure:
    """Error of the kept against coverage, the best that could be, and the limit."""
    curve, n = found.curve, found.n
    places = np.unique(np.linspace(0, len(curve.kept) - 1, POINTS).round().astype(int))
    kept, errors = curve.kept[places], curve.errors[places]
    low, high = curve.interval(places)
    coverage, risk = (100 * kept / n).tolist(), (100 * errors / kept).tolist()
    right = round(found.accuracy * n)
    best = (100 * np.maximum(kept - right, 0) / kept).tolist()
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    traces = [
        {**line, "x": coverage, "y": (100 * high).tolist(), "line": {"width": 0}, "showlegend": False},
        {
            **line,
            "x": coverage,
            "y": (100 * low).tolist(),
            "line": {"width": 0},
            "fill": "tonexty",
            "fillcolor": AREA,
            "name": "95 % interval",
        },
        {**line, "x": coverage, "y": best, "line": {"color": figures.REFERENCE, "dash": "dot"}, "name": "best order"},
        {
            "type": "scatter",
            "mode": "lines",
            "x": coverage,
            "y": risk,
            "line": {"color": BEFORE, "width": 2},
            "name": "by confidence",
            "customdata": [f"{limit:.4g}" for limit in curve.limit[places].tolist()],
            "hovertemplate": "from confidence %{customdata}: keeps %{x:.2f} %, %{y:.2f} % wrong<extra></extra>",
        },
    ]
    if given.checked is not None and given.checked.kept:
        rate, bottom, top = given.risk
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [100 * given.checked.kept / given.checked.n],
                "y": [100 * rate],
                "marker": {"color": AFTER, "size": 9},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": [100 * (top - rate)],
                    "arrayminus": [100 * (rate - bottom)],
                    "color": AFTER,
                    "width": 4,
                },
                "name": "the limit on the other half",
                "hovertemplate": "the other half keeps %{x:.2f} %, of which %{y:.2f} % are wrong<extra></extra>",
            }
        )
    axis = {"zeroline": False, "gridcolor": figures.GRID, "ticksuffix": " %"}
    layout = {
        "xaxis": {**axis, "title": {"text": "kept"}, "range": [_start(found), 101]},
        "yaxis": {**axis, "title": {"text": "wrong among the kept"}, "range": [0, 100 * _top(found, target)]},
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 100 * target,
                "y1": 100 * target,
                "line": {"color": AFTER, "width": 1, "dash": "dash"},
            }
        ],
        "margin": {"l": 56, "r": 8, "t": 44, "b": 40},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}
