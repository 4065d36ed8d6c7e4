"""The answer to an image query as a contact sheet, with a map of what each picture shares with the query over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import similar_results
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from workspace.session import PIXELS, ColumnNotReady, asking

if TYPE_CHECKING:
    from workspace.session import Found, Question, Session

CARDS, SHEET, HEAT = "cards", "sheet", "heat"
WAYS = {CARDS: "cards", SHEET: "contact sheet", HEAT: "contact sheet with heat maps"}
AT = "similar"
REQUEST = "sharedheat"
SMALL = 64  # pixels of a picture, up to which its squares may be seen


def way(state: State) -> str:
    """How the answer is shown."""
    return state.answer if state.answer in WAYS else CARDS


def columns(session: Session, state: State, asked: Question) -> list[str]:
    """The maps that the worker has to make, once it is known whose."""
    if way(state) != HEAT or why_not(session, asked):
        return []
    try:
        return [_column(session, asked, session.similar.find(asked))]
    except ColumnNotReady:
        return []


def why_not(session: Session, asked: Question) -> str:
    """Why there are no heat maps, a sentence; "" if there are."""
    if asked.upload:
        return "There are no heat maps for an uploaded picture."
    if not session.heat.layers():
        return "No layer of this network has maps, so nothing says where in a picture its features are."
    return ""


def results(session: Session, state: State, asked: Question, found: Found, compared: int) -> Any:
    """All results, as cards or as a sheet."""
    if way(state) == CARDS:
        return similar_results.results(session, state, asked, found, compared)
    heat, note = "", ""
    if way(state) == HEAT:
        heat, note = _heat(session, asked, found)
    tiles = [_tile(session, int(row), place, found, heat) for place, row in enumerate(found.rows)]
    query = _pictures(session, asked.index, 0, heat) if asked.index is not None else None
    first = html.Div([query, html.Span("the query", className="sheet-line")], className="sheet-tile is-query")
    card = similar_results.frame(
        session, asked, found, markup("similar-sheet", first if query else None, *tiles, className="contact-sheet")
    )
    return html.Div([html.P(note, className="note sheet-note") if note else None, card])


def _column(session: Session, asked: Question, found: Found) -> str:
    assert asked.index is not None
    layers = session.heat.layers()
    layer = asked.layer if asked.layer in layers and asked.layer != PIXELS else ""
    others = ",".join(str(int(row)) for row in found.rows)
    return asking(REQUEST, index=asked.index, others=others, layer=layer)


def _heat(session: Session, asked: Question, found: Found) -> tuple[str, str]:
    """The key of the maps, "" while they are not there, and what there is to say."""
    if reason := why_not(session, asked):
        return "", reason
    column = _column(session, asked, found)
    if not session.is_ready(column):
        if failure := session.failure(column):
            return "", f"Heat maps could not be made: {failure}"
        if session.status.cancelled:
            return "", "Heat maps: computing was cancelled; press Resume at the top to go on."
        return "", "Heat maps are being made …"
    layer = session.facts(column)["layer"]
    said = (
        f"Color: where the features of {layer} are that a picture shares with the query; one scale for each picture."
    )
    return session.key(column), said


def _tile(session: Session, row: int, place: int, found: Found, heat: str) -> Any:
    said = similar_results.opinion(session, row)
    wrong = said["predicted"] not in ("", said["label"]) and said["label"] != "none"
    line = f"{said['label']} → {said['predicted']}" if wrong else said["label"]
    return html.Button(
        [
            _pictures(session, row, place + 1, heat),
            html.Span(line, className="sheet-line wrong" if wrong else "sheet-line"),
        ],
        id=ids.go("focus", str(row), AT),
        className="sheet-tile",
        title=f"{place + 1}. sample {row:,}, label {said['label']}, "
        f"distance {parts.number(float(found.distances[place]), 4)}; look at it and ask about it",
    )


def _pictures(session: Session, row: int, place: int, heat: str) -> Any:
    """A picture, with its map over it if there is one."""
    height, width, _ = session.dataset.image_shape
    css = "pixels" if max(height, width) <= SMALL else None
    picture = html.Img(src=parts.image_url(session.dataset.fingerprint, row), alt=f"sample {row}", className=css)
    over = html.Img(src=f"heatmap/{heat}/{place}.png", alt="", className=css) if heat else None
    return html.Span([picture, over], className="sheet-picture", style={"aspectRatio": f"{width} / {height}"})
