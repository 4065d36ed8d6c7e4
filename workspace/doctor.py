"""What the doctor says: what is, or may be, wrong with a network on its data, in plain words.

Everything is read from columns and from what was noted when the network was opened. A finding gives
the figures it rests on; that there is none is an answer too, together with what was looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from analysis.metrics import wilson
from workspace import output_names

if TYPE_CHECKING:
    from workspace.session import Session

Severity = Literal["wrong", "doubtful", "note"]
SEVERITIES: tuple[Severity, ...] = ("wrong", "doubtful", "note")
COLUMNS = ("metrics", "answers", "relabelling", "image_statistics", "class_counts", "copies")

FEWEST = 20  # samples from which on accuracy may be compared with chance
GAIN = 0.05  # of accuracy, from which on another order of the classes is offered
CLEAR = 3.0  # standard errors
MARGIN = 0.05  # nats, and as a share of the samples a tenth of it
DEAD = 0.25  # of a layer's units, from which on silent ones are no longer usual
TWINS = 0.01  # of a split that another split has, too, from which on it matters
COLLAPSED = 0.9  # of the samples with one and the same answer
MOST_NAMED = 12
SIZES = {"stretch": "to need stretching rather than a border", "border": "to need a border rather than stretching"}
OTHER = {"stretch": "border", "border": "stretch"}
FACTORS = {"0..1": 255.0, "0..255": 1.0, "-1..1": 127.5}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        severity: "wrong": the figures cannot be believed as they are; "doubtful": look at it; "note".
        sentence: what, with n.
        details: a line each, for example of a mapping.
        option: what to add to the command line to mend it; "" if that does not help.
    """

    severity: Severity
    sentence: str
    details: tuple[str, ...] = ()
    option: str = ""


def findings(session: Session) -> list[Finding]:
    """Everything that was found, the worst first.

    Raises:
        ColumnNotReady: one of COLUMNS is not there.
    """
    found = [*_weights(session), *_pixels(session), *_twins(session), *_units(session)]
    if not session.no_head:
        found += [*_scores(session), *_order(session), *_chance(session)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def looked_at(session: Session) -> str:
    """What was looked at, in one sentence."""
    layers, tried = session.network.layers, session.network.tried
    ranges = _ranges(session)
    units = sum(len(rows) for rows in ranges.values())
    scalings = f"{len(tried)} ways to scale pixels on {tried[0]['samples']:,} samples" if tried else ""
    parts = ["weights", f"{units:,} units in {len(ranges):,} of {len(layers):,} layers"]
    left_out = ""
    if session.no_head:
        left_out = " Scores, scaling, the order of the classes and accuracy cannot be judged without a class head."
    elif not session.dataset.labelled:
        parts.insert(1, "scores")
        left_out = " Scaling, the order of the classes and accuracy cannot be judged without labels."
    else:
        parts[1:1] = ["scores", scalings, "the order of the classes", "accuracy against chance"]
    return f"Looked at {', '.join(part for part in parts if part)}.{left_out}"


def _weights(session: Session) -> Iterator[Finding]:
    for sentence in session.network.info.damaged:
        yield Finding("wrong", f"{sentence} Train or save the network again: what it says cannot be believed.")


def _twins(session: Session) -> Iterator[Finding]:
    """Splits that hold images of another split: what was trained on is tested on."""
    if not session.is_ready("copies"):
        return
    first, split = np.asarray(session.column("copies")), np.asarray(session.column("split"))
    again = np.bincount(split[split != split[first]], minlength=len(session.dataset.split_names))
    for name, n, k in zip(session.dataset.split_names, session.dataset.split_counts, again.tolist(), strict=False):
        if k > 1 and k >= TWINS * n:
            many = "All" if k == n else f"{k:,} of"
            yield Finding(
                "wrong" if 2 * k > n else "doubtful",
                f"{many} {n:,} {name} images are in another split, too, pixel by pixel: accuracy on these says "
                "nothing about new images.",
            )


def _scores(session: Session) -> Iterator[Finding]:
    n, broken, probabilities, usual, often = (int(value) for value in session.column("answers"))
    if broken:
        yield Finding("wrong", f"For {broken:,} of {n:,} samples the network gives scores that are NaN or infinite.")
    whole = n - broken
    if whole and probabilities == whole and session.network.info.output == "logits":
        yield Finding(
            "wrong",
            f"The outputs are taken as logits, but for all {whole:,} samples they lie between 0 and 1 and add up to "
            "1: they are probabilities already, so losses are too large. Save the network with a softmax at its end.",
        )
    names = session.class_names
    labels = session.column("class_counts").sum(axis=0)
    share = labels.max(initial=0) / max(int(labels.sum()), 1)
    if whole >= FEWEST and often >= COLLAPSED * whole and share < COLLAPSED:
        yield Finding(
            "wrong", f"The network answers '{names[usual]}' for {often:,} of {whole:,} samples, whatever they show."
        )


# -- pixels ----------------------------------------------------------------------------------------


def _pixels(session: Session) -> Iterator[Finding]:
    tried = session.network.tried
    chosen = next((row for row in tried if row["chosen"]), None)
    best = next((row for row in tried if row.get("best")), None)
    most = float(np.nanmax(session.column("image_statistics")[:, 4], initial=0))
    if most <= 1:
        yield Finding(
            "doubtful",
            "Your images look 255 times too small: no pixel is above 1 of 255. Multiply them by 255 before saving.",
        )
    if chosen is None or best is None:
        return
    if chosen is not best and _is_better(best, chosen):
        option = f'"{best["scaling"]}"' if " " in best["scaling"] else best["scaling"]
        yield Finding(
            "wrong",
            f"Your images look {_wrong(chosen['scaling'], best['scaling'])} for this network: as {_said(chosen)}; "
            f"as {_said(best)} (n = {best['samples']:,}). Use --preprocess {option}, or leave the option out.",
        )
    usual = chosen["scaling"].split()[0]
    plain = next((row for row in tried if row["scaling"] == usual), None)
    if chosen is best and plain is not None and chosen["scaling"].removeprefix(usual).strip() in SIZES:
        yield Finding(
            "note",
            f"Your images look {_wrong(usual, chosen['scaling'])} for this network: as {_said(plain)}; as "
            f"{_said(chosen)} (n = {chosen['samples']:,}). So that is done.",
        )
    elif chosen is best and plain is not None and plain is not chosen:
        yield Finding(
            "doubtful",
            f"Your images look {_wrong(usual, chosen['scaling'])} for this network: as {_said(plain)}; as "
            f"{_said(chosen)} (n = {chosen['samples']:,}). That is undone before they go in.",
        )


def _is_better(best: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if best["loss"] is None or other["loss"] is None:
        return best["loss"] is not None
    return bool(other["loss"] > best["loss"] + MARGIN or best["accuracy"] > other["accuracy"] + MARGIN)


def _said(row: Mapping[str, Any]) -> str:
    loss = "a loss that is no number" if row["loss"] is None else f"mean loss {row['loss']:.3g} nats"
    return f"{row['scaling']} {100 * row['accuracy']:.1f} % are right, {loss}"


def _wrong(given: str, expected: str) -> str:
    """What is wrong with pixels given in one way where another is expected."""
    (scale, *turns), (wanted, *turned) = given.split(), expected.split()
    words = []
    if scale != wanted and {scale, wanted} <= {"0..1", "0..255"}:
        words.append(f"255 times too {'large' if scale == '0..255' else 'small'}")
    elif scale != wanted and scale in FACTORS and wanted in FACTORS:
        ratio = FACTORS[wanted] / FACTORS[scale]
        size = f"{max(ratio, 1 / ratio):.3g} times too {'large' if ratio > 1 else 'small'}"
        words.append(f"{size} and not centered as it expects" if wanted == "-1..1" else size)
    elif scale != wanted:
        words.append("scaled in another way than it expects")
    if ("inverted" in turns) != ("inverted" in turned):
        words.append("inverted (black and white exchanged)")
    if ("BGR" in turns) != ("BGR" in turned):
        words.append("to have red and blue exchanged")
    if {*turns, *turned} & SIZES.keys():
        words.append(next(said for size, said in SIZES.items() if size in turned or OTHER[size] in turns))
    return " and ".join(words)


# -- classes ---------------------------------------------------------------------------------------


def reordered(session: Session) -> bool:
    """Whether the outputs clearly stand for the data's classes in another order."""
    n, _, fixed, broken = (int(value) for value in session.column("relabelling")[0])
    return n >= FEWEST and fixed - broken > max(GAIN * n, CLEAR * np.sqrt(fixed + broken))


def _order(session: Session) -> Iterator[Finding]:
    if not reordered(session):
        return
    table, names = session.column("relabelling"), session.class_names
    order = session.network.order or range(len(table) - 1)
    n, before, fixed, broken = (int(value) for value in table[0])
    moved = [
        f"output {order[column]} is the data's class '{names[meant]}' ({right:,} of {answers:,} answers)"
        for column, (meant, answers, _, right) in enumerate(table[1:].tolist())
        if meant != column and answers
    ]
    more = [f"and {len(moved) - MOST_NAMED:,} more"] if len(moved) > MOST_NAMED else []
    yield Finding(
        "wrong",
        f"The network's classes look to be in another order than the data's: {before:,} of {n:,} samples are right "
        f"as they are, and {before + fixed - broken:,} of {n:,} if its outputs mean other classes (found on the "
        f"other half of the samples). To use that order, start again with:",
        (*moved[:MOST_NAMED], *more),
        output_names.option(_in_output_order(session, table[1:, 0].tolist())),
    )


def _in_output_order(session: Session, meant: list[int]) -> list[str]:
    """The names of the classes that the outputs mean, in the order in which the network itself gives them."""
    names, order = session.class_names, session.network.order or range(len(meant))
    return [names[meant[column]] for column in np.argsort(order).tolist()]


def _chance(session: Session) -> Iterator[Finding]:
    rows = np.asarray(session.column("metrics"))[:, 0]
    n, right, c = int(np.nansum(rows[:, 0])), int(np.nansum(rows[:, 1])), len(session.dataset.class_names)
    if n < FEWEST or c < 2:
        return
    low, high = (float(end) for end in wilson(np.array(float(right)), np.array(float(n))))
    if reordered(session):
        return
    if low > 1 / c:
        counts = session.column("class_counts").sum(axis=0)
        usual = int(counts.argmax())
        share = float(counts[usual] / counts.sum())
        if low <= share:
            yield Finding(
                "doubtful",
                f"{right:,} of {n:,} are right (95 % interval {100 * low:.1f} to {100 * high:.1f} %), no better "
                f"than always answering '{session.class_names[usual]}' ({100 * share:.1f} %).",
            )
        return
    tried = session.network.tried
    best = max((row["accuracy"] for row in tried), default=0.0)
    reasons = ["it was trained on other images or other classes, or not at all"]
    if tried and best < 1 / c + GAIN:
        reasons.append(f"the scaling is not it: none of the {len(tried)} tried does better")
    elif tried:
        reasons.append("the scaling may be it: see what was tried")
    yield Finding(
        "wrong",
        f"Accuracy is near chance: {right:,} of {n:,} right (95 % interval {100 * low:.1f} to {100 * high:.1f} %), "
        f"and guessing among {c:,} classes gives {100 / c:.1f} %.",
        tuple(reason[0].upper() + reason[1:] + "." for reason in reasons),
    )


# -- units -----------------------------------------------------------------------------------------


def _ranges(session: Session) -> dict[str, Any]:
    names = {layer: f"unit_ranges/{layer}" for layer in session.network.layers}
    return {layer: session.column(name) for layer, name in names.items() if session.is_ready(name)}


def _units(session: Session) -> Iterator[Finding]:
    if session.dataset.n < FEWEST:
        return
    some: list[str] = []
    dead: list[str] = []
    for layer, rows in _ranges(session).items():
        least, most, broken = rows.T
        d, bad = len(rows), int(np.count_nonzero(broken))
        if bad:
            yield Finding("wrong", f"Layer {layer}: {bad:,} of {d:,} units give NaN or infinite numbers for samples.")
        silent = int(np.count_nonzero(least == most))
        zero = int(np.count_nonzero((least == 0) & (most == 0)))
        how = f"{zero:,} never answer (0 for all)" if zero == silent else f"{silent:,} give the same to all"
        if silent == d:
            dead.append(f"{layer}: all {d:,} units")
        elif silent >= DEAD * d:
            yield Finding("doubtful", f"Layer {layer}: of {d:,} units {how}, {100 * silent / d:.0f} %.")
        elif silent:
            some.append(f"{layer}: of {d:,} units {how}")
    if dead:
        which = f"Layer {dead[0].split(':')[0]} is dead" if len(dead) == 1 else f"{len(dead):,} layers are dead"
        yield Finding("wrong", f"{which}: no unit tells any of the {session.dataset.n:,} samples apart.", tuple(dead))
    if some:
        yield Finding(
            "note",
            f"A few units say nothing about these {session.dataset.n:,} samples, in {len(some):,} of "
            f"{len(session.network.layers):,} layers; below {100 * DEAD:.0f} % of a layer that is usual.",
            tuple(some),
        )
