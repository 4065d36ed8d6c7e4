"""The sample panel and the selection tray: one sample, or a set of them, wherever it was picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts.kit import parts
from workspace.session import ColumnNotReady

if TYPE_CHECKING:
    from workspace.session import Session

TRAY_IMAGES = 40
NEIGHBORS = 10


def panel(session: Session, index: int) -> Any:
    """Picture, label, prediction, probabilities, loss and its rank, and the nearest others.

    Raises:
        InspectorError: there is no such sample.
    """
    session.image(index)
    data = session.dataset
    label = int(session.column("labels")[index])
    name = data.class_names[label] if label >= 0 else "none"
    split = data.split_names[int(session.column("split")[index])]
    return [
        html.H2(f"Sample {index:,}"),
        html.P(f"of {data.n:,} · {split}", className="note"),
        html.Img(
            src=parts.image_url(data.fingerprint, index),
            alt=f"sample {index}, labelled {name}",
            className="pixels portrait",
        ),
        parts.facts({"label": name, **_opinion(session, index)}),
        *_section("Probabilities", _probabilities, session, index, label),
        *_section(
            f"Nearest in {session.network.layer}" if session.has_network else "Nearest", _neighbors, session, index
        ),
    ]


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
        html.Div([parts.thumbnail(data.fingerprint, int(i), at="tray") for i in shown], className="strip"),
    ]


def _section(title: str, body: Any, *arguments: Any) -> list[Any]:
    try:
        content = body(*arguments)
    except ColumnNotReady as waiting:
        content = parts.waiting(str(waiting))
    return [html.H3(title), content]


def _opinion(session: Session, index: int) -> dict[str, str]:
    """What the network says, as far as it is there."""
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
