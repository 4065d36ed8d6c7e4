"""The calibration page: is the network as often right as it is sure, and what is gained by handing samples over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import abstaining, query, reliability
from layouts.kit import parts
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import place

if TYPE_CHECKING:
    from workspace.session import Session

__all__ = ["abstaining", "calibration", "reliability"]


@page(
    "/calibration",
    title="Calibration",
    group="Model",
    order=40,
    purpose="Whether the confidence can be believed, and which answers a person should check",
)
def calibration(session: Session, state: State) -> Any:
    """Verdict and figures, the reliability plot beside risk against coverage, what is handed over, classes."""

    def body(name: str) -> Any:
        return place(f"calibration-{name}", session, state)

    tools = html.Div([body("tools"), place("accuracy-tools", session, state)], className="tools")
    return html.Div(
        [
            head("/calibration", tools),
            query.bar(session, state),
            body("tiles"),
            html.Div(
                [
                    parts.card("As often right as sure?", body("plot")),
                    parts.card("Risk against coverage", body("risk")),
                ],
                className="two-columns calibration-plots",
            ),
            html.Div(
                [parts.card("Handed over", body("handed")), parts.card("Before and after", body("scores"))],
                className="two-columns calibration-below",
            ),
            parts.card("A limit for each class", body("classes")),
        ],
        className="calibration",
    )
