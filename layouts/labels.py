"""The label issues: labels that look wrong, what they should be, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import fault_list
from layouts.fault_list import GROUP, LISTED, Subject
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import page
from layouts.part import part, place
from workspace.session import ColumnNotReady, literal

if TYPE_CHECKING:
    from workspace.session import Session

MOST_CLASSES = 20  # of a matrix; of more, the most frequent pairs
MOST_PAIRS = 24
SPEAKERS = 4
SHADES = 4
SUBJECT = Subject(
    "labels",
    'label_suspect == "suspect"',
    "-label_issue",
    "issues",
    "The labels of these data cannot be judged: the network's layers give no features to compare by.",
)
COLUMNS = ("suspect_counts", "label_suspect", "label_issue", "suggested", "labels", "split")
fault_list.wire(SUBJECT)


@page("/labels", title="Label issues", group=GROUP, order=16, purpose="Samples whose label is probably wrong")
def labels(session: Session, state: State) -> Any:
    """How many labels look wrong, the map, the list with suggestions, and which classes are mixed up."""
    pairs = parts.card("Which labels for which", place("labels-pairs", session, state))
    listed = parts.card("Labels that look wrong", place("labels-list", session, state))
    return fault_list.frame(session, state, SUBJECT, beside=[listed], below=[pairs])


def _never(session: Session) -> str:
    if session.has_dataset and not session.dataset.labelled:
        return "No sample has a label, so no label can be wrong."
    return fault_list.missing(session, SUBJECT)


@part("labels-lead", columns=("suspect_counts", "confident_pairs"))
def lead(session: Session, state: State) -> Any:
    """Between how many and how many labels are probably wrong, and how that is known."""
    if never := _never(session):
        return parts.empty(never)
    found = session.faults.suspects()
    counts = session.column("confident_pairs").sum(axis=0)
    joint = int(counts.sum() - np.trace(counts))
    note = (
        f"{found.suspect:,} labels are contradicted twenty to one by classifiers that never saw them; about "
        f"{found.expected:,.0f} would be if every label were right. The lower end takes these away, with what chance "
        f"may add. Counted in another way, by confident learning: {joint:,}."
    )
    if not found.suspect:
        return fault_list.lead(f"None of {found.n:,} labels looks wrong.", note=note)
    size = f"{found.low:,} to {found.suspect:,}" if found.low < found.suspect else f"{found.suspect:,}"
    said = ["About " if found.low else "", html.Strong(size), f" of {found.n:,} labels are probably wrong."]
    return fault_list.lead(*said, note=note)


def _listed(session: Session, state: State) -> str:
    """What the list depends on: the query, and whether the neighbors are known."""
    near = session.is_ready(f"neighbors/{session.network.layer}")
    return f"{fault_list.choice(session, state)}|{near}"


@part("labels-list", columns=COLUMNS, choice=_listed)
def listed(session: Session, state: State) -> Any:
    """Every suspect label with the one that is suggested and the neighbors that speak for it, the worst first."""
    if never := _never(session):
        return parts.empty(never)
    found, total = fault_list.listed(session, state, SUBJECT), fault_list.everything(session, SUBJECT)
    if not len(found):
        return parts.empty(f"Nothing found{'' if not total else f': none of {total:,} matches the query'}.")
    rows = found.indices[:LISTED]
    given, better, score = (session.column(name)[rows] for name in ("labels", "suggested", "label_issue"))
    near = _neighbors(session, rows)
    names, fingerprint = session.class_names, session.dataset.fingerprint
    heads = ("Sample", "Label", "Suggested", "Score", "Neighbors that say so")
    body = []
    for place_, row in enumerate(rows.tolist()):
        label, suggestion = names[int(given[place_])], names[int(better[place_])]
        tooltip = f"sample {row:,}: labelled {label}, suggested {suggestion}"
        cells = [
            html.Td(parts.thumbnail(fingerprint, row, at="labels", caption=f"{row:,}", tooltip=tooltip)),
            html.Td(label, className="given"),
            html.Td(suggestion, className="better"),
            html.Td(f"{float(score[place_]):.1f}", className="number"),
            html.Td(_speakers(session, near[place_], int(better[place_]), int(given[place_])) if near else "…"),
        ]
        body.append(html.Tr(cells))
    head = html.Tr([html.Th(text, scope="col", className="number" if text == "Score" else None) for text in heads])
    return [
        fault_list.head(len(rows), len(found), total, state, "the least fitting label first"),
        markup("labels-list", html.Table([html.Thead(head), html.Tbody(body)], className="facts fault-rows")),
        html.P(
            "Score: how much less likely the label is than labels of its class usually are, in nats.",
            className="note",
        ),
    ]


def _neighbors(session: Session, rows: Any) -> list[Any]:
    """The nearest others of each sample; none while nobody knows them."""
    try:
        return list(session.column(f"neighbors/{session.network.layer}")[rows])
    except ColumnNotReady:
        return []


def _speakers(session: Session, near: Any, better: int, given: int) -> Any:
    """The nearest samples with the suggested label, and how many neighbors have which."""
    near = near[near >= 0]
    labels = session.column("labels")[near]
    mine = near[labels == better][:SPEAKERS]
    said = f"{int((labels == better).sum())} of {len(near)}; {int((labels == given).sum())} for the label"
    pictures = [
        parts.thumbnail(session.dataset.fingerprint, int(row), at="speakers", tooltip=f"sample {int(row):,}")
        for row in mine
    ]
    return html.Div([*pictures, html.Span(said, className="note")], className="speakers")


@part("labels-pairs", columns=COLUMNS, choice=lambda session, state: state.query)
def pairs(session: Session, state: State) -> Any:
    """How many suspect labels of each class should be which other one, each a link to just these."""
    if never := _never(session):
        return parts.empty(never)
    found = session.faults.pairs()
    if not found:
        return parts.empty("Nothing found, so no classes are mixed up.")
    names = session.class_names
    total = sum(n for _, _, n in found)

    def link(label: int, better: int, n: int) -> Any:
        asked = f"label == {literal(names[label])} and suggested == {literal(names[better])}"
        shade = min(SHADES, 1 + int(SHADES * (n - 1) / max(found[0][2], 1)))
        css = f"heat-{shade}{' chosen' if asked == state.query.strip() else ''}"
        asked = f"{asked} and {SUBJECT.flagged}"
        return fault_list.counted(n, asked, at="pairs", what="List only these", className=css)

    involved = sorted({code for label, better, _ in found for code in (label, better)})
    if len(involved) <= MOST_CLASSES:
        counts = {(label, better): n for label, better, n in found}
        head = html.Tr(
            [html.Th("label ↓ suggested →", scope="col"), *[html.Th(names[code], scope="col") for code in involved]]
        )
        body = [
            html.Tr(
                [
                    html.Th(names[label], scope="row"),
                    *[
                        html.Td(link(label, better, counts[label, better]) if (label, better) in counts else "")
                        for better in involved
                    ],
                ]
            )
            for label in involved
        ]
        said = f"{total:,} suspect labels; click a number to list just these"
    else:
        head = html.Tr([html.Th(text, scope="col") for text in ("Label", "Suggested", "Labels")])
        shown = found[:MOST_PAIRS]
        body = [
            html.Tr([html.Td(names[label]), html.Td(names[better]), html.Td(link(label, better, n))])
            for label, better, n in shown
        ]
        said = f"{parts.count(len(shown), len(found))} pairs of classes, the most frequent first"
    table = html.Table([html.Thead(head), html.Tbody(body)], className="facts heat-table")
    return [html.P(said, className="note part-head"), markup("labels-pairs", table, className="scroll")]
