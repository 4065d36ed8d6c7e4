"""What should not matter and yet gives the class or the errors away, each with pictures of both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

COLUMNS = ("nuisance_label", "nuisance_error", "labels", "split", "correct")
MOST = 4  # of each kind
STRONG = 0.5  # of the way from chance to always right
TITLES = {"label": "Tells the class: a shortcut to learn", "error": "Tells the errors: a weak spot"}
HINTS = {
    "label": "It may belong to the class (a 1 has little ink) or be a shortcut (dark photographs of one class). ",
    "error": "Errors are those of all splits but the first. ",
}
NOTHING = {"label": "the class", "error": "which answers are wrong"}


@part("nuisances", columns=COLUMNS)
def nuisances(session: Session, state: State) -> Any:
    """For label and errors, what tells them clearly better than chance; what was tried is said, too."""
    return markup("nuisances", [_target(session, target) for target in ("label", "error")], className="nuisances")


def _target(session: Session, target: Any) -> Any:
    if not session.knows(f"nuisance_{target}"):
        return html.Div([html.H3(TITLES[target]), html.P(session.no_head, className="note")])
    found = session.nuisances.found(target)
    tried = session.nuisances.tried(target)
    how = (
        f"{len(found)} of {tried} properties, each alone, {'tells' if len(found) == 1 else 'tell'} {NOTHING[target]} "
        "clearly better than chance, on samples kept aside. "
        + HINTS[target]
        + (f"The first {MOST} follow." if len(found) > MOST else "")
    )
    return html.Div(
        [
            html.H3(TITLES[target]),
            html.P(how, className="note"),
            html.Ul([_one(session, each) for each in found[:MOST]], className="nuisance-list") if found else None,
        ]
    )


def _one(session: Session, found: Any) -> Any:
    text = [found.text, " "]
    if found.target == "label" and found.gain > STRONG:
        text.append(html.Strong("A network that looks at nothing else would already do well."))
    ends = [
        html.Div(
            [
                html.Div(
                    [
                        parts.thumbnail(session.dataset.fingerprint, row, at=f"{found.target}-{found.name}-{side}")
                        for row in end.images
                    ],
                    className="strip",
                ),
                html.Button(
                    end.text,
                    id=ids.go("query", end.query, f"{found.target}-{found.name}-{side}"),
                    className="count-link",
                    title=f"Ask for {end.query}",
                ),
            ],
            className="nuisance-end",
        )
        for side, end in (("low", found.low_end), ("high", found.high_end))
    ]
    return html.Li([html.Div(text), html.Div(ends, className="nuisance-ends")])
