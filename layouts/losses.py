"""The losses page: which samples the network finds hard, where they lie, and in which classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html

from layouts import accuracy, map_sheet, maps, query, review_links, sets
from layouts.kit import parts, theme
from layouts.kit.histograms import Histograms, ticks
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.page import head, page
from layouts.part import part, place
from workspace.session import EVERY_CLASS, literal

if TYPE_CHECKING:
    from workspace.session import Session

HARDEST = 24
CLASSES = 20  # of a histogram, until all are asked for
COLUMNS = ("loss", "labels", "split", "loss_edges", "loss_histogram")


@page(
    "/losses",
    title="Losses",
    group="Samples",
    order=30,
    purpose="How far off the answers are: by class, on the map, and the worst of them",
)
def losses(session: Session, state: State) -> Any:
    """The figures of a split, the map beside the histograms, and the hardest samples below."""

    def body(name: str) -> Any:
        return place(name, session, state)

    return html.Div(
        [
            head("/losses", html.Div(body("accuracy-tools"), className="tools")),
            query.bar(session, state),
            body("loss-line"),
            sets.beside(
                session,
                state,
                maps.LOSSES,
                html.Div(
                    [
                        map_sheet.sheet(session, state, maps.LOSSES),
                        parts.card("Losses by class", body("loss-histograms"), className="loss-histograms"),
                    ],
                    className="loss-columns",
                ),
            ),
            parts.card("Hardest samples", body("hardest"), tools=body(review_links.LOSS)),
        ],
        className="losses",
    )


def _choice(session: Session, state: State) -> str:
    """What the figures depend on: the split, and the query as far as it is understood."""
    return f"{accuracy.split(session, state)}|{query.followed(session, state)}"


@part("loss-line", columns=COLUMNS, choice=_choice)
def line(session: Session, state: State) -> Any:
    """How many losses, their mean, and how much of their sum lies with the hardest."""
    split, asked = accuracy.split(session, state), query.followed(session, state)
    found = session.losses.spread(asked, split)
    whose = f"samples of {split}" + (query.said(state) if asked else "")
    if not found.size:
        return parts.empty(f"There are no {whose}.")
    if not found.known and not found.infinite:
        return parts.empty(f"None of {found.size:,} {whose} has a label, so none has a loss.")
    interval = (
        f"95 % interval {_nats(found.low)}–{_nats(found.high)}"
        if np.isfinite(found.low)
        else "no interval from one sample"
    )
    share: list[Any] = [
        html.Strong(f"{parts.percent(found.share, 1)}"),
        f" of the total loss lies with the hardest 1 % ({found.hardest:,} of {found.known:,})",
    ]
    return html.P(
        [
            html.Span([html.Strong(f"{found.known + found.infinite:,}"), f" of {found.size:,} {whose} have a loss"]),
            html.Span(
                [
                    "mean ",
                    html.Strong(f"{_nats(found.total_mean)} nats"),
                    html.Small(f" {interval}, n = {found.known:,}"),
                ],
                title="Mean of -log p(label); 0 is best",
            ),
            html.Span(share if np.isfinite(found.share) else ["the losses sum to 0"]),
            html.Span(f"{found.infinite:,} infinite, left out of mean and total") if found.infinite else None,
        ],
        className="loss-line",
    )


@part("loss-histograms", columns=COLUMNS, choice=_choice)
def histograms(session: Session, state: State) -> Any:
    """Losses of all classes, then of each, the one with the largest mean first."""
    split, asked = accuracy.split(session, state), query.followed(session, state)
    found = session.losses.spread(asked, split)
    if not found.known:
        return parts.empty("There are no losses to count.")
    everyone = session.losses.spread("", split) if asked else None
    names = _names(session, len(found.n) - 1)
    order = [
        code for code in np.argsort(-np.nan_to_num(found.mean, nan=-1.0), kind="stable").tolist() if found.n[code]
    ]
    rows = [
        {
            "name": "all classes",
            "code": EVERY_CLASS,
            "tall": True,
            "counts": found.counts.sum(axis=0).tolist(),
            "of": everyone.counts.sum(axis=0).tolist() if everyone else None,
            "n": found.known,
            "mean": found.total_mean,
            "median": found.total_median,
        }
    ]
    rows += [
        {
            "name": names[code],
            "code": code,
            "counts": found.counts[code].tolist(),
            "of": everyone.counts[code].tolist() if everyone else None,
            "n": int(found.n[code]),
            "mean": float(found.mean[code]),
            "median": float(found.median[code]),
            "query": f"label == {literal(names[code])}",
        }
        for code in order
    ]
    edges = found.edges.tolist()
    colors = {"light": theme.sequential(), "dark": theme.sequential(dark=True)}
    spread = session.spread("loss")
    missing = found.size - found.known - found.infinite
    apart = [f"{found.infinite:,} infinite losses"] * bool(found.infinite)
    apart += [f"{missing:,} samples without a loss"] * bool(missing)
    return [
        html.P(
            f"{len(order)} of {len(names)} classes, largest mean first. Drag over bars to select their samples; "
            "click a name to see only that class.",
            className="note part-head",
        ),
        Histograms(
            {"histograms": "losses"},
            edges=edges,
            log=found.log,
            ticks=ticks(edges[0], edges[-1], log=found.log),
            scale={**colors, "low": spread["low"], "high": spread["high"]},
            rows=rows,
            first=CLASSES + 1,
            unit="nats",
            selection=state.selection,
        ),
        html.P(
            [
                "Bars grow with the square root of the count",
                "; paler: all samples of the split" if asked else "",
                f"; the first holds all losses below {_nats(edges[1])} nats" if found.log else "",
                f"; not drawn: {' and '.join(apart)}" if apart else "",
                ".",
            ],
            className="note",
        ),
    ]


@part("hardest", columns=(*COLUMNS, "predicted"), choice=_choice)
def hardest(session: Session, state: State) -> Any:
    """The samples with the largest losses, with what they are and what they are taken for."""
    split, asked = accuracy.split(session, state), query.followed(session, state)
    order = session.losses.order(asked, split)
    if not len(order):
        return parts.empty("No sample here has a loss.")
    shown = order[:HARDEST]
    labels, predicted, loss = (session.column(name)[shown].tolist() for name in ("labels", "predicted", "loss"))
    names = _names(session, max(*labels, *predicted) + 1)

    def name(code: int) -> str:
        return names[code] if code >= 0 else "–"

    thumbnails = [
        parts.thumbnail(
            session.dataset.fingerprint,
            index,
            at="hardest",
            caption=f"{_nats(value)}\n{name(label)} → {name(taken)}",
            tooltip=f"sample {index:,}: labelled {name(label)}, predicted {name(taken)}, loss {_nats(value)} nats",
        )
        for index, label, taken, value in zip(shown.tolist(), labels, predicted, loss, strict=True)
    ]
    return [
        html.P(
            f"{len(shown)} of {len(order):,} of {split}{query.said(state) if asked else ''}, hardest first: "
            "loss in nats, label → prediction",
            className="note part-head",
        ),
        markup("hardest", html.Div(thumbnails, className="strip wrap")),
    ]


def _names(session: Session, c: int) -> list[str]:
    """A name for each of c classes, also where the network has more than the dataset."""
    known = list(session.class_names)
    return known + [f"class {code}" for code in range(len(known), c)]


def _nats(loss: float) -> str:
    """Three digits that count; two and a power of ten where the loss is next to nothing."""
    if 0 < loss < 1e-3:
        digits, power = f"{loss:.1e}".split("e")
        return f"{digits}e−{-int(power)}"
    return f"{loss:#.3g}".rstrip(".") if np.isfinite(loss) else parts.number(loss)
