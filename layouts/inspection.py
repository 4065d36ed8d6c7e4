"""The inspection panel: the selected samples as cards right of the maps, or else all that are shown there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import gallery
from layouts.gallery import QUERY, SELECTION
from layouts.kit import ids, parts
from layouts.kit.gallery import Gallery
from layouts.kit.state import State
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Session

NAME = "inspection"
FOLDED = "folded"
EDGE = 92  # pixels of a picture: two stand side by side
WORDS = {SELECTION: "selected", QUERY: "shown"}


def panel_id() -> dict[str, Any]:
    """The panel as a whole, folded or not."""
    return ids.own("inspection", "panel")


def beside(session: Session, state: State, content: Any) -> Any:
    """What is looked at, and right of it the samples as a list."""
    folded = state.inspection == FOLDED
    panel = html.Aside(
        [
            html.Div([html.H2("Inspection"), *_folds()], className="inspection-head"),
            html.Div(
                [
                    place("inspection-tools", session, state),
                    Gallery(id=ids.picker(NAME), thumb=EDGE, **properties(session, state)),
                ],
                className="inspection-body",
            ),
        ],
        id=panel_id(),
        className=f"sheet inspection{' folded' if folded else ''}",
        **parts.aria("Inspection: the selected or shown samples as a list"),
    )
    return html.Div([content, panel], className="with-inspection")


def properties(session: Session, state: State) -> dict[str, Any]:
    """The list's properties: the image pool's, in fewer words, for there is little room."""
    found = gallery.properties(session, state)
    if found["rows"] is None:
        return found
    left = found["note"].partition(" · ")[2]
    return {**found, "note": " · ".join(filter(None, (WORDS[gallery.source(state)], left)))}


@part(
    "inspection-tools",
    choice=lambda session, state: f"{state.sort}|{state.pool}|{bool(state.selection)}|{session.tags.names()}",
)
def tools(session: Session, state: State) -> Any:
    """Selected or shown ones, where there are both, and the order."""
    found = gallery.orders(session)
    known = {name for name, _ in found}
    order = gallery.select(
        "sort",
        found,
        state.sort if state.sort in known else "",
        label="Sort by",
        tooltip="What the samples are sorted by; those without a value come last. Table and image pool follow",
    )
    return [_choice(state) if state.selection else None, order]


def _choice(state: State) -> Any:
    """Two buttons: the selected samples, or all that are shown."""
    now = gallery.source(state)
    buttons = []
    for source, value, text, tooltip in (
        (SELECTION, "", "Selected", "Only the selected samples, as far as they are shown"),
        (QUERY, QUERY, "All shown", "All that match the query and are not hidden"),
    ):
        pressed: dict[str, Any] = {"aria-pressed": str(source == now).lower()}
        buttons.append(
            html.Button(text, id=ids.go("listed", value, "inspection"), className="plain", title=tooltip, **pressed)
        )
    return html.Div(buttons, className="inspection-choice", role="group", **parts.aria("Which samples"))


def _folds() -> list[Any]:
    """The buttons that fold the panel and bring it back; one of them is hidden."""
    said = {"": ("‹", "Unfold the inspection panel"), FOLDED: ("›", "Fold the inspection panel away")}
    return [
        html.Button(
            [html.Span(sign), html.Span("Inspection", className="inspection-name") if not value else None],
            id=ids.go("inspection", value, "fold"),
            className=f"plain inspection-{'unfold' if not value else 'fold'}",
            title=text,
            **parts.aria(text),
        )
        for value, (sign, text) in said.items()
    ]
