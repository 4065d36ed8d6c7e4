"""Tagging in a process of its own, which says what was acknowledged; for tests that kill it.

    python -m tests.workspace.tagging FOLDER WRITER [MODE]

Each line on standard output is a number whose tag is on the disk: it is written after `add` has come back.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from itertools import count
from pathlib import Path

from workspace.store import Store
from workspace.tag_file import NAME, TagFile

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
PAUSE = 0.002  # between two tags; without any, one writer can keep another out for as long as it likes


def sample(writer: int, number: int) -> bytes:
    """What a sample of its own is known by."""
    return writer.to_bytes(4, "big") + number.to_bytes(8, "big")


def main(folder: str, writer: str, mode: str = "") -> None:
    """Tag one sample after the other for ever."""
    file = TagFile(Store(Path(folder)), mode=mode)
    for number in count(time.time_ns()):
        file.add(["kept"], [sample(int(writer), number)], f"writer {writer}")
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        time.sleep(PAUSE)


def killed(folder: Path, writers: int, chance: random.Random, mode: str = "", most: float = 0.15) -> set[bytes]:
    """Let writers run, kill them at a moment that nobody chose, and give what they had been promised.

    Each must have been promised something before the clock starts, or the kill would prove nothing.
    """
    command = [sys.executable, "-m", "tests.workspace.tagging", str(folder)]
    running = [
        subprocess.Popen([*command, str(writer), mode], stdout=subprocess.PIPE, cwd=ROOT) for writer in range(writers)
    ]
    firsts = [process.stdout.readline() for process in running]  # type: ignore[union-attr]
    time.sleep(chance.random() * most)
    for process in running:
        process.send_signal(signal.SIGKILL)
    promised = set()
    for writer, (process, first) in enumerate(zip(running, firsts, strict=True)):
        rest = process.communicate(timeout=PATIENCE)[0]
        lines = (first + rest).split(b"\n")[:-1]  # without a line that was cut off
        promised |= {sample(writer, int(line)) for line in lines}
    return promised


def lost(folder: Path, promised: set[bytes]) -> set[bytes]:
    """What was promised and is not there. Raises AssertionError if the file is not whole."""
    with closing(sqlite3.connect(folder / NAME)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert not list(folder.glob(f"{NAME}.damaged*"))
        return promised - {row[0] for row in file.execute("SELECT sample FROM members")}


if __name__ == "__main__":
    main(*sys.argv[1:])
