"""The review page: one sample after another of a list, its label kept, changed, dropped or left open by a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any

from dash import html

from layouts import query, review_sample
from layouts.kit import parts
from layouts.kit.deck import Deck
from layouts.kit.markup import markup, tree
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from util import InspectorError

if TYPE_CHECKING:
    from workspace.session import Queue, Session

AHEAD = 4  # cards that are drawn before anybody comes to them
VIEW = ("review", "query", "hidden", "sort", "selection", "decided")  # what says which list it is, and how it is gone
NEEDED = ("labels", "split", "digests", "copies")
OPTIONAL = ("loss", "label_issue", "suggested", "predicted", "probabilities", "correct")
FILES = (
    ("fixes.csv", "Fix list (CSV)", "What was relabelled and dropped, a row each, for a spreadsheet"),
    ("fixes.json", "Fix list (JSON)", "The same with the class names, for programs; apply.py reads it"),
    ("labels.npy", "Corrected labels (.npy)", "A class number for every sample, in the dataset's order; -1 dropped"),
    ("apply.py", "apply.py", "Ten lines of Python that apply fixes.json to a copy of a folder, an .npz or a .csv"),
)


@page(
    "/review",
    title="Review",
    group="Samples",
    order=85,
    purpose="Go through doubtful samples and keep, change or drop their labels",
)
def review(session: Session, state: State) -> Any:
    """The sample, and beside it what reviewing has given so far."""

    def body(name: str) -> Any:
        return place(name, session, state)

    return html.Div(
        [
            head("/review", html.Div(body("review-tools"), className="tools")),
            query.bar(session, state),
            body("review-names"),
            html.Div(
                [
                    body("review-sample"),
                    html.Div([body("review-progress"), body("review-accuracy")], className="review-side"),
                ],
                className="review-columns",
            ),
        ],
        className="review",
    )


def queue(session: Session, state: State) -> Queue:
    """The list that the view asks for. Raises InspectorError as `Session.find` does."""
    return session.queues.queue(
        state.review, state.query.strip(), state.hidden, _known(session, state.sort), state.selection
    )


def current(session: Session, state: State) -> int | None:
    """The sample that is looked at; None if all of the list have a verdict."""
    wanted = int(state.reviewing) if state.reviewing.isdecimal() and len(state.reviewing) < 12 else None
    return session.queues.current(queue(session, state), wanted)


def cards(session: Session, state: State, at: int | None, *, have: Container[int] = ()) -> dict[str, Any]:
    """A sample and the next ones, each with its card unless the browser has it: the props of a Deck but for its view.

    Raises:
        InspectorError: as `queue` does.
    """
    version, asked = session.version, queue(session, state)
    order = [] if at is None else [at, *session.queues.ahead(asked, at, AHEAD, all=state.decided == "show")]
    return {
        "order": order,
        "cards": {
            str(index): tree(*review_sample.body(session, asked, index)) for index in order if index not in have
        },
        "end": tree(*_end(asked, state)),
        "version": version,
    }


def _end(asked: Queue, state: State) -> list[Any]:
    """What stands where there is no sample to look at."""
    if not len(asked.indices):
        return [_title("Nothing to review"), parts.empty(f"No sample is in this list{query.said(state)}.")]
    said = f"All {len(asked.indices):,} samples of this list have a verdict. Choose another list, or show these."
    return [_title("Done"), parts.empty(said), review_sample.undo_button()]


def _title(text: str) -> Any:
    return html.Div(html.Strong(text), className="review-head")


def _choice(*columns: str) -> Callable[[Session, State], str]:
    """What a part depends on: the list, the verdicts, and what has landed."""

    def choice(session: Session, state: State) -> str:
        decided = f"{session.tags.version}-{state.decided == 'show'}"
        return f"{queue(session, state).key}|{decided}|{_landed(session, state, *columns)}"

    return choice


def _list(session: Session, state: State) -> str:
    """What the cards depend on; not on verdicts, after which the browser goes on by itself."""
    asked = "|".join(getattr(state, name) for name in VIEW)
    return f"{queue(session, state).source}|{asked}|{_landed(session, state, *OPTIONAL)}"


def _landed(session: Session, state: State, *columns: str) -> str:
    ready = "".join(str(int(session.is_ready(name))) for name in (*columns, *_of_layer(session)))
    return f"{ready}|{len(session.queues.lists(state.selection))}"


@part("review-tools", columns=NEEDED, choice=_choice(*OPTIONAL))
def tools(session: Session, state: State) -> Any:
    """Which list, whether reviewed ones are skipped, and the files to take away."""
    lists = session.queues.lists(state.selection)
    try:
        source = queue(session, state).source
    except InspectorError:
        source = state.review if state.review in lists else next(iter(lists))
    decided = [("skip", "are skipped"), ("show", "are shown")]
    links = [
        html.A(text, href=f"export/{name}", download="", title=tooltip, className="plain")
        for name, text, tooltip in FILES
    ]
    return [
        parts.select(
            "review",
            list(lists.items()),
            source,
            label="List",
            tooltip="Which samples, in which order; of these, those that match the query and are not hidden",
        ),
        parts.select(
            "decided",
            decided,
            "show" if state.decided == "show" else "skip",
            label="Reviewed ones",
            tooltip="Whether the arrows lead to samples that have a verdict already",
        ),
        html.Details(
            [
                html.Summary("Fix list", className="outline", title="Download what review has given"),
                html.Div(html.Div(html.Div(links, className="export-links")), className="export-list"),
            ],
            className="export review-export",
        ),
    ]


@part("review-names")
def names(session: Session, state: State) -> Any:
    """The class names, for the box in which a new label is chosen (assets/review.js)."""
    data: dict[str, Any] = {"data-names": json.dumps(session.class_names if session.has_dataset else [])}
    return html.Div(hidden=True, className="review-names", **data)


@part("review-sample", columns=NEEDED, choice=_list)
def sample(session: Session, state: State) -> Any:
    """The sample with all that helps to judge its label, and the keys; the next ones wait behind it."""
    drawn = cards(session, state, current(session, state))
    view = {name: getattr(state, name) for name in VIEW}
    return html.Section(Deck({"markup": "review-sample"}, view=view, **drawn), className="sheet")


@part("review-progress", columns=NEEDED, choice=_choice(*OPTIONAL))
def progress(session: Session, state: State) -> Any:
    """How many were wrong so far, how many may be left, whether to stop, and which classes were mixed up."""
    asked = queue(session, state)
    found = session.queues.progress(asked)
    return parts.card(
        "So far",
        markup("review-progress", *review_sample.progress(asked, found), *review_sample.fixed(session)),
        note=f"{parts.count(found.reviewed, found.n)} reviewed",
    )


@part("review-accuracy", columns=NEEDED, choice=lambda session, state: _follows(session))
def accuracy(session: Session, state: State) -> Any:
    """Accuracy of every split as labelled and as reviewed."""
    return parts.card(
        "Accuracy",
        markup("review-accuracy", *review_sample.accuracy(session.queues.accuracy())),
        note="as labelled, as reviewed",
    )


def _follows(session: Session) -> str:
    ready = "".join(str(int(session.is_ready(name))) for name in ("correct", "predicted", "label_issue", "suggested"))
    return f"{session.tags.version}-{ready}"


def _of_layer(session: Session) -> list[str]:
    layer = session.network.layer if session.has_network else ""
    return [f"{what}/{layer}" for what in ("neighbors", "neighbor_distances", "activations")] if layer else []


def _known(session: Session, sort: str) -> str:
    return sort if sort and sort.removeprefix("-") in session.fields() else ""
