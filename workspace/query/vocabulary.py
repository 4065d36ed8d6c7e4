"""What can be written in a query, for those who write it: columns, class names, and where numbers lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from util import digest
from workspace import fields
from workspace.plan import ColumnNotReady
from workspace.query import Field, column_text, literal

if TYPE_CHECKING:
    from workspace.session import Session

MOST_NAMES = 2000  # class names that are listed
MOST_EXAMPLES = 12  # values of a column of texts
LOOKED_AT = 1000  # samples among which they are looked for
SHARES = (0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


def key(session: Session) -> str:
    """The key that stands for the vocabulary's content: which columns there are, and what is in them.

    Raises:
        ColumnNotReady: the dataset is being read.
    """
    known = []
    for name, field in session.fields().items():
        column = fields.column(session, name)
        ready = bool(column) and session.is_ready(str(column))
        told = field.kind in ("number", "text")  # of the others only the names are, which stay while people work
        known.append([name, list(field.names), ready, session.key(str(column)) if told and ready else ""])
    return digest("vocabulary 2", session.dataset.fingerprint, list(session.class_names), known)


def vocabulary(session: Session) -> dict[str, Any]:
    """Columns with title, kind, names and quantiles, and how many samples there are. See `key`."""
    return {"total": session.dataset.n, "columns": [_column(field) for field in session.fields().values()]}


def _column(field: Field) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": field.name,
        "text": column_text(field.name),
        "title": field.title,
        "kind": field.kind,
        "description": field.summary,
        "names": list(field.names[:MOST_NAMES]),
        "n_names": len(field.names),
        "quantiles": [],
        "examples": [],
        "waiting": False,
    }
    try:
        if field.kind == "number":
            about["quantiles"] = _quantiles(field)
        elif field.kind == "text":
            about["examples"] = sorted({str(value)[:80] for value in field.read()[:LOOKED_AT]} - {""})[:MOST_EXAMPLES]
        else:
            field.read()
    except ColumnNotReady:
        about["waiting"] = True
    return about


def _quantiles(field: Field) -> list[dict[str, Any]]:
    """Where shares of the samples lie below, as they are written in a query; equal ones once."""
    values = np.asarray(field.read(), np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return []
    found: dict[str, dict[str, Any]] = {}
    for share, value in zip(SHARES, np.quantile(values, SHARES), strict=True):
        whole = field.name == "index" or bool(value == round(value) and abs(value) < 1e9)
        text = literal(int(value) if whole else float(f"{value:.4g}"))
        found.setdefault(text, {"text": text, "share": share})
    return list(found.values())
