"""Long tables and galleries as one component.

Dash's renderer keeps a record of every component on a page, and the cost grows faster than their
number: a table of 2,000 elements takes it some ten seconds, the same table as one component a
fifth of one. So what is long is written with `dash.html` like everything else, and then handed over
as one nested list, which assets/markup.js turns into elements. Text is always text there, never HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from layouts.kit.component import Own

# fmt: off
HTML_TAGS = frozenset((
    "a", "b", "br", "button", "caption", "div", "em", "h3", "h4", "img", "li", "ol", "p", "small", "span", "strong",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
SVG_TAGS = frozenset(("svg", "g", "path", "circle", "rect", "line", "title"))

Node = Any  # a component of dash.html, `svg(...)`, text, a number, None, or a list of these


class Markup(Own):
    """Plain elements that Dash need not know one by one (assets/markup.js).

    Attributes:
        id: `{"markup": name}`.
        tree: text, or [tag, properties, child, ...] with the same again as children.
        className: CSS classes of the element around them.
        went: *out*; {go, value, stamp} when a button made with `ids.go` was clicked.
    """

    _type = "Markup"

    def __init__(
        self, id: str | dict[str, Any], *, tree: list[Any], className: str = "", went: dict[str, Any] | None = None
    ) -> None:
        super().__init__(id=id, tree=tree, className=className, went=went)


def markup(name: str, *children: Node, className: str = "") -> Markup:
    """Elements as one component. Buttons keep what `ids.go` says; other ids must be text.

    Raises:
        TypeError: something among them is more than an element: put it beside the markup.
    """
    return Markup({"markup": name}, tree=tree(*children), className=className)


def tree(*children: Node) -> list[Any]:
    """Elements as the nested list that a `Markup` is made of. Raises TypeError as `markup` does."""
    return [part for child in children for part in _plain(child)]


def svg(tag: str, *children: Node, **attributes: str | float) -> list[Any]:
    """An element of a drawing, which `dash.html` lacks; attributes as React spells them (strokeWidth)."""
    if tag not in SVG_TAGS:
        raise TypeError(f"<{tag}>: not an element that a drawing here is made of")
    return [tag, dict(attributes), *(part for child in children for part in _plain(child))]


def _plain(node: Node) -> list[Any]:
    """A node as the list of what takes its place: none for None, several for a list."""
    match node:
        case None | "":
            return []
        case str():
            return [node]
        case bool() | Mapping():
            raise TypeError(f"{node!r}: not an element")
        case int() | float():
            return [str(node)]
        case [str() as tag, dict(), *_] if tag in SVG_TAGS:
            return [node]
        case list() | tuple():
            return [part for child in node for part in _plain(child)]
        case Component():
            return [_element(node)]
    raise TypeError(f"{type(node).__name__}: not an element")


def _element(component: Component) -> list[Any]:
    described = component.to_plotly_json()
    tag, properties = described["type"].lower(), dict(described["props"])
    if described["namespace"] != "dash_html_components" or tag not in HTML_TAGS:
        raise TypeError(f"{described['type']}: not a plain element; put it beside the markup")
    children = _plain(properties.pop("children", None))
    known = {name: value for name, value in properties.items() if value is not None}
    if isinstance(target := known.get("id"), dict):
        del known["id"]
        known["go"] = {"go": target["go"], "value": target["value"]}
    return [tag, known, *children]
