"""URL <-> state <-> page.

The state of a view lives in the URL and in one store, in both directions without a loop: a link,
reload or step back fills the store; a change in the store rewrites the URL in place, which
triggers nothing. The browser's half is in assets/navigation.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, ClientsideFunction, Input, Output, State, html, no_update

import layouts.kit.state
from layouts import shell
from layouts.kit import ids
from layouts.page import PAGES, ordered

if TYPE_CHECKING:
    from dash import Dash

    from workspace.session import Session


LISTS = "/open"  # where a pair that could not be opened leads


def register(app: Dash, session: Session) -> None:
    """Wire the URL, the navigation, the controls and the theme."""

    def browser(name: str) -> ClientsideFunction:
        return ClientsideFunction("navigation", name)

    app.clientside_callback(
        browser("open"),
        Output(ids.ROUTE, "data"),
        Output(ids.STATE, "data"),
        Input(ids.URL, "href"),
        State(ids.STATE, "data"),
    )
    app.clientside_callback(browser("write"), Input(ids.STATE, "data"), prevent_initial_call=True)
    app.clientside_callback(
        browser("control"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Input({"control": ALL}, "value"),
        State({"control": ALL}, "id"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        browser("go"),
        Output(ids.STATE, "data", allow_duplicate=True),
        Output(ids.URL, "href"),
        Input({"go": ALL, "value": ALL, "at": ALL}, "n_clicks"),
        Input({"markup": ALL}, "went"),
        State(ids.STATE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        browser("mark"), Output({"link": ALL}, "active"), Input(ids.ROUTE, "data"), State({"link": ALL}, "id")
    )
    app.clientside_callback(browser("theme"), Input(ids.THEME, "n_clicks"))
    app.clientside_callback(browser("share"), Input(ids.SHARE, "n_clicks"), prevent_initial_call=True)
    app.clientside_callback(
        browser("menu"),
        Output(ids.NAVIGATION, "className"),
        Input(ids.MENU, "n_clicks"),
        Input(ids.URL, "href"),
        prevent_initial_call=True,
    )

    @app.callback(Output(ids.PAGE, "children"), Input(ids.ROUTE, "data"), prevent_initial_call=True)
    def show(route: dict[str, Any]) -> Any:
        """The page of a path; the state comes along because the store may not be filled yet."""
        path = LISTS if session.refused else str(route.get("path"))
        if path not in PAGES:
            links = [html.Li(html.A(page.title, href=page.href)) for page in ordered()]
            return html.Div(
                [html.H1("No such page"), html.P(f"There is nothing at {path}. There are:"), html.Ul(links)]
            )
        return PAGES[path].layout(session, layouts.kit.state.State.of(route.get("state")))

    @app.callback(
        Output(ids.PAGE, "children", allow_duplicate=True),  # as above, where the path is not what changes
        Input(ids.VERSION, "data"),
        State(ids.ROUTE, "data"),
        prevent_initial_call=True,
    )
    def lead_away(version: int, route: dict[str, Any] | None) -> Any:
        """From a pair that turns out not to be usable to the page that says so and lists others."""
        if not session.refused:
            return no_update
        return PAGES[LISTS].layout(session, layouts.kit.state.State.of((route or {}).get("state")))

    @app.callback(Output(ids.CHIPS, "children"), Output(ids.BESIDE, "children"), Input(ids.VERSION, "data"))
    def name_things(version: int) -> Any:
        """Network and data, as soon as they are open, and the other networks that are."""
        return shell.chips(session), shell.beside(session)
