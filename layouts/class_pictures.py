"""What each class looks like on average, and where its pictures differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import accuracy
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

MOST_CLASSES = 200


@part("class-pictures", columns=("class_pictures", "class_counts"), choice=accuracy.split)
def pictures(session: Session, state: State) -> Any:
    """The mean image of every class in the split, and beside it the standard deviation of each pixel."""
    split = accuracy.split(session, state)
    key, names = session.key("class_pictures"), session.class_names
    drawn, code = session.column("class_pictures"), session.dataset.split_names.index(split)
    counts = np.asarray(session.column("class_counts"))
    if not counts.size or not counts[code].any():
        return parts.empty(f"No sample of {split} has a label, so there are no classes to average.")
    present = np.flatnonzero(counts[code])
    classes = counts.shape[1]
    first = 2 * (code + 1) * classes
    size = f"{drawn.shape[1]} × {drawn.shape[2]}"
    shown = present[:MOST_CLASSES].tolist()
    boxes = [
        html.Div(
            [
                html.Div(
                    [html.Strong(names[each]), html.Span(f"n = {int(counts[code][each]):,}", className="note")],
                    className="class-name",
                ),
                html.Div(
                    [
                        _picture(key, first + 2 * each, f"mean image of {names[each]}"),
                        _picture(key, first + 2 * each + 1, f"standard deviation of {names[each]}"),
                    ],
                    className="class-pair",
                ),
            ]
        )
        for each in shown
    ]
    note = (
        f"{split}: {parts.count(len(shown), len(present))} classes, each as the mean of its {size} pixels and "
        "their standard deviation (black: all alike; white: the most there can be). How far a sample lies from its "
        "class's mean over all splits is the column mean_distance."
    )
    return [
        html.P(note, className="note part-head"),
        markup("class-pictures", html.Div(boxes, className="class-pairs")),
    ]


def _picture(key: str, row: int, text: str) -> Any:
    return html.Img(src=parts.row_url(key, row), alt=text, title=text, className="pixels")
