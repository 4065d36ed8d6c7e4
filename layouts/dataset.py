"""The dataset: where it comes from, how many of what, and what its images look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

MOST_SAMPLES = 100  # thumbnails: each is a request
MOST_OF_A_CLASS = 8


@part("dataset")
def dataset(session: Session, state: State) -> Any:
    """Name, size, source, digest, and what the loader had to say."""
    opened = session.dataset
    height, width, channels = opened.image_shape
    sizes = zip(opened.split_names, opened.split_counts, strict=True)
    return [
        parts.notices([*session.store.notices, *opened.notices]),
        parts.facts(
            {
                "name": opened.name,
                "samples": f"{opened.n:,}: " + ", ".join(f"{name} {count:,}" for name, count in sizes),
                "images": f"{height} × {width}, {'gray' if channels == 1 else 'color'}, 0 to 255",
                "classes": f"{len(opened.class_names):,}",
                "labelled": parts.count(opened.labelled, opened.n),
                "source": opened.source,
                "digest begins": opened.fingerprint[:12],
            }
        ),
    ]


@part("samples", columns=("labels",))
def samples(session: Session, state: State) -> Any:
    """The first few images of every class, or of all where there are no labels."""
    opened, labels = session.dataset, np.asarray(session.column("labels"))
    groups = [(name, np.flatnonzero(labels == code)) for code, name in enumerate(opened.class_names)]
    groups = [(name, rows) for name, rows in groups[:MOST_SAMPLES] if len(rows)]
    if opened.labelled < opened.n:
        groups.append(("no label", np.flatnonzero(labels < 0)))
    each = max(1, min(MOST_OF_A_CLASS, MOST_SAMPLES // max(len(groups), 1)))
    boxes = [
        html.Div(
            [
                html.Div(
                    [html.Strong(name), html.Span(parts.count(min(each, len(rows)), len(rows)), className="note")],
                    className="class-name",
                ),
                html.Div(
                    [parts.thumbnail(opened.fingerprint, int(row), at="overview") for row in rows[:each]],
                    className="strip wrap",
                ),
            ],
            className="class-samples",
        )
        for name, rows in groups
    ]
    shown = f"{len(groups):,} of {len(opened.class_names):,} classes, " if len(opened.class_names) > MOST_SAMPLES else ""
    return [
        html.P(f"{shown}the first {each} of each; click one to look at it", className="note part-head"),
        markup("samples", html.Div(boxes, className="gallery")),
    ]
