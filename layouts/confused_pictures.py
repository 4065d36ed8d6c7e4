"""What errors look like on average: each frequent kind between the means of both of its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import wall
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part
from workspace.session import literal

if TYPE_CHECKING:
    from workspace.session import Session

NAME = "confused-pictures"
COLUMNS = ("confusion", "confused_kinds", "confused_pictures", "class_pictures", "class_counts")


@part(NAME, columns=COLUMNS, choice=wall.split)
def pictures(session: Session, state: State) -> Any:
    """For each kind of error the mean of its class, of the errors, and of the class that they are taken for."""
    split, names = wall.split(session, state), session.class_names
    place = 0 if split == "all" else session.dataset.split_names.index(split) + 1
    kinds = np.asarray(session.column("confused_kinds"))[place].tolist()
    kinds = [(row, *kind) for row, kind in enumerate(kinds) if kind[2]]
    if not kinds:
        return parts.empty("There are no errors here, so there is nothing to average.")
    classes = np.asarray(session.column("class_counts")).shape[1]
    means, errors = session.key("class_pictures"), session.key("confused_pictures")
    per_split = session.column("confused_pictures").shape[0] // (len(session.dataset.split_names) + 1)

    def mean(code: int) -> Any:
        if code >= classes:
            return html.Span()  # a class that no sample is labelled with
        return _picture(means, 2 * (place * classes + code), f"mean image of {names[code]}")

    rows = []
    for row, label, answer, count in kinds:
        asked = f"label == {literal(names[label])} and predicted == {literal(names[answer])}"
        said = f"{names[label]} taken for {names[answer]}"
        rows.append(
            html.Li(
                [
                    mean(label),
                    html.Button(
                        _picture(errors, place * per_split + row, f"mean image of {said}"),
                        id=ids.go("query", asked, NAME),
                        className="plain",
                        title=f"Show only {said}",
                    ),
                    mean(answer),
                    html.Span([html.B(names[label]), " taken for ", html.B(names[answer])]),
                    html.Span(f"n = {count:,}", className="note"),
                ]
            )
        )
    counts = np.asarray(session.column("confusion"))
    counts = counts.sum(axis=0) if place == 0 else counts[place - 1]
    known = int(np.count_nonzero(counts) - np.count_nonzero(np.diag(counts)))
    note = (
        f"{parts.count(len(rows), known)} kinds of error. In the middle the mean of the mistaken samples, left "
        "that of their class, right that of the class they are taken for. Of few samples a mean says little."
    )
    return [
        html.P(note, className="note part-head"),
        markup(NAME, html.Ul(rows, className=NAME)),
    ]


def _picture(key: str, row: int, text: str) -> Any:
    return html.Img(src=parts.row_url(key, row), alt=text, title=text, className="pixels")
