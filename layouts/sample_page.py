"""The page of one sample: the picture large, what is known of it, and the way to the next one of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import query, review_sample, tagging, walk
from layouts.kit import ids, parts
from layouts.kit.state import State
from layouts.page import page
from layouts.part import PARTS, Draw, part, place
from layouts.whole import whole
from util import InspectorError
from workspace.session import PIXELS, ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

ASKED = "sample-asked"
HEAT_MAPS = "heat-maps"


@page("/sample", title="Sample", group="Samples", order=55, purpose="Everything known about one sample")
def sample_page(session: Session, state: State) -> Any:
    """The way through the list, the picture with its tags, and the evidence beside it."""

    def body(name: str) -> Any:
        return place(name, session, state)

    heat = parts.card("What the prediction rests on", body(HEAT_MAPS)) if HEAT_MAPS in PARTS.names() else None
    return html.Div(
        [
            html.Div([body("sample-head"), body("sample-tools")], className="page-title"),
            query.bar(session, state),
            dcc.Store(id=ids.own(ASKED, "page")),
            html.Div(
                [
                    html.Div([body("sample-picture"), _tags(body), body("sample-verdict")], className="column"),
                    html.Div(
                        [
                            body("sample-summary"),
                            html.Div([body("sample-outputs"), body("sample-centers")], className="sample-pair"),
                            body("sample-neighbors"),
                        ],
                        className="column",
                    ),
                ],
                className="sample-columns",
            ),
            html.Div(
                [heat, html.Div([body("sample-scores"), body("sample-facts")], className="sample-columns turned")],
                className="column sample-below",
            ),
        ],
        className="sample-page",
    )


def layer(session: Session, state: State) -> str:
    """The layer in which distances are measured."""
    if state.layer in session.layers:
        return state.layer
    return session.network.layer if session.has_network else PIXELS


def columns(session: Session, state: State) -> list[str]:
    """What the page needs in the store beyond the standard columns."""
    if not session.has_dataset or not session.has_network:
        return []
    chosen = layer(session, state)
    return [name for name in (*session.centers.needed(chosen), f"neighbors/{chosen}", f"neighbor_distances/{chosen}")
            if session.knows(name)]  # fmt: skip


def about(
    name: str, *, columns: Iterable[str] = (), follows: Callable[[Session, State, int], str] = lambda *_: ""
) -> Callable[[Draw], Draw]:
    """Register a part that shows the page's sample: drawn anew with it; nothing where there is no such sample.

    Args:
        name: of the part.
        columns: what it shows.
        follows: what it depends on besides the sample, as a word.
    """

    def choice(session: Session, state: State) -> str:
        index = walk.current(session, state)
        return f"{index}|{follows(session, state, index)}"

    def register(draw: Draw) -> Draw:
        def drawn(session: Session, state: State) -> Any:
            try:
                walk.current(session, state)
            except ColumnNotReady:
                raise
            except InspectorError:
                return []  # the head says why
            return draw(session, state)

        return part(name, columns=columns, choice=choice)(drawn)

    return register


@part("sample-head", columns=("loss",), choice=lambda session, state: _head_choice(session, state))
def head(session: Session, state: State) -> Any:
    """Which sample it is, its place in the list, and the buttons to the ones beside it."""
    try:
        index = walk.current(session, state)
    except ColumnNotReady:
        raise
    except InspectorError as error:
        first = html.Button("Go to the first of the list", id=ids.go("sample", "", "first"), className="outline")
        return html.Div(
            [html.H1("Sample"), html.P([f"{str(error)[:1].upper()}{str(error)[1:]}.", " ", first])],
            className="sample-none",
            role="alert",
        )
    data = session.dataset
    split = data.split_names[int(session.column("split")[index])]
    file = str(session.column("metadata/filename")[index]) if "filename" in session.metadata else ""
    said = " · ".join(filter(None, (f"of {data.n:,}", split, file)))
    name = html.Div([html.H1(f"Sample {index:,}"), html.Span(said, className="note")], className="sample-name")
    try:
        found = walk.place(session, state)
    except ColumnNotReady as waiting:
        return html.Div([name, html.Span(str(waiting), className="note")], className="sample-head")
    except InspectorError as error:
        return html.Div([name, html.Span(str(error), className="failed")], className="sample-head")
    title = walk.LISTS[walk.chosen(session, state)]
    text = f"not in the list of {found.n:,}" if found.at is None else parts.count(found.at, found.n)
    steps = [
        _step("previous", found.previous, "‹ Previous", "The one before in the list (left arrow)"),
        html.Span([html.Strong(text), html.Span(title, className="note")], className="sample-place"),
        _step("next", found.next, "Next ›" if found.at else "First ›", "The next one in the list (right arrow)"),
    ]
    ahead = [
        html.Img(src=parts.image_url(data.fingerprint, other), alt="", className="sample-ahead")
        for other in (found.previous, found.next)
        if other is not None
    ]
    return html.Div([name, html.Div([*steps, *ahead], className="sample-walk")], className="sample-head")


def _head_choice(session: Session, state: State) -> str:
    found = walk.place(session, state)
    return f"{walk.current(session, state)}|{found.key}"


def _step(word: str, other: int | None, text: str, tooltip: str) -> Any:
    return html.Button(
        text,
        id=ids.go("sample", "" if other is None else str(other), word),
        className=f"outline {word}",
        disabled=other is None,
        title=tooltip,
    )


@part(
    "sample-tools",
    choice=lambda session, state: "-".join((*walk.lists(session, state), walk.chosen(session, state), state.query)),
)
def tools(session: Session, state: State) -> Any:
    """Which list the arrows lead through, and in which layer distances are measured."""
    layers = [(name, "raw pixels" if name == PIXELS else name) for name in session.layers]
    found = [
        parts.select(
            "among",
            list(walk.lists(session, state).items())
            if session.has_dataset
            else [(walk.QUERY, walk.LISTS[walk.QUERY])],
            walk.chosen(session, state) if session.has_dataset else walk.QUERY,
            label="Previous and next in",
            tooltip="The list that the buttons and the left and right arrow keys lead through",
        )
    ]
    if session.has_network:
        found.append(
            parts.select(
                "layer",
                layers,
                layer(session, state),
                label="Layer",
                tooltip="Where distances to centers and neighbors are measured",
            )
        )
    return html.Div(found, className="tools")


@about("sample-picture", columns=("loss",))
def picture(session: Session, state: State) -> Any:
    """The sample as the network sees it, and the file it was made of."""
    index = walk.current(session, state)
    data = session.dataset
    height, width, channels = data.image_shape
    label = int(session.column("labels")[index])
    image: Any = html.Img(
        src=parts.image_url(data.fingerprint, index),
        alt=f"sample {index}, {_labelled(session, label)}",
        className="sample-large pixels" if max(height, width) < 200 else "sample-large",
    )
    size = f"{width:,} × {height:,} pixels{', gray' if channels == 1 else ''}"
    file = whole(session, index, at="-page")
    if file and not session.originals.have_boxes:  # the file first, large; then what became of it
        image.className = "sample-small pixels"
        seen = [image, html.Span(f"what the data hold: {size}", className="note")]
        shown: list[Any] = [html.Div(file, className="sample-file"), html.Div(seen, className="sample-seen")]
    else:
        shown = [image, html.P(size, className="note sample-size"), *file]
    return html.Section([*shown, _ways(index)], className="sheet sample-picture")


def _ways(index: int) -> Any:
    """Where else this sample can be looked at."""
    ways = (
        ("asked", "Find similar", "The samples nearest to it, on the page of image queries"),
        ("place", "Show on the map", "Where it lies on the projection"),
        ("reviewing", "Review its label", "Keep or change its label on the review page"),
    )
    buttons = [
        html.Button(text, id=ids.go(go, str(index), "sample"), className="outline", title=tooltip)
        for go, text, tooltip in ways
    ]
    return html.Div(buttons, className="sample-ways")


def _tags(body: Callable[[str], Any]) -> Any:
    """The tags of the sample, and a box that stays while the samples change."""
    box = dbc.Input(
        id=ids.own("page-tag", "page"),
        value="",
        placeholder="Tag this sample",
        maxLength=tagging.LONGEST,
        size="sm",
        autoComplete="off",
        list="tag-completions",
    )
    label = [html.Span("Tag this sample", className="visually-hidden"), box]
    tooltip = f"Tags for this sample (key t). {tagging.SEVERAL}"
    add = html.Button("Add", id=ids.own("page-tag-add", "page"), className="outline", title="Give it these tags")
    line = html.Div([html.Label(label, title=tooltip, className="tag-box"), add], className="tag-line")
    return parts.card("Tags", body("sample-tags"), line, className="sample-tags")


@about("sample-tags", columns=("digests",), follows=lambda session, state, index: str(session.tags.version))
def tags(session: Session, state: State) -> Any:
    """Each with a cross that takes it away."""
    return html.Div(tagging.of_sample(session, walk.current(session, state), at="page"), className="tag-chips")


@about("sample-verdict", columns=("label_issue", "suggested"),
       follows=lambda session, state, index: str(session.tags.version))  # fmt: skip
def verdict(session: Session, state: State) -> Any:
    """What people said of its label, and what the other samples suggest."""
    index = walk.current(session, state)
    label = int(session.column("labels")[index])
    rows = {"label": session.class_names[label] if label >= 0 else "none", "verdict": _verdict(session, index)}
    if session.is_ready("suggested"):
        code = int(session.column("suggested")[index])
        same = " (as labelled)" if code == label else ""
        rows["suggested"] = f"{session.class_names[code]}{same}" if code >= 0 else "nothing"
    for name, title in (("label_suspect", "label issue"), ("error_cause", "cause of the error")):
        if session.is_ready(name):
            unit, code = session.unit(name), int(session.column(name)[index])
            rows[title] = unit.names[code] if 0 <= code < len(unit.names) else "–"
    return parts.card("Its label", parts.facts(rows), className="sample-verdict")


def _verdict(session: Session, index: int) -> str:
    try:
        line = session.reviews.decided().lines.get(index)
    except ColumnNotReady:
        return "–"
    if line is None:
        return "nobody has reviewed it"
    new = f" to {line.new}" if line.new is not None else ""
    return f"{review_sample.WORDS[line.verdict]}{new} by {line.who}, {tagging.moment(line.at)}"


def _labelled(session: Session, label: int) -> str:
    return f"labelled {session.class_names[label]}" if label >= 0 else "without a label"
