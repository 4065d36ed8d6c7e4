"""The contract of a page: a function of session and state, with a URL and a place in the navigation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layouts.kit.state import State
from util import Registry

if TYPE_CHECKING:
    from workspace.session import Session

Layout = Callable[["Session", State], Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A screen with a URL."""

    path: str
    title: str
    group: str
    order: int
    layout: Layout
    count: Callable[[Session], int] | None = None

    @property
    def href(self) -> str:
        """The page as a link: relative, because a process may serve it under several bases."""
        return self.path.lstrip("/") or "."


PAGES: Registry[Page] = Registry("page")


def page(
    path: str, *, title: str, group: str, order: int, count: Callable[[Session], int] | None = None
) -> Callable[[Layout], Layout]:
    """Register a function as the page at `path`. Its parts and controls are wired by their ids.

    A number that `count` gives stands beside the page in the navigation, unless it is 0.
    """

    def register(layout: Layout) -> Layout:
        PAGES.add(path, Page(path, title, group, order, layout, count))
        return layout

    return register


def ordered() -> list[Page]:
    """All pages, in the order of the navigation: each group together, where its first page stands."""
    first: dict[str, int] = {}
    for entry in PAGES:
        first[entry.group] = min(entry.order, first.get(entry.group, entry.order))
    return sorted(PAGES, key=lambda entry: (first[entry.group], entry.group, entry.order))
