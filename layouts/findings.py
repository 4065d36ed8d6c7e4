"""What was found, the first thing on the overview: ranked sentences, and where the errors come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import accuracy, fault_list
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part
from workspace.session import literal

if TYPE_CHECKING:
    from workspace.session import Session

COLUMNS = (
    "suspect_counts", "label_suspect", "label_issue", "suggested", "labels", "duplicate", "duplicate_group",
    "copy_of", "copies", "split", "stranger", "outlier", "correct", "metrics", "answers", "relabelling",
    "image_statistics", "class_counts", "unit_ranges/{layer}", "nuisance_label", "nuisance_error",
    "drift", "drift_answers", "calibrated_confidence", "confidence", "digests", "proper_scores", "temperature",
    "subtype", "subtype_parts",
)  # fmt: skip
WORDS = {"wrong": "wrong", "doubtful": "look at it", "note": "note", "fine": "in order"}
PAGES = {
    "drift": "drift", "labels": "labels", "duplicates": "duplicates", "outliers": "outliers", "pictures": "metrics",
    "calibration": "calibration", "subtypes": "subtypes", "sizes": "images",
}  # fmt: skip
MEANINGS = {
    "contradicting copies": "the same picture stands in the data with another label",
    "suspect label": "the label itself is contradicted twenty to one",
    "far from training data": "further out than 99 % of the training data",
    "ambiguous": "opinions that never saw the label find label and answer about equally likely",
    "rare sub-type": "a rare group inside its class is clearly more often wrong than the rest of it",
    "plain confusion": "at least three samples of this label are taken for the same class",
    "unexplained": "none of these",
}


def _choice(session: Session, state: State) -> str:
    """Some data never have `odd_size`, so it is none of the columns that are waited for."""
    odd = session.knows("odd_size") and session.is_ready("odd_size")
    return f"{state.query}|{session.version}|{odd}"


@part("findings", columns=COLUMNS, choice=_choice)
def findings(session: Session, state: State) -> Any:
    """A handful of sentences, the gravest first, each with pictures and a link; what is in order is said, too."""
    found = session.faults.findings()
    grave = [sentence for sentence in found if sentence.severity != "fine"]
    fine = [sentence.text for sentence in found if sentence.severity == "fine"]
    late = session.faults.waiting()
    shown: list[Any] = []
    if grave:
        shown.append(html.Ul([_sentence(session, state, each) for each in grave], className="findings ranked"))
    elif found and not late:
        shown.append(html.P("Nothing found.", className="lead-line"))
    if fine:
        shown.append(html.P(" ".join(fine), className="note"))
    if late:
        shown.append(parts.waiting(f"Still being looked for: {', '.join(late)}."))
    return shown or parts.empty("There is nothing that could be judged.")


def _sentence(session: Session, state: State, sentence: Any) -> Any:
    data = session.dataset
    pictures = [parts.thumbnail(data.fingerprint, row, at=f"found-{sentence.query}") for row in sentence.images]
    page = PAGES.get(sentence.subject)
    pool = {"pool": "query"} if page == "images" else {}
    link = fault_list.see(page, "Show them", state, query=sentence.query, **pool) if page else None
    return html.Li(
        [
            html.Span(WORDS[sentence.severity], className="severity"),
            html.Div([sentence.text]),
            html.Div(pictures, className="strip") if pictures else None,
            link,
        ],
        className=f"finding is-{sentence.severity}",
    )


@part("error-budget", columns=("error_cause", "correct", "split"), choice=accuracy.split)
def budget(session: Session, state: State) -> Any:
    """One main cause for every error of the split: a bar that adds up to all of them, and links to each."""
    if not session.knows("error_cause"):
        if session.has_dataset and session.has_network:
            return parts.empty(session.no_head or "The causes of errors need features of the network's layers.")
        return parts.waiting("The causes of errors are looked for when the network is open.")
    split = accuracy.split(session, state)
    causes = session.faults.budget(split)
    total = sum(cause.n for cause in causes)
    if not session.dataset.labelled:
        return parts.empty("No sample has a label, so no error is known.")
    if not total:
        return parts.empty(f"No labelled sample of {split} is classified wrongly.")
    bar = html.Div(
        [
            html.Span(style={"width": f"{cause.tenths / 10}%"}, className=f"cause-{place}", title=_said(cause))
            for place, cause in enumerate(causes)
            if cause.n
        ],
        className="cause-bar",
        role="img",
        **parts.aria(f"Causes of {total:,} errors: " + ", ".join(_said(cause) for cause in causes if cause.n)),
    )
    rows = [
        html.Tr(
            [
                html.Td([html.Span(className=f"dot cause-{place}"), cause.name]),
                html.Td(MEANINGS[cause.name], className="note"),
                html.Td(_link(cause, split), className="number"),
                html.Td(f"{cause.tenths / 10:.1f} %", className="number"),
            ]
        )
        for place, cause in enumerate(causes)
    ]
    return [
        html.P(
            f"{total:,} errors of {split}, each with the first cause that holds, asked in this order",
            className="note part-head",
        ),
        bar,
        markup("error-budget", html.Table(html.Tbody(rows), className="facts cause-table")),
    ]


def _said(cause: Any) -> str:
    return f"{cause.name}: {cause.n:,} ({cause.tenths / 10:.1f} %)"


def _link(cause: Any, split: str) -> Any:
    if not cause.n:
        return "0"
    asked = f"error_cause == {literal(cause.name)} and split == {literal(split)}"
    return html.Button(
        f"{cause.n:,}",
        id=ids.go("table", asked, "budget"),
        className="count-link",
        title=f"Show them in the table: {asked}",
    )
