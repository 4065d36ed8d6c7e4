"""How good the network is: per split, per class, and which class is taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from dash import html
from numpy.typing import NDArray

from layouts.kit import figures, parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.kit.whisker import whisker
from layouts.part import part

if TYPE_CHECKING:
    from workspace.session import Session

USUAL_SPLIT = "test"
ALL = 0  # the row of the metrics that is about all classes
MOST_PAIRS = 8
MOST_DRAWN = 250  # classes of a confusion chart: a million cells are too much for a browser
WHISKER = {"width": 76, "height": 18, "radius": 3.5}  # pixels


class Figures(NamedTuple):
    """One row of the metrics: of a split, or of a class in it. Not-a-number where nothing has a label."""

    n: float
    correct: float
    accuracy: float
    low: float
    high: float
    loss: float
    loss_low: float
    loss_high: float


def split(session: Session, state: State) -> str:
    """The split whose figures are shown: the one chosen, else the test split, else the last (of joined: first)."""
    names = [name for name, _ in session.splits]
    if state.split in names:
        return state.split
    usual = [name for name in names if name == USUAL_SPLIT or name.endswith(f" {USUAL_SPLIT}")]
    joined = session.dataset.first_classes is not None
    return usual[0] if usual else names[0 if joined else -1]


@part("accuracy-tools")
def tools(session: Session, state: State) -> Any:
    """The choice of the split. It keeps the keyboard's focus while the parts that follow it are drawn anew."""
    if not session.has_dataset:
        return None
    options = [(name, f"{name} ({count:,})") for name, count in session.splits]
    return parts.select(
        "split", options, split(session, state), label="Figures of", tooltip="Whose figures are shown on this page"
    )


@part("tiles", columns=("metrics", "confusion"), choice=split)
def tiles(session: Session, state: State) -> Any:
    """Accuracy, loss, the weakest class, the most confused pair."""
    if session.no_head:
        return parts.notices((f"{session.no_head} Maps, neighbors and searches work all the same.",))
    if not (session.is_ready("metrics") and session.is_ready("confusion")):
        return _waiting_tiles(session)
    shown = split(session, state)
    rows, counts, names = _rows(session, shown), _counts(session, shown), session.class_names
    total = rows[ALL]
    if not total.n:
        known = "has a label" if session.dataset.first_classes is None else "has a label that the network knows"
        return parts.empty(f"No sample of {shown} {known}, so there is no accuracy and no loss.")
    return html.Div(
        [
            parts.tile(
                f"Accuracy · {shown}",
                parts.percent(total.accuracy),
                f"{_share(total)} samples",
                _interval(total),
                tooltip="Share of samples whose predicted class is their label, with its 95 % interval",
            ),
            parts.tile(
                f"Mean loss · {shown}",
                f"{_nats(total.loss)} nats",
                f"n = {total.n:,.0f}",
                _loss_interval(total),
                tooltip="Mean of -log p(label), with its 95 % interval; 0 is best",
            ),
            _weakest(rows, names, shown),
            _most_confused(counts, names, shown),
        ],
        className="tiles",
    )


@part("splits", columns=("metrics",))
def splits(session: Session, state: State) -> Any:
    """Accuracy and loss of every split."""
    rows = [(name, _rows(session, name)[ALL]) for name, _ in session.splits]
    return markup("splits", _table("Split", rows))


@part("classes", columns=("metrics",), choice=split)
def classes(session: Session, state: State) -> Any:
    """Accuracy and loss of every class, the weakest first."""
    shown = split(session, state)
    rows = list(zip(session.class_names, _rows(session, shown)[ALL + 1 :], strict=False))
    rows.sort(key=lambda row: (not row[1].n, row[1].accuracy))
    return [
        html.P(f"{shown}, weakest first, with 95 % intervals", className="note part-head") if rows[0][1].n else None,
        markup("classes", _table("Class", rows), className="scroll"),
    ]


@part("confusion", columns=("confusion",), choice=split)
def confusion(session: Session, state: State) -> Any:
    """Which class is taken for which, as a chart and as the worst pairs."""
    shown, names = split(session, state), session.class_names
    counts = _counts(session, shown)
    total, wrong = int(counts.sum()), int(counts.sum() - np.trace(counts))
    if not total:
        return parts.empty(f"No sample of {shown} has a label, so nothing can be confused.")
    pairs = errors(counts, MOST_PAIRS)
    kinds = np.count_nonzero(counts) - np.count_nonzero(np.diag(counts))
    head = html.P(f"{shown}: {parts.count(wrong, total)} are put into a wrong class", className="note part-head")
    worst = parts.table(
        ["Label", "taken for", "count", "of the label's n"],
        [
            [names[a], names[b], f"{n:,}", f"{parts.percent(n / counts[a].sum(), 1)} of {counts[a].sum():,}"]
            for a, b, n in pairs
        ],
        numbers=(2, 3),
        caption=f"The {len(pairs)} most frequent of {kinds:,} kinds of error",
    )
    if len(counts) > MOST_DRAWN:
        return [
            head,
            parts.empty(f"{len(counts):,} classes are too many for a chart; the worst pairs follow."),
            worst,
        ]
    figure, height = figures.confusion(counts, names)
    label = (
        f"Confusion counts of {shown}, labels in rows and predictions in columns; the table below names the worst."
    )
    return [head, figures.graph("confusion", figure, label=label, height=height), worst if pairs else None]


# -- tiles -----------------------------------------------------------------------------------------


def _waiting_tiles(session: Session) -> Any:
    failures = [failure for name in ("metrics", "confusion") if (failure := session.failure(name))]
    if failures:
        return parts.failed(failures[0])
    names = ("Accuracy", "Mean loss", "Weakest class", "Most confused")
    return html.Div([parts.tile(name, "…", "being computed") for name in names], className="tiles", role="status")


def _weakest(rows: list[Figures], names: tuple[str, ...], shown: str) -> Any:
    labelled = [(row, name) for row, name in zip(rows[ALL + 1 :], names, strict=False) if row.n]
    row, name = min(labelled, key=lambda pair: pair[0].accuracy)
    details = [f"recall {parts.percent(row.accuracy, 1)}, {_share(row)}", _interval(row, 1)]
    if row.correct == row.n:
        name, details = "none", ["all samples of every class are put into it"]
    return parts.tile(
        f"Weakest class · {shown}",
        name,
        *details,
        tooltip="The class with the smallest share of its samples put into it (recall)",
    )


def _most_confused(counts: NDArray[np.integer], names: tuple[str, ...], shown: str) -> Any:
    pairs = errors(counts, MOST_PAIRS)
    if not pairs:
        return parts.tile(f"Most confused · {shown}", "none", f"no error, n = {counts.sum():,}")
    label, predicted, number = pairs[0]
    return parts.tile(
        f"Most confused · {shown}",
        f"{names[label]} → {names[predicted]}",
        f"{parts.count(number, int(counts[label].sum()))} labelled {names[label]}",
        f"{parts.percent(number / counts[label].sum(), 1)} of them",
        tooltip="The label and the class it is most often taken for",
    )


# -- tables ----------------------------------------------------------------------------------------


def _table(what: str, rows: list[tuple[str, Figures]]) -> Any:
    known = [row for _, row in rows if row.n]
    if not known:
        return parts.empty("No sample has a label, so there is no accuracy and no loss.")
    least = _floor(min(row.low for row in known))
    most = max((row.loss_high for row in known if np.isfinite(row.loss_high)), default=0.0)
    heads = [
        html.Th(what, scope="col"),
        html.Th("correct of n", scope="col", className="number"),
        html.Th("Accuracy", scope="col", className="number"),
        html.Th(_ends(f"{100 * least:.3g} %", "100 %"), className="whisker-head"),
        html.Th("Mean loss", scope="col", className="number", title="nats; 0 is best"),
        html.Th(_ends("0", parts.number(most, 2)) if most else "", className="whisker-head"),
    ]
    body = [
        html.Tr(
            [
                html.Td(name),
                html.Td(_share(row), className="number"),
                html.Td(parts.percent(row.accuracy), className="number", title=_interval(row)),
                html.Td(whisker(row.low, row.accuracy, row.high, start=least, end=1.0, **WHISKER)),
                html.Td(_nats(row.loss), className="number", title=_loss_interval(row)),
                html.Td(whisker(row.loss_low, row.loss, row.loss_high, start=0.0, end=most, **WHISKER)),
            ]
        )
        for name, row in rows
    ]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="facts")


def _ends(left: str, right: str) -> Any:
    return [html.Span(left), html.Span(right)]


def _floor(share: float) -> float:
    """Where a scale of shares begins: a round number not far below the smallest."""
    return next((start for start in (0.99, 0.98, 0.95, 0.9, 0.8, 0.5) if share >= start), 0.0)


def _interval(row: Figures, digits: int = 2) -> str:
    if not np.isfinite(row.low):
        return "no interval"
    return f"95 % interval {100 * row.low:.{digits}f}–{100 * row.high:.{digits}f} %"


def _loss_interval(row: Figures) -> str:
    if not np.isfinite(row.loss_low):
        return "no interval from one sample"
    return f"95 % interval {_nats(row.loss_low)}–{_nats(row.loss_high)}"


def _nats(loss: float) -> str:
    """Three digits that count, so that a column of losses lines up."""
    return f"{loss:#.3g}".rstrip(".") if np.isfinite(loss) else parts.number(loss)


def _share(row: Figures) -> str:
    return parts.count(int(row.correct), int(row.n)) if row.n else "0"


def _rows(session: Session, name: str) -> list[Figures]:
    """All classes, then each class, in a split."""
    code = session.dataset.split_names.index(name)
    return [Figures(*row) for row in session.column("metrics")[code].tolist()]


def _counts(session: Session, name: str) -> NDArray[np.integer]:
    counts: NDArray[np.integer] = session.column("confusion")[session.dataset.split_names.index(name)]
    return counts


def errors(counts: NDArray[np.integer], most: int) -> list[tuple[int, int, int]]:
    """The most frequent errors of a confusion matrix (c, c) as (label, predicted, count), most frequent first."""
    wrong = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    found = [(*divmod(int(place), len(counts)), int(wrong.flat[place])) for place in order]
    return [pair for pair in found if pair[2]]
