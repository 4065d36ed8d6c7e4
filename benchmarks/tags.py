"""Tagging: 60,000 samples at once, one by one, and kills; against one JSON file that is replaced each time."""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.workspace.tagging import killed, lost
from workspace.store import Store, replacing
from workspace.tag_file import TagFile

MANY, ONES = 60_000, 200
KILLS, QUICK_KILLS = 200, 10


def run(*, data: Path | None, full: bool) -> None:
    """Times, and with `full` 200 kills each of one and of two writing processes."""
    samples = [bytes(row) for row in np.random.default_rng(0).integers(0, 256, (MANY, 12), dtype=np.uint8)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        _ours(store, samples)
        _json(Path(folder), samples)
    for writers in (1, 2):
        _kill(writers, KILLS if full else QUICK_KILLS)


def _ours(store: Store, samples: list[bytes]) -> None:
    file = TagFile(store)
    seconds = {
        f"tag {MANY:,} at once": _timed(lambda: file.add(["many"], samples, "one")),
        "undo that": _timed(lambda: file.undo("one")),
        "redo it": _timed(lambda: file.redo("one")),
        f"tag {ONES} one by one": _timed(lambda: [file.add(["few"], [each], "one") for each in samples[:ONES]]),
    }
    for what, took in seconds.items():
        print(f"SQLite   {what:<24} {took:8.3f} s")
    file.close()


def _json(folder: Path, samples: list[bytes]) -> None:
    """The named alternative: the whole as one JSON file that is written anew, flushed and renamed."""
    kept: dict[str, list[str]] = {"many": []}

    def write(new: list[bytes]) -> None:
        kept["many"] += [each.hex() for each in new]
        with replacing(folder / "tags.json") as side, side.open("w") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())

    print(f"JSON     tag {MANY:,} at once       {_timed(lambda: write(samples)):8.3f} s")
    print(f"JSON     tag {ONES} one by one     {_timed(lambda: [write([each]) for each in samples[:ONES]]):8.3f} s")


def _kill(writers: int, kills: int) -> None:
    chance = random.Random(writers)
    promised: set[bytes] = set()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        missing = 0
        for _ in range(kills):
            promised |= killed(Path(folder), writers, chance)
            missing += len(lost(Path(folder), promised))
    took = time.perf_counter() - start
    print(f"{kills} kills of {writers} writer(s): {len(promised):,} acknowledged, {missing} lost ({took:.0f} s)")


def _timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start
