"""Tags on disk: which samples have which, and an account of who did what when.

A sample is known here by 12 bytes (see `tags.py`). Every action of a person is one transaction that also
writes a line into an account to which lines are only ever added; undo and redo read it and add to it.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from workspace import journal
from workspace.journal import NotSaved
from workspace.store import Store
from workspace.tag_action import Action, Nothing, quoted, samples_text
from workspace.tag_undo import last_done, last_undone, redone, retold, undone

NAME = "tags.sqlite"
MOST = 200  # tags
TABLES = ("tags", "actions", "changes", "members", "verdicts")
SCHEMA = (
    (
        # `made` and `changed` are the actions that made a tag, and that last gave it to or took it from a sample.
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL, color TEXT NOT NULL, "
        "alive INTEGER NOT NULL, made INTEGER NOT NULL, changed INTEGER NOT NULL)",
        "CREATE UNIQUE INDEX living ON tags (name) WHERE alive",
        "CREATE TABLE actions (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, who TEXT NOT NULL, "
        "kind TEXT NOT NULL, sentence TEXT NOT NULL, of INTEGER, tag INTEGER, was TEXT, became TEXT)",
        "CREATE INDEX of_whom ON actions (who, id)",
        "CREATE INDEX of_what ON actions (of)",
        # `samples` are those that really changed, 12 bytes after 12 bytes; `sign` is 1 for given and -1 for taken.
        "CREATE TABLE changes (action INTEGER NOT NULL, tag INTEGER NOT NULL, sign INTEGER NOT NULL, "
        "samples BLOB NOT NULL, PRIMARY KEY (action, tag, sign))",
        "CREATE TABLE members (tag INTEGER NOT NULL, sample BLOB NOT NULL, action INTEGER NOT NULL, "
        "PRIMARY KEY (tag, sample)) WITHOUT ROWID",
    ),
    (
        # What somebody who reviews labels said of a sample that had a label; of an action that was undone it is void.
        "CREATE TABLE verdicts (action INTEGER PRIMARY KEY, sample BLOB NOT NULL, label TEXT, verdict TEXT NOT NULL, "
        "new TEXT, score TEXT NOT NULL, value REAL, list TEXT NOT NULL)",
    ),
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """A tag as the file has it: `by` and `at` are of the last action that gave or took it, changed it, or made it."""

    id: int
    name: str
    color: str
    changed: int
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did; `number` is 0 if there was nothing to do."""

    number: int
    at: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the account; `undone` if it does not count at present."""

    number: int
    at: float
    who: str
    kind: str
    sentence: str
    undone: bool


class TagFile:
    """The tags in a store's folder. Safe for several threads; several processes may share the folder.

    Args:
        store: in whose folder; the file is made by the first change.
        mode: of the journal, "wal" or "delete"; "" for what suits the file system.
        steps: of the schema.
    """

    def __init__(self, store: Store, *, mode: str = "", steps: journal.Steps = SCHEMA) -> None:
        self.store = store
        self.path = store.folder / NAME
        self.mode = mode
        self.steps = steps
        self.notices: list[str] = []
        self._connection: sqlite3.Connection | None = None
        self._file = 0  # its number in the file system
        self._lock = threading.RLock()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        with suppress(AttributeError, sqlite3.Error):
            self.close()

    # -- reading -----------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """Larger after every change, whichever process made it."""
        return self.read(
            lambda file: file.execute("SELECT max(id) FROM actions").fetchone()[0] or 0,
            0,  # an end of an index
        )

    def rows(self) -> list[Row]:
        """All tags, by name."""
        text = (
            "SELECT t.id, t.name, t.color, t.changed, a.who, a.at FROM tags t JOIN actions a ON a.id = "
            "max(t.made, t.changed, (SELECT coalesce(max(id), 0) FROM actions WHERE tag = t.id)) WHERE t.alive"
        )
        nothing: list[Row] = []
        found = self.read(lambda file: [Row(*row) for row in file.execute(text)], nothing)
        return sorted(found, key=lambda row: (row.name.casefold(), row.name))

    def members(self, tag: int) -> list[bytes]:
        """The samples that have a tag, sorted."""
        text = "SELECT sample FROM members WHERE tag = ? ORDER BY sample"
        return self.read(lambda file: [row[0] for row in file.execute(text, (tag,))], [])

    def given(self, tag: int, sample: bytes) -> tuple[str, float]:
        """Who gave a tag to a sample, and when; ("", 0) if it does not have it."""
        text = "SELECT a.who, a.at FROM members m JOIN actions a ON a.id = m.action WHERE m.tag = ? AND m.sample = ?"
        return self.read(lambda file: file.execute(text, (tag, sample)).fetchone(), None) or ("", 0.0)

    def history(self, limit: int) -> tuple[list[Entry], int]:
        """The last lines of the account, the newest first, and how many there are."""

        def read(file: sqlite3.Connection) -> tuple[list[Entry], int]:
            text = "SELECT id, at, who, kind, sentence FROM actions ORDER BY id DESC LIMIT ?"
            found = [
                Entry(number, at, who, kind, sentence, undone(file, number))
                for number, at, who, kind, sentence in file.execute(text, (limit,))
            ]
            return found, file.execute("SELECT count(*) FROM actions").fetchone()[0]

        nothing: tuple[list[Entry], int] = ([], 0)
        return self.read(read, nothing)

    def steps_of(self, who: str) -> tuple[str, str]:
        """What a person's undo and redo would take back and do again, as sentences; "" for nothing."""

        def read(file: sqlite3.Connection) -> tuple[str, str]:
            text = "SELECT sentence FROM actions WHERE id = ?"
            last = [
                file.execute(text, (number,)).fetchone() for number in (last_done(file, who), last_undone(file, who))
            ]
            return tuple(row[0] if row else "" for row in last)  # type: ignore[return-value]

        return self.read(read, ("", ""))

    # -- changing ----------------------------------------------------------------------------

    def add(self, names: Sequence[str], samples: Sequence[bytes], who: str) -> Done:
        """Give tags to samples; tags that are not there are made. Raises NotSaved."""
        with self.action(who, "add") as action:
            given: set[bytes] = set()
            for name in names:
                tag = action.living(name) or action.make(name, MOST)
                given |= action.give(tag, samples)
            if not given and not action.made:
                raise Nothing(f"all {samples_text(len(samples))} had {quoted(*names)} already")
            action.sentence = f"tagged {samples_text(len(given))} {quoted(*names)}"
        return action.done

    def remove(self, names: Sequence[str], samples: Sequence[bytes], who: str) -> Done:
        """Take tags from samples. Raises NotSaved, also for a tag that is not there."""
        with self.action(who, "remove") as action:
            taken: set[bytes] = set()
            for name in names:
                taken |= action.take(action.known(name), samples)
            if not taken:
                raise Nothing(f"none of {samples_text(len(samples))} had {quoted(*names)}")
            action.sentence = f"took {quoted(*names)} from {samples_text(len(taken))}"
        return action.done

    def rename(self, old: str, new: str, who: str) -> Done:
        """Call a tag something else. Raises NotSaved: there is no such tag, or the name is taken."""
        with self.action(who, "rename") as action:
            tag = action.known(old)
            if new == old:
                raise Nothing(f"{quoted(old)} has that name already")
            if action.living(new):
                raise NotSaved(f"tag {quoted(new)}: is there already; choose another name")
            action.change(tag, "name", new, was=old)
            action.sentence = f"renamed {quoted(old)} to {quoted(new)}"
        return action.done

    def recolor(self, name: str, color: str, who: str) -> Done:
        """Give a tag another color (hexadecimal CSS). Raises NotSaved."""
        with self.action(who, "color") as action:
            tag = action.known(name)
            was = action.value(tag, "color")
            if was == color:
                raise Nothing(f"{quoted(name)} has that color already")
            action.change(tag, "color", color, was=was)
            action.sentence = f"gave {quoted(name)} the color {color}"
        return action.done

    def delete(self, name: str, who: str) -> Done:
        """Take a tag from all samples, and forget it until this is undone. Raises NotSaved."""
        with self.action(who, "delete") as action:
            tag = action.known(name)
            taken = action.take(tag, None)
            action.bury(tag)
            action.sentence = f"deleted {quoted(name)}, which {samples_text(len(taken))} had"
        return action.done

    def undo(self, who: str, kind: str = "") -> Done:
        """Take back a person's last action, of a kind or of any; what others changed since stays. Raises NotSaved."""
        with self.action(who, "undo") as action:
            number = last_done(action.file, who, kind)
            if not number:
                raise Nothing(f"{who} has nothing to undo")
            redone(action, number, forward=False)
        return action.done

    def redo(self, who: str) -> Done:
        """Do again what a person has undone last, unless they did something else since. Raises NotSaved."""
        with self.action(who, "redo") as action:
            number = last_undone(action.file, who)
            if not number:
                raise Nothing(f"{who} has nothing to redo")
            redone(action, number, forward=True)
        return action.done

    # -- the file ----------------------------------------------------------------------------

    @contextmanager
    def action(self, who: str, kind: str) -> Iterator[Action]:
        """One transaction with its line in the account; when the block is left, it is on the disk."""
        if self.store.folder != self.store.asked:
            raise NotSaved(f"tags: {self.store.asked} cannot be written; start with --cache and a folder that can")
        action = Action(who, kind, time.time())
        with self._lock:
            try:
                file = self._opened()
                with journal.transaction(file):
                    action.begin(file)
                    yield action
                    action.end()
            except Nothing as nothing:
                action.number, action.sentence = 0, str(nothing)
            except sqlite3.Error as error:
                raise NotSaved(f"tags: not saved, {journal.reason(error)}") from error
            except OSError as error:
                raise NotSaved(f"tags: not saved, {error.strerror}; free the file and try again") from error
        action.done = Done(action.number, action.at, action.sentence)

    def read(self, read: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What a question to the file gives; `otherwise` if there is no file yet, or it cannot be read."""
        with self._lock:
            try:
                self._borrow()
                return read(self._opened()) if self.path.exists() else otherwise
            except (sqlite3.Error, OSError, journal.Newer) as error:
                said = str(error) if isinstance(error, journal.Newer) else f"Tags cannot be read: {error}."
                if said not in self.notices:
                    self.notices.append(said)
                return otherwise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None:
            with suppress(FileNotFoundError):
                if self.path.stat().st_ino == self._file:
                    return self._connection
            self.close()  # somebody has removed the file or put another in its place
        with self.store.lock("tags"):
            try:
                self._connection = journal.connect(self.path, self.steps, self.mode)
            except journal.Damaged:
                self._connection = self._begun_anew()
        self._file = self.path.stat().st_ino
        return self._connection

    def _begun_anew(self) -> sqlite3.Connection:
        """A new file in place of a damaged one, with what can be read of that."""
        aside = journal.put_aside(self.path)
        connection = journal.connect(self.path, self.steps, self.mode)
        journal.salvage(aside, connection, TABLES)
        with journal.transaction(connection):
            retold(connection)
        kept = connection.execute("SELECT count(*) FROM members").fetchone()[0]
        self.notices.append(
            f"The file of tags was damaged: {kept:,} tags of samples could be read; it is kept as {aside.name}."
        )
        return connection

    def _borrow(self) -> None:
        """Of a cache that cannot be written, read a copy."""
        there = self.store.asked / NAME
        if self.store.folder == self.store.asked or self.path.exists() or not there.exists():
            return
        for ending in ("-wal", ""):
            if (side := there.with_name(NAME + ending)).exists():
                shutil.copyfile(side, self.path.with_name(NAME + ending))
