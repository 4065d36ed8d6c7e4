"""The map of an image query: every sample colored by how like it is to the one that is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layouts.kit.state import State
from workspace.session import PIXELS

if TYPE_CHECKING:
    from workspace.session import Session

SIDE = "likeness"


def layer(session: Session, state: State) -> str:
    """Where samples are compared."""
    return state.layer if state.layer in session.layers else session.network.layer if session.has_network else PIXELS


def metric(state: State) -> Any:
    """The distance that was chosen."""
    return "cosine" if state.metric == "cosine" else "euclidean"


def column(session: Session, state: State) -> str:
    """The column that colors the map; "" while nothing is asked about."""
    if state.upload and session.has_dataset:
        uploaded = session.likeness.name(state.upload, layer(session, state), metric(state))
        return uploaded if session.likeness.has(uploaded) else ""
    text = state.focus or state.asked
    if not (text.isdecimal() and len(text) < 12 and session.has_dataset and int(text) < session.dataset.n):
        return ""
    return session.likeness.name(int(text), layer(session, state), metric(state))
