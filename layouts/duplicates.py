"""The duplicates: pictures that stand in the data more than once, side by side, and what they do to accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html

from layouts import fault_list
from layouts.fault_list import GROUP, Subject
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import page
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session

MOST_MEMBERS = 6
LOWEST, USUAL, STEP = 0.8, 0.96, 0.001  # of the likeness that can be asked for; the usual verdict has two limits
LIMIT, RESET = "alike", "alike_reset"  # the ids of what moves it


def limit(state: State) -> float | None:
    """How alike copies must be in this view, LOWEST to 1; None for the usual verdict."""
    try:
        value = float(state.alike)
    except ValueError:
        return None
    return value if LOWEST <= value <= 1 else None


def _moved(state: State) -> str:
    found = limit(state)
    return "" if found is None else f"copy_likeness >= {found:g}"


def _choice(session: Session, state: State) -> str:
    """What the lists depend on: the limit, and the query."""
    return f"{limit(state)}|{fault_list.choice(session, state)}"


SUBJECT = Subject(
    "duplicates",
    'duplicate != "no copy"',
    "-near_copy",
    "query",
    "Copies are not looked for in these data.",
    _moved,
)
COLUMNS = ("duplicate", "duplicate_group", "copy_of", "copies", "copy_likeness", "split", "labels")
SECTIONS = {
    "labels": ("With different labels", "copies of one picture that contradict each other: one label is wrong"),
    "splits": ("In two splits", "what was trained on is tested on"),
    "within": ("Within a split", "copies with the same label: they count twice"),
}
fault_list.wire(SUBJECT)


@page(
    "/duplicates",
    title="Duplicates",
    group=GROUP,
    order=18,
    purpose="Pictures that occur twice: with two labels, or in both train and test",
)
def duplicates(session: Session, state: State) -> Any:
    """How many copies there are, the map, accuracy without leaks, and the groups, contradictions first."""
    alike = parts.card("How alike copies must be", place("duplicates-limit", session, state), className="alike")
    leaks = parts.card("Accuracy without leaks", place("duplicates-leaks", session, state))
    cards = [
        parts.card(title, place(f"duplicates-{name}", session, state), note=note)
        for name, (title, note) in SECTIONS.items()
    ]
    return fault_list.frame(session, state, SUBJECT, beside=[alike, *cards], below=[leaks])


@part("duplicates-limit", columns=COLUMNS)
def alike(session: Session, state: State) -> Any:
    """What moves the limit, and the way back to the usual verdict (assets/duplicates.js)."""
    if never := fault_list.missing(session, SUBJECT):
        return parts.empty(never)
    for name in COLUMNS:
        session.column(name)
    slider = dcc.Slider(
        id={LIMIT: USUAL},
        min=LOWEST,
        max=1,
        step=STEP,
        value=limit(state) or USUAL,
        marks={value: f"{value:g}" for value in (LOWEST, 0.85, 0.9, 0.95, 1)},
        updatemode="mouseup",
        className="alike-slider",
    )
    label = parts.labelled("Likeness to the most alike picture, at least", slider)
    return html.Div([label, place("duplicates-usual", session, state)], className="alike-line")


@part("duplicates-usual", choice=lambda session, state: str(limit(state) is None))
def usual(session: Session, state: State) -> Any:
    """The way back to the usual verdict, pressed where that counts."""
    counts = limit(state) is None
    said = "Likeness above 0.997, or above 0.96 with no other picture nearly as close"
    return html.Button(
        "Usual verdict",
        id={RESET: "usual"},
        className="outline current" if counts else "outline",
        disabled=counts,
        title=f"It counts now: {said[0].lower()}{said[1:]}" if counts else said,
    )


@part("duplicates-lead", columns=COLUMNS, choice=lambda session, state: str(limit(state)))
def lead(session: Session, state: State) -> Any:
    """How many pictures stand in the data again."""
    if never := fault_list.missing(session, SUBJECT):
        return parts.empty(never)
    asked, n = limit(state), session.dataset.n
    counts = session.faults.duplicate_counts(asked)
    again = n - counts["alone"]
    note = (
        "Exact copies have the same pixels. Near copies are shifted, brightened, noisy or recompressed ones. "
        "Likeness is the correlation at the best shift of up to two pixels, of the pictures as they are and "
        "softened: "
    )
    if asked is None:
        note += "above 0.997, or above 0.96 with no other picture nearly as close."
    else:
        usual = n - session.faults.duplicate_counts()["alone"]
        note += f"here {asked:g} or more. By the usual verdict {parts.count(usual, n)} are copies."
    if not again:
        twice = "stands in the data twice" if asked is None else f"is at least {asked:g} like another one"
        return fault_list.lead(f"No picture {twice} (n = {n:,}).", note=note)
    copies = "copies of another one" if asked is None else f"at least {asked:g} like another one"
    said = f" of {n:,} pictures are {copies}: {counts['labels']:,} with different labels, "
    said += f"{counts['splits']:,} in two splits, {counts['within']:,} within a split."
    return fault_list.lead(html.Strong(f"{again:,}"), said, note=note)


@part("duplicates-leaks", columns=(*COLUMNS, "correct"), choice=lambda session, state: str(limit(state)))
def leaks(session: Session, state: State) -> Any:
    """Accuracy of every split but the first: of all, of those that another split has too, and of the others."""
    if never := fault_list.missing(session, SUBJECT):
        return parts.empty(never)
    found = session.faults.leaks(limit(state))
    if not found:
        return parts.empty("There is one split, so nothing can stand in two.")
    rows: list[list[str]] = []
    for leak in found:
        if leak.accuracy is None:
            rows.append([leak.split, f"{parts.count(leak.leaked, leak.n)} leaked", "", "", ""])
            continue
        for name, share in zip(("all", "also in another split", "without these"), leak.accuracy, strict=True):
            interval = f"{100 * share.low:.2f} to {100 * share.high:.2f} %" if share.n else "–"
            counted = parts.count(share.right, share.n)
            rows.append([leak.split, name, counted, parts.percent(share.value), interval])
    heads = ["Split", "Pictures", "right of n", "Accuracy", "95 % interval"]
    return parts.table(heads, rows, numbers=(2, 3, 4))


def _section(name: str) -> None:
    @part(f"duplicates-{name}", columns=COLUMNS, choice=_choice)
    def groups(session: Session, state: State) -> Any:
        """The groups of a section, the most alike first: pictures, their difference, how alike they are."""
        if never := fault_list.missing(session, SUBJECT):
            return parts.empty(never)
        asked = fault_list.choice(session, state)
        within = None
        if asked:
            within = np.zeros(session.dataset.n, bool)
            within[session.find(asked).indices] = True
        likeness = limit(state)
        found, every = (session.faults.duplicates(name, within=mask, likeness=likeness) for mask in (within, None))
        if not found.n:
            return parts.empty(f"Nothing found{'' if not every.n else f': none of {every.n:,} matches the query'}.")
        said = f"{parts.count(len(found.shown), found.n)} groups, {found.samples:,} pictures, the most alike first"
        return [
            html.P(said, className="note part-head"),
            markup(
                f"duplicates-{name}",
                html.Div([_group(session, group) for group in found.shown], className="copy-groups"),
                className="scroll tall",
            ),
        ]


for _name in SECTIONS:
    _section(_name)


def _group(session: Session, group: Any) -> Any:
    """One group: its closest pair, their difference, and the others."""
    data = session.dataset
    members = group.rows[:MOST_MEMBERS]
    labels = session.column("labels")[list(members)].tolist()
    splits = session.column("split")[list(members)].tolist()

    def picture(row: int, label: int, split: int) -> Any:
        name = data.class_names[label] if label >= 0 else "no label"
        return parts.thumbnail(
            data.fingerprint, row, at="copies", caption=f"{name}\n{data.split_names[split]} {row:,}",
            tooltip=f"sample {row:,} of {data.split_names[split]}, labelled {name}",
        )  # fmt: skip

    pictures = [picture(*each) for each in zip(members, labels, splits, strict=True)]
    alike = "the same pixels" if group.exact else f"likeness {1 - group.apart:.4f}"
    difference = None
    if len(members) > 1:
        first, second = members[:2]
        difference = html.Span(
            [
                html.Img(
                    src=difference_url(data.fingerprint, first, second),
                    alt=f"difference of samples {first} and {second}",
                    className="pixels",
                ),
                html.Span(f"difference\n{alike}"),
            ],
            className="difference",
            title="How much the pixels of the first two differ; black is no difference",
        )
    more = len(group.rows) - len(members)
    rest = html.Span(f"and {more:,} more", className="note") if more else None
    return html.Div([*pictures[:2], difference, *pictures[2:], rest], className="copies")


def difference_url(fingerprint: str, first: int, second: int) -> str:
    """Where the absolute difference of two samples' pixels is, as a picture."""
    return f"difference/{fingerprint}/{first}-{second}.png"
