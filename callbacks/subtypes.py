"""What a click does with a sub-type: it becomes the selection, or gets a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, Input, Output, Patch, State, ctx, no_update

from callbacks.tags import SAID, VERSION, told
from layouts.kit import ids
from util import InspectorError

if TYPE_CHECKING:
    from dash import Dash
    from numpy.typing import NDArray

    from workspace.session import Session

TAG = "sub-type"
MOST_DIGITS = 7


def register(app: Dash, session: Session) -> None:
    """Wire the buttons of the cards."""

    @app.callback(
        Output(ids.STATE, "data", allow_duplicate=True),
        Input(ids.own("subtype-select", ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def select(clicks: list[int | None]) -> Any:
        """The samples of a sub-type, as the selection."""
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        patch = Patch()
        patch["selection"] = session.selections.save(rows(session, ctx.triggered_id["subtype-select"])[1])
        patch["pool"] = ""
        return patch

    @app.callback(
        SAID,
        VERSION,
        Input(ids.own("subtype-tag", ALL), "n_clicks"),
        State(ids.WHO, "value"),
        prevent_initial_call=True,
    )
    def tag(clicks: list[int | None], who: str | None) -> Any:
        """The name of a sub-type, as a tag of its samples."""
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update
        name, members = rows(session, ctx.triggered_id["subtype-tag"])
        return told(session, session.tags.add([f"{TAG} {name}".replace(",", " ")], members, who or ""))


def rows(session: Session, code: str) -> tuple[str, NDArray[np.intp]]:
    """The name of a sub-type and its samples. Raises ColumnNotReady, and InspectorError if there is none."""
    codes, names = np.asarray(session.column("subtype")), session.subtypes.names()
    if not (code.isdecimal() and len(code) < MOST_DIGITS and int(code) < len(names)):
        raise InspectorError("Sub-types: this one is no longer there; reload the page")
    return names[int(code)], np.flatnonzero(codes == int(code))
