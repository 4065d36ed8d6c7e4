"""Taking samples away: a menu of files to download, and a list of indices to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import html

from layouts import map_settings, scatter
from layouts.kit import parts
from layouts.kit.state import State
from util import InspectorError
from workspace.session import PIXELS, ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Result, Session

TRAY = "tray"
FIRST_METHOD, LOADED = "pca", "loaded"
ARRAYS = {
    "vectors": "What the chosen layer gives for each of these samples, a row each, for numpy.load",
    "coordinates": "Where each of these samples stands on the chosen map, for numpy.load",
    "about": "Which samples, network and settings the .npy files are of: rows, digests, options",
}
MOST_IMAGES = 100_000  # in one ZIP file, whose list of contents is held in memory
FORMATS = (
    ("samples.csv", "CSV", "A table with every score, for a spreadsheet"),
    ("samples.parquet", "Parquet", "The same table with exact numbers, for pandas and the like"),
    ("images.zip", "Images (ZIP)", "The pictures as PNG, named by index, label and prediction, and the table"),
)


def menu(session: Session, at: str, selection: str = "") -> Any:
    """A button that opens the menu.

    Args:
        session: of which samples.
        at: the place it stands in.
        selection: the name of the selection that alone is offered; without one the menu follows the view.
    """
    if selection:
        content = html.Div(_group(session, "The selection", {"within": selection}), className="export-list")
    else:
        content = html.Div(id=body_id(at), className="export-list")
    button = html.Summary("Export", className="outline", title="Download samples, or copy their indices")
    return html.Details([button, content], className=f"export export-{at}")


def body_id(at: Any) -> dict[str, Any]:
    """The inside of a menu."""
    return {"export": at}


def body(session: Session, state: State) -> Any:
    """What can be taken away now: what the query finds, with and without the table's filters, and the selection."""
    name = "What is shown" if state.hidden else "What the query finds" if state.query.strip() else "All samples"
    groups = [_group(session, name, {"query": state.query, "hidden": state.hidden, "sort": state.sort}, state)]
    if state.filters.strip():
        asked = {name: getattr(state, name) for name in ("query", "filters", "hidden", "sort")}
        groups.append(_group(session, "With the table's filters", asked, state))
    if state.selection:
        groups.append(_group(session, "The selection", {"within": state.selection}, state))
    return groups


def url(name: str, result: Result, **more: str) -> str:
    """Where the samples of a result are, as a file."""
    return f"export/{name}?{urlencode({**result.parameters, **more})}".removesuffix("?")


def _arrays(session: Session, state: State | None) -> dict[str, tuple[str, str]]:
    """What of the chosen layer and map can be taken away as numbers: kind -> (column, what to call it)."""
    layer = state.layer if state is not None and state.layer in session.layers else ""
    method = state.method if state is not None and state.method in session.methods() else FIRST_METHOD
    layer = layer or (session.network.layer if session.has_network else PIXELS)
    name = "raw pixels" if layer == PIXELS else layer
    title = session.methods()[method].title
    own = map_settings.column(session, state, "", layer, method) if state is not None else ""
    title = map_settings.titled(title, session.own_maps.of(own, layer, method))
    found = {
        "vectors": (f"activations/{layer}", f"Vectors of {name} (.npy)"),
        "coordinates": (
            own or f"projection/{layer}/{method}",
            f"{title}{'' if method == LOADED else f' of {name}'} (.npy)",
        ),
    }
    if state is not None and state.method == scatter.METHOD:
        del found["coordinates"]  # both numbers stand in the table
    return {kind: of for kind, of in found.items() if session.is_ready(of[0])}


def _group(session: Session, title: str, asked: dict[str, str], state: State | None = None) -> Any:
    try:
        if asked.get("sort", "").removeprefix("-") not in session.fields():
            asked = {**asked, "sort": ""}
        arrays = _arrays(session, state)
        result = session.find(asked.get("query", ""), **{k: v for k, v in asked.items() if k != "query"})
    except ColumnNotReady as waiting:
        content: Any = parts.waiting(str(waiting))
    except InspectorError as error:
        content = html.P(str(error), className="failed")
    else:
        content = [
            html.P(f"{parts.count(len(result), result.total)} samples", className="note"),
            _links(result, arrays),
        ]
    return html.Div([html.Div(title, className="label"), *(content if isinstance(content, list) else [content])])


def _links(result: Result, arrays: dict[str, tuple[str, str]]) -> Any:
    if not len(result):
        return html.P("There is nothing to take away.", className="note")
    links: list[Any] = [
        html.A(text, href=url(name, result), download="", title=tooltip, className="plain")
        for name, text, tooltip in FORMATS
        if name != "images.zip" or len(result) <= MOST_IMAGES
    ]
    links += [
        html.A(
            text, href=url(f"{kind}.npy", result, column=column), download="", title=ARRAYS[kind], className="plain"
        )
        for kind, (column, text) in arrays.items()
    ]
    if arrays:
        about = url("innerview.json", result, **{kind: column for kind, (column, _) in arrays.items()})
        links.append(html.A("About these (JSON)", href=about, download="", title=ARRAYS["about"], className="plain"))
    copied: dict[str, Any] = {"data-copy": result.url}
    links.append(
        html.Button(
            "Copy indices",
            className="plain",
            title="The rows in this order, as [3, 14, 15], to the clipboard",
            **copied,
        )
    )
    if len(result) > MOST_IMAGES:
        links.append(html.P(f"Images: at most {MOST_IMAGES:,} in one file.", className="note"))
    return html.Div(links, className="export-links")
