"""The table's columns: what each is, which are shown, and the menu in which they are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import html

from layouts.kit.state import State
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Field, Session

USUAL = ("index", "label", "predicted", "correct", "split", "loss", "confidence", "margin")
LOOKED_AT = 2000  # values of a column by which its decimals are chosen
MOST_OFFERED = 150  # columns in the menu
BAD = {"high": "High values deserve a look.", "low": "Low values deserve a look."}


def described(session: Session) -> list[dict[str, Any]]:
    """What the browser must know of every column that can be shown."""
    bad = {unit.name: unit.bad for unit in session.units()}
    return [_column(field, bad.get(field.name)) for field in session.fields().values()]


def shown(session: Session, state: State) -> list[str]:
    """Names of the columns that are shown; the usual ones unless others were chosen."""
    fields = session.fields()
    chosen = [name for name in map(decoded, state.columns.split(",")) if name in fields]
    usual = (*USUAL, "tags") if session.tags.names() else USUAL
    return list(dict.fromkeys(chosen)) or [name for name in usual if name in fields]


def encoded(name: str) -> str:
    """A column's name as it stands in a list with commas."""
    return name.replace("%", "%25").replace(",", "%2C")


def decoded(name: str) -> str:
    """The other way round."""
    return name.replace("%2C", ",").replace("%25", "%")


def menu(session: Session, state: State) -> Any:
    """The columns with what they mean; nothing while the dataset is being read."""
    if not session.has_dataset:
        return "Columns come with the dataset."
    bad = {unit.name: unit.bad for unit in session.units()}
    fields = list(session.fields().values())[:MOST_OFFERED]
    options = [
        {
            "value": encoded(field.name),
            "label": html.Span(
                [field.title, html.Small(f" {bad[field.name]} is bad") if bad.get(field.name) else ""],
                title=field.description,
            ),
        }
        for field in fields
    ]
    chosen = [encoded(name) for name in shown(session, state)]
    more = len(session.fields()) - len(fields)
    return [
        dbc.Checklist(id={"table-columns": "menu"}, options=options, value=chosen),
        html.P(f"{more} more: name them in the link's columns", className="note") if more > 0 else None,
    ]


def _column(field: Field, bad: str | None) -> dict[str, Any]:
    digits = None
    if field.kind == "number" and field.name != "index":
        try:
            digits = _digits(field)
        except ColumnNotReady:
            digits = None
    return {
        "name": field.name, "title": field.title, "kind": field.kind, "names": list(field.names), "digits": digits,
        "description": " ".join(filter(None, [field.description, BAD.get(bad or "")])), "bad": bad,
    }  # fmt: skip


def _digits(field: Field) -> int:
    """Decimals with which all values of a column can be told apart and compared: none for whole numbers."""
    values = field.read()
    values = np.asarray(values[:: max(len(values) // LOOKED_AT, 1)], np.float64)
    values = np.abs(values[np.isfinite(values)])
    if not len(values) or (values == np.floor(values)).all():
        return 0
    largest = float(values.max())
    return 4 if largest < 100 else 2 if largest < 10_000 else 0
