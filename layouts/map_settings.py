"""Settings of a map's method: a small menu beside the method, and how a map made with them is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dash_bootstrap_components as dbc
from dash import html

from layouts.kit import ids, parts
from layouts.kit.state import State

if TYPE_CHECKING:
    from workspace.session import Session

FIELDS = ("perplexity", "neighbors", "min_dist")


def said(state: State, prefix: str) -> dict[str, str]:
    """What somebody typed for a map, as text; the fields of the map beside the main one begin with "beside_"."""
    return {name: getattr(state, prefix + name) for name in FIELDS}


def column(session: Session, state: State, prefix: str | None, layer: str, method: str) -> str:
    """The column of the map by own settings; "" where there are none, or nothing can be set of this map."""
    return "" if prefix is None else session.own_maps.column(layer, method, said(state, prefix))


def titled(title: str, values: Mapping[str, float] | None) -> str:
    """A method with its settings: "t-SNE with perplexity 50"."""
    return f"{title} with {listed(values)}" if values else title


def listed(values: Mapping[str, Any]) -> str:
    """Settings as a person reads them: "neighbors 30, min dist 0.5"."""
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values.items())


def stage(session: Session, state: State, prefix: str, method: str) -> str:
    """What the menu depends on: the method, and what is wrong. A number that is right leaves the boxes alone."""
    return f"{method} {session.own_maps.read(method, said(state, prefix))[1]}"


def menu(session: Session, state: State, prefix: str, method: str) -> Any:
    """A box for every setting of the method, what is wrong with what stands in them, and Reset."""
    settings = session.own_maps.settings(method)
    if not settings:
        return None
    typed = said(state, prefix)
    _, wrong = session.own_maps.read(method, typed)
    boxes = [
        parts.labelled(
            setting.title,
            dbc.Input(
                id=ids.control(prefix + setting.name),
                value=typed[setting.name],
                placeholder=f"{setting.usual:g}",
                inputmode="decimal",
                debounce=True,
                size="sm",
                className="map-setting",
                autocomplete="off",
            ),
            tooltip=f"{setting.about}; {setting.low:g} to {setting.high:g}, usually {setting.usual:g}",
        )
        for setting in settings
    ]
    reset = html.Button(
        "Reset",
        id=ids.own("map_reset", ",".join(prefix + setting.name for setting in settings)),
        className="plain",
        title="Back to the usual settings",
    )
    tooltip = f"Settings of {session.methods()[method].title}: each choice makes a map of its own, which is kept"
    return html.Details(
        [
            html.Summary("Settings", className="outline", title=tooltip),
            html.Div(
                [
                    html.Div([*boxes, reset], className="map-setting-boxes"),
                    *(html.P(sentence, className="failed", role="alert") for sentence in wrong),
                    html.P("Enter makes the map; empty is the usual value.", className="note"),
                ],
                className="map-settings-list",
            ),
        ],
        className="map-settings",
        open=bool(wrong),
    )
