"""Verdicts of people on labels: keep, relabel, drop, unsure; kept beside the tags, known here by index.

A verdict is about a sample and the label that it had. Where the dataset gives another label now, say because
the fix was applied, it no longer counts here; nor does one whose new class the dataset does not have.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from util import digest
from workspace import verdict_file
from workspace.journal import NotSaved
from workspace.query import Field
from workspace.tag_file import Done
from workspace.tag_names import person
from workspace.verdict_file import Line

if TYPE_CHECKING:
    from workspace.session import Session

KINDS = ("keep", "relabel", "drop", "unsure", "none")  # by code; the last for samples without a verdict
KEEP, RELABEL, DROP, UNSURE, NONE = range(5)
VERDICT, CORRECTED = "review", "corrected"
TITLES = {VERDICT: "Review", CORRECTED: "Corrected label"}
ABOUT = {
    VERDICT: "What people who reviewed its label said: keep, relabel, drop, unsure, or none.",
    CORRECTED: "The label after review: the new one where it was relabelled, none where it was dropped.",
}
SCORES = {"issues": "label_issue", "loss": "loss"}  # list -> what it is sorted by


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """The verdicts that count, by sample.

    Attributes:
        kinds: (n,) int32 codes of KINDS.
        new: (n,) int32 the class of relabelled samples, -1 for all others.
        numbers: (n,) of the verdict, larger is later; 0 for none.
        lines: index -> the verdict as it was given.
    """

    kinds: NDArray[np.int32]
    new: NDArray[np.int32]
    numbers: NDArray[np.int64]
    lines: dict[int, Line]


class Reviews:
    """The verdicts of one session; safe for several threads. Whatever changes them may raise NotSaved."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lock = threading.RLock()
        self._kept: tuple[Any, Decided] | None = None

    # -- reading -----------------------------------------------------------------------------

    def decided(self) -> Decided:
        """The verdicts that count now. Raises ColumnNotReady while samples cannot be told apart yet."""
        session = self.session
        names = session.class_names
        now = (session.dataset.fingerprint, session.tags.version, names)
        with self._lock:
            if self._kept is None or self._kept[0] != now:
                self._kept = now, self._read(names)
            return self._kept[1]

    def corrected(self) -> NDArray[np.int32]:
        """(n,) the labels after review; -1 for none, and for what was dropped."""
        decided = self.decided()
        labels = np.asarray(self.session.column("labels")).astype(np.int32)
        labels[decided.kinds == RELABEL] = decided.new[decided.kinds == RELABEL]
        labels[decided.kinds == DROP] = -1
        return labels

    def pairs(self) -> list[tuple[str, str, int]]:
        """How many were relabelled from which class to which, the most frequent first; "" is no label."""
        decided, names = self.decided(), [*self.session.class_names, ""]
        rows = np.flatnonzero(decided.kinds == RELABEL)
        labels = np.asarray(self.session.column("labels")[rows])
        both, counts = np.unique(np.stack([labels, decided.new[rows]], axis=1), axis=0, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return [(names[both[at][0]], names[both[at][1]], int(counts[at])) for at in order]

    # -- changing ----------------------------------------------------------------------------

    def judge(self, index: int, kind: str, who: str, *, new: str = "", source: str = "") -> Done:
        """Say something of the label of a sample; it is on the disk when this comes back.

        Args:
            index: of the sample.
            kind: "keep", "relabel", "drop" or "unsure".
            who: the name that somebody typed.
            new: the name of the right class, for "relabel"; the present one makes it a "keep".
            source: the list that it was found in.

        Raises:
            NotSaved: no such kind or class, or it could not be written.
        """
        session = self.session
        names = session.class_names
        if kind not in KINDS[:NONE]:
            raise NotSaved(f"review: {kind[:20]!r} is no verdict; keep, relabel, drop or unsure are")
        if kind == "relabel" and new not in names:
            raise NotSaved(f"review: there is no class {new[:40]!r}; choose one of the {len(names):,} classes")
        sample = session.tags.samples(np.array([index]))[0]
        code = int(session.column("labels")[index])
        label = names[code] if code >= 0 else None
        if kind == "relabel" and new == label:
            kind = "keep"
        score = SCORES.get(source, "loss")
        value = float(session.column(score)[index]) if session.is_ready(score) else None
        known = value is not None and np.isfinite(value)
        return verdict_file.add(
            session.tags.file,
            sample,
            kind,
            person(who),
            label=label,
            new=new if kind == "relabel" else None,
            score=score if known else "",
            value=value if known else None,
            list=source,
            sentence=_sentence(index, kind, label, new),
        )

    def undo(self, who: str) -> tuple[Done, int | None]:
        """Take back the last verdict of this person; gives its sample, None if there is none of it here."""
        sample = verdict_file.last(self.session.tags.file, person(who))
        done = self.session.tags.file.undo(person(who), verdict_file.KIND)
        if sample is None or not done.number:
            return done, None
        found, here = self.session.tags.places([sample])
        return done, int(found[0]) if here[0] else None

    # -- as columns --------------------------------------------------------------------------

    def owns(self, column: str) -> bool:
        """Whether a column is about verdicts."""
        return column in TITLES

    def has(self, column: str) -> bool:
        """Whether such a column can be read now."""
        return column in TITLES and self.session.tags.ready

    def column(self, name: str) -> NDArray[np.int32]:
        """(n,) codes of KINDS, or labels. Raises ColumnNotReady."""
        return self.decided().kinds if name == VERDICT else self.corrected()

    def key(self, name: str) -> str:
        """The key that stands for the content of such a column. Raises as `column` does."""
        return digest(name, self.column(name))

    def by_key(self, key: str) -> NDArray[np.int32] | None:
        """A column by its key, if it is as the verdicts are now."""
        if not self.session.tags.ready:
            return None
        return next((self.column(name) for name in TITLES if self.key(name) == key), None)

    def names(self, column: str) -> tuple[str, ...]:
        """Of the codes of such a column."""
        return KINDS if column == VERDICT else self.session.class_names

    def fields(self) -> list[Field]:
        """Both columns, for queries and tables."""
        reads = {VERDICT: lambda: self.column(VERDICT), CORRECTED: lambda: self.column(CORRECTED)}
        return [Field(name, TITLES[name], "class", self.names(name), ABOUT[name], reads[name]) for name in TITLES]

    # -- inside ------------------------------------------------------------------------------

    def _read(self, names: tuple[str, ...]) -> Decided:
        n = self.session.dataset.n
        decided = Decided(np.full(n, NONE, np.int32), np.full(n, -1, np.int32), np.zeros(n, np.int64), {})
        listed = verdict_file.lines(self.session.tags.file)
        codes = {name: code for code, name in reversed(list(enumerate(names)))}
        labels = self.session.column("labels")
        found, here = self.session.tags.places([line.sample for line in listed])
        for line, index, is_here in zip(listed, found.tolist(), here.tolist(), strict=True):
            code = int(labels[index])
            if not is_here or line.label != (names[code] if code >= 0 else None):
                continue
            if line.verdict == "relabel" and line.new not in codes:
                continue
            decided.kinds[index] = KINDS.index(line.verdict)
            decided.new[index] = codes[line.new] if line.verdict == "relabel" and line.new is not None else -1
            decided.numbers[index] = line.number
            decided.lines[index] = line
        for array in (decided.kinds, decided.new, decided.numbers):
            array.flags.writeable = False
        return decided


def _sentence(index: int, kind: str, label: str | None, new: str) -> str:
    was = "no label" if label is None else f"“{label}”"
    return {
        "keep": f"kept {was} of sample {index:,}",
        "relabel": f"relabelled sample {index:,} from {was} to “{new}”",
        "drop": f"dropped sample {index:,}, labelled {was}",
        "unsure": f"was unsure about {was} of sample {index:,}",
    }[kind]
