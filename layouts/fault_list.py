"""What the pages that list faults share: their frame, the way to other pages, and which samples they list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import dcc, html

from layouts import map_sheet, maps, page, query
from layouts.kit import ids, parts
from layouts.kit.state import State
from layouts.part import part, place

if TYPE_CHECKING:
    from workspace.session import Result, Session

LISTED = 24
GROUP = "Find faults"
KEPT = ("query", "hidden", "layer", "method", "selection", "color", "size", "sets")  # of the view by a link


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page lists.

    Attributes:
        side: what its map and its parts are called; a key of `maps.SUBJECTS`.
        flagged: the query for the samples that are listed.
        order: what they are sorted by.
        review: the list that the review page is asked for.
        nothing: why there is nothing to list where the columns never come.
        moved: the query in place of `flagged` where the view moves the limit; "" where it does not.
    """

    side: str
    flagged: str
    order: str
    review: str
    nothing: str
    moved: Callable[[State], str] = lambda state: ""

    def query(self, state: State) -> str:
        """The query for the samples that are listed in this view."""
        return self.moved(state) or self.flagged

    @property
    def column(self) -> str:
        """The score that colors its map."""
        return maps.SUBJECTS[self.side]


def frame(
    session: Session, state: State, subject: Subject, *, beside: Sequence[Any], below: Sequence[Any] = ()
) -> Any:
    """Title and links, the query, how many there are, the map beside the list, and what else is told of them."""
    side = subject.side
    return html.Div(
        [
            page.head(f"/{side}", place(f"{side}-links", session, state)),
            query.bar(session, state),
            place(f"{side}-lead", session, state),
            place(f"{side}-audit", session, state),
            html.Div(
                [
                    html.Div([map_sheet.sheet(session, state, side), *below], className="column"),
                    html.Div(list(beside), className="column"),
                ],
                className="fault-columns",
            ),
        ],
        className="faults",
    )


def wire(subject: Subject) -> None:
    """Make the parts known that are the same for every list: the map's menus, and the links to other pages."""

    @part(f"{subject.side}-tools", choice=map_sheet.choice(subject.side))
    def tools(session: Session, state: State) -> Any:
        """The choice of layer and method of the map."""
        return map_sheet.tools(session, state, subject.side)

    def listing(session: Session, state: State) -> str:
        return _href("", state, of=subject.query(state))

    @part(f"{subject.side}-links", columns=(subject.column,), choice=listing)
    def links(session: Session, state: State) -> Any:
        """The listed samples on the pages that work with samples."""
        if missing(session, subject) or not session.is_ready(subject.column):
            return None
        asked = {"query": _all_of(session, state, subject), "sort": subject.order}
        text = "Look at one after the other and keep, change or drop its label"
        review = {"review": subject.review, **(asked if subject.review == "query" else {})}
        return html.Div(
            [
                _link("Review these", _href("review", state, **review), text, "outline"),
                _link(
                    "Table", _href("table", state, **asked), "The same samples as rows, with every score", "outline"
                ),
                _link(
                    "Image pool", _href("images", state, pool="query", **asked), "All of them as pictures", "outline"
                ),
            ],
            className="tools",
        )


def missing(session: Session, subject: Subject) -> str:
    """Why what the page lists is never there, a sentence; "" if it is, or may be."""
    if not (session.has_dataset and session.has_network) or session.knows(subject.column):
        return ""
    return session.no_head or subject.nothing


def listed(session: Session, state: State, subject: Subject) -> Result:
    """The listed samples that the view's query finds, worst first. Raises ColumnNotReady."""
    return session.find(subject.query(state), filters=query.followed(session, state), sort=subject.order)


def everything(session: Session, subject: Subject) -> int:
    """How many are listed without a query."""
    return len(session.find(subject.flagged))


def choice(session: Session, state: State) -> str:
    """What a list depends on: the query as far as it is understood."""
    return query.followed(session, state)


def head(shown: int, found: int, total: int, state: State, order: str) -> Any:
    """How many of how many are listed, and in which order."""
    which = f" ({found:,} of {total:,}{query.said(state)})" if state.query.strip() or state.hidden else ""
    return html.P(f"{parts.count(shown, found)}{which}, {order}", className="note part-head")


def lead(*children: Any, note: str) -> Any:
    """How many there are, in large, and how that was found."""
    return html.Div(
        [html.P(list(children), className="fault-lead"), html.P(note, className="note")], className="fault-head"
    )


def see(page: str, text: str, state: State, **changes: str) -> Any:
    """A link to another page that keeps the view but for some fields."""
    return _link(text, _href(page, state, **changes), "", "outline")


def counted(n: int, asked: str, *, at: str, what: str, className: str = "") -> Any:
    """A number that makes the query of the page: the samples it counts."""
    return html.Button(
        f"{n:,}", id=ids.go("query", asked, at), className=f"count-link {className}".strip(), title=f"{what}: {asked}"
    )


def asking(text: str, asked: str, *, at: str) -> Any:
    """A text that makes the query of the page."""
    return html.Button(text, id=ids.go("query", asked, at), className="count-link", title=asked)


def _all_of(session: Session, state: State, subject: Subject) -> str:
    typed = query.typed(session, state)
    return f"({subject.query(state)}) and ({typed})" if typed else subject.query(state)


def _href(page: str, state: State, **changes: str) -> str:
    kept = {name: value for name, value in state.to_dict().items() if name in KEPT and value}
    asked = urlencode({**kept, **changes})
    return f"{page}?{asked}" if asked else page or "."


def _link(text: str, href: str, tooltip: str, css: str) -> Any:
    return dcc.Link(text, href=href, className=f"{css} fault-link", title=tooltip or text)
