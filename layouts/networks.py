"""The networks that are open on one dataset: how good each is, and how often any two give the same answer."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from dash import html

from layouts import accuracy, versus
from layouts.kit import ids, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.kit.whisker import whisker
from layouts.part import part
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

MOST = 12  # networks in the matrix
HEAT = 0.62  # how strong the color of full agreement is
FLOORS = (0.98, 0.95, 0.9, 0.8, 0.5)  # where a scale of shares may begin besides 0
WHISKER = {"width": 60, "height": 16, "radius": 3}  # pixels


def _choice(session: Session, state: State) -> str:
    everyone = (session, *session.others)
    ready = "".join(str(int(one.is_ready(name))) for one in everyone for name in ("metrics", "predicted"))
    return f"{accuracy.split(session, state)}|{versus.known(session, state)}|{len(everyone)}|{ready}"


@part("compare-tools", choice=lambda session, state: f"{len(session.others)}|{versus.known(session, state)}")
def tools(session: Session, state: State) -> Any:
    """The choice of the network that this one is compared with."""
    chosen = versus.short(session, state)
    if not chosen:
        return None
    options = [(short, versus.menu_name(session, short)) for short in session.comparing.names]
    return parts.select(
        "against",
        options,
        chosen,
        label=f"{versus.names(session, state)[0]} against",
        tooltip="The other network; fixed is what it gets right and this one does not",
    )


@part("compare-networks", choice=_choice)
def table(session: Session, state: State) -> Any:
    """A row per network with its accuracy, and a cell per pair with the share of equal answers."""
    if not session.others:
        return versus.alone()
    split, chosen = accuracy.split(session, state), versus.other(session, state)
    everyone = (session, *session.others)
    shown = everyone[:MOST]
    figures = [_figures(one, split) for one in shown]
    floor = _floor([row[3] for row in figures if row])
    cells_of = _Cells(session, shown, split, chosen)
    heads = [
        html.Th("Network", scope="col"),
        html.Th("Accuracy", scope="col", className="number"),
        html.Th("", className="whisker-head"),
        *[
            html.Th(_letter(place), scope="col", title=versus.name(one), className="heat")
            for place, one in enumerate(shown)
        ],
    ]
    rows = []
    for place, (one, row) in enumerate(zip(shown, figures, strict=True)):
        cells = [_name(session, one, place), *_accuracy(one, row, floor)]
        cells += [cells_of.cell(one, two) for two in shown]
        rows.append(html.Tr(cells, className="default" if one in (session, chosen) else None))
    n = (
        f"{parts.count(len(shown), len(everyone))} networks"
        if len(shown) < len(everyone)
        else f"{len(everyone)} networks"
    )
    return [
        html.P(
            f"{n}, {split}; accuracy with its 95 % interval on a scale from {100 * floor:.3g} to 100 %, then the "
            "share of samples to which two give the same answer, right or wrong. A click on a cell of the first row "
            "or column chooses that network.",
            className="note part-head",
        ),
        markup(
            "compare-networks",
            html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="facts networks"),
            className="scroll",
        ),
        _kappa(session, state, split),
    ]


def _figures(one: Session, split: str) -> list[float] | None:
    """n, correct, accuracy, its ends, ... of a split; None while they are not there."""
    try:
        row: list[float] = one.column("metrics")[one.dataset.split_names.index(split), 0].tolist()
    except ColumnNotReady:
        return None
    return row


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _name(session: Session, one: Session, place: int) -> Any:
    digest = one.network.info.digest[:8] if one.has_network else "being opened"
    mark = html.Span("these pages", className="mark") if one is session else None
    address = versus.address(session, one)
    title: Any = html.B(versus.name(one))
    if one is not session and address:
        title = html.A(title, href=address, title="Its own pages")
    return html.Td([html.B(f"{_letter(place)} "), title, mark, html.Br(), html.Small(digest, className="note")])


def _accuracy(one: Session, row: list[float] | None, floor: float) -> list[Any]:
    if row is None:
        text = "no class scores" if one.no_head else "being computed"
        return [html.Td(text, className="note", title=one.no_head or None), html.Td()]
    n, correct, share, low, high = row[:5]
    if not n:
        return [html.Td("no labels", className="note"), html.Td()]
    said = f"{correct:,.0f} of {n:,.0f} right, 95 % interval {100 * low:.2f}–{100 * high:.2f} %"
    return [
        html.Td([parts.percent(share), html.Br(), html.Small(f"n {n:,.0f}")], className="number", title=said),
        html.Td(whisker(low, share, high, start=floor, end=1.0, **WHISKER)),
    ]


class _Cells:
    """The matrix of agreement; its colors begin at a round number below the least share."""

    def __init__(self, session: Session, shown: tuple[Session, ...], split: str, chosen: Session | None) -> None:
        self.session, self.split, self.chosen = session, split, chosen
        self.found = {(one, two): self._agreement(one, two) for one, two in combinations(shown, 2)}
        self.floor = _floor([same / n for same, n in filter(None, self.found.values()) if n])

    def cell(self, one: Session, two: Session) -> Any:
        """The share of equal answers, a button or a link that compares the two."""
        if one is two:
            return html.Td("–", className="heat")
        counts = self.found.get((one, two)) or self.found.get((two, one))
        if counts is None:
            never = one.no_head or two.no_head
            return html.Td("–" if never else "…", className="heat", title=never or "being computed")
        same, n = counts
        if not n:
            return html.Td("–", className="heat", title="No sample has an answer of both")
        share, low, high = self.session.contrast.share(same, n)
        strength = HEAT * (share - self.floor) / (1 - self.floor)
        style = {"backgroundColor": f"color-mix(in srgb, var(--iv-accent) {100 * strength:.0f}%, transparent)"}
        said = (
            f"{versus.name(one)} and {versus.name(two)}: the same answer to {parts.count(same, n)}, "
            f"95 % interval {100 * low:.2f}–{100 * high:.2f} %; a click compares them"
        )
        there = two if one is self.session else one if two is self.session else None
        chosen = there is self.chosen and there is not None
        return html.Td(
            self._way(one, two, parts.percent(share, 1), said),
            className="heat chosen" if chosen else "heat",
            style=style,
        )

    def _way(self, one: Session, two: Session, text: str, said: str) -> Any:
        """What leads to the comparison of two networks, here or on the first one's own pages."""
        if self.session not in (one, two):
            address = versus.address(self.session, one)
            short = _short(one, two)
            return html.A(text, href=f"{address}?against={short}", title=said) if address else text
        at = "row" if one is self.session else "column"
        short = _short(self.session, two if one is self.session else one)
        return html.Button(text, id=ids.go("against", short, f"networks-{at}"), className="plain", title=said)

    def _agreement(self, one: Session, two: Session) -> tuple[int, int] | None:
        try:
            return self.session.contrast.agreement(one, two, self.split)[:2]
        except ColumnNotReady:
            return None


def _short(session: Session, other: Session) -> str:
    return next((short for short, one in session.comparing.names.items() if one is other), "")


def _floor(shares: list[float]) -> float:
    """A round number below all shares; not-a-number among them is left out."""
    least = min((share for share in shares if share == share), default=0.0)
    return next((start for start in FLOORS if least >= start), 0.0)


def _kappa(session: Session, state: State, split: str) -> Any:
    """The agreement of the chosen pair in words, with what chance alone would give taken away."""
    other = versus.other(session, state)
    if other is None:
        return None
    try:
        same, n, kappa = session.contrast.agreement(session, other, split)
    except ColumnNotReady:
        return None
    if not n:
        return None
    _, low, high = session.contrast.share(same, n)
    mine, theirs = versus.names(session, state)
    return html.P(
        [
            f"{mine} and {theirs} give the same answer to {parts.count(same, n)} samples "
            f"({parts.percent(same / n)}, 95 % interval {100 * low:.2f}–{100 * high:.2f} %). ",
            html.Span(
                f"Cohen's kappa {parts.number(kappa)}.",
                title="Agreement beyond chance: 1 is full agreement, 0 what two unrelated networks would reach",
            ),
        ],
        className="lead-line after",
    )
