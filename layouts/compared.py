"""This network against another one: who is right where, class by class, and the most striking samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from layouts import accuracy, versus
from layouts.kit import parts
from layouts.kit.markup import markup
from layouts.kit.state import State
from layouts.part import part
from workspace.session import OUTCOMES

if TYPE_CHECKING:
    from workspace.session import Session

STRIKING = 24
BOTH_RIGHT, FIXED, BROKEN, BOTH_WRONG = OUTCOMES
LEAST_P = 1e-4
DOUBT = 0.05
NEEDED = ("predicted", "correct", "loss")


def _choice(session: Session, state: State) -> str:
    split, short = accuracy.split(session, state), versus.short(session, state)
    return f"{split}|{short}|{versus.ready(session, state, *NEEDED)}"


@part("compare-outcomes", choice=_choice)
def outcomes(session: Session, state: State) -> Any:
    """The four counts, and in words whether their difference could be chance."""
    if (instead := versus.instead(session, state)) is not None:
        return instead
    short, split = versus.short(session, state), accuracy.split(session, state)
    found = session.contrast.tallies(short, split)[0]
    mine, theirs = versus.names(session, state)
    if not found.n:
        return parts.empty(f"No sample of {split} has a label and an answer of both, so there is nothing to count.")

    def cell(outcome: str, n: int, what: str, *more: Any) -> Any:
        asked = versus.query(session, state, outcome=outcome, split=split)
        number = versus.count(n, asked, at="outcomes", what=what)
        pool = versus.pool(asked, at="outcomes") if n else None
        share = html.Span(parts.percent(n / found.n, 2), className="note")
        name = html.Span(outcome, className="outcome-name")
        return html.Td(
            [html.Div([number, name]), html.Div([share, pool, *more], className="note")],
            className=f"outcome {outcome.replace(' ', '-')}",
        )

    said = f"{found.same_wrong:,} the same wrong answer, {found.other_wrong:,} two different ones"
    wrong = html.Span(said) if found.both_wrong else None
    heads = [html.Td(), *[html.Th(f"{theirs} {word}", scope="col") for word in ("right", "wrong")]]
    table = html.Table(
        [
            html.Thead(html.Tr(heads)),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(f"{mine} right", scope="row"),
                            cell(BOTH_RIGHT, found.both_right, "the samples that both get right"),
                            cell(BROKEN, found.broken, f"the samples that only {mine} gets right"),
                        ]
                    ),
                    html.Tr(
                        [
                            html.Th(f"{mine} wrong", scope="row"),
                            cell(FIXED, found.fixed, f"the samples that only {theirs} gets right"),
                            cell(BOTH_WRONG, found.both_wrong, "the samples that neither gets right", wrong),
                        ]
                    ),
                ]
            ),
        ],
        className="facts outcomes",
    )
    return [
        html.P(
            f"{parts.count(found.n, dict(session.splits)[split])} samples of {split} have a label and two answers",
            className="note part-head",
        ),
        markup("compare-outcomes", table),
        _verdict(session, found, mine, theirs),
    ]


def _verdict(session: Session, found: Any, mine: str, theirs: str) -> Any:
    """What the two counts say of which network is better, in plain words."""
    apart = found.fixed + found.broken
    if not apart:
        return html.P(
            "Both are right on the same samples: nothing here tells them apart.", className="lead-line after"
        )
    p, mid = session.contrast.mcnemar(found.fixed, found.broken)
    change, low, high = session.contrast.difference(found.fixed, found.broken, found.n)
    said = f"p = {p:.2g}" if p >= LEAST_P else f"p < {LEAST_P:.4f}"
    if p >= DOUBT:
        meaning = "so this may well be chance."
    else:
        meaning = f"so {theirs if change > 0 else mine} is probably better on such samples."
    better = (
        "no more and no less" if not change else f"{abs(100 * change):.2f} points {'more' if change > 0 else 'less'}"
    )
    return html.Div(
        [
            html.P(
                [
                    html.B(theirs),
                    " is right on ",
                    html.B(f"{found.fixed:,}"),
                    f" {_samples(found.fixed)} that {mine} gets wrong, and wrong on ",
                    html.B(f"{found.broken:,}"),
                    f" that {mine} gets right. Were neither better, a difference this large or larger would come by "
                    "chance with ",
                    html.B(said),
                    f" (n = {apart:,}), {meaning}",
                ]
            ),
            html.P(
                [
                    f"Accuracy of {theirs}: {better} (95 % interval {_signed(100 * low)} to {_signed(100 * high)} "
                    f"points, n = {found.n:,}).",
                    html.Span(
                        f" McNemar's exact test; its mid-p is {mid:.2g}.",
                        className="note",
                        title="McNemar 1947; mid-p: Fagerland, Lydersen and Laake 2013; "
                        "interval: Bonett and Price 2012",
                    ),
                ]
            ),
        ],
        className="verdict",
    )


@part("compare-classes", choice=_choice)
def classes(session: Session, state: State) -> Any:
    """Every class with the accuracy of both and what is fixed and broken, the one with most broken first."""
    if (instead := versus.instead(session, state)) is not None:
        return instead
    short, split = versus.short(session, state), accuracy.split(session, state)
    names = session.class_names
    rows = [(names[code], row) for code, row in enumerate(session.contrast.tallies(short, split)[1]) if row.n]
    if not rows:
        return parts.empty(f"No sample of {split} has a label, so there are no classes to compare.")
    rows.sort(key=lambda entry: (-entry[1].broken, entry[1].fixed, entry[0]))
    mine, theirs = versus.names(session, state)

    def counted(name: str, outcome: str, n: int) -> Any:
        asked = versus.query(session, state, outcome=outcome, label=name, split=split)
        number = versus.count(n, asked, at="classes", what=f"the {n:,} {outcome} of {name}", className=outcome)
        return html.Td(number, className="number")

    body = [
        html.Tr(
            [
                html.Td(name),
                html.Td(f"{row.n:,}", className="number"),
                html.Td(parts.percent(row.right[0] / row.n, 1), className="number"),
                html.Td(parts.percent(row.right[1] / row.n, 1), className="number"),
                counted(name, BROKEN, row.broken),
                counted(name, FIXED, row.fixed),
                html.Td(_signed(row.fixed - row.broken, "+,"), className="number"),
            ]
        )
        for name, row in rows
    ]
    heads = ("Class", "n", mine, theirs, BROKEN, FIXED, "net")
    head = html.Tr(
        [html.Th(text, scope="col", className="number" if place else None) for place, text in enumerate(heads)]
    )
    known = len(session.dataset.class_names)
    return [
        html.P(
            f"{parts.count(len(rows), known)} classes of {split}, most broken first; accuracy of both, then how "
            f"many samples {theirs} breaks and fixes",
            className="note part-head",
        ),
        markup(
            "compare-classes",
            html.Table([html.Thead(head), html.Tbody(body)], className="facts"),
            className="scroll tall",
        ),
    ]


@part("compare-fixed", choice=_choice)
def fixed(session: Session, state: State) -> Any:
    """The samples that only the other network gets right, the largest gain in loss first."""
    return _striking(session, state, FIXED)


@part("compare-broken", choice=_choice)
def broken(session: Session, state: State) -> Any:
    """The samples that only this network gets right, the largest rise of the loss first."""
    return _striking(session, state, BROKEN)


def _striking(session: Session, state: State, outcome: str) -> Any:
    if (instead := versus.instead(session, state)) is not None:
        return instead
    short, split = versus.short(session, state), accuracy.split(session, state)
    other = session.comparing.names[short]
    rows, n = session.contrast.striking(short, OUTCOMES.index(outcome), split, STRIKING)
    if not n:
        return parts.empty(f"No sample of {split} is {outcome}.")
    mine, theirs = versus.names(session, state)
    names = other.class_names if len(other.class_names) > len(session.class_names) else session.class_names
    facts = zip(
        rows.tolist(),
        session.column("labels")[rows].tolist(),
        *(one.column(name)[rows].tolist() for one in (session, other) for name in ("predicted", "loss")),
        strict=True,
    )
    thumbnails = [
        parts.thumbnail(
            session.dataset.fingerprint,
            index,
            at=outcome,
            caption=f"{names[before]} → {names[after]}\n{_nats(loss)} → {_nats(new)}",
            tooltip=f"sample {index:,}, labelled {names[label]}: {mine} says {names[before]} "
            f"(loss {_nats(loss)} nats), {theirs} says {names[after]} ({_nats(new)} nats)",
        )
        for index, label, before, loss, after, new in facts
    ]
    asked = versus.query(session, state, outcome=outcome, split=split)
    return [
        html.P(
            [
                html.Span(
                    f"{parts.count(len(rows), n)} of {split}, largest change of the loss first: "
                    f"answer and loss in nats of {mine} → {theirs}"
                ),
                versus.pool(asked, at=f"all-{outcome}", text=f"All {n:,} in the image pool"),
            ],
            className="note part-head",
        ),
        markup(f"compare-{outcome}", html.Div(thumbnails, className="strip wrap")),
    ]


def _signed(value: float, how: str = "+.2f") -> str:
    """A number with its sign, 0 without one."""
    return f"{value:{how}}".replace("-", "−") if value else "0"


def _samples(n: int) -> str:
    return "sample" if n == 1 else "samples"


def _nats(loss: float) -> str:
    return parts.number(loss, 2) if loss >= 0.005 else "0.00"
