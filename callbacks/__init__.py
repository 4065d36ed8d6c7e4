"""Wires: what a click, a link or the clock sets in motion. Each module has `register(app, session)`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


def register(app: Dash, session: Session) -> None:
    """Wire the whole app: every module here that has something to wire."""
    for module in pkgutil.iter_modules(__path__):
        wire = getattr(importlib.import_module(f"{__name__}.{module.name}"), "register", None)
        if wire is not None:
            wire(app, session)
