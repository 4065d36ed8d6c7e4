"""What stands on the review page: the sample with its evidence and keys, and the figures beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import tagging
from layouts.kit import parts
from workspace.session import ColumnNotReady, NoClassHead

if TYPE_CHECKING:
    from workspace.session import Progress, Queue, Range, Session

NEIGHBORS, CLASSES, PAIRS = 8, 5, 8
FEWEST = 10  # judged suspects before anything is said of the others
ENOUGH = 30  # found right one after the other are a reason to stop
ACTIONS = (
    ("keep", "K", "Keep", "The label is right"),
    ("relabel", "R", "Relabel …", "Choose another class"),
    ("drop", "D", "Drop", "The picture belongs to no class, or should not be here"),
    ("unsure", "U", "Unsure", "Leave it open; it is counted neither as right nor as wrong"),
)
WORDS = {"keep": "kept", "relabel": "relabelled", "drop": "dropped", "unsure": "left open"}


def body(session: Session, queue: Queue, index: int) -> list[Any]:
    """Picture, label, prediction, suggestion, keys, neighbors."""
    data, names = session.dataset, session.class_names
    label = int(session.column("labels")[index])
    place = queue.place(index)
    at = 0 if place is None else place
    suggested, bars = _opinion(session, index, label)
    head = html.Div(
        [
            html.Strong(f"{at + 1:,} of {len(queue.indices):,}"),
            html.Span(_name(session, index), className="note review-file"),
            _button("previous", "←", "", "The one before (left arrow)", css="plain review-step"),
            _button("next", "→", "", "The next one (right arrow)", css="plain review-step"),
        ],
        className="review-head",
    )
    picture = html.Img(
        src=parts.image_url(data.fingerprint, index),
        alt=f"sample {index}, labelled {_class(names, label)}",
        className="pixels review-picture",
    )
    says = html.Div(
        [
            html.Div(
                [html.Span("Label", className="label"), html.Div(_class(names, label), className="review-label")]
            ),
            _suggestion(names, label, suggested),
            html.Div([html.Div("The network", className="label"), *bars]),
            _before(session, index),
        ],
        className="review-says",
    )
    keys = [_button(do, key, text, tooltip) for do, key, text, tooltip in ACTIONS]
    evidence = [_neighbors(session, index, label), _examples(session, index, label, suggested)]
    return [
        head,
        html.Div([picture, says], className="review-top"),
        html.Div([*keys, undo_button()], className="review-keys"),
        html.Div(evidence, className="review-evidence"),
    ]


def undo_button() -> Any:
    """Takes the viewer's last verdict back."""
    return _button("undo", "Z", "Undo", "Take back your last verdict (Z or Backspace)", css="plain review-key")


def progress(queue: Queue, found: Progress) -> list[Any]:
    """The hit rate, what may be left, and whether it is time to stop."""
    if not found.judged:
        return [html.P("Nothing of this list has been found right or wrong yet.", className="empty")]
    share = found.wrong / found.judged
    lines: list[Any] = [
        html.Div(
            [
                html.Div(parts.percent(share, 0), className="review-share"),
                html.Div(
                    [
                        f"{found.wrong:,} of {found.judged:,} reviewed were wrong",
                        html.Div(f"{parts.percent(found.low, 0)} to {parts.percent(found.high, 0)} (95 % interval)",
                                 className="note"),
                    ]
                ),
            ],
            className="review-rate",
        )
    ]  # fmt: skip
    if found.unsure:
        lines.append(html.P(f"{found.unsure:,} left open are not among them.", className="note"))
    lines.append(html.P(_left(found, sorted=queue.sorted)))
    if found.quiet >= ENOUGH:
        lines.append(
            html.P(
                f"The last {found.quiet:,} were all right: time to stop, or to take another list.", className="stop"
            )
        )
    return lines


def fixed(session: Session) -> list[Any]:
    """How many were relabelled from which class to which."""
    pairs = session.reviews.pairs()
    kinds = np.bincount(session.reviews.decided().kinds, minlength=len(WORDS) + 1).tolist()
    counted = [f"{n:,} {word}" for n, word in zip(kinds, WORDS.values(), strict=False) if n]
    if not counted:
        return []
    rows = [
        html.Tr([html.Td(f"{was or 'no label'} → {new}"), html.Td(f"{n:,}", className="number")])
        for was, new, n in pairs[:PAIRS]
    ]
    more = f"{parts.count(len(rows), len(pairs))} pairs" if len(pairs) > PAIRS else ""
    return [
        html.H3("In all lists"),
        html.P(", ".join(counted), className="note"),
        html.Table(html.Tbody(rows), className="facts") if rows else None,
        html.P(more, className="note") if more else None,
    ]


def accuracy(found: list[Range]) -> list[Any]:
    """A row for every split: as labelled, as reviewed, and what was not taken into account."""
    if not found:
        return [html.P("No sample has both a label and a prediction.", className="empty")]
    rows = []
    for one in found:
        shares = [one.labelled / one.n, one.reviewed / one.n]
        ends = [f"{parts.percent(start, 1)}–{parts.percent(end, 1)}" for start, end in one.ends]
        rows.append(
            html.Tr(
                [
                    html.Td([html.Strong(one.split), html.Div(f"n = {one.n:,}", className="note")]),
                    *[
                        html.Td([parts.percent(share), html.Div(end, className="note")], className="number")
                        for share, end in zip(shares, ends, strict=True)
                    ],
                ]
            )
        )
        if ahead := _ahead(one):
            rows.append(html.Tr(html.Td(ahead, colSpan=3, className="review-ahead-said")))
    dropped, unsure = sum(one.dropped for one in found), sum(one.unsure for one in found)
    stay = [f"{dropped:,} dropped"] * bool(dropped) + [f"{unsure:,} left open"] * bool(unsure)
    said = f"{' and '.join(stay)} stay counted, with the label that they have. " if stay else ""
    head = html.Tr([html.Th(text) for text in ("", "as labelled", "as reviewed")])
    return [
        html.Table([html.Thead(head), html.Tbody(rows)], className="facts review-accuracy"),
        html.P(
            f"{said}Nothing is taken out of n, so dropping samples never raises a figure. Below each share its "
            "95 % interval. Who reviews only where the network errs can only raise it: the truth may lie lower.",
            className="note",
        ),
    ]


def _ahead(one: Range) -> list[Any]:
    """Where the accuracy of a split would lead if all its suspects were reviewed; [] where it has none."""
    if not one.suspects:
        return []
    whose = f"{one.suspects:,} label issue{'' if one.suspects == 1 else 's'}"
    if not one.open:
        return [f"All of its {whose} are reviewed: it stays at that."]
    if one.outlook is None:
        return [f"{one.judged:,} of its {whose} judged; from {FEWEST} on this says where reviewing all would lead."]
    middle, low, high = (count / one.n for count in one.outlook)
    return [
        "All suspects reviewed: ",
        html.Strong(parts.percent(middle, 2)),
        html.Span(f" {100 * low:.2f}–{parts.percent(high, 2)}", className="note"),
        html.Div(
            f"if the {one.open:,} open ones of {whose} turn out as the {one.judged:,} judged ones did, "
            "with fewer wrong ones further down the list (95 % interval)",
            className="note",
        ),
    ]


def _opinion(session: Session, index: int, label: int) -> tuple[int | None, list[Any]]:
    """The suggested class, None while or where there is none, and the network's bars."""
    names = session.class_names
    try:
        suggested = session.queues.suggestion(index)
        probabilities = np.asarray(session.column("probabilities")[index])
    except NoClassHead as reason:
        return None, [html.P(str(reason), className="note")]
    except ColumnNotReady as waiting:
        return None, [html.P(str(waiting), className="note")]
    order = np.argsort(-probabilities, kind="stable")[:CLASSES].tolist()
    marked = order.index(label) if label in order else None
    values = [float(probabilities[code]) for code in order]
    bars = parts.bars(values, [names[code] for code in order], marked=marked, texts=list(map(parts.percent, values)))
    return suggested if suggested >= 0 else None, [bars]


def _suggestion(names: tuple[str, ...], label: int, suggested: int | None) -> Any:
    if suggested is None:
        return html.Div([html.Div("Suggested", className="label"), html.Div("nothing", className="note")])
    said = f"{names[suggested]}" + (" (as labelled)" if suggested == label else "")
    give: dict[str, Any] = {"data-new": names[suggested]}
    return html.Div(
        [
            html.Div("Suggested", className="label"),
            _button(
                "accept", "Enter", said, "Take the suggestion (Enter or S)", css="review-key review-accept", **give
            ),
        ]
    )


def _before(session: Session, index: int) -> Any:
    """What was said of it already, and by whom."""
    line = session.reviews.decided().lines.get(index)
    if line is None:
        return None
    new = f" to {line.new}" if line.new is not None else ""
    return html.Div(
        f"{WORDS[line.verdict]}{new} by {line.who}, {tagging.moment(line.at)}",
        className=f"review-before {line.verdict}",
    )


def _neighbors(session: Session, index: int, label: int) -> Any:
    """The nearest others in the layer, those of another label marked."""
    title = html.H3("Nearest others")
    try:
        layer = session.network.layer
        nearest = session.column(f"neighbors/{layer}")[index][:NEIGHBORS].tolist()
        distances = session.column(f"neighbor_distances/{layer}")[index][:NEIGHBORS].tolist()
    except ColumnNotReady as waiting:
        return html.Div([title, html.P(str(waiting), className="note")])
    labels, names = session.column("labels"), session.class_names
    listed = [(other, int(labels[other]), far) for other, far in zip(nearest, distances, strict=True) if other >= 0]
    same = sum(code == label for _, code, _ in listed)
    said = f"{parts.count(same, len(listed))} have this label" if label >= 0 else f"{len(listed)} in {layer}"
    tiles = [_tile(session, other, names, far, css="" if code == label else "other") for other, code, far in listed]
    return html.Div(
        [html.H3(["Nearest others ", html.Span(said, className="note")]), html.Div(tiles, className="strip wrap")]
    )


def _examples(session: Session, index: int, label: int, suggested: int | None) -> Any:
    """The nearest sample of the given class and of the suggested one."""
    names = session.class_names
    wanted = list(dict.fromkeys(code for code in (label, suggested) if code is not None and code >= 0))
    tiles = []
    try:
        for code in wanted:
            found = session.queues.nearest(index, code)
            if found:
                tiles.append(_tile(session, found[0], names, found[1], css="" if code == label else "other"))
    except ColumnNotReady as waiting:
        return html.Div([html.H3("Nearest of each class"), html.P(str(waiting), className="note")])
    if not tiles:
        return None
    title = "Nearest of label and suggestion" if len(tiles) > 1 else "Nearest of its class"
    return html.Div([html.H3(title), html.Div(tiles, className="strip wrap review-examples")])


def _tile(session: Session, other: int, names: tuple[str, ...], far: float, *, css: str) -> Any:
    code = int(session.column("labels")[other])
    tile = parts.thumbnail(
        session.dataset.fingerprint,
        other,
        at="review",
        caption=_class(names, code),
        tooltip=f"sample {other:,}, labelled {_class(names, code)}, distance {parts.number(far)}",
    )
    tile.className = f"thumbnail {css}".strip()
    return tile


def _left(found: Progress, *, sorted: bool) -> str:
    open_ones = found.n - found.reviewed
    if not open_ones:
        return "All of this list are reviewed."
    if found.left is None:
        return f"How many wrong ones are left cannot be said yet: {found.judged:,} of at least 10 are reviewed."
    why = "if the rest goes on as the list began" if sorted else "if the rest is like what was reviewed"
    middle, low, high = found.left
    return f"Of {open_ones:,} that are left about {middle:,} are wrong, {low:,} to {high:,}, {why}."


def _name(session: Session, index: int) -> str:
    split = session.dataset.split_names[int(session.column("split")[index])]
    file = str(session.column("metadata/filename")[index]) if "filename" in session.metadata else ""
    return " · ".join(filter(None, (f"sample {index:,}", split, file)))


def _class(names: tuple[str, ...], code: int) -> str:
    return names[code] if code >= 0 else "no label"


def _button(do: str, key: str, text: str, tooltip: str, *, css: str = "review-key", **more: Any) -> Any:
    what: dict[str, Any] = {"data-review": do, **more}
    return html.Button(
        [html.Span(key, className="key"), html.Span(text) if text else None], className=css, title=tooltip,
        **what, **parts.aria(tooltip),
    )  # fmt: skip
