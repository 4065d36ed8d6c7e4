"""One action of a person on the file of tags: what it may do there, and what is written down of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from workspace.journal import NotSaved

if TYPE_CHECKING:
    from workspace.tag_file import Done

WIDTH = 12  # bytes by which a sample is known
FEW = 500  # samples that are looked up one by one
COLORS = (
    "#e8590c", "#1c7ed6", "#2f9e44", "#c2255c", "#7048e8", "#0c8599", "#b08000", "#a61e4d", "#5c940d", "#495057",
)  # fmt: skip


class Nothing(Exception):
    """There is nothing to do; the message says why."""


class Action:
    """What happens between `begin` and `end`, in one transaction.

    Attributes:
        who, kind, at: of its line in the account.
        number: of the line.
        sentence: what it did, in the past tense.
        made: the tags that it made.
        done: what came of it, once it is over.
    """

    file: sqlite3.Connection
    done: Done

    def __init__(self, who: str, kind: str, at: float) -> None:
        self.who, self.kind, self.at = who, kind, at
        self.number = 0
        self.sentence = ""
        self.made: list[int] = []

    def begin(self, file: sqlite3.Connection) -> None:
        """Open its line."""
        self.file = file
        text = "INSERT INTO actions (at, who, kind, sentence) VALUES (?, ?, ?, '')"
        self.number = file.execute(text, (self.at, self.who, self.kind)).lastrowid or 0

    def end(self) -> None:
        """Write the sentence."""
        self.file.execute("UPDATE actions SET sentence = ? WHERE id = ?", (self.sentence, self.number))

    # -- tags --------------------------------------------------------------------------------

    def living(self, name: str) -> int:
        """The tag of that name; 0 for none."""
        row = self.file.execute("SELECT id FROM tags WHERE name = ? AND alive", (name,)).fetchone()
        return row[0] if row else 0

    def known(self, name: str) -> int:
        """The tag of that name. Raises NotSaved if there is none."""
        tag = self.living(name)
        if not tag:
            raise NotSaved(f"tag {quoted(name)}: there is none of that name (any more); choose one of the list")
        return tag

    def make(self, name: str, most: int) -> int:
        """A new tag. Raises NotSaved if there are too many."""
        if self.file.execute("SELECT count(*) FROM tags WHERE alive").fetchone()[0] >= most:
            raise NotSaved(f"tags: there are {most} already; delete one first")
        count = self.file.execute("SELECT count(*) FROM tags").fetchone()[0]
        text = "INSERT INTO tags (name, color, alive, made, changed) VALUES (?, ?, 1, ?, ?)"
        made = (name, COLORS[count % len(COLORS)], self.number, self.number)
        self.made.append(self.file.execute(text, made).lastrowid or 0)
        return self.made[-1]

    def value(self, tag: int, column: str) -> str:
        """The name or the color of a tag."""
        return str(self.file.execute(f"SELECT {column} FROM tags WHERE id = ?", (tag,)).fetchone()[0])

    def change(self, tag: int, column: str, value: str, *, was: str) -> None:
        """Give a tag another name or color."""
        self.file.execute(f"UPDATE tags SET {column} = ? WHERE id = ?", (value, tag))
        text = "UPDATE actions SET tag = ?, was = ?, became = ? WHERE id = ?"
        self.file.execute(text, (tag, was, value, self.number))

    def bury(self, tag: int) -> None:
        """Forget a tag; its row stays for an undo."""
        self.file.execute("UPDATE tags SET alive = 0 WHERE id = ?", (tag,))
        self.file.execute("UPDATE actions SET tag = ? WHERE id = ?", (tag, self.number))

    def revived(self, tag: int) -> int:
        """The tag, back if it was forgotten; the one that has its name now, if another has."""
        name, alive = self.file.execute("SELECT name, alive FROM tags WHERE id = ?", (tag,)).fetchone()
        if alive:
            return tag
        if other := self.living(name):
            return other
        self.file.execute("UPDATE tags SET alive = 1 WHERE id = ?", (tag,))
        return tag

    # -- samples -----------------------------------------------------------------------------

    def give(self, tag: int, samples: Iterable[bytes]) -> set[bytes]:
        """Give the tag to samples; gives those that did not have it."""
        wanted = set(samples)
        new = sorted(wanted - self._having(tag, wanted))
        rows = ((tag, sample, self.number) for sample in new)
        self.file.executemany("INSERT INTO members (tag, sample, action) VALUES (?, ?, ?)", rows)
        self._note(tag, 1, new)
        return set(new)

    def take(self, tag: int, samples: Iterable[bytes] | None) -> set[bytes]:
        """Take the tag from samples, from all if None; gives those that had it."""
        if samples is None:
            old = [row[0] for row in self.file.execute("SELECT sample FROM members WHERE tag = ?", (tag,))]
            self.file.execute("DELETE FROM members WHERE tag = ?", (tag,))
        else:
            old = sorted(self._having(tag, set(samples)))
            rows = ((tag, sample) for sample in old)
            self.file.executemany("DELETE FROM members WHERE tag = ? AND sample = ?", rows)
        self._note(tag, -1, old)
        return set(old)

    def is_empty(self, tag: int) -> bool:
        """Whether no sample has a tag."""
        return self.file.execute("SELECT 1 FROM members WHERE tag = ? LIMIT 1", (tag,)).fetchone() is None

    def _having(self, tag: int, samples: set[bytes]) -> set[bytes]:
        if len(samples) > FEW:
            found = self.file.execute("SELECT sample FROM members WHERE tag = ?", (tag,))
            return samples.intersection(row[0] for row in found)
        text = "SELECT 1 FROM members WHERE tag = ? AND sample = ?"
        return {sample for sample in samples if self.file.execute(text, (tag, sample)).fetchone()}

    def _note(self, tag: int, sign: int, samples: Sequence[bytes]) -> None:
        if samples:
            text = "INSERT INTO changes (action, tag, sign, samples) VALUES (?, ?, ?, ?)"
            self.file.execute(text, (self.number, tag, sign, b"".join(samples)))
            self.file.execute("UPDATE tags SET changed = ? WHERE id = ?", (self.number, tag))


def parted(samples: bytes) -> list[bytes]:
    """The samples that are written one after the other."""
    return [samples[start : start + WIDTH] for start in range(0, len(samples), WIDTH)]


def quoted(*names: str) -> str:
    """Tags in a sentence."""
    return ", ".join(f"“{name}”" for name in names)


def samples_text(n: int) -> str:
    """How many samples, in a sentence."""
    return f"{n:,} sample{'' if n == 1 else 's'}"
