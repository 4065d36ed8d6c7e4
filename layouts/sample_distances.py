"""How far a sample is from the centers of its classes, and which samples are nearest: a part of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import walk
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import late
from layouts.sample_page import about, layer
from workspace.session import PIXELS, ColumnNotReady, Distance, UnknownColumn

if TYPE_CHECKING:
    from workspace.session import Session

NEIGHBORS = 10
LONGEST = 16  # letters of a class name beside a bar


def _lands(session: Session, state: State, index: int) -> str:
    """The layer, and what has come of what is asked for it."""
    chosen = layer(session, state)
    names = (*session.centers.needed(chosen), f"neighbors/{chosen}", f"neighbor_distances/{chosen}")
    words = ("1" if session.is_ready(name) else "x" if session.failure(name) else "0" for name in names)
    return f"{chosen}|{''.join(words)}"


def _called(chosen: str) -> str:
    return "the raw pixels" if chosen == PIXELS else chosen


@about("sample-centers", columns=("predicted",), follows=_lands)
def centers(session: Session, state: State) -> Any:
    """How far the sample is from the center of its class and of the predicted one, and nearer to which."""
    title = "Distance to class centers"
    index, chosen = walk.current(session, state), layer(session, state)
    label, code = int(session.column("labels")[index]), predicted(session, index)
    wanted = [each for each in dict.fromkeys((label, code)) if each is not None and each >= 0]
    if not session.dataset.labelled:
        return parts.card(title, parts.empty("No sample has a label, so no class has a center."))
    wanted += _second(session, index, label)
    try:
        found = [session.centers.distance(index, each, chosen) for each in dict.fromkeys(wanted)]
    except UnknownColumn as unknown:
        return parts.card(title, parts.empty(str(unknown)))
    except ColumnNotReady as waiting:
        return parts.card(title, late(waiting))
    if not found:
        return parts.card(title, parts.empty("It has neither a label nor a prediction."))
    names = session.class_names
    longest = max((one.far for one in found if one.far == one.far), default=1.0) or 1.0
    rows: list[Any] = []
    for one in found:
        role = "its label" if one.code == label else "predicted" if one.code == code else "second guess"
        css = "marked" if one.code == label else "missed" if one.code == code else ""
        rows.append(
            html.Div(
                [
                    html.Span([names[one.code], html.Small(role)], className="bar-name", title=names[one.code]),
                    html.Span(html.Span(style={"width": width(one.far / longest)}), className="bar-track"),
                    html.Span(parts.number(one.far), className="bar-text"),
                ],
                className=f"bar {css}",
            )
        )
        if one.nearer == one.nearer:
            rows.append(html.Div(_among(one, names, label), className="note bar-note"))
    lead = html.P(_nearer(found, names, label, code, chosen), className="sample-lead")
    drawn = bars("sample-centers", rows, ["second guess", *(names[one.code] for one in found)], "wide")
    return parts.card(title, lead, drawn, note=f"in {_called(chosen)}, Euclidean")


def _second(session: Session, index: int, label: int) -> list[int]:
    """The second guess, where the first one is the label."""
    if label < 0 or predicted(session, index) != label or not session.is_ready("probabilities"):
        return []
    values = np.asarray(session.column("probabilities")[index])
    return np.argsort(-values, kind="stable")[1:2].tolist()  # type: ignore[no-any-return]


def _among(one: Distance, names: tuple[str, ...], label: int) -> str:
    """How far out it is, compared with the samples of the class themselves."""
    whose = f"{one.n:,} {'other samples' if one.code == label else 'samples'} labelled {names[one.code]}"
    if one.nearer in (0.0, 1.0):
        return f"{'farther out' if one.nearer else 'nearer'} than all {whose}"
    return f"farther out than {parts.percent(one.nearer, 0 if 0.01 <= one.nearer <= 0.99 else 1)} of the {whose}"


def _nearer(found: list[Distance], names: tuple[str, ...], label: int, code: int | None, chosen: str) -> str:
    """Which of the two centers the sample is nearer to, in a sentence."""
    by_code = {one.code: one.far for one in found}
    mine, other = by_code.get(label, np.nan), by_code.get(-1 if code is None else code, np.nan)
    where = f"In {_called(chosen)} it"
    if label < 0 or code is None:
        return f"{where} is {parts.number(found[0].far)} from the center of {names[found[0].code]}."
    if np.isnan(mine):
        return f"{names[label]} has no other sample here, so nothing can be said of its center."
    own = names[label]
    if code == label:
        rest = [one for one in found if one.code != label and one.far == one.far]
        if not rest:
            return f"{where} is {parts.number(mine)} from the center of its class."
        guess, two = names[rest[0].code], _against(mine, rest[0].far)
        if mine <= rest[0].far:
            return f"{where} is nearer to the center of its own class {own} than to that of {guess}: {two}."
        return f"{where} is nearer to the center of {guess} than to that of its own class {own}: {two}."
    if np.isnan(other):
        return f"No sample is labelled {names[code]}, which is predicted, so that class has no center."
    if other < mine:
        taken = f"{where} is nearer to the center of {names[code]}, for which it is taken, than to that of its label"
        return f"{taken} {own}: {_against(other, mine)}."
    taken = f"{where} is nearer to the center of its label {own} than to that of {names[code]}, for which it is taken"
    return f"{taken}: {_against(mine, other)}."


def _against(near: float, far: float) -> str:
    return f"{parts.number(near)} against {parts.number(far)}"


@about("sample-neighbors", columns=("predicted",), follows=_lands)
def neighbors(session: Session, state: State) -> Any:
    """The nearest samples of its label, of what is predicted, and of all."""
    index, chosen = walk.current(session, state), layer(session, state)
    label, code = int(session.column("labels")[index]), predicted(session, index)
    names = session.class_names
    groups: list[tuple[str, int | None]] = [("Of all", None)]
    if code is not None and code != label and session.dataset.labelled:
        groups.insert(0, (f"Labelled {names[code]}, as predicted", code))
    for second in _second(session, index, label):
        groups.insert(0, (f"Labelled {names[second]}, the second guess", second))
    if label >= 0:
        groups.insert(0, (f"Labelled {names[label]}, as it is", label))
    title, note = "Nearest samples", f"in {_called(chosen)}, with their distance"
    rows = []
    for words, each in groups:
        try:
            found = session.centers.nearest(index, chosen, NEIGHBORS, *(() if each is None else (each,)))
        except ColumnNotReady as waiting:
            return parts.card(title, late(waiting), note=note)
        looked = "" if found.searched == found.n else f"looked at {parts.count(found.searched, found.n)}"
        tiles = [
            neighbor(session, other, far, f"sample-{'all' if each is None else each}", label)
            for other, far in zip(found.rows, found.distances, strict=True)
        ]
        head = html.Div(
            [words, html.Span(looked or parts.count(len(tiles), found.n), className="note")], className="near-head"
        )
        rows.append(html.Div([head, html.Div(tiles or "none", className="strip wrap")], className="near-row"))
    return parts.card(title, markup("sample-neighbors", *rows), note=note)


def neighbor(session: Session, other: int, far: float, at: str, label: int) -> Any:
    """Another sample as a tile with its class and distance, framed where its label is not this one."""
    code = int(session.column("labels")[other])
    name = session.class_names[code] if code >= 0 else "no label"
    tile = parts.thumbnail(
        session.dataset.fingerprint, other, at=at, caption=name,
        tooltip=f"sample {other:,}, labelled {name}, distance {parts.number(far)}",
    )  # fmt: skip
    tile.children.append(html.Small(parts.number(far)))
    tile.className = "thumbnail" if code == label or label < 0 else "thumbnail other"
    return tile


def predicted(session: Session, index: int) -> int | None:
    """The predicted class; None where there is none, or not yet."""
    try:
        code = int(session.column("predicted")[index])
    except ColumnNotReady:
        return None
    return code if code >= 0 else None


def width(share: float) -> str:
    """A share as the width of a bar; none for what is not a number."""
    share = 0.0 if share != share else share
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"


def bars(name: str, rows: list[Any], names: list[str], css: str = "") -> Any:
    """Bars whose names take as much room as the longest needs."""
    room: dict[str, Any] = {"style": {"--bar-name": f"{min(max(map(len, names), default=1), LONGEST) + 1}ch"}}
    return markup(name, html.Div(rows, className=f"bars {css}", **room))
