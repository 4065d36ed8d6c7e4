"""Processes that record until they are killed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
ROWS = 8
# Every image says which writer and which call it is of; what is recorded is said aloud afterwards.
PROGRAM = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import numpy as np
from recorder import Recorder
folder, writer = sys.argv[1], int(sys.argv[2])
recorder = Recorder(folder, most=10**6, strict=True)
print("begun", flush=True)
for call in range(250):
    images = np.full(({ROWS}, 6, 6), call, np.uint8)
    images[:, 0, 0] = writer
    recorder.record(images, activations={{"dense": np.full(({ROWS}, 3), call)}}, metadata={{"call": call}})
    print(call, flush=True)
"""


def start(folder: Path, writer: int) -> subprocess.Popen[str]:
    """A writer that has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(writer)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def killed(folder: Path, writers: int, chance: random.Random) -> dict[int, int]:
    """Writer -> how many calls it had said to be recorded when it was killed, all at some moment."""
    numbers = [chance.randrange(256) for _ in range(writers)]
    numbers = [(number + place) % 256 for place, number in enumerate(numbers)]
    processes = [start(folder, number) for number in numbers]
    time.sleep(chance.uniform(0, 0.15))
    promised = {}
    for number, process in zip(numbers, processes, strict=True):
        process.kill()
        said = process.communicate()[0]
        promised[number] = len([line for line in said.splitlines(keepends=True) if line.endswith("\n")])
    return promised


def calls(images: np.ndarray) -> list[tuple[int, int]]:
    """(writer, call) of every call that a folder holds; each must be there as a whole."""
    assert len(images) % ROWS == 0
    found = []
    for at in range(0, len(images), ROWS):
        part = images[at : at + ROWS, :, :, 0]
        assert len(np.unique(part[:, 0, 0])) == 1 and len(np.unique(part[:, 1:])) == 1
        found.append((int(part[0, 0, 0]), int(part[0, 1, 1])))
    return found
