"""The dataset: where it comes from, how many of what, and what its images look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts import problems
from layouts.kit import parts, theme
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

MOST_SAMPLES = 80  # thumbnails: each is a request
MOST_CLASSES = 100
MOST_OF_A_CLASS = 7


@part("notices")
def notices(session: Session, state: State) -> Any:
    """What the loader and the store had to say: above all else, because it is about all that follows."""
    if not session.has_dataset:
        return None
    return parts.notices([*session.store.notices, *session.dataset.notices])


@part("dataset")
def dataset(session: Session, state: State) -> Any:
    """Name, size, source and digest."""
    opened = session.dataset
    height, width, channels = opened.image_shape
    facts = parts.facts(
        {
            "name": opened.name,
            "samples": f"{opened.n:,}: " + ", ".join(f"{name} {count:,}" for name, count in session.splits),
            "images": f"{height} × {width}, {'gray' if channels == 1 else 'color'}, 0 to 255",
            "classes": f"{len(opened.class_names):,}",
            "labelled": parts.count(opened.labelled, opened.n),
            "source": opened.source,
            **({"what is new": " ".join(opened.news)} if opened.news else {}),
            "digest begins": opened.fingerprint[:12],
        }
    )
    return [facts, problems.line(session)]


@part("image-statistics", columns=("image_statistics",))
def image_statistics(session: Session, state: State) -> Any:
    """What the pixels of every split are like."""
    rows = session.column("image_statistics")
    codes = {name: session.dataset.split_names.index(name) for name, _ in session.splits}
    table = [
        [name, f"{n:,.0f}", f"{mean:.1f}", f"{spread:.1f}", f"{low:.0f} to {high:.0f}", parts.percent(zeros, 1)]
        for name, (n, mean, spread, low, high, zeros) in ((name, rows[code]) for name, code in codes.items())
    ]
    heads = ["Split", "n", "mean pixel", "spread", "range", "zeros"]
    return parts.table(heads, table, numbers=range(1, len(heads)))


@part("class-counts", columns=("class_counts",))
def class_counts(session: Session, state: State) -> Any:
    """How many samples of each class there are in every split."""
    names, splits = session.class_names, [name for name, _ in session.splits]
    codes = [session.dataset.split_names.index(name) for name in splits]
    known = np.asarray(session.column("class_counts"))[codes]  # (s, c), c up to the highest label
    if not known.any():
        return parts.empty(f"None of the {session.dataset.n:,} samples has a label.")
    counts = np.zeros((len(codes), max(len(names), known.shape[1])), np.int64)
    counts[:, : known.shape[1]] = known
    colors = theme.class_colors(len(splits))
    most = int(counts.sum(axis=0).max())
    rows = [
        html.Tr(
            [
                html.Td(name),
                *[html.Td(f"{count:,}", className="number") for count in counts[:, code].tolist()],
                html.Td(_stack(counts[:, code].tolist(), colors, most)),
            ]
        )
        for code, name in enumerate(names)
    ]
    heads = [
        html.Th("Class", scope="col"),
        *[
            html.Th([html.Span(className="dot", style={"background": color}), name], scope="col", className="number")
            for name, color in zip(splits, colors, strict=True)
        ],
        html.Th("", className="wide"),
    ]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="facts")
    return markup("class-counts", table, className="scroll")


def _stack(counts: Sequence[int], colors: Sequence[str], most: int) -> Any:
    return html.Span(
        [
            html.Span(style={"width": f"{100 * count / most:.2f}%", "background": color})
            for count, color in zip(counts, colors, strict=True)
        ],
        className="stack",
    )


@part("samples", columns=("labels", "mean_images"))
def samples(session: Session, state: State) -> Any:
    """The first few images of every class, or of all where there are no labels."""
    opened, labels = session.dataset, np.asarray(session.column("labels"))
    groups = [(code, name, np.flatnonzero(labels == code)) for code, name in enumerate(opened.class_names)]
    groups = [group for group in groups if len(group[2])]
    present, groups = len(groups), groups[:MOST_CLASSES]
    each = max(1, min(MOST_OF_A_CLASS, MOST_SAMPLES // max(present, 1)))
    mean = session.key("mean_images") if session.is_ready("mean_images") and present else ""
    boxes = [_class_samples(session, code, name, rows[:each], len(rows), mean) for code, name, rows in groups]
    if opened.labelled < opened.n:
        bare = np.flatnonzero(labels < 0)
        boxes.append(
            _class_samples(session, -1, "no label", bare[: MOST_SAMPLES if not groups else each], len(bare), "")
        )
    classes = f"{parts.count(len(groups), present)} classes, " if len(groups) < present else ""
    average = ", after the mean image of its class" if mean else ""
    return [
        html.P(f"{classes}the first of each{average}; click one to look at it", className="note part-head"),
        markup("samples", html.Div(boxes, className="gallery" if each > 1 else "gallery close")),
    ]


def _class_samples(session: Session, code: int, name: str, rows: NDArray[np.integer], n: int, mean: str) -> Any:
    """The images of these rows, n of which there are, after the mean image where that is there."""
    fingerprint = session.dataset.fingerprint
    title = [html.Strong(name), html.Span(parts.count(len(rows), n), className="note")]
    average = html.Img(src=parts.row_url(mean, code), alt=f"mean image of {name}", className="pixels mean")
    return html.Div(
        [
            html.Div(title, className="class-name"),
            html.Div(
                [
                    average if mean else None,
                    *[parts.thumbnail(fingerprint, int(row), at="overview") for row in rows],
                ],
                className="strip wrap",
            ),
        ],
        className="class-samples",
    )
