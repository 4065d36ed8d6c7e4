"""Wires: what a click, a link or the clock sets in motion. Each module has `register(app, session)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the whole app."""
    from callbacks import progress, projection, routes, routing, selection

    for module in (routes, routing, progress, selection, projection):
        module.register(app, session)
