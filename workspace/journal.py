"""An SQLite file that outlives kills, a full disk and damage: opened, brought up to date, put aside.

What was committed is on the disk (`synchronous = FULL`). The journal is a write-ahead log, but not on file
systems that other machines share: its index is shared memory, which they cannot see.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from util import InspectorError

logger = logging.getLogger(__name__)

BUSY_SECONDS = 10.0
MOUNTS = Path("/proc/self/mounts")
SHARED = frozenset(
    ("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ncpfs", "glusterfs", "ceph", "lustre",
     "fuse.sshfs", "fuse.davfs", "fuse.glusterfs", "fuse.ceph", "vboxsf", "virtiofs")
)  # fmt: skip
CORRUPT, NOT_A_DATABASE, FULL, READ_ONLY, BUSY, LOCKED = 11, 26, 13, 8, 5, 6  # SQLite's result codes
SIDE_FILES = ("-wal", "-shm", "-journal")

Steps = Sequence[Sequence[str]]  # statements that lead from each schema to the next


class NotSaved(InspectorError):
    """A change that was not written."""


class Damaged(Exception):
    """The file is none of ours, or no longer whole."""


class Newer(InspectorError):
    """A file that a later version of this program has written."""

    exit_code = 5


def journal_mode(folder: Path) -> str:
    """What SQLite is to use: "delete" where machines share the folder's file system, else "wal"."""
    if str(folder).startswith(("\\\\", "//")):
        return "delete"
    try:
        lines = [line.split() for line in MOUNTS.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return "wal"
    here = folder.resolve()
    mounted = {Path(words[1].replace("\\040", " ")): words[2] for words in lines if len(words) > 2}
    kind = next((mounted[place] for place in (here, *here.parents) if place in mounted), "")
    return "delete" if kind in SHARED else "wal"


def connect(path: Path, steps: Steps, mode: str = "") -> sqlite3.Connection:
    """The file, opened, whole and of the newest schema; a new one is for its owner only.

    Args:
        path: of the file. Two processes must not make it at once.
        steps: the schema of version k is what the first k steps make.
        mode: of the journal; "" for what the file system asks for.

    Raises:
        Damaged: no SQLite file, not whole, or another program's.
        Newer: of a later schema.
        sqlite3.Error: it is locked, cannot be read, ...
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        version = _version(connection, path, steps)
        connection.execute(f"PRAGMA journal_mode = {mode or journal_mode(path.parent)}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # where the system has more than one kind of flush
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise Damaged
        if version < len(steps):
            _bring_up_to_date(connection, path, version, steps)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and code(error) in (CORRUPT, NOT_A_DATABASE):
            raise Damaged from error
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing; when it is left the change is on the disk."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def put_aside(path: Path) -> Path:
    """Give a damaged file another name, with what lies beside it; nothing is deleted."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**6:06}")
    path.replace(aside)
    for ending in SIDE_FILES:
        side = path.with_name(path.name + ending)
        if side.exists():
            side.replace(aside.with_name(aside.name + ending))
    logger.warning("%s is damaged: it is kept as %s", path, aside.name)
    return aside


def salvage(damaged: Path, connection: sqlite3.Connection, tables: Sequence[str]) -> int:
    """Copy the rows that can still be read of a damaged file into a new one; gives how many."""
    found = 0
    try:
        with closing(sqlite3.connect(f"{damaged.resolve().as_uri()}?mode=ro", uri=True)) as old:
            for table in tables:
                found += _copied(old, connection, table)
    except sqlite3.Error as error:
        logger.info("of %s nothing more can be read: %s", damaged, error)
    return found


def code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 if it gave none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def reason(error: sqlite3.Error) -> str:
    """What went wrong with a file and what to do, as the end of a sentence."""
    return {
        FULL: "the disk is full; free space there and try again",
        READ_ONLY: "the file cannot be written; start with --cache and a folder that can",
        BUSY: "another program holds the file; try again in a moment",
        LOCKED: "another program holds the file; try again in a moment",
        CORRUPT: "the file is damaged; start Innerview again, which puts it aside and reads what it can",
    }.get(code(error), f"{error}; try again")


def _version(connection: sqlite3.Connection, path: Path, steps: Steps) -> int:
    """The schema of a file; 0 for a new one. Changes nothing in one that is not ours."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(steps):
        raise Newer(f"{path.name}: written by a later Innerview; use that one, or name another --cache")
    if not version and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise Damaged
    return version


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, version: int, steps: Steps) -> None:
    if version:
        backup = path.with_name(f"{path.name}.schema-{version}-{time.strftime('%Y%m%d-%H%M%S')}")
        connection.execute("VACUUM INTO ?", (str(backup),))
        backup.chmod(0o600)
    with transaction(connection):
        for statements in steps[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")


def _copied(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> int:
    columns = [row[1] for row in new.execute(f"PRAGMA table_info({table})")]
    listed, marks = ", ".join(columns), ", ".join("?" * len(columns))
    found = 0
    with transaction(new):
        try:
            for row in old.execute(f"SELECT {listed} FROM {table}"):
                found += new.execute(f"INSERT OR IGNORE INTO {table} ({listed}) VALUES ({marks})", row).rowcount
        except sqlite3.Error as error:
            logger.info("of %s %s rows could be read: %s", table, found, error)
    return found
