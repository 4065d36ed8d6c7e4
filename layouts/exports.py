"""Taking samples away: a menu of files to download, and a list of indices to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import html

from layouts.kit import parts
from layouts.kit.state import State
from util import InspectorError
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Result, Session

TRAY = "tray"
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
    name = "What the query finds" if state.query.strip() else "All samples"
    groups = [_group(session, name, {"query": state.query, "sort": state.sort})]
    if state.filters.strip():
        asked = {"query": state.query, "filters": state.filters, "sort": state.sort}
        groups.append(_group(session, "With the table's filters", asked))
    if state.selection:
        groups.append(_group(session, "The selection", {"within": state.selection}))
    return groups


def url(name: str, result: Result) -> str:
    """Where the samples of a result are, as a file."""
    return f"/export/{name}?{urlencode(result.parameters)}".removesuffix("?")


def _group(session: Session, title: str, asked: dict[str, str]) -> Any:
    try:
        if asked.get("sort", "").removeprefix("-") not in session.fields():
            asked = {**asked, "sort": ""}
        result = session.find(asked.get("query", ""), **{k: v for k, v in asked.items() if k != "query"})
    except ColumnNotReady as waiting:
        content: Any = parts.waiting(str(waiting))
    except InspectorError as error:
        content = html.P(str(error), className="failed")
    else:
        content = [html.P(f"{parts.count(len(result), result.total)} samples", className="note"), _links(result)]
    return html.Div([html.Div(title, className="label"), *(content if isinstance(content, list) else [content])])


def _links(result: Result) -> Any:
    if not len(result):
        return html.P("There is nothing to take away.", className="note")
    links: list[Any] = [
        html.A(text, href=url(name, result), download="", title=tooltip, className="plain")
        for name, text, tooltip in FORMATS
        if name != "images.zip" or len(result) <= MOST_IMAGES
    ]
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
