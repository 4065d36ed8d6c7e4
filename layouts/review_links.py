"""The way from the samples that a page is about to their review, the hardest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layouts import accuracy, query, wall
from layouts.fault_list import see
from layouts.kit.state import State
from layouts.part import part
from util import InspectorError
from workspace.session import literal

if TYPE_CHECKING:
    from workspace.session import Session

LOSS, CONFUSION = "loss-review", "confusion-review"
KEPT = ("query", "hidden", "layer", "method", "selection", "color", "size", "sets", "split", "down", "across")


def _follows(session: Session, state: State) -> str:
    """All that the links carry along, with the split spelled out."""
    chosen = accuracy.split(session, state) if session.has_dataset else ""
    return "|".join((chosen, *(getattr(state, name) for name in KEPT if name != "split")))


@part(LOSS, columns=("loss",), choice=_follows)
def of_losses(session: Session, state: State) -> Any:
    """To the samples whose losses the page shows."""
    return _link(session, state, accuracy.split(session, state), query.typed(session, state), "Review these")


@part(CONFUSION, columns=("loss", "correct"), choice=_follows)
def of_wall(session: Session, state: State) -> Any:
    """To the samples of the chosen cell, or of the query; without either, to all errors."""
    typed, shown = query.typed(session, state), wall.split(session, state)
    if not typed:
        return _link(session, state, shown, "not correct", "Review the errors")
    try:
        _, cell = session.mosaics.lit(**wall.asked(session, state))
    except InspectorError:
        cell = None
    return _link(session, state, shown, typed, "Review this cell" if cell else "Review these")


def _link(session: Session, state: State, split: str, asked: str, text: str) -> Any:
    """A link with the number of samples that it leads to; None where there are none."""
    conditions = [asked] if asked else []
    if split != "all" and len(session.splits) > 1:
        conditions.insert(0, f"split == {literal(split)}")
    both = conditions[0] if len(conditions) == 1 else " and ".join(f"({each})" for each in conditions)
    n = len(session.queues.queue("loss", both, state.hidden).indices)
    if not n:
        return None
    return see("review", f"{text} ({n:,})", state, review="loss", query=both)
