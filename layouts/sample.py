"""The sample panel and the selection tray: one sample, or a set of them, wherever it was picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import dcc, html

from layouts import exports
from layouts.kit import ids, parts
from layouts.whole import whole
from workspace.session import ColumnNotReady, NoClassHead

if TYPE_CHECKING:
    from workspace.session import Session

TRAY_IMAGES = 40
NEIGHBORS = 10
COLUMNS = ("labels", "predicted", "confidence", "loss", "loss_rank", "probabilities")


def panel(session: Session, index: int, query: str = "") -> Any:
    """Picture, label, prediction, probabilities, loss and its rank, the nearest others, and who is harder and easier.

    Args:
        session: whose sample.
        index: which.
        query: among whose hits the harder and the easier one are looked for.

    Raises:
        InspectorError: there is no such sample.
    """
    session.image(index)
    data = session.dataset
    label = int(session.column("labels")[index])
    name = data.class_names[label] if label >= 0 else "none"
    split = data.split_names[int(session.column("split")[index])]
    picture = whole(session, index)
    return [
        html.H2(f"Sample {index:,}"),
        html.P(f"of {data.n:,} · {split}", className="note"),
        _page(index),
        _alike(),
        _walk(session, index, query),
        html.Img(
            src=parts.image_url(data.fingerprint, index),
            alt=f"sample {index}, labelled {name}",
            className="pixels portrait",
        ),
        parts.facts({"label": name, **_opinion(session, index), **others(session, index)}),
        *(picture if session.originals.have_boxes else []),
        *_section("Probabilities", _probabilities, session, index, label),
        *_section(
            f"Nearest in {session.network.layer}" if session.has_network else "Nearest", _neighbors, session, index
        ),
        *([] if session.originals.have_boxes else picture),
    ]


def _page(index: int) -> Any:
    """The link to the page of the sample; on that page it changes what is shown (assets/sample_page.js)."""
    here: dict[str, Any] = {"data-sample": str(index)}
    link = dcc.Link("Open the sample page", href=f"sample/{index}", title="All that is known of it, on a page")
    return html.Div(link, className="panel-page", **here)


def _alike() -> Any:
    """The link to the page that asks what is like the sample looked at."""
    title = "The nearest samples, as cards, as a contact sheet and on the map"
    return html.Div(dcc.Link("Find similar", href="similar", title=title), className="panel-likes")


def nobody(session: Session, query: str = "") -> Any:
    """What the closed panel holds: the button by which a key opens it with the hardest sample."""
    try:
        order = session.losses.order(query)
    except ColumnNotReady:
        return None
    if not len(order):
        return None
    return html.Button("hardest", id=ids.go("focus", str(order[0]), "hardest"), className="harder easier")


def stage(session: Session, index: int | None, query: str = "") -> str:
    """A word that changes whenever the panel has to be drawn anew: with sample, query, and what has landed."""
    columns = [*COLUMNS]
    if session.has_network:
        columns += [f"{what}/{session.network.layer}" for what in ("neighbors", "neighbor_distances")]
    ready = "".join("1" if session.is_ready(column) else "0" for column in columns)
    failed = sum(session.failure(column) is not None for column in columns)
    return f"{index}-{int(session.has_dataset)}{int(session.has_network)}-{ready}-{failed}-{query}"


def tray(session: Session, name: str) -> Any:
    """How many are selected, and the first of them.

    Raises:
        UnknownSelection: it was not made on this server.
    """
    indices = session.selections.read(name)
    data = session.dataset
    shown = indices[:TRAY_IMAGES]
    return [
        html.Div(
            [
                html.Strong(f"{len(indices):,}"),
                f" of {data.n:,} selected",
                html.Span(f" · first {len(shown)} shown" if len(shown) < len(indices) else "", className="note"),
            ],
            className="tray-count",
        ),
        html.Div(
            [
                dcc.Link("Open in image pool", href="images", className="outline tray-pool", title="See them all"),
                exports.menu(session, at=exports.TRAY, selection=name),
            ],
            className="tray-links",
        ),
        html.Div([parts.thumbnail(data.fingerprint, int(i), at="tray") for i in shown], className="strip"),
    ]


def _walk(session: Session, index: int, query: str) -> Any:
    """The way to the next harder and the next easier sample, and how far along it this one is."""
    try:
        place = session.losses.place(index, query)
    except ColumnNotReady:
        return None
    among = " that match the query" if query else ""
    if place.rank:
        said = f"{place.rank:,} of {place.n:,} by loss"
    elif place.n and query:
        said = f"not among the {place.n:,}{among}"
    else:
        return None  # nothing has a loss, or this one has none

    def step(word: str, other: int | None, text: str, key: str) -> Any:
        return html.Button(
            text,
            id=ids.go("focus", "" if other is None else str(other), word),
            className=f"outline {word}",
            disabled=other is None,
            title=f"The next {word} sample{among} (key {key})",
        )

    return html.Div(
        [
            step("harder", place.harder, "‹ harder", "["),
            html.Span(said, title=f"Place by loss among the samples{among}; 1 is the hardest"),
            step("easier", place.easier, "easier ›", "]"),
        ],
        className="walk",
    )


def _section(title: str, body: Any, *arguments: Any) -> list[Any]:
    try:
        content = body(*arguments)
    except NoClassHead:
        return []  # said above
    except ColumnNotReady as waiting:
        content = parts.waiting(str(waiting))
    return [html.H3(title), content]


def _opinion(session: Session, index: int) -> dict[str, str]:
    """What the network says, as far as it is there."""
    if session.no_head:
        return {"predicted": "nothing: the network has no class head"}
    found: dict[str, str] = {}
    try:
        code = int(session.column("predicted")[index])
        if code < 0:
            return {"predicted": "none: the network's scores are not numbers"}
        found["predicted"] = session.class_names[code]
        found["confidence"] = parts.percent(float(session.column("confidence")[index]))
        loss = float(session.column("loss")[index])
        if not np.isfinite(loss):
            return {**found, "loss": "none without a label"} if np.isnan(loss) else {**found, "loss": "infinite"}
        found["loss"] = f"{parts.number(loss, 4)} nats"
        rank = int(session.column("loss_rank")[index])
        found["loss rank"] = f"{rank:,} of {session.dataset.labelled:,} (1 is the highest)"
    except ColumnNotReady:
        found["network"] = "still being asked"
    return found


def others(session: Session, index: int) -> dict[str, str]:
    """What the other open networks answer, those that have answered."""
    found = {}
    for short, other in session.comparing.names.items():
        if session.is_ready(f"predicted_{short}") and session.is_ready(f"loss_{short}"):
            code, loss = (
                int(session.column(f"predicted_{short}")[index]),
                float(session.column(f"loss_{short}")[index]),
            )
            said = other.class_names[code] if code >= 0 else "nothing"
            found[f"by {short}"] = said if np.isnan(loss) else f"{said}, loss {parts.number(loss, 3)}"
    return found


def _probabilities(session: Session, index: int, label: int) -> Any:
    probabilities = np.asarray(session.column("probabilities")[index])
    order = np.argsort(-probabilities, kind="stable")[:NEIGHBORS]
    return parts.bars(
        [float(probabilities[code]) for code in order],
        [session.class_names[code] for code in order],
        marked=int(np.flatnonzero(order == label)[0]) if label in order else None,
        texts=[parts.percent(float(probabilities[code])) for code in order],
    )


def _neighbors(session: Session, index: int) -> Any:
    layer = session.network.layer
    nearest = session.column(f"neighbors/{layer}")[index][:NEIGHBORS]
    distances = session.column(f"neighbor_distances/{layer}")[index][:NEIGHBORS]
    labels, names = session.column("labels"), session.dataset.class_names
    return html.Div(
        [
            parts.thumbnail(
                session.dataset.fingerprint,
                int(other),
                at="neighbors",
                caption=names[labels[other]] if labels[other] >= 0 else "–",
                tooltip=f"sample {other}, distance {parts.number(float(distance))}",
            )
            for other, distance in zip(nearest, distances, strict=True)
            if 0 <= other < len(labels)
        ],
        className="strip wrap",
    )
