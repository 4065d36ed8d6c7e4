"""The frame around every page: header, navigation, progress line, sample panel, selection tray."""

from __future__ import annotations

from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts.kit import ids, parts
from layouts.page import ordered

if TYPE_CHECKING:
    from workspace.session import Session

IDLE_POLL_MS = 5000
BUSY_POLL_MS = 600


def shell(session: Session) -> Any:
    """The frame. What changes inside it is filled in by callbacks."""
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh="callback-nav"),
            dcc.Store(id=ids.ROUTE),
            dcc.Store(id=ids.STATE, data={}),
            dcc.Store(id=ids.VERSION, data=-1),
            dcc.Interval(id=ids.POLL, interval=BUSY_POLL_MS),
            html.A("Skip to the page", href="#page", className="skip"),
            _header(session),
            html.Div(
                [
                    _navigation(),
                    html.Main(id=ids.PAGE, className="page", tabIndex=-1),
                    _panel(),
                ],
                className="body",
            ),
            _tray(),
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
    if session.has_network:
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
            dcc.Link([html.Span(className="logo"), "Innerview"], href="/", className="brand"),
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
            html.Div(chips(session), id=ids.CHIPS, className="chips"),
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
        links = [dbc.NavLink(page.title, href=page.path, active="exact") for page in pages]
        groups += [html.Div(group, className="label"), dbc.Nav(links, vertical=True, pills=True)]
    return html.Nav(groups, id=ids.NAVIGATION, className="navigation", **parts.aria("Pages"))


def _panel() -> Any:
    close = html.Button(
        "×", id=ids.PANEL_CLOSE, className="plain", title="Close (Esc)", **parts.aria("Close the sample panel")
    )
    return html.Aside(
        [close, html.Div(id=ids.PANEL_BODY)],
        id=ids.PANEL,
        className="panel",
        hidden=True,
        **parts.aria("The sample looked at"),
    )


def _tray() -> Any:
    clear = html.Button("Clear selection", id=ids.TRAY_CLEAR, className="outline", title="Select nothing")
    return html.Footer(
        [html.Div(id=ids.TRAY_BODY, className="tray-body"), clear],
        id=ids.TRAY,
        className="tray",
        hidden=True,
        **parts.aria("Selected samples"),
    )
