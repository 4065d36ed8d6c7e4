"""The page that opens another network or other data, and leads back to what is open already."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dash import dcc, html

from layouts import open_options
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Session

Pair: TypeAlias = Any  # of workspace.pair, and the next of workspace.choices: this room knows sessions only
Choice: TypeAlias = Any
Seen = Sequence[tuple[Pair, Any]]

ALONE = "This program shows one network on one dataset. Start it with python app.py to open others from here."
PLACES = {"bundled": "bundled", "recent": "opened before", "folder": "in the folder"}
KILOBYTE, MEGABYTE = 1e3, 1e6


@page(
    "/open", title="Open", group="Model", order=15, purpose="Another network or other data; what is open stays open"
)
def open_page(session: Session, state: State) -> Any:
    """Pairs that are open or were, then networks and data to choose from."""

    def body(name: str) -> Any:
        return place(name, session, state)

    chosen = html.Form(
        [body("open-choice"), body("open-options")], action="pair", method="post", className="sheet open-form"
    )
    return html.Div(
        [
            head("/open"),
            body("open-refused"),
            parts.card("Open now and before", body("open-pairs")),
            chosen if session.pairs is not None else None,
            html.Div(
                [parts.card("Networks", body("open-networks")), parts.card("Data", body("open-data"))],
                className="two-columns",
            ),
        ],
        className="open-page",
    )


def _of_pairs(session: Session, state: State) -> str:
    """What the list of pairs shows, as a word."""
    if session.pairs is None:
        return ""
    found = session.pairs
    return str(
        [
            (pair.key, pair.refused, found.results(pair.options), pair.session and pair.session.status.what)
            for pair in found.pairs()
        ]
    )


def _of_lists(session: Session, state: State) -> str:
    """What the two lists and the button below them show, as a word."""
    if session.pairs is None:
        return ""
    lists = session.pairs.choices
    chosen = (state.network, state.data, state.opening)
    return str((chosen, lists.networks(), lists.datasets(), _of_pairs(session, state)))


@part("open-refused", choice=lambda session, state: session.refused)
def refused(session: Session, state: State) -> Any:
    """Why this pair could not be opened, on whatever page its visitor is led here."""
    if not session.refused:
        return None
    return html.Div(
        [html.Strong("This could not be opened. "), session.refused], className="sheet open-refused", role="alert"
    )


@part("open-pairs", choice=_of_pairs)
def pairs(session: Session, state: State) -> Any:
    """Every pair that is open, and those that were lately; each is a link."""
    if session.pairs is None:
        return parts.empty(ALONE)
    found = session.pairs.pairs()
    opened = sum(pair.session is not None and not pair.refused for pair in found)
    return [
        html.P(f"{parts.count(opened, len(found))} open", className="note part-head"),
        markup("open-pairs", [_pair(session, pair) for pair in found], className="open-pairs"),
    ]


def _pair(session: Session, pair: Pair) -> Any:
    here = pair.session is session
    facts, done = _progress(session, pair)
    if pair.refused:
        badge = ("refused", "warn")
    elif here:
        badge = ("you are here", "here")
    elif pair.session is not None:
        badge = ("open", "open")
    else:
        badge = (time.strftime("%d %b %H:%M", time.localtime(pair.at)), "")
    return html.A(
        [
            html.Div(
                [
                    html.Strong(pair.network),
                    html.Span(" on "),
                    html.Strong(pair.data),
                    html.Span(badge[0], className=f"mark {badge[1]}"),
                ],
                className="open-name",
            ),
            html.Div(
                pair.refused or " · ".join(each for each in (pair.said, facts) if each),
                className="note open-warn" if pair.refused else "note",
            ),
            html.Div(html.Span(style={"width": f"{100 * done:.0f}%"}), className="bar-track")
            if done is not None
            else None,
        ],
        href=pair.url,
        className="open-pair here" if here else "open-pair",
        title="This is what you look at" if here else f"Go to {pair.options.model} on {pair.options.dataset}",
    )


def _progress(session: Session, pair: Pair) -> tuple[str, float | None]:
    """Facts about a pair in a line, and the share that is done while it is being worked out."""
    assert session.pairs is not None
    found = session.pairs.results(pair.options)
    if found is None:
        return "being looked up", None
    facts = [f"{found.samples:,} samples"] if found.samples else []
    facts += [f"{found.classes:,} classes"] if found.classes else []
    facts += [f"{parts.count(found.ready, found.planned)} results ready"] if found.planned else ["no results yet"]
    if pair.session is not None and pair.session.status.working:
        what = pair.session.status.what
        return " · ".join([*facts, what] if what else facts), found.ready / max(found.planned, 1)
    return " · ".join(facts), None


@part("open-networks", choice=_of_lists)
def networks(session: Session, state: State) -> Any:
    """The networks; a click chooses one."""
    if session.pairs is None:
        return parts.empty(ALONE)
    listed, seen = session.pairs.choices.networks(), session.pairs.seen()
    chosen = open_options.chosen(session, state)[0]
    rows = [
        _row("network", choice, _network_facts(choice), seen.get(choice.key, ()), choice.key == chosen)
        for choice in listed.choices
    ]
    return [
        html.P(
            f"{parts.count(len(listed.choices), listed.total)}; files ending in .h5, .hdf5 or .keras",
            className="note part-head",
        ),
        markup("open-networks", rows, className="open-list"),
    ]


@part("open-data", choice=_of_lists)
def data(session: Session, state: State) -> Any:
    """The data sets; a click chooses one."""
    if session.pairs is None:
        return parts.empty(ALONE)
    listed, seen = session.pairs.choices.datasets(), session.pairs.seen()
    chosen = open_options.chosen(session, state)[1]
    rows = [
        _row(
            "data",
            choice,
            _data_facts(choice, seen.get(choice.key, ())),
            seen.get(choice.key, ()),
            choice.key == chosen,
        )
        for choice in listed.choices
    ]
    return [
        html.P(
            f"{parts.count(len(listed.choices), listed.total)}; folders of pictures, .npz, .csv and .parquet files",
            className="note part-head",
        ),
        markup("open-data", rows, className="open-list"),
    ]


def _row(field: str, choice: Choice, facts: list[str], seen: Seen, chosen: bool) -> Any:
    """A choice of a list: what it is, where it is known from, and with what there are results already."""
    other = "data" if field == "network" else "network"
    folder = [f"in {choice.where}"] if choice.place == "recent" and choice.where not in ("", ".") else []
    facts = [*facts, *folder, *_results_with(seen, other)]
    is_open = any(pair.session is not None for pair, _ in seen)
    refused = choice.glance.refused if choice.glance else ""
    pressed: dict[str, Any] = {"aria-pressed": "true" if chosen else "false"}
    return html.Button(
        [
            html.Span(
                [
                    html.Strong(choice.name),
                    html.Span("open now", className="mark open") if is_open else None,
                    html.Span(_place(choice), className="mark"),
                ],
                className="open-name",
            ),
            html.Span(" · ".join(facts), className="note"),
            html.Span(refused, className="note open-warn") if refused else None,
        ],
        id=ids.go(field, choice.key, "open"),
        className="open-choice chosen" if chosen else "open-choice",
        title=choice.text,
        **pressed,
    )


def _place(choice: Choice) -> str:
    if choice.place == "bundled":
        return "bundled" if choice.glance or choice.bytes else "by name"
    return (
        PLACES[choice.place]
        if not choice.where or choice.place == "recent"
        else f"in {'this folder' if choice.where == '.' else choice.where}"
    )


def _network_facts(choice: Choice) -> list[str]:
    glance = choice.glance
    facts = _size(choice.bytes)
    if glance is None:
        return facts
    facts += [f"{glance.takes} images"] if glance.takes else []
    facts += [f"{glance.outputs:,} outputs"] if glance.outputs else []
    facts += [f"{glance.weights:,} weights"] if glance.weights else []
    return [*facts, f"Keras {glance.keras}"] if glance.keras else facts


def _size(n: int) -> list[str]:
    if not n:
        return []
    if n < KILOBYTE:
        return [f"{n} bytes"]
    return [f"{n / MEGABYTE:,.1f} MB" if n >= MEGABYTE / 10 else f"{n / KILOBYTE:,.1f} kB"]


def _data_facts(choice: Choice, seen: Seen) -> list[str]:
    facts = _size(choice.bytes)
    if seen:
        found = seen[0][1]
        facts += [f"{found.samples:,} samples", f"{found.classes:,} classes"]
    return [*choice.facts, *facts]


def _results_with(seen: Seen, other: str) -> list[str]:
    """With which other side of a pair there are results already."""
    names = dict.fromkeys(getattr(pair, other) for pair, found in seen if found.ready)
    return [f"results with {', '.join(names)}"] if names else []


@part("open-choice", choice=_of_lists)
def choice(session: Session, state: State) -> Any:
    """What is chosen, what is known of the two together, and the button that opens them."""
    if session.pairs is None:
        return None
    keys = open_options.chosen(session, state)
    named = [
        dcc.Input(type="hidden", name=name, value=key) for name, key in zip(("network", "data"), keys, strict=True)
    ]
    try:
        options = session.pairs.options(*keys, state.opening, at=session)
    except InspectorError as error:
        return html.Div([*named, html.Div(str(error), className="open-warn", role="alert")], className="open-bar")
    pair = session.pairs.pair(options)
    found = session.pairs.results(options)
    here = pair.session is session and not session.refused
    if here:
        said = "You are looking at it; choose another network, other data, or other options below."
    elif pair.refused:
        said = pair.refused
    elif pair.session is not None:
        said = "It is open."
    elif found is None:
        said = "Whether there are results is being looked up."
    elif found.planned:
        said = f"{parts.count(found.ready, found.planned)} results are there already."
    else:
        said = "Nothing of it is worked out yet."
    button = html.Button(
        "Try again" if pair.refused else "Open",
        type="submit",
        className="solid",
        disabled=here,
        title="Open the chosen network on the chosen data",
    )
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.Strong(pair.network),
                            " on ",
                            html.Strong(pair.data),
                            html.Span(pair.said, className="note") if pair.said else None,
                        ],
                        className="open-name",
                    ),
                    html.Div(said, className="note open-warn" if pair.refused else "note"),
                ]
            ),
            *named,
            button,
        ],
        className="open-bar",
    )
