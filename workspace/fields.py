"""What a query may name and a table may show: one value per sample, under the name people type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from analysis.rule import Rule
from workspace import plan, units
from workspace.query.fitting import Field, Kind

if TYPE_CHECKING:
    from workspace.session import Session

METADATA = plan.METADATA
LABEL, RANK = "label", "loss_rank"
FIRST = ("index", LABEL, "predicted", "split", "correct", "loss", "confidence")


class Fields(dict[str, Field]):
    """Fields by name; `absent` says why others, which a person may well ask for, are not among them.

    Those that `other` makes of a name are among them without being listed.
    """

    def __init__(
        self, found: Mapping[str, Field], absent: Mapping[str, str], other: Callable[[str], Field | None]
    ) -> None:
        super().__init__(found)
        self.absent = absent
        self._other = other

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self._other(name) is not None)

    def __missing__(self, name: str) -> Field:
        field = self._other(name)
        if field is None:
            raise KeyError(name)
        return field


def fields(session: Session) -> Fields:
    """Everything that has one value per sample, ready or not; reading one may raise ColumnNotReady.

    Metadata keep their plain names; one that is called as something else here is loses its name to it.
    Without a class head there is nothing of what is made of predictions.
    """
    data = session.dataset
    classes = session.class_names
    made = [
        Field("index", "Index", "number", (), "The sample's row, counted from 0.", lambda: np.arange(data.n)),
        Field(LABEL, "Label", "class", classes, "The label the dataset gives.", lambda: session.column("labels")),
        Field(
            "split",
            "Split",
            "class",
            data.split_names,
            "Which part of the dataset a sample belongs to.",
            lambda: session.column("split"),
        ),
    ]
    absent: dict[str, str] = {}
    if session.knows(RANK):
        made.append(Field(RANK, "Loss rank", "number", (), "Place by loss, 1 the hardest.", lambda: _ranks(session)))
    else:
        absent[RANK] = session.no_head
    for rule in analysis.rule.RULES:
        if not session.knows(rule.name):
            absent[rule.name] = session.no_head if plan.described(rule, data.keys) else _untold(rule)
        elif rule.kind in ("score", "class") and "{layer}" not in rule.name:
            kind: Kind = "number" if rule.kind == "score" else "truth" if rule.name == "correct" else "class"
            names = units.names_of(session, rule.name, classes) if kind == "class" else ()
            made.append(Field(rule.name, rule.title, kind, names, rule.description, _reader(session, rule.name)))
    for entry in session.comparing.offered():
        kind = "number" if entry.kind == "score" else "class"
        read = _reader(session, entry.name)
        made.append(Field(entry.name, entry.title, kind, entry.names, entry.description, read))
    made += session.depth.fields()
    absent |= session.depth.absent()
    made += session.tags.fields()
    made += session.reviews.fields()
    made += [_metadata(session, name) for name in session.metadata]
    found: dict[str, Field] = {}
    for field in made:
        found.setdefault(field.name, field)
    first = {name: found[name] for name in FIRST if name in found}
    return Fields({**first, **found}, absent, session.likeness.field)


def column(session: Session, name: str) -> str | None:
    """The column behind a field, by whose key its content is known; None for the index."""
    said = session.tags.owns(name) or session.reviews.owns(name)
    taken = said or name in (*FIRST, RANK) or name in analysis.rule.RULES
    if name in session.metadata and not taken:
        return f"{METADATA}{name}"
    return {"index": None, LABEL: "labels"}.get(name, name)


def _reader(session: Session, name: str) -> Callable[[], NDArray[Any]]:
    return lambda: session.column(name)


def _metadata(session: Session, name: str) -> Field:
    kinds: dict[str, Kind] = {"U": "text", "b": "truth"}
    kind = kinds.get(session.column(f"{METADATA}{name}").dtype.kind, "number")
    return Field(name, name, kind, (), f"From the dataset: {name}.", _reader(session, f"{METADATA}{name}"))


def _untold(rule: Rule) -> str:
    """Why a column is not made that needs to know more of the data than they tell."""
    needed = [name.removeprefix(METADATA) for name in rule.needs.values() if name.startswith(METADATA)]
    return f"{rule.title} is made of the columns {' and '.join(needed)}, which this data set does not have."


def _ranks(session: Session) -> NDArray[np.float64]:
    ranks = session.column(RANK)
    return np.where(ranks < 0, np.nan, ranks)
