"""Ids that belong to no single page.

What stands in the shell has a string; it is there on every page. What stands inside a page has a
dictionary, because it comes and goes: `{"part": ...}`, `{"control": ...}`, `{"markup": ...}`,
`{"kind": "map", "side": ...}`.
"""

from __future__ import annotations

from typing import Any

Side = Any  # text, or one of Dash's wildcards where a callback means several

URL = "url"
ROUTE = "route"
STATE = "state"
VERSION = "version"
POLL = "poll"

PAGE = "page"
NAVIGATION = "navigation"
CHIPS = "chips"
BESIDE = "beside-networks"
BANNER = "banner"
FOLLOWING = "following"
FOLLOWING_TEXT = "following-text"
FOLLOWING_SWITCH = "following-switch"
THEME = "theme-button"
SHARE = "share-button"
MENU = "menu-button"

PROGRESS = "progress"
PROGRESS_TEXT = "progress-text"
PROGRESS_BAR = "progress-bar"
CANCEL = "cancel-button"

REVIEWED = "reviewed"

PANEL = "sample-panel"
PANEL_BODY = "sample-panel-body"
PANEL_CLOSE = "sample-panel-close"
TRAY = "selection-tray"
TRAY_BODY = "selection-tray-body"
TRAY_CLEAR = "selection-clear-button"

WHO = "viewer-name"
TAGS_SAID = "tags-said"
TAG_NAMES = "tag-names"
UNDO = "undo-button"
REDO = "redo-button"
TRAY_TAGS = "selection-tags"
TRAY_TAG_BOX = "selection-tag-box"
TRAY_TAG_ADD = "selection-tag-add"
TRAY_TAG_REMOVE = "selection-tag-remove"
PANEL_TAGS = "sample-tags"
PANEL_TAG_BOX = "sample-tag-box"
PANEL_TAG_ADD = "sample-tag-add"

MESSAGE = "message"
MESSAGE_TEXT = "message-text"


def part(name: str) -> dict[str, str]:
    """A piece of a page that fills in by itself when its columns are there."""
    return {"part": name}


def picker(name: Any) -> dict[str, Any]:
    """A component on which samples are clicked and chosen: it has the props `clicked` and `chosen`."""
    return {"picker": name}


def query_box(name: Any) -> dict[str, Any]:
    """A box in which a query is typed."""
    return {"query": name}


def query_part(name: str, box: Any) -> dict[str, Any]:
    """What stands around a query box and is wired to it: the row of saved queries, their form, ..."""
    return {"query_part": name, "box": box}


def saved(name: str, of: Any) -> dict[str, Any]:
    """What a row of saved texts is made of: its "list", the "form" that adds one, its box for the "name", ...

    `of` is the kind of text, "queries" or "boards".
    """
    return {"saved": name, "of": of}


def forget(name: Any, of: Any) -> dict[str, Any]:
    """The button that removes a saved text of a kind."""
    return {"forget": name, "of": of}


def control(field: str) -> dict[str, str]:
    """A form control whose value is a field of the view's state."""
    return {"control": field}


def sample_map(side: Side) -> dict[str, Any]:
    """A sample map of a page."""
    return {"kind": "map", "side": side}


def caption(side: Side) -> dict[str, Any]:
    """The line under a sample map that says what it is and how true."""
    return {"kind": "caption", "side": side}


def fallback(side: Side) -> dict[str, Any]:
    """Where a plotly view stands if the browser cannot draw the map."""
    return {"kind": "fallback", "side": side}


def graph(name: str) -> dict[str, str]:
    """A plotly chart of a page."""
    return {"graph": name}


def go(field: str, value: str, at: str) -> dict[str, str]:
    """A button that sets one field of the state (use this layer, look at this sample, ...).

    `at` names the place it stands in, because the same sample may be offered in several.
    """
    return {"go": field, "value": value, "at": at}


def page_count(path: Any) -> dict[str, Any]:
    """The number beside a page in the navigation."""
    return {"count": path}


def untag(name: Any, at: Any) -> dict[str, Any]:
    """The cross that takes a tag away; `at` says from what: "tray" (the selection) or "panel" (the sample)."""
    return {"untag": name, "at": at}


def tag_edit(what: str, name: Any) -> dict[str, Any]:
    """What changes a tag itself: its "color", its "name", or the button that does "delete" it."""
    return {"tag_edit": what, "tag": name}


def refresh(column: Any, at: Any) -> dict[str, Any]:
    """The button that has a map made anew; `at` is the side it stands on."""
    return {"refresh": column, "at": at}


def asks(page: Any) -> dict[str, Any]:
    """What stands in a page whose columns are asked for as long as somebody looks at it."""
    return {"asks": page}


def start(page: Any, at: Any) -> dict[str, Any]:
    """A button that has the worker begin with what its page is about; `at` says where on the page it stands."""
    return {"start": page, "at": at}


def again(column: Any, at: Any) -> dict[str, Any]:
    """A button that has a column tried once more; several parts may wait for the same, so `at` tells them apart."""
    return {"again": column, "at": at}


def own(kind: str, name: Any) -> dict[str, Any]:
    """Something that only one page has."""
    return {kind: name}
