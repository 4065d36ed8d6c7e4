"""Verdicts on disk: beside the tags, in the same file and the same account, so that one undo serves both.

A verdict is a line that is only ever added. It counts unless its action was undone; of several that count
on the same sample the latest does (`reviews.py`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from workspace.tag_file import Done, TagFile
from workspace.tag_undo import UNDONE

KIND = "verdict"


@dataclass(frozen=True, slots=True)
class Line:
    """A verdict as the file has it.

    Attributes:
        number: of its action; larger is later.
        who, at: who gave it, and when in seconds since 1970.
        sample: 12 bytes (see `tags.py`).
        label: the name of the class that the dataset gave then; None for none.
        verdict: "keep", "relabel", "drop" or "unsure".
        new: the name of the class that it should be; None unless it is relabelled.
        score, value: by what the list was sorted, and what the sample had; "" and None for nothing.
        list: the one that it was given in.
    """

    number: int
    who: str
    at: float
    sample: bytes
    label: str | None
    verdict: str
    new: str | None
    score: str
    value: float | None
    list: str


def add(
    file: TagFile,
    sample: bytes,
    verdict: str,
    who: str,
    *,
    label: str | None,
    new: str | None = None,
    score: str = "",
    value: float | None = None,
    list: str = "",
    sentence: str = "",
) -> Done:
    """Write a verdict down; it is on the disk when this comes back. `sentence` is its line in the account.

    Raises:
        NotSaved: it could not be written.
    """
    with file.action(who, KIND) as action:
        action.file.execute(
            "INSERT INTO verdicts (action, sample, label, verdict, new, score, value, list) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (action.number, sample, label, verdict, new, score, value, list),
        )
        action.sentence = sentence
    return action.done


def lines(file: TagFile) -> list[Line]:
    """The verdicts that count, the oldest first."""
    text = (
        "SELECT a.id, a.who, a.at, v.sample, v.label, v.verdict, v.new, v.score, v.value, v.list "
        f"FROM verdicts v JOIN actions a ON a.id = v.action WHERE NOT {UNDONE} ORDER BY a.id"
    )

    def read(connection: sqlite3.Connection) -> list[Line]:
        return [Line(*row) for row in connection.execute(text)]

    nothing: list[Line] = []
    return file.read(read, nothing)


def last(file: TagFile, who: str) -> bytes | None:
    """The sample of the last verdict of a person that counts; None without any."""
    text = (
        "SELECT v.sample FROM verdicts v JOIN actions a ON a.id = v.action "
        f"WHERE a.who = ? AND NOT {UNDONE} ORDER BY a.id DESC LIMIT 1"
    )

    def read(connection: sqlite3.Connection) -> bytes | None:
        row = connection.execute(text, (who,)).fetchone()
        return row[0] if row else None

    return file.read(read, None)
