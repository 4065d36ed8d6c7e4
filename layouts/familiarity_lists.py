"""The samples at both ends of familiarity: of all, of one class, and of one class by the model of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts import accuracy, query
from layouts.familiarity import SCORES, column_of, ready, stage, steps
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

SHOWN = 24  # samples at each end
OWN = "own"
ALIKE = 8  # classes that are compared with the one whose model judges
CLASSES = ("labels", "split", "familiarity_by_class")


@part("familiarity-least", columns=SCORES, choice=stage)
def least(session: Session, state: State) -> Any:
    """The samples that are most unlike all others."""
    return _end(session, state, 0, "least")


@part("familiarity-most", columns=SCORES, choice=stage)
def most(session: Session, state: State) -> Any:
    """The samples that are most like many others."""
    return _end(session, state, 1, "most")


def _end(session: Session, state: State, end: int, word: str) -> Any:
    column = ready(session, column_of(session, state))
    split = accuracy.split(session, state)
    *ends, n = session.familiar.ranked(column, split, query.followed(session, state), SHOWN)
    values, rarer = session.column(column)[ends[end]], session.familiar.rarer(column, ends[end])
    beyond = [f"less familiar than {100 * share:.1f} % of {session.familiar.reference}" for share in rarer.tolist()]
    return _gallery(
        session, ends[end], values, beyond, f"of {n:,} samples of {split}{query.said(state)}, {word} familiar first"
    )


@part(
    "familiarity-classes",
    columns=CLASSES,
    choice=lambda session, state: f"{_pair(session, state)}{stage(session, state)}",
)
def classes(session: Session, state: State) -> Any:
    """One class under the model of any: its own, for what is unusual in it, or another, for what looks like that."""
    names = list(session.class_names)
    if not names or not (session.column("labels") >= 0).any():
        return parts.empty("No sample has a label, so there is no model of a class.")
    column = ready(session, session.familiar.by_class(state.layer))
    of, model = _pair(session, state)
    menus = html.Div(
        [
            parts.select("of_class", _numbered(names), str(of), label="Samples labelled", tooltip="Whose samples"),
            parts.select(
                "by_class",
                [(OWN, "their own class"), *_numbered(names)],
                str(model) if state.by_class.isdecimal() else OWN,
                label="by the model of",
                tooltip="Which class says what is usual; another one finds the samples that look like that class",
            ),
        ],
        className="familiarity-menus",
    )
    if model >= session.column(column).shape[1] or not np.isfinite(session.column(column)[:, model]).any():
        return [
            menus,
            parts.empty(f"{names[model]} has fewer than 10 samples to fit a model to; choose another one."),
        ]
    split, asked = accuracy.split(session, state), query.followed(session, state)
    low, high, n = session.familiar.of_class(column, split, asked, of, model, SHOWN)

    def shown(rows: NDArray[np.intp], word: str) -> Any:
        meaning = f"in steps around the median {names[model]} of {session.familiar.reference}"
        said = f"of {n:,} samples of {split} labelled {names[of]}{query.said(state)}, {word} first"
        values = session.column(column)[rows, model]
        return _gallery(session, rows, values, [meaning] * len(rows), said)

    same = of == model
    galleries = [("least usual", low), ("most usual", high)] if same else [(f"most {names[model]}-like", high)]
    alike = session.familiar.alike(column, split, asked, model)
    table = markup(
        "familiarity-alike",
        parts.table(
            ["Class", "median", "samples"],
            [[names[code], steps(median), f"{size:,}"] for code, median, size in alike[:ALIKE]],
            numbers=(1, 2),
            caption=f"{min(len(alike), ALIKE)} of {len(alike)} classes, the most like {names[model]} first",
        ),
    )
    return [
        menus,
        html.Div(
            [html.Div([shown(rows, word) for word, rows in galleries]), table if alike else None],
            className="familiarity-class",
        ),
    ]


# -- pieces ----------------------------------------------------------------------------------------


def _pair(session: Session, state: State) -> tuple[int, int]:
    """The class that is looked at and the one whose model judges; by default the first, by its own."""
    classes = len(session.class_names)

    def code(text: str, usual: int) -> int:
        return int(text) if text.isdecimal() and len(text) < 7 and int(text) < classes else usual

    of = code(state.of_class, 0)
    return of, code(state.by_class, of)


def _numbered(names: list[str]) -> list[tuple[str, str]]:
    return [(str(code), name) for code, name in enumerate(names)]


def _gallery(
    session: Session, rows: NDArray[np.intp], values: NDArray[np.floating], tooltips: list[str], said: str
) -> Any:
    """Samples with their familiarity, label and prediction."""
    if not len(rows):
        return parts.empty(f"0 {said}.")
    names = [*session.class_names, "–"]
    labels = session.column("labels")[rows].tolist()
    taken = session.column("predicted")[rows].tolist() if session.is_ready("predicted") else [None] * len(rows)
    thumbnails = []
    for index, value, label, code, tooltip in zip(
        rows.tolist(), values.tolist(), labels, taken, tooltips, strict=True
    ):
        line = names[label] if label >= 0 else "–"
        line += f" → {names[code]}" if code is not None and code != label and code < len(names) else ""
        thumbnails.append(
            parts.thumbnail(
                session.dataset.fingerprint,
                index,
                at="familiarity",
                caption=f"{steps(value)}\n{line}",
                tooltip=f"sample {index:,}: {steps(value, 2)}, {tooltip}",
            )
        )
    key = f"familiarity-{said}"
    return html.Div(
        [
            html.P(f"{len(rows)} {said}", className="note part-head"),
            markup(key, html.Div(thumbnails, className="strip wrap")),
        ]
    )
