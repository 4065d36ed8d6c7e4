"""Which units of a layer make two samples alike or different: as a chart, and as lists of ten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts.kit import figures, ids, parts, waveform
from layouts.kit.markup import markup
from layouts.kit.state import State
from workspace.session import PIXELS, ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Found, Question, Session

LISTED = 10
SMALLEST = 0.0005  # a share below is not worth a line
COLORS = ("red", "green", "blue")
HEIGHT, TALL = 280, 400  # of the chart in pixels; tall beside all that is said of an uploaded picture


def space(layer: str) -> str:
    """What to call a layer in a sentence."""
    return "raw pixels" if layer == PIXELS else layer


def unit_name(session: Session, layer: str, unit: int) -> str:
    """What to call a unit: its number in the layer, or where a pixel is, counted from 0."""
    if layer != PIXELS:
        return f"unit {unit}"
    _, width, channels = session.dataset.image_shape
    columns = min(width, compared_side(session))
    row, column = divmod(unit // channels, columns)
    return f"pixel {row}, {column}" + (f" {COLORS[unit % channels]}" if channels == 3 else "")


def compared_side(session: Session) -> int:
    """The longest side of a picture, in pixels, that is compared as it is."""
    return int(session.rule(f"activations/{PIXELS}").settings["side"])


def order(session: Session, state: State, layer: str, d: int) -> NDArray[np.intp]:
    """The units in the order in which they are drawn: the best at telling classes apart first, or as they are."""
    known = None if state.units == "natural" else selectivity(session, layer)
    return np.arange(d) if known is None else np.argsort(-known, kind="stable")


def selectivity(session: Session, layer: str) -> NDArray[np.floating] | None:
    """(d,) how well each unit tells the classes apart; None while that is not there, or without classes."""
    try:
        known = session.column(f"selectivity/{layer}")
    except ColumnNotReady:
        return None
    return known if np.isfinite(known).all() else None


def drawn(values: NDArray[np.floating], places: NDArray[np.intp], state: State) -> NDArray[np.floating]:
    """A sample's values as they are drawn: in order, and smoothed if that was asked for."""
    ordered = np.asarray(values, np.float64)[places]
    if state.smooth != "on" or len(ordered) < waveform.FEWEST:
        return ordered
    return waveform.smoothed(ordered, waveform.width_of(len(ordered)))


def chart(session: Session, state: State, asked: Question, found: Found, compared: int) -> Any:
    """The waveform of one result over the query's, large."""
    row, d = int(found.rows[compared]), len(found.vector)
    places = order(session, state, asked.layer, d)
    about = f"query: {asked.about}"
    names = [unit_name(session, asked.layer, int(unit)) for unit in places]
    figure = waveform.figure(
        drawn(found.vector, places, state),
        drawn(found.vectors[compared], places, state),
        names,
        called=(about, f"sample {row:,}"),
        across=_across(session, state, asked.layer),
        up="brightness, 0 to 1" if asked.layer == PIXELS else "activation",
    )
    noun = "values" if asked.layer == PIXELS else "units"
    note = f"{d:,} {noun}"
    if state.smooth == "on":
        width = waveform.width_of(d)
        note += f" · smoothed: moving average over {width}" if d >= waveform.FEWEST else " · too few to be smoothed"
    label = f"Waveforms of {asked.about} and sample {row} in {space(asked.layer)}"
    return parts.card(
        f"Waveform of sample {row:,} over the query's",
        figures.graph("similar-waveform", figure, label=label, height=TALL if asked.upload else HEIGHT),
        note=note,
        className="wave-card",
    )


def lists(session: Session, asked: Question, found: Found, compared: int) -> Any:
    """The ten units that carry the likeness, and the ten that differ most."""
    row = int(found.rows[compared])
    common, apart = session.similar.units(asked, row)
    noun = "product in the cosine" if asked.metric == "cosine" else "closeness beyond that of random pairs"
    gap = "squared distance at equal length" if asked.metric == "cosine" else "squared distance"
    pair = f"{'the ' if asked.upload else ''}{asked.about} and sample {row:,}"
    return html.Div(
        [
            _list("alike", f"What makes {pair} alike", f"their {noun}", session, asked, found, compared, common),
            _list("apart", f"Where {pair} differ", f"their {gap}", session, asked, found, compared, apart),
        ],
        className="unit-lists",
    )


def _list(
    name: str, title: str, what: str, session: Session, asked: Question, found: Found, compared: int, shares: Any
) -> Any:
    d = len(shares)
    listed = [int(unit) for unit in np.argsort(-shares, kind="stable")[:LISTED] if shares[unit] > SMALLEST]
    if not listed:
        text = "They differ nowhere." if name == "apart" else "No unit is closer than in random pairs."
        return parts.card(title, parts.empty(text))
    known, pictures = selectivity(session, asked.layer), _exciting(session, asked.layer)
    head = ["unit", "share", "query", "sample", "classes", "what excites it most"]
    if asked.layer == PIXELS:
        head[0], head[-1] = "pixel", "where it is brightest"
    rows = [
        html.Tr(
            [
                html.Td(unit_name(session, asked.layer, unit)),
                html.Td(_share(float(shares[unit]), float(shares[listed[0]]))),
                html.Td(parts.number(float(found.vector[unit])), className="number"),
                html.Td(parts.number(float(found.vectors[compared][unit])), className="number"),
                html.Td("–" if known is None else f"{known[unit]:.2f}", className="number"),
                html.Td(_pictures(session, pictures, unit, name), className="exciting"),
            ]
        )
        for unit in listed
    ]
    tooltips = {
        "classes": "How well the unit tells the classes apart: the share of its variance that lies between classes, "
        "0 to 1 (eta squared)"
    }
    heads = [
        html.Th(text, scope="col", title=tooltips.get(text), className="number" if 2 <= place <= 4 else None)
        for place, text in enumerate(head)
    ]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="facts unit-list")
    total = parts.percent(float(shares[listed].sum()), 0)
    count = f"{parts.count(len(listed), d)} {'pixel values' if asked.layer == PIXELS else 'units'}"
    note = f"{count}, with {total} of {what} in all"
    return parts.card(title, html.P(note, className="note"), markup(f"similar-{name}", table, className="scroll"))


def _share(share: float, largest: float) -> Any:
    bar = html.Span(html.Span(style={"width": f"{100 * share / largest:.1f}%"}), className="bar-track")
    return html.Div([bar, html.Span(parts.percent(share, 1))], className="share")


def _pictures(session: Session, exciting: NDArray[np.integer] | None, unit: int, at: str) -> Any:
    if exciting is None:
        return "being looked for"
    rows = [int(row) for row in exciting[unit] if row >= 0]
    if not rows:
        return "nothing: it is the same for all"
    fingerprint = session.dataset.fingerprint
    return html.Div(
        [
            html.Button(
                html.Img(src=parts.image_url(fingerprint, row), alt=f"sample {row}", className="pixels"),
                id=ids.go("focus", str(row), f"similar-{at}"),
                className="thumbnail",
                title=f"sample {row:,}",
            )
            for row in rows
        ],
        className="strip",
    )


def _exciting(session: Session, layer: str) -> NDArray[np.integer] | None:
    try:
        return session.column(f"exciting/{layer}")
    except ColumnNotReady:
        return None


def _across(session: Session, state: State, layer: str) -> str:
    noun = "pixels" if layer == PIXELS else "units"
    if state.units == "natural":
        return f"{noun}, in their natural order"
    if selectivity(session, layer) is not None:
        return f"{noun}, the best at telling the classes apart first"
    if session.is_ready(f"selectivity/{layer}"):
        return f"{noun}, in their natural order: there are no classes to tell apart"
    return f"{noun}, in their natural order until it is known which tell the classes apart"
