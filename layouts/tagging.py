"""Where tags are given: the form of the selection, that of the sample looked at, and the name of who does it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.kit import ids, parts
from util import InspectorError
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

MOST_CHIPS = 30
LONGEST = 800  # characters in a box: several tags with commas
LONGEST_NAME = 40
SEVERAL = "Several with commas. Everybody who looks at this data here sees them."


def viewer() -> Any:
    """The name that stands behind what somebody tags, kept by the browser, and undo and redo of it."""
    name = dbc.Input(
        id=ids.WHO,
        value="",
        placeholder="your name",
        maxLength=LONGEST_NAME,
        size="sm",
        debounce=True,
        persistence=True,
        persistence_type="local",
        autoComplete="off",
    )
    label = "Your name, which others see beside your tags; this browser keeps it"
    return html.Div(
        [
            _step(ids.UNDO, "↶", "Undo"),
            _step(ids.REDO, "↷", "Redo"),
            html.Label([html.Span("Your name", className="visually-hidden"), name], title=label),
        ],
        className="viewer",
    )


def said() -> Any:
    """Where it stands that something was saved, and the names that boxes complete."""
    data: dict[str, Any] = {"data-names": "[]"}
    return html.Div(
        [html.Div(id=ids.TAGS_SAID, role="status"), html.Div(id=ids.TAG_NAMES, hidden=True, **data)],
        className="tags-said-place",
    )


def sentence(number: int, at: float, text: str) -> Any:
    """What was saved and when. Each one is a new element, so that it is seen to come."""
    words = f"{text[:1].upper()}{text[1:]} · saved {moment(at)}" if number else f"Nothing to save: {text}"
    return html.Div(words, key=f"{number}-{at}", className="tags-said")


def tray_form() -> Any:
    """Tags for all selected samples: those that they have, and a box to add or take away others."""
    return html.Div(
        [
            html.Div(id=ids.TRAY_TAGS, className="tag-chips"),
            html.Div(
                [
                    _box(ids.TRAY_TAG_BOX, "Tag the selection", f"Tags for all selected samples (key t). {SEVERAL}"),
                    html.Button(
                        "Add", id=ids.TRAY_TAG_ADD, className="outline", title="Give these tags to all selected"
                    ),
                    html.Button(
                        "Remove",
                        id=ids.TRAY_TAG_REMOVE,
                        className="outline",
                        title="Take these tags from all selected",
                    ),
                ],
                className="tag-line",
            ),
        ],
        className="tray-tags",
    )


def panel_form() -> Any:
    """The tags of the sample looked at, and a box to add some; always in sight below the panel."""
    return html.Div(
        [
            html.Div(id=ids.PANEL_TAGS, className="tag-chips"),
            html.Div(
                [
                    _box(ids.PANEL_TAG_BOX, "Tag this sample", f"Tags for this sample (key t). {SEVERAL}"),
                    html.Button("Add", id=ids.PANEL_TAG_ADD, className="outline", title="Give it these tags"),
                ],
                className="tag-line",
            ),
        ],
        className="panel-tags",
    )


def of_selection(session: Session, name: str) -> Any:
    """The tags that selected samples have, with how many of them have each."""
    try:
        chosen = session.selections.read(name)
        counted = session.tags.among(chosen)
    except ColumnNotReady as waiting:
        return html.Span(str(waiting), className="note")
    except InspectorError:
        return []  # the tray says why
    counted = sorted(counted, key=lambda each: -each[1])
    return chips(
        [
            (row.name, row.color, f"{count:,}", f"{parts.count(count, len(chosen))} selected samples have it")
            for row, count in counted
        ],
        at="tray",
        of="all selected samples",
    )


def of_sample(session: Session, index: int, at: str = "panel") -> Any:
    """The tags of a sample, with who gave them and when; `at` is where their crosses stand."""
    if not 0 <= index < session.dataset.n:
        return []
    try:
        marks = session.tags.of(index)
    except ColumnNotReady as waiting:
        return html.Span(str(waiting), className="note")
    listed = [(mark.name, mark.color, "", f"by {mark.who}, {moment(mark.at)}") for mark in marks]
    return chips(listed, at=at, of="this sample") or html.Span("No tags yet", className="note")


def moment(at: float) -> str:
    """When something was: the time, and the day if it is not today's."""
    when, now = time.localtime(at), time.localtime()
    return time.strftime("%H:%M:%S" if when[:3] == now[:3] else "%Y-%m-%d %H:%M", when)


def chips(listed: Sequence[tuple[str, str, str, str]], *, at: str, of: str) -> list[Any]:
    """Tags as chips with a cross each.

    Args:
        listed: name, color, count and tooltip of each.
        at: where they stand, "tray", "panel" or "page".
        of: from what the cross takes them, in words.
    """
    found: list[Any] = [
        html.Span(
            [
                html.Span(className="tag-dot", style={"backgroundColor": color}),
                html.Span(name, className="tag-name"),
                html.Span(count, className="note") if count else None,
                html.Button(
                    "×",
                    id=ids.untag(name, at),
                    className="tag-cross",
                    title=f"Take “{name}” from {of}",
                    **parts.aria(f"Take the tag {name} from {of}"),
                ),
            ],
            className="tag-chip",
            title=tooltip,
        )
        for name, color, count, tooltip in listed[:MOST_CHIPS]
    ]
    if len(listed) > MOST_CHIPS:
        found.append(html.Span(f"{parts.count(MOST_CHIPS, len(listed))} tags shown", className="note"))
    return found


def _box(name: str, placeholder: str, tooltip: str) -> Any:
    box = dbc.Input(
        id=name,
        value="",
        placeholder=placeholder,
        maxLength=LONGEST,
        size="sm",
        autoComplete="off",
        list="tag-completions",
    )
    return html.Label([html.Span(placeholder, className="visually-hidden"), box], title=tooltip, className="tag-box")


def _step(name: str, sign: str, word: str) -> Any:
    return html.Button(sign, id=name, className="plain step", disabled=True, title=word, **parts.aria(word))
