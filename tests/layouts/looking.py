"""How tests look at a component tree: its text, and the elements that a markup holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component

from layouts.kit.markup import Markup


def text(node: Any) -> str:
    """All text of a tree in reading order, single-spaced."""
    return " ".join(" ".join(_texts(node)).split())


def components(node: Any) -> Iterator[Component]:
    """Every component of a tree, parents first."""
    if isinstance(node, Component):
        yield node
        yield from components(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for child in node:
            yield from components(child)


def elements(node: Any, tag: str) -> list[list[Any]]:
    """The elements of that tag in all markups of a tree."""
    found: list[list[Any]] = []

    def visit(part: Any) -> None:
        if isinstance(part, list):
            if part[0] == tag:
                found.append(part)
            for child in part[2:]:
                visit(child)

    for component in components(node):
        if isinstance(component, Markup):
            for part in component.tree:
                visit(part)
    return found


def rows(node: Any) -> list[list[str]]:
    """The cells of every table row in the markups of a tree."""
    return [[text_of(cell) for cell in row[2:]] for row in elements(node, "tr")]


def text_of(element: Any) -> str:
    """The text in an element of a markup."""
    if not isinstance(element, list):
        return str(element)
    return " ".join(" ".join(text_of(child) for child in element[2:]).split())


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, Markup):
        for part in node.tree:
            yield text_of(part)
    elif isinstance(node, Component):
        yield from _texts(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _texts(child)
    elif node is not None:
        yield str(node)
