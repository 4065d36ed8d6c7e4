"""The overview: how good the network is, what it is made of, and what the data look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import accuracy, dataset, doctor, findings, network
from layouts.kit.parts import card
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import place

if TYPE_CHECKING:
    from workspace.session import Session

__all__ = ["accuracy", "dataset", "doctor", "findings", "network", "overview"]


@page(
    "/",
    title="Overview",
    group="Model",
    order=10,
    purpose="What the network gets right and wrong on these data, and what to look at first",
)
def overview(session: Session, state: State) -> Any:
    """Tiles, then two columns: the network and its data, its figures and its errors."""

    def body(name: str) -> Any:
        return place(name, session, state)

    left = [
        card("Network", body("network"), tools=body("network-tools")),
        card("How images go in", body("preprocessing")),
        card("Dataset", body("dataset")),
        card("Samples of each class", body("class-counts")),
        card("Image statistics", body("image-statistics")),
        card("Accuracy and loss by split", body("splits")),
    ]
    right = [
        card("What the doctor says", body("doctor")),
        card("Where the errors come from", body("error-budget")),
        card("Confusion", body("confusion")),
        card("Accuracy and loss by class", body("classes")),
    ]
    return html.Div(
        [
            head("/", html.Div([_report(), body("accuracy-tools")], className="tools")),
            body("notices"),
            card("What was found", body("findings"), className="found"),
            body("tiles"),
            html.Div(
                [html.Div(left, className="column"), html.Div(right, className="column")], className="two-columns"
            ),
            card("First samples", body("samples")),
        ],
        className="overview",
    )


def _report() -> Any:
    """The link to the report, a file that opens without this server."""
    return html.A(
        "Report",
        href="export/report.html",
        download="",
        className="outline fault-link",
        title="All of this, the worst galleries and the maps as one HTML file that opens anywhere, offline",
    )
