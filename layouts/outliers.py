"""The outliers: samples that lie further out than nearly all of the training data, and which view finds them odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import fault_list
from layouts.fault_list import GROUP, Subject
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import page
from layouts.part import part, place
from workspace.session import literal

if TYPE_CHECKING:
    from workspace.session import Session

PICTURES = 48
SUBJECT = Subject(
    "outliers",
    'stranger == "far out"',
    "-outlier",
    "query",
    "Outliers cannot be told: the network's layers give no features to compare by.",
)
COLUMNS = ("stranger", "outlier", "odd_view", "split", "labels")
fault_list.wire(SUBJECT)


@page("/outliers", title="Outliers", group=GROUP, order=17, purpose="Samples unlike anything in the training data")
def outliers(session: Session, state: State) -> Any:
    """How many lie far out in each split, the map, the pictures, and which view finds them odd."""
    views = parts.card("Which view finds them odd", place("outliers-views", session, state))
    listed = parts.card("Furthest from the training data", place("outliers-list", session, state))
    return fault_list.frame(session, state, SUBJECT, beside=[listed], below=[views])


@part("outliers-lead", columns=COLUMNS)
def lead(session: Session, state: State) -> Any:
    """The share of each split that lies far out, with its interval."""
    if never := fault_list.missing(session, SUBJECT):
        return parts.empty(never)
    found = session.faults.strangers()
    first = next((entry.split for entry in found if entry.first), "the first split")
    note = (
        f"Far out: further from the nearest samples of {first} than 99 % of {first} itself, over five views of the "
        "network; a sample with a label is compared with those of the same label. So of "
        f"{first} it is 1 % whatever it holds: look at these, too."
    )
    if not found or session.faults.limit() == float("inf"):
        return fault_list.lead("Too few samples to tell what is unusual.", note="20 of the first split are needed.")
    said: list[Any] = []
    for entry in found:
        share = (
            f"{parts.percent(entry.far / entry.n)}, 95 % interval {100 * entry.low:.2f} to {100 * entry.high:.2f} %"
        )
        said += [" · " if said else "", html.Strong(f"{entry.far:,}"), f" of {entry.n:,} {entry.split} samples"]
        said += [] if entry.first else [html.Small(f" ({share})")]
    return fault_list.lead(*said, " lie far out.", note=note)


@part("outliers-list", columns=COLUMNS, choice=fault_list.choice)
def listed(session: Session, state: State) -> Any:
    """The samples that lie far out, the furthest first, with the view that finds each odd."""
    if never := fault_list.missing(session, SUBJECT):
        return parts.empty(never)
    found, total = fault_list.listed(session, state, SUBJECT), fault_list.everything(session, SUBJECT)
    if not len(found):
        return parts.empty(f"Nothing found{'' if not total else f': none of {total:,} matches the query'}.")
    rows = found.indices[:PICTURES]
    names, views = session.class_names, session.unit("odd_view").names
    facts = zip(
        rows.tolist(),
        *(session.column(name)[rows].tolist() for name in ("labels", "outlier", "odd_view")),
        strict=True,
    )
    pictures = []
    for row, label, score, view in facts:
        name = names[label] if label >= 0 else "no label"
        seen = views[view] if view >= 0 else "no view"
        pictures.append(
            parts.thumbnail(
                session.dataset.fingerprint,
                row,
                at="outliers",
                caption=f"{name}\n{score:.1f} {seen}",
                tooltip=f"sample {row:,}, {name}: score {score:.2f}, furthest out in its {seen}",
            )
        )
    return [
        fault_list.head(len(rows), len(found), total, state, "the furthest out first: label, score, view"),
        _relabelled(session, found.indices),
        markup("outliers-list", html.Div(pictures, className="strip wrap")),
        html.P(
            "Score: -log of the share of training data as far out, over all views, in nats; 1 is usual.",
            className="note",
        ),
    ]


def _relabelled(session: Session, rows: Any) -> Any:
    """How many lie far out because their label looks wrong: among those of another label everything is strange."""
    if not session.knows("label_suspect") or not session.is_ready("label_suspect"):
        return None
    n = int((session.column("label_suspect")[rows] == 1).sum())
    if not n:
        return None
    asked = f'{SUBJECT.flagged} and label_suspect == "fits"'
    button = fault_list.asking("List the others", asked, at="relabelled")
    said = f"{parts.count(n, len(rows))} have a suspect label, and may be odd only among those of that label. "
    return markup("outliers-relabelled", html.P([said, button], className="note"))


@part("outliers-views", columns=COLUMNS, choice=fault_list.choice)
def views(session: Session, state: State) -> Any:
    """How many of the listed samples each view puts furthest out, each a link to just these."""
    if never := fault_list.missing(session, SUBJECT):
        return parts.empty(never)
    rows = fault_list.listed(session, state, SUBJECT).indices
    if not len(rows):
        return parts.empty("Nothing found.")
    meaning = {
        "early features": "edges and textures, place by place",
        "early peaks": "the strongest edges and textures: noise, blur",
        "late features": "shapes, place by place",
        "late peaks": "the strongest shapes",
        "last layer": "what the classes are told apart by",
    }
    body = [
        html.Tr(
            [
                html.Td(name),
                html.Td(meaning.get(name, ""), className="note"),
                html.Td(
                    fault_list.counted(
                        n,
                        f"{SUBJECT.flagged} and odd_view == {literal(name)}",
                        at="views",
                        what="List only these",
                    )
                    if n
                    else "0",
                    className="number",
                ),
            ]
        )
        for name, n in session.faults.views(rows)
    ]
    head = html.Tr(
        [
            html.Th("View", scope="col"),
            html.Th("sees", scope="col"),
            html.Th("samples", scope="col", className="number"),
        ]
    )
    said = f"{len(rows):,} samples, each in the view that puts it furthest out"
    table = html.Table([html.Thead(head), html.Tbody(body)], className="facts")
    return [html.P(said, className="note part-head"), markup("outliers-views", table)]
