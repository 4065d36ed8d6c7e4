"""What the doctor says: everything that is, or may be, wrong with the network on these data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Finding, Session

COLUMNS = ("metrics", "answers", "relabelling", "image_statistics", "class_counts", "copies", "unit_ranges/{layer}")
WORDS = {"wrong": "wrong", "doubtful": "look at it", "note": "note"}


@part("doctor", columns=COLUMNS)
def findings(session: Session, state: State) -> Any:
    """The findings, the worst first, and what was looked at; that there are none is said too."""
    found, looked_at = session.faults.examined()
    listed = html.Ul([_finding(finding) for finding in found], className="findings")
    return [
        listed if found else html.P("Nothing found.", className="lead-line"),
        html.P(looked_at, className="note"),
    ]


def _finding(finding: Finding) -> Any:
    details = html.Ul([html.Li(line) for line in finding.details]) if finding.details else None
    said = html.Div([finding.sentence, _option(finding.option) if finding.option else None, details])
    return html.Li(
        [html.Span(WORDS[finding.severity], className="severity"), said],
        className=f"finding is-{finding.severity}",
    )


def _option(text: str) -> Any:
    """What to add to the command line, with a button that copies it (assets/copy_text.js)."""
    attributes: dict[str, Any] = {"data-said": text}
    copy = html.Button(
        "Copy", className="outline", title="Copy it, and start the program again with it", **attributes
    )
    return html.Div([html.Code(text), copy], className="finding-option")
