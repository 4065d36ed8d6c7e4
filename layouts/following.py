"""The strip below the header that tells how a recording grows, with the switch that stops following it."""

from __future__ import annotations

from pathlib import PurePath
from time import localtime, strftime
from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit import ids

if TYPE_CHECKING:
    from workspace.session import Session

STOP = "New samples are not added to what is shown any more; they go on being recorded"
GO_ON = "Add what was recorded since, and whatever comes"


def strip() -> Any:
    """The strip; hidden but where a recording is shown."""
    return html.Div(
        [
            html.Span(className="following-dot"),
            html.Span(id=ids.FOLLOWING_TEXT),
            html.Button(id=ids.FOLLOWING_SWITCH, className="plain"),
        ],
        id=ids.FOLLOWING,
        className="following",
        hidden=True,
        role="status",
    )


def sentence(session: Session) -> str:
    """How many samples there are, how many came when, and how many wait."""
    follows, n = session.following, session.dataset.n
    came = f", {follows.taken:,} new at {strftime('%H:%M:%S', localtime(follows.at))}" if follows.taken else ""
    said = f"{PurePath(session.dataset.name).name}: {n:,} samples{came}"
    if follows.trouble:
        return f"{said}. Following ended: {follows.trouble}"
    if follows.coming:
        return f"{said}; {follows.waiting:,} more are being added"
    if follows.waiting > 0:
        when = "until the present work is done" if follows.on else "until you follow it again"
        return f"{said}; {follows.waiting:,} more wait {when}"
    return said if follows.on else f"{said}; not followed"


def switch(session: Session) -> tuple[str, str]:
    """What the switch says, and its tooltip."""
    if session.following.on:
        return "Stop following", STOP
    waiting = session.following.waiting
    return (f"Follow, and open the {waiting:,} new" if waiting > 0 else "Follow"), GO_ON
