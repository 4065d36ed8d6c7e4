"""What is wrong with the data and the network, as a handful of ranked sentences, each with its numbers.

A sentence is made of columns alone and says n. What is not there yet is left out and said by `waiting`;
what never will be, because the network gives no class scores or the data no labels, is left out, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.duplicates import CONFLICT, NAMES
from analysis.strangers import SHARE
from workspace import calibration, doctor, odd_sizes
from workspace.plan import ColumnNotReady
from workspace.query import literal

if TYPE_CHECKING:
    from workspace.session import Session

Severity = Literal["wrong", "doubtful", "note", "fine"]
SEVERITIES: tuple[Severity, ...] = ("wrong", "doubtful", "note", "fine")
PICTURES = 3
MUCH = 0.01  # of the samples, from which on a fault is no longer a curiosity
USUAL = 0.1  # of the suspect labels, from which on a pair of classes is worth naming
SHORTCUT = 0.5  # of the way from chance to always right that one property of a picture goes, from which it is told
WEAK_SPOT = 0.25  # the same, for telling errors
STRANGE = 0.025  # of a split far out, from which on it is another kind of data
COLUMNS = {
    "labels": ("suspect_counts", "label_suspect", "label_issue", "suggested", "labels"),
    "duplicates": ("duplicate", "duplicate_group", "copy_of", "copies", "split"),
    "outliers": ("stranger", "outlier", "split"),
    "network": doctor.COLUMNS,
    "calibration": calibration.NEEDED,
    "pictures": ("nuisance_label", "labels", "split"),
    "drift": ("drift", "outlier", "split"),
    "subtypes": ("subtype", "subtype_parts", "correct", "labels", "split"),
    "sizes": odd_sizes.NEEDED,
}
SUBJECTS = {
    "labels": "label issues", "duplicates": "copies", "outliers": "outliers", "network": "the doctor",
    "calibration": "calibration",
    "pictures": "shortcuts", "drift": "gaps between splits", "subtypes": "sub-types",
    "sizes": "odd sizes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that was found, or that was looked for and not found.

    Attributes:
        subject: one of SUBJECTS.
        severity: "wrong", "doubtful", "note", or "fine" where nothing was found.
        text: what, with n and interval.
        n: samples that it is about; `of` so many that were looked at.
        low, high: between how many of them, or what share, as the text says.
        query: which samples; "" for all of the list.
        images: up to three of them, the most striking first.
    """

    subject: str
    severity: Severity
    text: str
    n: int = 0
    of: int = 0
    low: float | None = None
    high: float | None = None
    query: str = ""
    images: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "images": list(self.images)}


def ranked(session: Session) -> list[Sentence]:
    """Every sentence that can be said now, the gravest first, and of these the one about the largest share."""
    found = []
    for subject, make in MAKERS.items():
        if known(session, subject) and not _late(session, subject):
            try:
                found += list(make(session))
            except ColumnNotReady:
                continue
    share = [sentence.n / max(sentence.of, 1) for sentence in found]
    order = sorted(range(len(found)), key=lambda place: (SEVERITIES.index(found[place].severity), -share[place]))
    return [found[place] for place in order]


def known(session: Session, subject: str) -> bool:
    """Whether what a subject is about is ever there: labels, class scores, splits."""
    if not (session.has_dataset and session.has_network):
        return False
    if subject == "network":
        return True
    if subject in ("labels", "calibration") and not session.dataset.labelled:
        return False
    return all(session.knows(column) for column in COLUMNS[subject])


def waiting(session: Session) -> list[str]:
    """What is still being computed, in words."""
    if not (session.has_dataset and session.has_network):
        return list(SUBJECTS.values())
    late = []
    for subject, name in SUBJECTS.items():
        columns = _late(session, subject) if known(session, subject) else []
        if any(session.failure(column) is None for column in columns):
            late.append(name)
    return late


def _labels(session: Session) -> Iterator[Sentence]:
    found = session.faults.suspects()
    n, k = found.n, found.suspect
    if not k:
        yield Sentence("labels", "fine", f"Labels: none of {n:,} looks wrong.", 0, n)
        return
    query = 'label_suspect == "suspect"'
    chance = f"{found.expected:,.0f} would look so if every label were right"
    images = _worst(session, "label_issue", session.column("label_suspect"), 1)
    if not found.low:
        said = f"Up to {k:,} of the {n:,} labels {'looks' if k == 1 else 'look'} wrong, but {chance}."
        yield Sentence("labels", "note", said, k, n, 0, k, query, images)
        return
    names = session.class_names
    label, better, times = session.faults.pairs()[0]
    given = np.asarray(session.column("labels"))[np.asarray(session.column("label_suspect")) == 1]
    often = np.bincount(given)
    if 2 * often.max() > k:
        usual = f", most of them labelled {names[int(often.argmax())]} ({often.max():,})"
    elif times > 1 and times >= USUAL * k:
        usual = f", most often a {names[better]} labelled {names[label]} ({times:,})"
    else:
        usual = ""
    size = f"About {found.low:,} to {k:,}" if found.low < k else f"{k:,}"
    said = f"{size} of the {n:,} labels look wrong{usual}."
    severity: Severity = "wrong" if found.low > MUCH * n else "doubtful"
    yield Sentence("labels", severity, said, k, n, found.low, k, query, images)


def _duplicates(session: Session) -> Iterator[Sentence]:
    kind, of = np.asarray(session.column("duplicate")), session.dataset.n
    group = np.asarray(session.column("duplicate_group"))
    if not kind.any():
        yield Sentence("duplicates", "fine", f"Copies: no picture stands in the data twice (n = {of:,}).", 0, of)
        return
    rows = kind >= CONFLICT
    if rows.any():
        k, groups = int(rows.sum()), len(np.unique(group[rows]))
        some = "at least one label is wrong" if groups == 1 else f"at least {groups:,} labels are wrong"
        where = "as copies of one picture" if groups == 1 else f"in {groups:,} groups of copies"
        said = f"{k:,} of {of:,} samples stand {where} that have different labels: {some}."
        names = [literal(NAMES[code]) for code in (CONFLICT, CONFLICT + 1)]
        query = f"duplicate in [{', '.join(names)}]"
        yield Sentence("duplicates", "wrong", said, k, of, None, None, query, _first(session, "labels"))
    for leak in session.faults.leaks():
        if leak.leaked:
            yield _leak(session, leak)
    counts, pairs = session.faults.duplicate_counts()["within"], session.faults.duplicates("within")
    if counts:
        said = f"{counts:,} of {of:,} pictures stand twice or more in the same split, in {pairs.n:,} " + (
            "group of copies." if pairs.n == 1 else "groups of copies."
        )
        query = f"duplicate == {literal(NAMES[1])}"
        yield Sentence("duplicates", "note", said, counts, of, None, None, query, _first(session, "within"))


def _leak(session: Session, leak: Any) -> Sentence:
    """Samples of a split that another split has, with the accuracy of the others."""
    others = [name for name, count in session.splits if name != leak.split]
    where = others[0] if len(others) == 1 else "another split"
    also = "images also stands" if leak.leaked == 1 else "images also stand"
    said = f"{leak.leaked:,} of {leak.n:,} {leak.split} {also} in {where}"
    low = high = None
    if leak.accuracy and leak.accuracy[2].n:
        every, _, clean = leak.accuracy
        low, high = clean.low, clean.high
        them = "it" if leak.leaked == 1 else "them"
        said += (
            f": accuracy without {them} {100 * clean.value:.2f} % (95 % interval {100 * low:.2f} to "
            f"{100 * high:.2f} %, n = {clean.n:,}), with {them} {100 * every.value:.2f} %"
        )
    severity: Severity = "wrong" if leak.leaked >= MUCH * leak.n else "doubtful"
    query = f"split == {literal(leak.split)} and duplicate in [{literal(NAMES[2])}, {literal(NAMES[4])}]"
    return Sentence(
        "duplicates", severity, f"{said}.", leak.leaked, leak.n, low, high, query, _first(session, "splits")
    )


def _outliers(session: Session) -> Iterator[Sentence]:
    found = session.faults.strangers()
    first = next((entry.split for entry in found if entry.first), "")
    for entry in found:
        if entry.first:
            continue
        share = f"{100 * entry.far / entry.n:.2f} %, 95 % interval {100 * entry.low:.2f} to {100 * entry.high:.2f} %"
        how = f"further out than 99 % of {first}"
        if entry.low <= SHARE:
            said = f"Outliers: {entry.far:,} of {entry.n:,} {entry.split} samples ({share}) lie {how}, as is usual."
            yield Sentence("outliers", "fine", said, entry.far, entry.n, entry.low, entry.high)
            continue
        said = f"{entry.far:,} of {entry.n:,} {entry.split} samples ({share}) lie {how}; 1 % would be usual."
        severity: Severity = "wrong" if entry.low > STRANGE else "doubtful"
        inside = np.asarray(session.column("split")) == session.dataset.split_names.index(entry.split)
        images = _worst(session, "outlier", np.where(inside, session.column("stranger"), 0), 1)
        query = f'stranger == "far out" and split == {literal(entry.split)}'
        yield Sentence("outliers", severity, said, entry.far, entry.n, entry.low, entry.high, query, images)


def _subtypes(session: Session) -> Iterator[Sentence]:
    """Stable groups inside a class that are clearly more often wrong than the rest of it, outside the first split."""
    names = [name for name, _ in session.splits]
    for split in names[1:] or names:
        limit = session.subtypes.limit(split)
        for entry in session.subtypes.listed(split):
            recall, others = entry.recall, entry.others
            if entry.is_rest or recall is None or others is None or entry.worse >= limit:
                continue
            first = entry.shares.get(names[0])
            where = f", {100 * first.value:.1f} % of its class in {names[0]}" if first else ""
            said = (
                f"Sub-type {entry.name}{where}: {100 * recall.value:.1f} % of {recall.n:,} are right in {split} "
                f"(95 % interval {100 * recall.low:.1f} to {100 * recall.high:.1f} %), the rest of its class "
                f"{100 * others.value:.1f} % of {others.n:,}."
            )
            images = tuple(int(row) for row in entry.rows[:PICTURES])
            wrong = recall.n - recall.some
            yield Sentence(
                "subtypes", "doubtful", said, wrong, recall.n, recall.low, recall.high,
                f"{entry.query} and split == {literal(split)}", images,
            )  # fmt: skip


def _network(session: Session) -> Iterator[Sentence]:
    for finding in doctor.findings(session):
        if finding.severity == "wrong":
            n = session.dataset.n
            yield Sentence("network", "wrong", finding.sentence, n, n)


def _pictures(session: Session) -> Iterator[Sentence]:
    """Properties of pictures that give the class or the errors away; nothing is said where none does so by much."""
    told: tuple[tuple[Literal["label", "error"], float, Severity], ...] = (
        ("label", SHORTCUT, "doubtful"),
        ("error", WEAK_SPOT, "note"),
    )
    for target, much, severity in told:
        if not session.is_ready(f"nuisance_{target}"):
            continue
        for found in session.nuisances.found(target):
            if found.gain > much:
                ends = (found.low_end, found.high_end)
                said = f"{found.text} At the {ends[0].text}; at the {ends[1].text}."
                images = (*ends[0].images[:1], *ends[1].images[:2])
                yield Sentence("pictures", severity, said, found.n, found.n, found.low, found.high, "", images)
                break


def _sizes(session: Session) -> Iterator[Sentence]:
    """Pictures that were much smaller, larger, narrower or wider than the others; nothing is said without any."""
    found = odd_sizes.found(session)
    if found is not None:
        severity: Severity = "doubtful" if found.n > MUCH * found.of else "note"
        yield Sentence("sizes", severity, found.text, found.n, found.of, None, None, odd_sizes.QUERY, found.rows)


def _drift(session: Session) -> Iterator[Sentence]:
    """Whether the second split is another kind of data than the first one; nothing is said where it is not."""
    usual = session.drift.usual()
    if usual is None:
        return
    one, two, measures = usual
    said, why = session.drift.verdict(measures)
    if said != "gap" or why is None:
        return
    inside = np.asarray(session.column("split")) == session.dataset.split_names.index(two)
    images = _worst(session, "outlier", inside.astype(np.int64), 1)
    n, of = why.n_new, int(inside.sum())
    text = f"{two} differs from {one}: {session.drift.said(why)}"
    yield Sentence("drift", "doubtful", text, n, of, why.low, why.high, f"split == {literal(two)}", images)


def _calibration(session: Session) -> Iterator[Sentence]:
    """Whether the network is as often right as it says, where a difference is both large and more than chance."""
    split = session.calibration.usual_split()
    found = session.calibration.measured(split)
    if found is None:
        return
    error, sure, right = found.before.error, 100 * found.before.confidence, 100 * found.accuracy
    figures = (
        f"{sure:.2f} % sure on average and right in {right:.2f} % (n = {found.n:,}; calibration error "
        f"{100 * error.value:.2f} %, 95 % interval {100 * error.low:.2f} to {100 * error.high:.2f} %, "
        f"{100 * error.chance:.2f} % by chance)"
    )
    if found.verdict not in ("too sure", "too unsure") or error.low < MUCH or error.low <= error.chance_high:
        yield Sentence("calibration", "fine", f"Calibration: on {split} it is {figures}.", 0, found.n)
        return
    fitted = session.calibration.fitted(split)
    mended = f" Its logits divided by {fitted.temperature:.3g} would be better." if fitted.temperature > 0 else ""
    size = round(abs(found.excess) * found.n)
    query = f"split == {literal(split)} and {'not correct' if found.excess > 0 else 'correct'}"
    said = f"The network is {found.verdict}: on {split} it is {figures}.{mended}"
    rows = session.find(query, sort="-confidence" if found.excess > 0 else "confidence").indices[:PICTURES]
    images = tuple(int(row) for row in rows)
    yield Sentence("calibration", "doubtful", said, size, found.n, error.low, error.high, query, images)


def _late(session: Session, subject: str) -> list[str]:
    """The columns of a subject that will be there, and are not."""
    return [column for column in COLUMNS[subject] if session.knows(column) and not session.is_ready(column)]


MAKERS: dict[str, Callable[[Session], Iterator[Sentence]]] = {
    "network": _network, "labels": _labels, "duplicates": _duplicates, "outliers": _outliers, "pictures": _pictures,
    "calibration": _calibration,
    "drift": _drift,
    "subtypes": _subtypes,
    "sizes": _sizes,
}  # fmt: skip


def _worst(session: Session, score: str, which: NDArray[np.integer], code: int) -> tuple[int, ...]:
    """The samples of a class with the highest scores."""
    rows = np.flatnonzero(np.asarray(which) == code)
    values = np.asarray(session.column(score)[rows], np.float64)
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
    return tuple(int(row) for row in rows[order[:PICTURES]])


def _first(session: Session, section: str) -> tuple[int, ...]:
    """The first samples of the first groups of copies of a section."""
    rows = [row for group in session.faults.duplicates(section).shown for row in group.rows]
    return tuple(rows[:PICTURES])
