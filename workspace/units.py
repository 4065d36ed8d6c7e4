"""What can color, size or sort samples: the columns with one value each, with their titles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from analysis import duplicates, error_causes, image_faults, odd_sizes, strangers, suspects
from analysis.outliers import VIEWS

if TYPE_CHECKING:
    from workspace.session import Session

SUBTYPE, CLUSTER = "subtype", "cluster"  # their classes depend on the data
LOG_RATIO = 50.0  # a largest value of more medians than this asks for a logarithm
LARGEST = 0.999  # quantile of a skewed score from which on all dots are equally large
NAMES = {
    "correct": ("wrong", "correct"),
    "odd_view": VIEWS,
    "label_suspect": suspects.NAMES,
    "stranger": strangers.NAMES,
    "duplicate": duplicates.NAMES,
    "error_cause": error_causes.NAMES,
    "image_fault": image_faults.NAMES,
    "odd_size": odd_sizes.NAMES,
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A column with one value per sample that can color, size or sort.

    Attributes:
        name: the column.
        title: for menus.
        kind: "score" for numbers, "class" for small integers.
        names: of the classes, where the kind is "class".
        bad: which end of a score deserves a look.
        description: one sentence.
    """

    name: str
    title: str
    kind: str
    names: tuple[str, ...] = ()
    bad: str | None = None
    description: str = ""


def units(session: Session) -> list[Unit]:
    """Everything that can color or size a map, ready or not, classes first."""
    classes = session.class_names
    splits = session.dataset.split_names if session.has_dataset else ()
    found = [
        Unit("labels", "Label", "class", classes, description="The label the dataset gives."),
        Unit("split", "Split", "class", splits, description="Which part of the dataset a sample belongs to."),
    ]
    for rule in analysis.rule.RULES:
        if rule.kind in ("score", "class") and "{layer}" not in rule.name and session.knows(rule.name):
            names = names_of(session, rule.name, classes if rule.name in ("predicted", "suggested") else ())
            found.append(Unit(rule.name, rule.title, rule.kind, names, rule.bad, rule.description))
    found += session.comparing.offered()
    found += [
        Unit(field.name, field.title, "class", ("no", "yes"), description=field.description)
        for field in session.tags.fields()
        if field.kind == "truth"
    ]
    found += [
        Unit(field.name, field.title, "class", field.names, description=field.description)
        for field in session.reviews.fields()
    ]
    found += session.depth.units()
    found += session.described.units()
    return sorted(found, key=lambda unit: unit.kind)


def names_of(session: Session, rule: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the classes of a rule's column; the usual ones where it has none of its own."""
    if rule == CLUSTER:
        known = session.is_ready(rule)
        return tuple(str(code + 1) for code in range(int(session.column(rule).max(initial=-1)) + 1)) if known else ()
    return session.subtypes.names() if rule == SUBTYPE else NAMES.get(rule, usual)


def spread(values: NDArray[Any]) -> dict[str, Any]:
    """The range of a score for a color or size scale: low, high, and whether it asks for a logarithm."""
    values = values[np.isfinite(values)]
    if not len(values):
        return {"low": 0.0, "high": 1.0, "log": False}
    low, median, high = (float(value) for value in (values.min(), np.median(values), values.max()))
    skewed = high > LOG_RATIO * max(median, 0.0) and low >= 0
    floor = float(np.quantile(values[values > 0], 0.01)) if skewed and (values > 0).any() else low
    return {"low": floor if skewed else low, "high": high, "log": bool(skewed and floor > 0)}


def sizes(values: NDArray[Any]) -> dict[str, Any]:
    """The range of a score for the size of dots: low, high, log (never), and the most there is.

    The area grows with the value itself: by its logarithm, losses from one in a million to one in ten would all be
    large dots, and the few that matter would not stand out. A skewed score begins at 0, and ends where its last
    thousandth does, lest a single value make all others small.
    """
    values = values[np.isfinite(values)]
    found = spread(values)
    most = found["high"]
    if found["log"]:
        largest = float(np.quantile(values, LARGEST))
        found |= {"low": 0.0, "high": largest if largest > 0 else most, "log": False}
    return {**found, "most": most}
