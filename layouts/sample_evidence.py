"""What stands beside the picture on the page of a sample: outputs, scores, metadata, copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import sample, walk
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import late
from layouts.sample_distances import bars, neighbor, predicted, width
from layouts.sample_page import about
from workspace.session import ColumnNotReady, NoClassHead, Unit

if TYPE_CHECKING:
    from workspace.session import Session

ALL_CLASSES, TOP_CLASSES = 20, 12
MOST_COPIES, MOST_METADATA = 10, 60
EXTREME = 0.01  # the share at the bad end of a score that is marked
# Classes that stand elsewhere on the page.
KNOWN = ("labels", "predicted", "suggested", "split", "correct", "label_suspect", "error_cause")
WAITED = ("loss", "predicted", "probabilities")


@about("sample-summary", columns=("loss", "predicted", "confidence"), follows=lambda *view: _networks(view[0]))
def summary(session: Session, state: State) -> Any:
    """Label, prediction, confidence, and the loss with its rank."""
    index = walk.current(session, state)
    label, code = int(session.column("labels")[index]), predicted(session, index)
    wrong = label >= 0 and code is not None and code != label
    names = session.class_names
    if session.no_head:
        said, how = "none", "the network has no class head"
    else:
        said = names[code] if code is not None else "…"
        how = "" if code is None else "not its label" if wrong else "as labelled" if label >= 0 else ""
    tiles = [
        parts.tile("Label", names[label] if label >= 0 else "none", "" if label >= 0 else "no label is known"),
        html.Div(parts.tile("Predicted", said, how), className="sample-wrong" if wrong else ""),
        parts.tile("Confidence", _one(session, "confidence", index, percent=True), "of the predicted class"),
        parts.tile("Loss", _one(session, "loss", index), *_ranks(session, index), tooltip="1st is the highest loss"),
    ]
    others = sample.others(session, index)
    more = parts.facts(others, className="sample-others") if others else None
    return [html.Div(tiles, className="tiles sample-tiles"), more]


def _networks(session: Session) -> str:
    ready = (session.is_ready(f"loss_{short}") for short in session.comparing.names)
    return "".join(str(int(one)) for one in ready)


def _one(session: Session, column: str, index: int, *, percent: bool = False) -> str:
    try:
        value = float(session.column(column)[index])
    except NoClassHead:
        return "–"
    except ColumnNotReady:
        return "…"
    return parts.percent(value, 1) if percent else "infinite" if np.isinf(value) else parts.number(value, 4)


def ordinal(place: int) -> str:
    """1st, 2nd, 11th, 1,003rd."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{ending}"


def _ranks(session: Session, index: int) -> list[str]:
    """The place of the loss in the sample's split, and in all."""
    try:
        name = session.dataset.split_names[int(session.column("split")[index])]
        found = []
        for split, where in ((name, f" in {name}"), ("", " in all")):
            rank, n = session.centers.rank(index, split)
            if rank:
                found.append(f"{ordinal(rank)} of {n:,}{where}")
    except ColumnNotReady:
        return []
    return found[: 1 + (len(session.splits) > 1)] or ["none without a label"]


@about("sample-outputs", columns=WAITED)
def outputs(session: Session, state: State) -> Any:
    """A bar for every class, the true one in another color; of many classes the highest."""
    index = walk.current(session, state)
    label = int(session.column("labels")[index])
    try:
        values = np.asarray(session.column("probabilities")[index], np.float64)
    except NoClassHead as reason:
        return parts.card("Outputs", parts.empty(str(reason)))
    except ColumnNotReady as waiting:
        return parts.card("Outputs", late(waiting))
    n = len(values)
    order = list(range(n)) if n <= ALL_CLASSES else np.argsort(-values, kind="stable")[:TOP_CLASSES].tolist()
    if label >= 0 and label < n and label not in order:
        order.append(label)
    code = predicted(session, index)
    rows = [
        html.Div(
            [
                html.Span(session.class_names[each], className="bar-name", title=session.class_names[each]),
                html.Span(html.Span(style={"width": width(values[each])}), className="bar-track"),
                html.Span(parts.percent(float(values[each]), 1), className="bar-text"),
            ],
            className=" ".join(
                ["bar", *["marked"] * (each == label), *["missed"] * (label >= 0 and each == code != label)]
            ),
        )
        for each in order
    ]
    key: list[Any] = [html.Span(className="swatch marked"), "label "] if label >= 0 else []
    key += (
        [html.Span(className="swatch missed"), "predicted instead"]
        if label >= 0 and code not in (None, label)
        else []
    )
    note = f"{parts.count(len(order), n)} classes" if n > len(order) else f"all {n:,} classes"
    return parts.card(
        "Outputs", bars("sample-outputs", rows, [session.class_names[each] for each in order]), note=note,
        tools=html.Span(key, className="note sample-key"),
    )  # fmt: skip


@about("sample-scores", columns=WAITED, follows=lambda *view: _ready(view[0]))
def scores(session: Session, state: State) -> Any:
    """Every score of the sample, and where it lies among all samples."""
    index = walk.current(session, state)
    units = [unit for unit in session.units() if unit.kind == "score"]
    rows = [_score(session, unit, index) for unit in units if session.is_ready(unit.name)]
    shown = [row for row in rows if row is not None]
    title, note = (
        "Scores",
        f"{parts.count(len(shown), len(units))} have a number; the mark is its place among all samples",
    )
    if not shown:
        return parts.card(title, parts.waiting("The scores are being computed."))
    return parts.card(title, markup("sample-scores", *shown), note=note, className="sample-scores")


def _ready(session: Session) -> str:
    return "".join("1" if session.is_ready(unit.name) else "0" for unit in session.units())


def _score(session: Session, unit: Unit, index: int) -> Any:
    found = session.centers.standing(unit.name, index)
    if found is None:
        return None
    far = 1 - found.below if unit.bad == "high" else found.below if unit.bad == "low" else 0.5
    css = f"score {f'bad-{unit.bad}' if unit.bad else ''}{' extreme' if far < EXTREME else ''}"
    value = "infinite" if np.isinf(found.value) else parts.number(found.value, 4)
    return html.Div(
        [
            html.Span(unit.title, className="score-name"),
            html.Span(value, className="score-value"),
            html.Span(html.Span(style={"left": width(found.below)}), className="score-track"),
            html.Span(
                parts.percent(found.below, 0 if 0.01 <= found.below <= 0.99 else 1), className="score-share note"
            ),
        ],
        className=css,
        title=f"{unit.description} Higher than {parts.percent(found.below, 2)} of {found.n:,} samples.",
    )


@about("sample-facts", columns=("copies",), follows=lambda *view: _ready(view[0]))
def facts(session: Session, state: State) -> Any:
    """Metadata, what the lists of faults say, and copies of the picture."""
    index = walk.current(session, state)
    return [_metadata(session, index), _copies(session, index)]


def _metadata(session: Session, index: int) -> Any:
    data = session.dataset
    rows = {"index": f"{index:,}", "split": data.split_names[int(session.column("split")[index])]}
    names = session.metadata
    for name in names[:MOST_METADATA]:
        value = session.column(f"metadata/{name}")[index]
        text = parts.number(float(value), 6) if isinstance(value, np.floating) else str(value)
        rows[name] = text if text not in ("", "nan") else "–"
    for unit in session.units():
        owned = session.tags.owns(unit.name) or session.reviews.owns(unit.name) or unit.name in KNOWN
        if unit.kind == "class" and unit.names and not owned and session.is_ready(unit.name):
            code = int(session.column(unit.name)[index])
            rows.setdefault(unit.title, unit.names[code] if 0 <= code < len(unit.names) else "–")
    note = f"{parts.count(MOST_METADATA, len(names))} shown" if len(names) > MOST_METADATA else ""
    return parts.card("What is known of it", parts.facts(rows), note=note, className="sample-metadata")


def _copies(session: Session, index: int) -> Any:
    try:
        found = session.centers.copies(index)
    except ColumnNotReady as waiting:
        return parts.card("Copies of it", late(waiting))
    if not len(found):
        return parts.card("Copies of it", html.P("No other sample has the same pixels.", className="note"))
    labels = np.asarray(session.column("labels"))
    shown = found[:MOST_COPIES].tolist()
    tiles = [neighbor(session, row, 0.0, "sample-copies", int(labels[index])) for row in shown]
    others = len(np.unique(labels[found][labels[found] != labels[index]]))
    said = "with another label among them" if others else "all with its label"
    return parts.card(
        "Copies of it", markup("sample-copies", html.Div(tiles, className="strip wrap")),
        note=f"{parts.count(len(shown), len(found))} with the same pixels, {said}",
    )  # fmt: skip
