"""The sub-types page: the groups that each class falls into, and which of them the network knows less well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import html

from layouts import accuracy, fault_list
from layouts.fault_list import GROUP
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.kit.whisker import whisker
from layouts.page import head, page
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session

COLUMNS = ("subtype_parts", "subtype", "labels", "split")
MOST = 18  # sub-types at a time; a class is chosen for more
TYPICAL, WRONG = 36, 12  # pictures of one
EVERY = "all"
WHISKER = {"width": 76, "height": 16, "radius": 3}  # pixels
FIRM, FAIR = 0.9, 0.8  # stability from which on it is called so


@page(
    "/subtypes",
    title="Sub-types",
    group=GROUP,
    order=21,
    purpose="Groups inside a class that have no label of their own",
)
def subtypes(session: Session, state: State) -> Any:
    """How many there are and how that is known, then a card for each, the most suspicious first."""
    tools = html.Div(
        [place("subtypes-tools", session, state), place("accuracy-tools", session, state)], className="tools"
    )
    return html.Div(
        [
            head("/subtypes", tools),
            place("subtypes-lead", session, state),
            place("subtypes-cards", session, state),
        ],
        className="subtypes",
    )


def missing(session: Session) -> str:
    """Why there never are sub-types, a sentence; "" if there are, or may be."""
    if not (session.has_dataset and session.has_network):
        return ""
    if not session.dataset.labelled:
        return "No sample has a label, so there are no classes to divide."
    if not session.knows("subtype"):
        return "The network's layers give no features to compare by, so classes cannot be divided."
    return ""


def _class(session: Session, state: State) -> int:
    """The class that is shown, -1 for all."""
    text = state.of_class
    code = int(text) if text.isdecimal() and len(text) < 7 else -1
    return code if code < len(session.class_names) else -1


def _shown(session: Session, state: State) -> str:
    return f"{accuracy.split(session, state)}|{_class(session, state)}|{session.is_ready('correct')}"


@part("subtypes-tools", columns=COLUMNS, choice=lambda session, state: _shown(session, state))
def tools(session: Session, state: State) -> Any:
    """The choice of the class."""
    if missing(session):
        return None
    having = sorted({entry.label for entry in session.subtypes.listed(accuracy.split(session, state))})
    options = [(EVERY, "all classes"), *((str(code), session.class_names[code]) for code in having)]
    chosen = _class(session, state)
    return parts.select(
        "of_class",
        options,
        str(chosen) if chosen in having else EVERY,
        label="Sub-types of",
        tooltip="Show the sub-types of one class, with what is left of it",
    )


@part("subtypes-lead", columns=COLUMNS, choice=_shown)
def lead(session: Session, state: State) -> Any:
    """How many sub-types in how many classes, and what counts as one."""
    if never := missing(session):
        return parts.empty(never)
    split = accuracy.split(session, state)
    found = [entry for entry in session.subtypes.listed(split) if not entry.is_rest]
    having, whole, small = session.subtypes.undivided()
    stable = session.subtypes.stable
    looked = f"{having + whole:,} classes" if having + whole != 1 else "one class"
    left_out = f" {small:,} with fewer than {session.subtypes.fewest} samples were not looked at." if small else ""
    note = (
        "Each class is clustered by the strongest answer of every filter in the last stage that still has places. "
        f"A cluster is a sub-type if it comes again when the samples are drawn anew (stability of at least {stable}, "
        f"and clearly more than in noise); the others are the rest of their class.{left_out}"
    )
    if not found:
        return fault_list.lead(f"None of {looked} falls into groups that come again.", note=note)
    numbers = f"{len(found):,} sub-type{'s' if len(found) > 1 else ''}"
    ways = [
        fault_list.see("confusion", "Confusion by sub-type", state, down="subtype"),
        fault_list.see("projection", "Map by sub-type", state, color="subtype"),
        fault_list.see("table", "Table", state, columns="index,label,subtype,predicted,split,correct,loss"),
    ]
    return html.Div(
        [
            fault_list.lead(html.Strong(numbers), f" in {having:,} of {looked}.", note=note),
            html.Div([html.Span("As classes of their own:", className="note"), *ways], className="subtype-ways"),
        ]
    )


@part("subtypes-cards", columns=COLUMNS, choice=_shown)
def cards(session: Session, state: State) -> Any:
    """A card for each sub-type."""
    if missing(session):
        return None
    split, chosen = accuracy.split(session, state), _class(session, state)
    every = session.subtypes.listed(split)
    of_class = [entry for entry in every if entry.label == chosen]
    found = of_class or [entry for entry in every if not entry.is_rest]
    if not found:
        return None
    limit = session.subtypes.limit(split)
    shown = parts.count(min(len(found), MOST), len(found))
    head = (
        f"{shown}, the most suspicious first: recognized worse than the rest of the class in {split}, or with "
        "another share there than elsewhere"
    )
    return [
        html.P(head, className="note part-head"),
        html.Div([_card(session, state, entry, split, limit) for entry in found[:MOST]], className="subtype-cards"),
    ]


# -- pieces ----------------------------------------------------------------------------------------


def _card(session: Session, state: State, entry: Any, split: str, limit: float) -> Any:
    data = session.dataset
    flags = []
    if entry.worse < limit and not entry.is_rest:
        flags.append(("worse than its class", f"Chance alone: {parts.number(entry.worse, 2)}"))
    if entry.uneven < limit and not entry.is_rest:
        flags.append((f"another share in {split}", f"Chance alone: {parts.number(entry.uneven, 2)}"))
    name = html.Button(
        entry.name, id=ids.go("query", entry.query, "subtypes"), className="plain", title=f"Query {entry.query}"
    )
    at = f"subtype-{entry.code}"
    typical = [parts.thumbnail(data.fingerprint, int(row), at=at) for row in entry.rows[:TYPICAL]]
    wrong = _wrong(session, entry, split)
    body = markup(
        f"subtype-{entry.code}",
        html.Div(
            [
                html.Span("the most typical first" if not entry.is_rest else "some of them"),
                f" · {parts.count(len(typical), entry.n)}",
            ],
            className="note",
        ),
        html.Div(typical, className="contact"),
        _figures(entry, split),
        html.Div(f"wrong in {split} · {parts.count(len(wrong[0]), wrong[1])}", className="note")
        if wrong[1]
        else None,
        html.Div([parts.thumbnail(data.fingerprint, row, at=f"{at}-wrong") for row in wrong[0]], className="contact")
        if wrong[1]
        else None,
    )
    said = [html.Span(text, className="flag", title=tooltip) for text, tooltip in flags]
    head = html.Div(
        [html.H2(name), html.Span(f"{entry.n:,} samples", className="note"), *said], className="card-title"
    )
    return html.Section([head, body, _buttons(session, state, entry)], className="sheet subtype")


def _wrong(session: Session, entry: Any, split: str) -> tuple[list[int], int]:
    """The first samples of the split that are taken for something else, and how many there are."""
    if entry.recall is None:
        return [], 0
    code = session.dataset.split_names.index(split)
    rows = entry.rows
    wrong = rows[(session.column("correct")[rows] == 0) & (session.column("split")[rows] == code)]
    return [int(row) for row in wrong[:WRONG]], len(wrong)


def _figures(entry: Any, split: str) -> Any:
    """Shares, recall and stability, each with its interval."""
    top = max([0.05, *(each.high for each in entry.shares.values() if each.n)])
    rows = [_row(f"share of {name}", each, 0.0, min(1.0, 1.1 * top)) for name, each in entry.shares.items()]
    if entry.recall is not None:
        lowest = [each.low for each in (entry.recall, entry.others) if each is not None]
        rows.append(_row(f"right in {split}", entry.recall, min(lowest), 1.0))
        rows.append(_row("rest of the class", entry.others, min(lowest), 1.0) if entry.others else None)
    if not entry.is_rest:
        word = "firm" if entry.stability >= FIRM else "good" if entry.stability >= FAIR else "just enough"
        rows.append(
            html.Tr(
                [
                    html.Td("stability"),
                    html.Td(f"{entry.stability:.2f}", className="number"),
                    html.Td(word, className="note"),
                    html.Td(""),
                ]
            )
        )
    return html.Table(html.Tbody([row for row in rows if row is not None]), className="facts")


def _row(what: str, each: Any, start: float, end: float) -> Any:
    interval = f"{100 * each.low:.1f} – {100 * each.high:.1f} %" if each.n else "–"
    tooltip = f"{parts.count(each.some, each.n)}; 95 % interval {interval}"
    return html.Tr(
        [
            html.Td(what),
            html.Td(parts.percent(each.value, 1), className="number"),
            html.Td(parts.count(each.some, each.n), className="note"),
            html.Td(whisker(each.low, each.value, each.high, start=start, end=end, **WHISKER), title=tooltip),
        ]
    )


def _buttons(session: Session, state: State, entry: Any) -> Any:
    """What can be done with it."""
    asked = urlencode({"query": entry.query})
    return html.Div(
        [
            html.Button(
                "Select",
                id=ids.own("subtype-select", str(entry.code)),
                className="outline",
                title="Make it the selection, on the maps and everywhere",
            ),
            html.Button(
                "Tag",
                id=ids.own("subtype-tag", str(entry.code)),
                className="outline",
                title=f"Give its {entry.n:,} samples the tag 'sub-type {entry.name}'",
            ),
            html.A(
                "List (CSV)",
                href=f"export/samples.csv?{asked}",
                download="",
                className="outline",
                title="Indices, file names and scores of its samples, as a list for collecting more of them",
            ),
            fault_list.see("images", "All pictures", state, query=entry.query, pool="query"),
        ],
        className="subtype-buttons",
    )
