"""The contract of a page: a function of session and state, with a URL and a place in the navigation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import html

from layouts.kit.state import State
from util import Registry

if TYPE_CHECKING:
    from workspace.session import Session

Layout = Callable[["Session", State], Any]
Columns = Callable[["Session", State], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """A screen with a URL."""

    path: str
    title: str
    group: str
    order: int
    layout: Layout
    purpose: str = ""
    count: Callable[[Session], int] | None = None
    wants: Columns | None = None
    starts: Columns | None = None

    @property
    def href(self) -> str:
        """The page as a link: relative, because a process may serve it under several bases."""
        return self.path.lstrip("/") or "."


PAGES: Registry[Page] = Registry("page")


def page(
    path: str,
    *,
    title: str,
    group: str,
    order: int,
    purpose: str = "",
    count: Callable[[Session], int] | None = None,
    wants: Columns | None = None,
    starts: Columns | None = None,
) -> Callable[[Layout], Layout]:
    """Register a function as the page at `path`. Its parts and controls are wired by their ids.

    `purpose` says in a line what the page is for: below its title, and at its link. A number that `count`
    gives stands beside the page in the navigation, unless it is 0. The worker is asked for the columns that `wants`
    names while somebody looks at the page, if it holds a store `ids.asks(path)`, and for those that `starts` names
    at a press of a button `ids.start(path, ...)`.
    """

    def register(layout: Layout) -> Layout:
        PAGES.add(path, Page(path, title, group, order, layout, purpose, count, wants, starts))
        return layout

    return register


def head(path: str, *tools: Any) -> Any:
    """The top of the page at `path`: its title over what it is for, and its controls at the right."""
    entry = PAGES[path]
    return html.Div(
        [html.Div([html.H1(entry.title), html.P(entry.purpose)], className="page-name"), *tools],
        className="page-title",
    )


def ordered() -> list[Page]:
    """All pages, in the order of the navigation: each group together, where its first page stands."""
    first: dict[str, int] = {}
    for entry in PAGES:
        first[entry.group] = min(entry.order, first.get(entry.group, entry.order))
    return sorted(PAGES, key=lambda entry: (first[entry.group], entry.group, entry.order))
