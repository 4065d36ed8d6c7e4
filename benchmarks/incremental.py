"""A dataset that grew by one percent against the same dataset seen for the first time."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks import serving

ROUNDS = 3
GROWTH = 100


def run(data: Path | None, full: bool) -> None:
    """Print the ratios. Needs mnist.npz in `data`; with `full` 69,000 digits and 690 more too."""
    if data is None or not (data / "mnist.npz").exists():
        print("skipped: give --data DIR with mnist.npz")
        return
    with np.load(data / "mnist.npz") as file:
        images, labels = (np.concatenate([file[f"{name}_test"], file[f"{name}_train"]]) for name in "xy")
    for n, rounds in ((10_000, ROUNDS), *(((69_000, 1),) if full else ())):
        _grown(images, labels, n, rounds)


def _grown(images: NDArray[np.uint8], labels: NDArray[np.uint8], n: int, rounds: int) -> None:
    more = n // GROWTH
    pairs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "digits.npz"
            times = []
            for many in (n, n + more):
                np.savez(path, x=images[:many], y=labels[:many])
                times.append(_until_all(path, Path(folder) / "cache"))
            pairs.append(times)
    (first, passes), (second, again) = pairs[0]
    first, second = (median(times[which][0] for times in pairs) for which in (0, 1))
    ratio = median(grown[0] / whole[0] for whole, grown in pairs)
    print(
        f"{n:,} samples, everything computed: {first:.1f} s, {passes:,} images through the network; with {more:,} "
        f"more: {second:.1f} s, {again:,} images = {ratio:.2f}x the first run (pairwise median of {rounds})"
    )


def _until_all(path: Path, cache: Path) -> tuple[float, object]:
    """Seconds from the start until all standard columns are there, and images that went through the network."""
    port = serving.free_port()
    command = [sys.executable, "app.py", "mnist", str(path), "--cache", str(cache), "--port", str(port)]
    begin = time.perf_counter()
    with serving.started(command, port):
        health = serving.wait_until(port, "all")
        return time.perf_counter() - begin, health["forward_passes"]
