"""What is behind a gap between data sets: the classes, what one has that the other lacks, and the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.drift import blank, chosen, facts, stage
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

CLASSES = 12
FAR = 12
PAIRS = 24
ORDERS = (("new", "told apart best"), ("far", "furthest from the reference"))


@part("drift-classes", columns=("drift",), choice=stage)
def classes(session: Session, state: State) -> Any:
    """Every class compared with itself, the most changed first."""
    if nothing := blank(session, state):
        return nothing
    found, (one, two) = facts(session, state), chosen(session, state)
    if not found.get("classes"):
        return parts.empty("No labels and no class scores: the classes cannot be compared one by one.")
    names = session.class_names
    rows = [
        [
            html.Strong(names[gap["code"]]) if _changed(gap) else names[gap["code"]],
            _share(gap["n_reference"], gap["share_reference"]),
            _share(gap["n_new"], gap["share_new"], gap["moved"]),
            "–" if gap["auc"] is None else f"{gap['auc']:.2f}",
            "–" if gap["auc"] is None else f"{gap['low']:.2f} – {gap['high']:.2f}",
            "–" if gap["control"] is None else f"{gap['control']:.2f}",
        ]
        for gap in found["classes"][:CLASSES]
    ]
    by = "label" if session.dataset.labelled and found.get("measured", {"n": 1})["n"] else "predicted class"
    mixed, control = found["mixed"]
    return [
        markup(
            "drift-classes",
            parts.table(
                ["Class", f"n of {one}", f"n of {two}", "Told apart", "95 % interval", "Control"],
                rows,
                numbers=(1, 2, 3, 4, 5),
                caption=f"{parts.count(len(rows), len(found['classes']))} classes by {by}, the most changed first",
            ),
        ),
        html.P(
            "Told apart: the area under the ROC curve of a classifier on this class alone, for classes with 20 "
            f"samples on both sides. {parts.percent(mixed, 1)} of the samples would have to change class for the "
            f"same mixture (control: {parts.percent(control, 1)}).",
            className="note",
        ),
    ]


@part("drift-coverage", columns=("drift",), choice=stage)
def coverage(session: Session, state: State) -> Any:
    """New samples far from all of the reference, and the other way round."""
    if nothing := blank(session, state):
        return nothing
    found, (one, two) = facts(session, state), chosen(session, state)
    lines = [
        (f"{two}, unlike anything in {one}", found["uncovered"]),
        (f"{one}, unlike anything in {two}", found["unvisited"]),
    ]
    table = parts.table(
        ["Samples of", "share", "95 % interval", "n"],
        [
            [
                name,
                parts.percent(share["value"], 1),
                f"{100 * share['low']:.1f} – {100 * share['high']:.1f} %",
                f"{share['n']:,}",
            ]
            for name, share in lines
        ],
        numbers=(1, 2, 3),
    )
    rows = session.drift.far(one, two)
    pictures = [
        parts.thumbnail(session.dataset.fingerprint, int(row), at="drift-far", caption=_name(session, int(row)))
        for row in rows[:FAR]
    ]
    return [
        markup("drift-coverage", table),
        html.P(
            f"Further from its nearest sample, in the last features, than 99 % of held-out samples of {one} are; "
            "1 % is usual.",
            className="note",
        ),
        html.P(f"{parts.count(len(pictures), len(rows))} such samples of {two}, the furthest first", className="note")
        if pictures
        else None,
        markup("drift-far", html.Div(pictures, className="strip wrap")) if pictures else None,
    ]


@part("drift-samples", columns=("drift",), choice=lambda session, state: f"{stage(session, state)}{_order(state)}")
def samples(session: Session, state: State) -> Any:
    """The samples that make the gap, each with the nearest one of the reference."""
    if nothing := blank(session, state):
        return nothing
    facts(session, state)
    one, two = chosen(session, state)
    order = _order(state)
    found, n = session.drift.pairs(one, two, order, PAIRS)
    fingerprint = session.dataset.fingerprint
    pairs = [
        html.Div(
            [
                parts.thumbnail(
                    fingerprint,
                    pair.new,
                    at="drift-new",
                    caption=_name(session, pair.new),
                    tooltip=f"sample {pair.new:,} of {two}: {100 * pair.chance:.0f} % sure to be of {two}, by a "
                    "classifier that never saw it",
                ),
                parts.thumbnail(
                    fingerprint,
                    pair.nearest,
                    at="drift-nearest",
                    caption=_name(session, pair.nearest),
                    tooltip=f"sample {pair.nearest:,} of {one}, the nearest to sample {pair.new:,}",
                ),
                html.Span(f"{100 * pair.chance:.0f} %" if order == "new" else f"{pair.apart:.1f} ×"),
            ],
            className="drift-pair",
        )
        for pair in found
    ]
    meaning = {
        "new": f"below: how sure a classifier that never saw the sample is that it is of {two}",
        "far": f"below: its distance, 1 being what 99 % of {one} do not exceed",
    }[order]
    return [
        html.Div(
            [
                parts.select(
                    "behind", ORDERS, order, label="First", tooltip="Without a gap these are the samples by chance"
                ),
                html.P(
                    f"{parts.count(len(found), n)} compared samples of {two}, each beside the nearest of {one} by "
                    f"the last features; {meaning}.",
                    className="note",
                ),
            ],
            className="drift-head",
        ),
        markup("drift-samples", html.Div(pairs, className="drift-pairs")),
    ]


# -- pieces ----------------------------------------------------------------------------------------


def _order(state: State) -> str:
    return state.behind if state.behind in dict(ORDERS) else "new"


def _changed(gap: dict[str, Any]) -> bool:
    return bool(gap["moved"] or (gap["low"] is not None and gap["low"] > 0.6))


def _share(n: int, share: float, moved: bool = False) -> Any:
    text = f"{n:,} ({100 * share:.1f} %)"
    return html.Strong(text) if moved else text


def _name(session: Session, row: int) -> str:
    label = int(session.column("labels")[row])
    return session.class_names[label] if label >= 0 else f"{row:,}"
