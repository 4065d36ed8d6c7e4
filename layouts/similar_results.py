"""The answer to an image query: the nearest samples as cards, and what their labels say together."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts import similar_units
from layouts.kit import ids, parts, waveform
from layouts.kit.markup import markup
from layouts.kit.state import State
from workspace.session import PIXELS, ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Found, Question, Session

AT = "similar"
MOST_VOTES = 3


def chosen(found: Found, versus: str) -> int:
    """The place of the result that is compared with the query: the one that was clicked, or the nearest."""
    known = [str(row) for row in found.rows]
    return known.index(versus) if versus in known else 0


def results(session: Session, state: State, asked: Question, found: Found, compared: int) -> Any:
    """All results as cards."""
    drawn = similar_units.order(session, state, asked.layer, len(found.vector))
    lines = [similar_units.drawn(values, drawn, state) for values in (found.vector, *found.vectors)]
    low, high = min(0.0, *(float(line.min()) for line in lines)), max(0.0, *(float(line.max()) for line in lines))
    cards = [
        _card(session, asked, found, place, waveform.small(lines[0], line, low, high), place == compared)
        for place, line in enumerate(lines[1:])
    ]
    return frame(session, asked, found, markup("similar-results", *cards, className="results"))


def frame(session: Session, asked: Question, found: Found, content: Any) -> Any:
    """What is said of all results, around them."""
    n = len(found.rows)
    select = html.Button(
        f"Select these {n}",
        id=ids.own("similar-select", "results"),
        className="outline",
        title="Make them the selection, on the maps and everywhere",
    )
    return parts.card(
        f"The {n} nearest by {similar_units.space(asked.layer)}",
        html.P(votes(session, asked, found), className="lead-line votes"),
        content,
        html.P(_small_print(session, asked, found), className="note"),
        note=_how(asked, found),
        tools=select,
    )


def votes(session: Session, asked: Question, found: Found) -> str:
    """What the labels of the neighbors say about the query: "9 of 10 are labelled 4; the query is labelled 9"."""
    names, n = session.class_names, len(found.rows)
    labels = np.asarray(session.column("labels"))
    counts = Counter(int(label) for label in labels[found.rows] if label >= 0)
    own = "" if asked.upload else _own(session, asked, labels)
    if not counts:
        return f"None of the {n} has a label{own}."
    first, *others = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    said = [f"{first[1]} of {n} {'is' if first[1] == 1 else 'are'} labelled {names[first[0]]}"]
    said += [f"{count} labelled {names[code]}" for code, count in others[: MOST_VOTES - 1]]
    rest = n - sum(count for _, count in [first, *others[: MOST_VOTES - 1]])
    said += [f"{rest} {'other' if rest == 1 else 'others'}"] if rest else []
    return f"{', '.join(said)}{own}."


def opinion(session: Session, index: int) -> dict[str, str]:
    """Label and prediction of a sample in words; "" for what is not there."""
    names = session.class_names
    label = int(session.column("labels")[index])
    said = {"label": names[label] if label >= 0 else "none", "predicted": ""}
    try:
        code = int(session.column("predicted")[index])
        said["predicted"] = names[code] if code >= 0 else "none"
    except ColumnNotReady:
        pass
    return said


def closeness(farther: float, pairs: int) -> str:
    """A distance among those of random pairs, in words; never rounded up to all of them."""
    if math.isnan(farther):
        return "no other pair to compare with"
    if farther >= 1:
        return f"closer than all {pairs:,} pairs" if pairs > 1 else "closer than the only pair"
    return f"closer than {math.floor(farther * 1000) / 10:g} % of pairs"


def _own(session: Session, asked: Question, labels: NDArray[Any]) -> str:
    assert asked.index is not None
    said = opinion(session, asked.index)
    if labels[asked.index] < 0:
        return f"; the query has no label and is predicted {said['predicted']}" if said["predicted"] else ""
    predicted = said["predicted"]
    other = f" and predicted {predicted}" if predicted and predicted != said["label"] else ""
    return f"; the query is labelled {said['label']}{other}"


def _card(session: Session, asked: Question, found: Found, place: int, wave: Any, is_compared: bool) -> Any:
    row = int(found.rows[place])
    distance = float(found.distances[place])
    said = opinion(session, row)
    wrong = said["predicted"] not in ("", said["label"]) and said["label"] != "none"
    picture = html.Button(
        html.Img(src=parts.image_url(session.dataset.fingerprint, row), alt=f"sample {row}", className="pixels"),
        id=ids.go("focus", str(row), AT),
        className="thumbnail",
        title=f"Look at sample {row:,}" + ("" if asked.upload else " and ask about it"),
    )
    line = html.Button(
        [wave],
        id=ids.go("versus", str(row), AT),
        className="wave-button",
        title="Compare it with the query in the chart and the lists",
        **parts.aria(f"Compare sample {row} with the query"),
    )
    same = "exact copy of the query picture" if found.same[place] else ""
    if not same and distance == 0:
        same = "same brightness everywhere" if asked.layer == PIXELS else "same activations, other pixels"
    predicted = html.Div(f"predicted {said['predicted']}", className="wrong" if wrong else "note")
    return html.Div(
        [
            html.Div(f"{place + 1}", className="rank"),
            html.Div(
                [
                    picture,
                    html.Div(
                        [
                            html.Strong(f"{row:,}"),
                            html.Div(f"label {said['label']}"),
                            predicted if said["predicted"] else "",
                        ]
                    ),
                ],
                className="result-head",
            ),
            html.Div(f"distance {parts.number(distance, 4)}"),
            html.Div(closeness(float(found.farther[place]), found.pairs), className="note"),
            html.Div(same, className="same") if same else "",
            line,
        ],
        className="result compared" if is_compared else "result",
    )


def _how(asked: Question, found: Found) -> str:
    searched = f"{parts.count(found.searched, found.total)} samples searched"
    return f"{'cosine' if asked.metric == 'cosine' else 'Euclidean'} distance · {searched}"


def _small_print(session: Session, asked: Question, found: Found) -> str:
    said = []
    if found.allowed < found.total:
        said.append(f"Only the {found.allowed:,} samples that the query finds were searched.")
    if found.left_out:
        said.append(f"{found.left_out:,} samples have no distance and were left out.")
    side = similar_units.compared_side(session)
    if asked.layer == PIXELS and max(session.dataset.image_shape[:2]) > side:
        said.append(f"Pictures were averaged down to at most {side} x {side} pixels before they were compared.")
    said.append(
        f"Pairs: {found.pairs:,} pairs of samples drawn at random, the same in every run. "
        "Waveforms: the query is gray, the sample blue; one scale for all."
    )
    return " ".join(said)
