"""What the calibration page says of confidence: verdict, reliability plot, scores before and after a temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import accuracy, query
from layouts.kit import figures, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

COLUMNS = ("calibrated_confidence", "confidence", "correct", "digests", "labels", "predicted", "proper_scores",
           "split", "temperature")  # fmt: skip
BEFORE, AFTER = "#5b7cfa", "#f08c00"  # on a light page and a dark one
RIGHT, WRONG = "right", "wrong"
SURE = 0.95  # mean confidence from which on the doubts are worth a scale of their own
FINEST = 1e-6  # stated chance to be wrong, below which no sample tells the difference
MOST_TICKS = 5
FITTED_TO = ("train", "training")
SAID = {
    "too sure": "Too sure",
    "too unsure": "Too unsure",
    "off": "Off, but not to one side",
    "": "Calibrated",
}
NOBODY = "No sample of {split}{said} has a label and a prediction, so nobody can tell how often confidence is right."


def stage(session: Session, state: State) -> str:
    """What the parts depend on: the split, the query."""
    return f"{accuracy.split(session, state)}|{query.followed(session, state)}"


def asked(session: Session, state: State) -> tuple[str, str]:
    """The split and the query that the figures are of."""
    return accuracy.split(session, state), query.followed(session, state)


def nobody(split: str, state: State) -> Any:
    """What stands where there are no labels."""
    return parts.empty(NOBODY.format(split=split, said=query.said(state)))


@part("calibration-tiles", columns=COLUMNS, choice=stage)
def tiles(session: Session, state: State) -> Any:
    """The verdict: sure and right, the calibration error against chance, the temperature."""
    split, asking = asked(session, state)
    found, fitted = session.calibration.measured(split, asking), session.calibration.fitted(split)
    if found is None:
        return nobody(split, state)
    error, verdict = found.before.error, found.verdict
    sentence = (
        f"States {parts.percent(found.before.confidence)}, is right in {parts.percent(found.accuracy)}: "
        f"{points(found.excess)} (95 % interval {points(found.low)} to {points(found.high)})"
    )
    interval = f"95 % interval {parts.percent(error.low)} – {parts.percent(error.high)}"
    chance = f"chance alone gives {parts.percent(error.chance)}, rarely over {parts.percent(error.chance_high)}"
    train = split.split()[-1] in FITTED_TO
    return [
        parts.notices(
            [
                "These are training samples: the network was fitted to their labels, so its confidence in them "
                "flatters. Judge it by samples that it has not seen."
            ]
        )
        if train
        else None,
        html.Div(
            [
                parts.tile(
                    f"Verdict · {split}",
                    SAID[verdict],
                    sentence,
                    ("" if verdict else "as far as can be told with ") + f"n = {found.n:,}{query.said(state)}",
                ),
                parts.tile(
                    "Calibration error",
                    parts.percent(error.value),
                    interval,
                    chance,
                    tooltip="Expected calibration error over bins of equal count: how far the share of right answers "
                    "is from the stated one, on average. 0 is best, but chance keeps a perfect network above it.",
                ),
                _temperature(fitted, split),
                parts.tile(
                    "After the temperature",
                    parts.percent(found.after.error.value),
                    f"95 % interval {parts.percent(found.after.error.low)} – {parts.percent(found.after.error.high)}",
                    "each half judged by the temperature of the other",
                    tooltip="The calibration error that is left when the logits are divided by the temperature",
                ),
            ],
            className="tiles",
        ),
    ]


@part("calibration-plot", columns=COLUMNS, choice=lambda session, state: f"{stage(session, state)}|{state.scale}")
def plot(session: Session, state: State) -> Any:
    """The reliability plot, before and after, and its bins as figures."""
    split, asking = asked(session, state)
    found = session.calibration.measured(split, asking)
    if found is None:
        return nobody(split, state)
    scale = _scale(found, state)
    sides = [(found.before, "as it is", BEFORE), (found.after, "with temperature", AFTER)]
    label = f"Share of right answers against stated confidence in {len(found.before.bins.n)} bins of {split}."
    menu = parts.select(
        "scale",
        [(RIGHT, "right answers"), (WRONG, "wrong answers, in powers of ten")],
        scale,
        label="Count",
        tooltip="A good network is nearly always sure and right: then its doubts tell more on a scale of their own",
    )
    return [
        html.Div(
            [
                html.P(
                    f"{split}, n = {found.n:,}, {len(found.before.bins.n)} bins of equal count, 95 % intervals. "
                    + ("Below" if scale == RIGHT else "Above")
                    + " the line it is surer than it is right."
                    + (" Hollow dots: none is wrong." if scale == WRONG else ""),
                    className="note",
                ),
                menu,
            ],
            className="calibration-head",
        ),
        figures.graph("reliability", _figure(sides, scale), label=label, height=340),
        html.Details(
            [
                html.Summary("The bins as figures"),
                markup("calibration-bins", _table(found.before.bins), className="scroll"),
            ]
        ),
    ]


@part("calibration-scores", columns=COLUMNS, choice=stage)
def scores(session: Session, state: State) -> Any:
    """Proper scores before and after."""
    split, asking = asked(session, state)
    found = session.calibration.measured(split, asking)
    if found is None:
        return nobody(split, state)
    before, after = found.before, found.after
    rows = [
        ["Mean loss, nats", _nats(before.loss), _nats(after.loss)],
        ["Brier score, 0 to 2", _nats(before.brier), _nats(after.brier)],
        ["Calibration error", parts.percent(before.error.value), parts.percent(after.error.value)],
        ["Its root mean square, without chance", *(parts.percent(side.error.debiased) for side in (before, after))],
        ["Mean confidence", parts.percent(before.confidence), parts.percent(after.confidence)],
        ["Accuracy", parts.percent(found.accuracy), "the same"],
    ]
    left_out = f"; {found.infinite:,} infinite losses are left out" if found.infinite else ""
    return [
        markup(
            "calibration-scores",
            parts.table(
                ["Smaller is better", "as it is", "with temperature"],
                rows,
                numbers=(1, 2),
                caption=f"{split}, n = {found.n:,}{left_out}",
            ),
        ),
        html.P(
            "One number divides all logits; no prediction changes. It is fitted to each half of the split and judged "
            "on the other. The score “calibrated confidence” has it for every sample, on all pages.",
            className="note",
        ),
    ]


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "–" if share != share else f"{100 * share:+.2f}".replace("-", "−")


# -- pieces ----------------------------------------------------------------------------------------


def _temperature(fitted: Any, split: str) -> Any:
    if np.isnan(fitted.temperature):
        return parts.tile(
            "Temperature",
            "–",
            f"cannot be fitted to {fitted.n:,} labelled samples of {split}",
            "it takes ten in each half, and both right and wrong answers",
        )
    what = "its logits are too large" if fitted.temperature > 1 else "its logits are too small"
    return parts.tile(
        f"Temperature · all of {split}",
        f"{fitted.temperature:.3g}",
        f"95 % interval {fitted.low:.3g} – {fitted.high:.3g}, n = {fitted.n:,}",
        f"halves {fitted.first:.3g} and {fitted.second:.3g}; "
        + (what if not fitted.low <= 1 <= fitted.high else "no different from 1"),
        tooltip="By what to divide the logits so that the labels are likeliest (Guo et al. 2017); 1 changes nothing",
    )


def _scale(found: Any, state: State) -> str:
    usual = WRONG if found.before.confidence > SURE else RIGHT
    return state.scale if state.scale in (RIGHT, WRONG) else usual


def _nats(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else "–"


def _table(bins: Any) -> Any:
    rows = [
        [
            f"{n:,}",
            parts.percent(sure, 3),
            parts.percent(right, 2),
            f"{parts.percent(low, 2)} – {parts.percent(high, 2)}",
            points(right - sure),
        ]
        for n, sure, right, low, high in zip(bins.n, bins.confidence, bins.accuracy, bins.low, bins.high, strict=True)
    ]
    return parts.table(
        ["n", "stated", "right", "95 % interval", "right − stated"],
        rows,
        numbers=(0, 1, 2, 3, 4),
        caption="As it is; samples of equal confidence stay in one bin",
    )


def _figure(sides: list[tuple[Any, str, str]], scale: str) -> figures.Figure:
    """Dots with whiskers per bin, the line on which they should lie."""
    wrong = scale == WRONG
    start = (_below(sides, "confidence"), _below(sides, "accuracy")) if wrong else (0.0, 0.0)
    traces = [_trace(side.bins, name, color, start, wrong=wrong) for side, name, color in sides]
    ends = [100 * max(start), 100.0]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": ends,
        "y": ends,
        "line": {"color": figures.REFERENCE, "dash": "dot", "width": 1.5},
        "name": "as often right as sure",
        "hoverinfo": "skip",
    }
    axes = [_axis(each, wrong=wrong) for each in start]
    layout = {
        "xaxis": {**axes[0], "title": {"text": "stated chance to be wrong" if wrong else "stated confidence"}},
        "yaxis": {**axes[1], "title": {"text": "wrong answers" if wrong else "right answers"}},
        "margin": {"l": 56, "r": 8, "t": 8, "b": 40},
        "legend": {"orientation": "h", "x": 0, "y": 1.12},
        "showlegend": True,
    }
    return {"data": [line, *traces], "layout": layout}


def _trace(bins: Any, name: str, color: str, start: tuple[float, float], *, wrong: bool) -> figures.Figure:
    """The bins of one side; hollow where none is wrong and the scale has no place for that."""
    figured = zip(bins.n, bins.confidence, bins.accuracy, bins.low, bins.high, strict=True)
    said = [
        f"{n:,} samples: stated {100 * s:.3f} %, right {100 * a:.2f} % ({100 * low:.2f} – {100 * high:.2f})"
        for n, s, a, low, high in figured
    ]
    x, y, low, high = bins.confidence, bins.accuracy, bins.low, bins.high
    if wrong:
        x, y, low, high = 1 - x, 1 - y, 1 - high, 1 - low
    x, (low, y, high) = np.maximum(x, start[0]), (np.maximum(each, start[1]) for each in (low, y, high))
    hollow = wrong & (bins.accuracy == 1)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": (100 * x).tolist(),
        "y": (100 * y).tolist(),
        "marker": {"color": color, "size": 8, "symbol": ["circle-open" if each else "circle" for each in hollow]},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": (100 * (high - y)).tolist(),
            "arrayminus": (100 * (y - low)).tolist(),
            "color": color,
            "thickness": 1.2,
            "width": 3,
        },
        "customdata": said,
        "hovertemplate": f"{name}, %{{customdata}}<extra></extra>",
    }


def _below(sides: list[tuple[Any, str, str]], what: str) -> float:
    """A power of ten below all that a logarithmic axis shows; not below what so many samples can tell."""
    shares = np.concatenate([1 - getattr(side.bins, what) for side, _, _ in sides])
    most = max(int(side.bins.n.max()) for side, _, _ in sides)
    least = FINEST if what == "confidence" else 0.5 / most
    return float(10 ** np.floor(np.log10(max(float(shares[shares > 0].min(initial=0.1)), least))))


def _axis(start: float, *, wrong: bool) -> figures.Figure:
    axis: figures.Figure = {"zeroline": False, "gridcolor": figures.GRID}
    if not wrong:
        return {**axis, "ticksuffix": " %", "range": [0, 103]}
    powers = list(range(round(np.log10(100 * start)), 3))
    powers = powers[(len(powers) - 1) % 2 :: 2] if len(powers) > MOST_TICKS else powers
    texts = [f"{10.0**power:.{max(-power, 0)}f} %" for power in powers]
    reach = [float(np.log10(100 * start)) - 0.12, 2.1]
    return {**axis, "type": "log", "range": reach, "tickvals": [10.0**power for power in powers], "ticktext": texts}
