"""The frame around every page: header, navigation, progress line, sample panel, selection tray."""

from __future__ import annotations

from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import following, tagging
from layouts.kit import ids, parts
from layouts.page import PAGES, Page, ordered

if TYPE_CHECKING:
    from workspace.session import Session

IDLE_POLL_MS = 2500
BUSY_POLL_MS = 600


def document(base: str) -> str:
    """The page around the app, whose links, pictures and data are relative to `base`: "/" or "/with/<key>/"."""
    # The first <base> is for plotly: it takes a first one with an address for a reason to write the whole URL
    # into its clip paths, which then point nowhere as soon as the state in the URL changes.
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<base target="_self"><base href="{base}">
{{%metas%}}
<title>{{%title%}}</title>
{{%favicon%}}
{{%css%}}
</head>
<body>
{{%app_entry%}}
<footer>
{{%config%}}
{{%scripts%}}
{{%renderer%}}
</footer>
</body>
</html>
"""


def shell(session: Session) -> Any:
    """The frame. What changes inside it is filled in by callbacks."""
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh="callback-nav"),
            dcc.Store(id=ids.ROUTE),
            dcc.Store(id=ids.STATE, data={}),
            dcc.Store(id=ids.VERSION, data=-1),
            dcc.Store(id=ids.REVIEWED),  # here, because who leaves the review page may still have unsaved verdicts
            dcc.Interval(id=ids.POLL, interval=BUSY_POLL_MS),
            html.Button("Skip to the page", className="plain skip", **_focus(ids.PAGE)),
            _header(session),
            html.Div(id=ids.BANNER, className="banner", hidden=True, role="alert"),
            following.strip(),
            html.Div(
                [
                    _navigation(),
                    html.Main(id=ids.PAGE, className="page", tabIndex=-1),
                    _panel(),
                ],
                className="body",
            ),
            _tray(),
            tagging.said(),
            dbc.Toast(
                html.Span(id=ids.MESSAGE_TEXT),
                id=ids.MESSAGE,
                header="Innerview",
                dismissable=True,
                is_open=False,
                icon="danger",
                duration=12000,
                className="message",
            ),
        ],
        className="shell",
    )


def chips(session: Session) -> Any:
    """Which network and which data, with the first letters of their fingerprints."""
    found = []
    if session.others and session.pairs is not None:
        pass  # the switch beside it says which
    elif session.has_network:
        info = session.network.info
        found.append(
            parts.chip(
                "network",
                f"{info.name} · {info.digest[:8]}",
                tooltip=f"The first letters of the file's SHA-256; {info.parameters:,} parameters",
            )
        )
    else:
        found.append(parts.chip("network", PurePath(session.options.model).name, tooltip="Still being opened"))
    if session.has_dataset:
        data = session.dataset
        found.append(
            parts.chip(
                "data",
                f"{PurePath(data.name).name} · {data.n:,} · {data.fingerprint[:8]}",
                tooltip=f"{data.source} The letters stand for the content: same letters, same data.",
            )
        )
    else:
        found.append(parts.chip("data", PurePath(session.options.dataset).name, tooltip="Still being read"))
    return found


def beside(session: Session) -> Any:
    """The switch between the networks that are open on the same data; [] for one."""
    if session.pairs is None or not session.others:
        return []
    shown: list[Any] = []
    for key, one in session.pairs.sessions.items():
        name = PurePath(one.options.model).name
        if one is session:
            digest = f" · {one.network.info.digest[:8]}" if one.has_network else ""
            shown.append(html.Span(name, title=f"This network: {name}{digest}"))
        elif one in session.others:
            view: dict[str, Any] = {"data-same-view": "true"}
            shown.append(html.A(name, href=session.pairs.url(key), title=f"The same view of {name}", **view))
    return html.Div(shown, className="beside-networks")


def _focus(target: str) -> dict[str, Any]:
    """Where a click puts the focus (assets/navigation.js), as keyword arguments."""
    return {"data-focus": target}


def _header(session: Session) -> Any:
    return html.Header(
        [
            html.Button(
                "☰",
                id=ids.MENU,
                className="plain menu",
                title="Show or hide the navigation",
                **parts.aria("Show or hide the navigation"),
            ),
            dcc.Link([html.Span(className="logo"), "Innerview"], href=".", className="brand"),
            html.Div(
                [
                    html.Div(dbc.Progress(id=ids.PROGRESS_BAR, value=0), className="progress-track"),
                    html.Span(id=ids.PROGRESS_TEXT),
                    html.Button(
                        "Cancel", id=ids.CANCEL, className="plain", title="Stop computing; what is finished is kept"
                    ),
                ],
                id=ids.PROGRESS,
                className="progress-line",
                hidden=True,
                role="status",
            ),
            dcc.Link(
                html.Div(chips(session), id=ids.CHIPS, className="chips"),
                href="open",
                className="chips-link",
                title="Open another network or other data",
            ),
            html.Nav(beside(session), id=ids.BESIDE, **parts.aria("Networks that are open on these data")),
            tagging.viewer(),
            html.Button(
                "Copy link", id=ids.SHARE, className="outline", title="Copy a link that shows just this view"
            ),
            html.Button(
                "◐",
                id=ids.THEME,
                className="plain",
                title="Light or dark",
                **parts.aria("Switch between light and dark"),
            ),
        ],
        className="header",
    )


def _navigation() -> Any:
    groups = []
    for group, pages in groupby(ordered(), key=lambda page: page.group):
        links = [dbc.NavLink(_linked(page), href=page.href, id={"link": page.path}) for page in pages]
        groups += [html.Div(group, className="label"), dbc.Nav(links, vertical=True, pills=True)]
    return html.Nav(groups, id=ids.NAVIGATION, className="navigation", **parts.aria("Pages"))


def _linked(page: Page) -> Any:
    counted = html.Span(id=ids.page_count(page.path), className="page-count") if page.count else None
    return [html.Span(page.title, title=page.purpose), counted]


def count_of(session: Session, path: str) -> str:
    """The number beside a page in the navigation; "" for none."""
    count = PAGES[path].count
    n = count(session) if count else 0
    return f"{n:,}" if n else ""


def banner(session: Session) -> Any:
    """What a person must know on every page: that the network's file is another one now. [] if it is not."""
    said = session.watch.network
    if not said:
        return []
    digest = session.network.info.digest[:8]
    return f"{said}. What is shown here is of the file that was opened ({digest}); start again to use the new one."


def _panel() -> Any:
    close = html.Button(
        "×", id=ids.PANEL_CLOSE, className="plain", title="Close (Esc)", **parts.aria("Close the sample panel")
    )
    return html.Aside(
        [close, html.Div(id=ids.PANEL_BODY), tagging.panel_form()],
        id=ids.PANEL,
        className="panel",
        hidden=True,
        **parts.aria("The sample looked at"),
    )


def _tray() -> Any:
    clear = html.Button("Clear selection", id=ids.TRAY_CLEAR, className="outline", title="Select nothing")
    return html.Footer(
        [html.Div(id=ids.TRAY_BODY, className="tray-body"), tagging.tray_form(), clear],
        id=ids.TRAY,
        className="tray",
        hidden=True,
        **parts.aria("Selected samples"),
    )
