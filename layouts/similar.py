"""The image query page: the samples nearest to a sample or to a picture that a visitor brings along."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import html

from layouts import fault_list, map_sheet, query, similar_map, similar_results, similar_sheet, similar_units
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.picture_upload import PictureUpload
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from util import InspectorError
from workspace.session import PIXELS, ColumnNotReady, Question, column_text

if TYPE_CHECKING:
    from workspace.session import Session, Upload

COUNTS = (5, 10, 15, 20, 24, 30, 50, 60, 100)
USUAL = 10
EXAMPLES = 12
LONGEST = 12  # digits of an index, and letters of nonsense that are shown


@page(
    "/similar",
    title="Image query",
    group="Samples",
    order=70,
    purpose="Which samples a layer finds most like one of yours",
)
def similar(session: Session, state: State) -> Any:
    """What to ask about, how, and the answer."""
    index = html.Div(
        [
            parts.labelled(
                "Sample", _box(asked_index(state)), tooltip="An index, counted from 0; clicking a picture asks too"
            ),
            html.Button("Go", id=ids.own("similar-go", "sample"), className="outline", title="Ask about this sample"),
            PictureUpload(id=ids.own("similar-upload", "picture"), label="Upload a picture"),
        ],
        className="ask",
    )
    attributes: dict[str, Any] = {"data-stage": stage(session, state)}
    answer = html.Div(body(session, state), id=ids.own("similar-body", "answer"), **attributes)
    return html.Div(
        [
            head("/similar", index),
            query.bar(session, state),
            place("similar-tools", session, state),
            answer,
            html.Div(
                [
                    html.Div(
                        [html.H2("On the map"), place("similar-map-head", session, state)], className="card-title"
                    ),
                    map_sheet.sheet(session, state, similar_map.SIDE),
                ],
                className="similar-map",
            ),
        ],
        className="similar",
    )


@part("similar-tools")
def tools(session: Session, state: State) -> Any:
    """Where to look, how far is far, how many, and how waveforms are drawn."""
    layer = state.layer
    if layer not in session.layers:
        layer = session.network.layer if session.has_network else PIXELS
    layers = [(name, "raw pixels" if name == PIXELS else name) for name in session.layers]
    many = wanted(state)
    counts = [(str(count), str(count)) for count in sorted({*COUNTS, many})]
    choice = (
        parts.select("layer", layers, layer, label="Compare by", tooltip="What of two samples is compared")
        if session.has_network
        else parts.waiting("The network is being opened.")
    )
    return html.Div(
        [
            choice,
            parts.select(
                "metric",
                [("euclidean", "Euclidean"), ("cosine", "cosine")],
                similar_map.metric(state),
                label="Distance",
                tooltip="Euclidean: the length of the difference. Cosine: 1 less the cosine of the angle, so that "
                "only the pattern counts and not its strength",
            ),
            parts.select("nearest", counts, str(many), label="How many", tooltip="How many of the nearest are shown"),
            parts.select(
                "answer",
                list(similar_sheet.WAYS.items()),
                similar_sheet.way(state),
                label="Show as",
                tooltip="Cards say most of each. A contact sheet shows many at a time; heat maps on it show where in "
                "each picture the features are that it shares with the sample asked about",
            ),
            parts.select(
                "units",
                [("classes", "by classes"), ("natural", "natural")],
                "natural" if state.units == "natural" else "classes",
                label="Order of units",
                tooltip="By classes: units that tell the classes apart best come first. Natural: as in the network",
            ),
            parts.select(
                "smooth",
                [("off", "as they are"), ("on", "smoothed")],
                "on" if state.smooth == "on" else "off",
                label="Waveforms",
                tooltip="Smoothed: each unit is drawn as the average of its neighbors in the chosen order",
            ),
        ],
        className="similar-tools",
    )


@part("similar-map-head", choice=lambda session, state: f"{similar_map.column(session, state)}|{state.query}")
def map_head(session: Session, state: State) -> Any:
    """What the colors are, and the way to the same on the page of maps."""
    column = similar_map.column(session, state)
    if not column:
        return html.Span(
            "Ask about a sample or a picture, and the map shows how like it all others are.", className="note"
        )
    unit = session.unit(column)
    return [
        html.Span(f"{unit.description} As a query: {column_text(column)} > 0.5", className="note"),
        fault_list.see("projection", "Two maps, side by side", state, color=column),
    ]


def _box(value: str) -> Any:
    return dbc.Input(
        id=ids.own("similar-index", "sample"),
        type="text",
        inputmode="numeric",
        value=value,
        placeholder="index",
        size="sm",
        maxlength=20,
        autocomplete="off",
        name="sample index",
    )


def wanted(state: State) -> int:
    """How many results were asked for, from 5 to 100."""
    text = state.nearest
    return min(max(int(text), COUNTS[0]), COUNTS[-1]) if text.isdecimal() and len(text) < LONGEST else USUAL


def asked_index(state: State) -> str:
    """The sample that is asked about, as it was typed; "" for none."""
    return "" if state.upload else state.focus or state.asked


def question(session: Session, state: State) -> Question | None:
    """What a visitor's view asks, or None.

    Raises:
        InspectorError: that is no sample.
        ColumnNotReady: the dataset is being read, or the network opened.
    """
    n = session.dataset.n
    text = asked_index(state)
    if not text and not state.upload:
        return None
    if not state.upload and not (text.isdecimal() and len(text) < LONGEST):
        raise InspectorError(f"sample '{text[:LONGEST]}': is not the number of a sample; give 0 to {n - 1:,}")
    layer = state.layer if state.layer in session.layers else session.network.layer
    index = None if state.upload else int(text)
    return Question(
        layer, similar_map.metric(state), wanted(state), index, state.upload, session.asked(state.query, state.hidden)
    )


def columns(session: Session, state: State) -> list[str]:
    """What the worker has to make for the answer; nothing before something is asked."""
    try:
        asked = question(session, state)
        if asked is None:
            return []
        session.similar.picture(asked)
    except InspectorError:
        return []
    own = [session.similar.upload(asked.upload).column] if asked.upload and session.has_network else []
    heat = similar_sheet.columns(session, state, asked)
    return [
        f"activations/{asked.layer}",
        *own,
        *heat,
        *(f"{what}/{asked.layer}" for what in ("selectivity", "exciting")),
    ]


def stage(session: Session, state: State) -> str:
    """A word that changes whenever the answer has to be drawn anew."""
    try:
        asked = question(session, state)
        said = repr(asked)
    except InspectorError as error:
        asked, said = None, str(error)
    needed = columns(session, state)
    ready = [session.is_ready(column) for column in needed]
    failed = [session.failure(column) for column in needed]
    scores = [session.is_ready(column) for column in ("labels", "predicted", "loss")]
    waits = "" if all(ready[:2]) else f"{session.status.what} {session.status.cancelled}"
    return json.dumps(
        [
            said,
            asked_index(state),
            state.versus,
            state.smooth == "on",
            similar_sheet.way(state),
            state.units == "natural",
            ready,
            failed,
            scores,
            waits,
        ]
    )


def body(session: Session, state: State) -> Any:
    """The query and the answer, or what stands in the way, in one line."""
    try:
        asked = question(session, state)
        if asked is None:
            return _invitation(session)
        session.similar.picture(asked)
    except ColumnNotReady as waiting:
        return parts.waiting(str(waiting))
    except InspectorError as error:
        return [_refusal(error), _invitation(session)]
    shown = _uploaded(session, asked) if asked.upload else _sample(session, asked)
    try:
        found = session.similar.find(asked)
    except ColumnNotReady as waiting:
        return [html.Div([shown, _waiting(session, state, str(waiting))], className="asked-row")]
    except InspectorError as error:
        return [html.Div([shown, _refusal(error)], className="asked-row")]
    if not len(found.rows):
        nothing = parts.empty(
            f"No other sample to compare with: {parts.count(found.searched, found.total)} searched."
        )
        return [html.Div([shown, nothing], className="asked-row")]
    chosen = similar_results.chosen(found, state.versus)
    return [
        html.Div([shown, similar_units.chart(session, state, asked, found, chosen)], className="asked-row"),
        similar_sheet.results(session, state, asked, found, chosen),
        similar_units.lists(session, asked, found, chosen),
    ]


def _invitation(session: Session) -> Any:
    """What to do on this page, and samples worth asking about."""
    text = "Type the index of a sample, click any picture on any page, or upload a picture of your own."
    if not session.has_dataset:
        return parts.waiting("The dataset is being read.")
    try:
        loss = np.nan_to_num(session.column("loss"), nan=-np.inf)
        hardest = [int(row) for row in np.argsort(-loss, kind="stable")[:EXAMPLES] if loss[row] > -np.inf]
    except ColumnNotReady:
        hardest = []
    fingerprint = session.dataset.fingerprint
    pictures = [parts.thumbnail(fingerprint, row, at="similar-examples", caption=f"{row:,}") for row in hardest]
    return parts.card(
        "What is like this?",
        html.P(text, className="lead-line"),
        html.P(f"The {len(hardest)} samples with the highest loss, for example:", className="note")
        if hardest
        else None,
        markup("similar-examples", *pictures, className="strip wrap") if hardest else None,
    )


def _refusal(error: InspectorError) -> Any:
    return html.Div(str(error), className="failed", role="alert")


def _waiting(session: Session, state: State, reason: str) -> Any:
    """Why there is no answer yet, and what it waits for."""
    for column in columns(session, state)[:2]:
        if failure := session.failure(column):
            return parts.failed(failure)
    status = session.status
    if status.cancelled:
        return parts.empty(f"{reason}: computing was cancelled; press Resume at the top to go on.")
    busy = f"; working on: {status.what}" if status.working and status.what else ""
    return parts.waiting(f"{reason}{busy}")


def _sample(session: Session, asked: Question) -> Any:
    """The sample that is asked about."""
    assert asked.index is not None
    data = session.dataset
    facts = {name: value for name, value in similar_results.opinion(session, asked.index).items() if value}
    try:
        loss = float(session.column("loss")[asked.index])
        facts |= {} if np.isnan(loss) else {"loss": f"{parts.number(loss, 4)} nats"}
    except ColumnNotReady:
        pass
    facts["split"] = data.split_names[int(session.column("split")[asked.index])]
    source = parts.image_url(data.fingerprint, asked.index)
    return _asked_card(f"Sample {asked.index:,}", f"of {data.n:,}", source, parts.facts(facts))


def _uploaded(session: Session, asked: Question) -> Any:
    """The picture that a visitor brought along, and what the network takes it for."""
    upload = session.similar.upload(asked.upload)
    inverted = session.similar.is_inverted(upload.image)
    hint = html.P("Its rim is as light as the dataset's is dark, or the other way round: swap?") if inverted else None
    swap = html.Button(
        "Swap light and dark",
        id=ids.own("similar-swap", upload.name),
        className="outline",
        title="Ask about the negative of the picture",
    )
    remove = html.Button(
        "Remove", id=ids.go("upload", "", "similar"), className="outline", title="Remove the picture"
    )
    return _asked_card(
        "Your picture",
        "uploaded",
        parts.row_url(upload.key, 0),
        html.P(" ".join(upload.notes), className="note") if upload.notes else None,
        html.Div(_opinion_of(session, upload)),
        html.Div(hint, className="hint"),
        html.Div([swap, remove], className="asked-tools"),
    )


def _opinion_of(session: Session, upload: Upload) -> Any:
    answer = session.uploads.answer(upload.name, session) if session.has_network else None
    if answer is None:
        failure = session.failure(upload.column)
        if failure:
            return parts.failed(failure)
        paused = session.status.cancelled
        text = "The network has not looked at it"
        return parts.empty(f"{text}: computing was cancelled.") if paused else parts.waiting(f"{text} yet.")
    if session.no_head:
        return parts.empty("The network has no class head, so it says of no picture what it is.")
    names = session.class_names
    if not np.isfinite(answer.logits).all():
        return parts.empty("The network's scores are not numbers.")
    shares = np.exp(answer.logits.astype(np.float64) - answer.logits.max())
    shares /= shares.sum()
    order = np.argsort(-shares, kind="stable")[:5]
    best = int(order[0])
    return [
        html.P(
            ["Predicted ", html.Strong(names[best]), f" ({parts.percent(float(shares[best]))})"], className="note"
        ),
        parts.bars(
            [float(shares[code]) for code in order],
            [names[code] for code in order],
            texts=[parts.percent(float(shares[code])) for code in order],
        ),
    ]


def _asked_card(title: str, note: str, source: str, *rest: Any) -> Any:
    picture = html.Img(src=source, alt=title, className="pixels portrait")
    return parts.card(
        title, picture, html.Div(list(rest), className="asked-facts"), note=note, className="asked-card"
    )
