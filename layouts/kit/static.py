"""Components as plain HTML text that opens without a server: pictures inside, nothing to click, no scripts."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from dash.development.base_component import Component

from layouts.kit.markup import HTML_TAGS, SVG_TAGS, Markup

Picture = Callable[[str], bytes | None]

MORE_TAGS = frozenset(
    ("section", "h1", "h2", "figure", "figcaption", "dl", "dt", "dd", "code", "pre", "summary", "details", "i")
)
EMPTY = frozenset(("img", "br", "line", "rect", "circle", "path"))
PLAIN = frozenset(("button", "label"))  # what is clicked on a page and only read here
KEPT = frozenset(("title", "alt", "src", "width", "height", "role", "aria-label", "scope", "colSpan", "rowSpan"))
HELD = "data:image/png;base64,"
LEFT_OUT = frozenset(("graph",))  # a chart needs its script; links lead nowhere

_UPPER = re.compile("([A-Z])")


def html(node: Any, picture: Picture) -> str:
    """A component tree, or text, or a list of these, as HTML.

    Args:
        node: what a part draws.
        picture: the PNG behind an address of ours, or None where it is not there.
    """
    match node:
        case None | "":
            return ""
        case str():
            return escape(node)
        case bool() | Mapping():
            return ""
        case int() | float():
            return str(node)
        case Markup():
            held: dict[str, Any] = node.to_plotly_json()["props"]  # type: ignore[no-untyped-call]
            inside = "".join(html(child, picture) for child in held["tree"])
            return f'<div class="{escape(held["className"])}">{inside}</div>'
        case [str() as tag, dict() as properties, *children] if tag in HTML_TAGS | SVG_TAGS:
            return _element(tag, properties, children, picture)
        case list() | tuple():
            return "".join(html(child, picture) for child in node)
        case Component():
            return _component(node, picture)
    return ""


def address(png: bytes) -> str:
    """A picture as an address that holds it."""
    return HELD + base64.b64encode(png).decode()


def _component(component: Component, picture: Picture) -> str:
    described = component.to_plotly_json()
    if described["type"] == "Link":  # leads nowhere in a file
        return ""
    tag, properties = described["type"].lower(), dict(described["props"])
    children = properties.pop("children", None)
    if described["namespace"] != "dash_html_components" or tag not in HTML_TAGS | MORE_TAGS:
        return html(children, picture)
    return _element(tag, properties, [children], picture)


def _element(tag: str, properties: Mapping[str, Any], children: list[Any], picture: Picture) -> str:
    css = properties.get("className") or ""
    if tag == "a" or LEFT_OUT & set(css.split()):
        return ""
    tag = "span" if tag in PLAIN else tag
    said = {"class": css} if css else {}
    for name, value in properties.items():
        if name == "style" and isinstance(value, Mapping):
            said["style"] = ";".join(f"{_dashed(key)}:{each}" for key, each in value.items())
        elif tag in SVG_TAGS and name not in ("className", "go") and isinstance(value, str | int | float):
            said[name if name == "viewBox" else _dashed(name)] = str(value)
        elif name in KEPT and value is not None:
            said[name.lower()] = str(value)
    if tag == "img" and not said.get("src", "").startswith(HELD):
        png = picture(said.get("src", ""))
        if png is None:
            return ""
        said["src"] = address(png)
    words = "".join(f' {name}="{escape(value)}"' for name, value in said.items())
    if tag in EMPTY and tag not in SVG_TAGS:
        return f"<{tag}{words}>"
    return f"<{tag}{words}>{''.join(html(child, picture) for child in children)}</{tag}>"


def _dashed(name: str) -> str:
    return _UPPER.sub(r"-\1", name).lower()
