"""What of a view was saved under a name, queries and boards of charts: a row of chips, and the form that adds one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.kit import ids, parts

LIST, FORM, NAME, SAVE = "list", "form", "name", "save"
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of texts that are saved.

    Attributes:
        name: of the sort, in ids.
        field: of the state, that a chip sets.
        one, saved: what to call a text before and after it is saved.
        example: of a name.
    """

    name: str
    field: str
    one: str
    saved: str
    example: str


QUERIES = Kind("queries", "query", "query", "saved query", "fours taken for nines")
BOARDS = Kind("boards", "charts", "board", "board", "light and slant")
KINDS = {kind.name: kind for kind in (QUERIES, BOARDS)}


def row(kind: Kind) -> Any:
    """Where the chips come to stand (callbacks/saved.py)."""
    return html.Div(id=ids.saved(LIST, kind.name), className="query-saved")


def chips(kind: Kind, entries: Iterable[Any]) -> list[Any]:
    """The saved texts, each with its button to remove it. entries: with `name` and `text`."""
    return [
        html.Span(
            [
                html.Button(
                    entry.name,
                    id=ids.go(kind.field, entry.text, at=f"saved-{entry.name}"),
                    className="query-chip",
                    title=entry.text,
                ),
                html.Button(
                    "×",
                    id=ids.forget(entry.name, kind.name),
                    className="query-chip-remove",
                    title=f"Remove '{entry.name}' for everybody",
                    **parts.aria(f"Remove the {kind.saved} {entry.name}"),
                ),
            ],
            className="query-chip-pair",
        )
        for entry in entries
    ]


def form(kind: Kind) -> Any:
    """Saves what the view shows under a name."""
    name = dbc.Input(
        id=ids.saved(NAME, kind.name),
        size="sm",
        maxLength=LONGEST_NAME,
        placeholder=kind.example,
        autoComplete="off",
    )
    labelled = html.Label([html.Span(f"Name of the {kind.one} to save", className="visually-hidden"), name])
    button = html.Button("Save", id=ids.saved(SAVE, kind.name), className="outline")
    note = html.P("Everybody who looks at this dataset here will see it.", className="note")
    return html.Details(
        [
            html.Summary("Save …", className="query-chip", title=f"Save the present {kind.one} under a name"),
            html.Div([html.Div([labelled, button], className="query-form-line"), note], className="query-popover"),
        ],
        id=ids.saved(FORM, kind.name),
        className="query-form",
    )
