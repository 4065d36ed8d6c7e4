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


PAGES: Registry[Page] = Registry("page")


def page(path: str, *, title: str, group: str, order: int) -> Callable[[Layout], Layout]:
    """Register a function as the page at `path`. Its parts and controls are wired by their ids."""

    def register(layout: Layout) -> Layout:
        PAGES.add(path, Page(path, title, group, order, layout))
        return layout

    return register


def ordered() -> list[Page]:
    """All pages, in the order of the navigation."""
    return sorted(PAGES, key=lambda entry: entry.order)
