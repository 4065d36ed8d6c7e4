"""Warm start against a Dash hello world; cold start against a bare script; second run against the first."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import serving

ROUNDS = 7
BARE = """
import sys, numpy as np, keras
model = keras.models.load_model("model/mnist.h5", compile=False)
with np.load(sys.argv[1]) as file:
    images = file["x_test"]
model.predict(images[..., None].astype("float32") / 255, verbose=0)
"""


def run(data: Path | None, full: bool) -> None:
    """Print the ratios. Needs mnist.npz in `data`."""
    if data is None or not (data / "mnist.npz").exists():
        print("skipped: give --data DIR with mnist.npz")
        return
    with tempfile.TemporaryDirectory() as folder:
        ten = ("--split", "test")
        first = _first_run(Path(folder) / "10k", data, ten)
        _warm("10,000", Path(folder) / "10k", data, ten)
        _second_run(Path(folder) / "10k", data, ten, first)
        _cold(Path(folder), data, ten)
        if full:
            _first_run(Path(folder) / "70k", data, ())
            _warm("70,000", Path(folder) / "70k", data, ())


def _first_run(cache: Path, data: Path, options: tuple[str, ...]) -> float:
    port = serving.free_port()
    begin = time.perf_counter()
    with serving.started(serving.innerview(port, cache, data, *options), port):
        health = serving.wait_until(port, "all")
    seconds = time.perf_counter() - begin
    print(f"first run, everything computed: {seconds:.1f} s, {health['forward_passes']:,} images through the network")
    return seconds


def _second_run(cache: Path, data: Path, options: tuple[str, ...], first: float) -> None:
    seconds = []
    for _ in range(3):
        port = serving.free_port()
        begin = time.perf_counter()
        with serving.started(serving.innerview(port, cache, data, *options), port):
            health = serving.wait_until(port, "all")
            seconds.append(time.perf_counter() - begin)
    print(
        f"second run, everything there: {median(seconds):.2f} s = {median(seconds) / first:.3f}x the first, "
        f"{health['forward_passes']} images through the network"
    )


def _warm(name: str, cache: Path, data: Path, options: tuple[str, ...]) -> None:
    ours, hello, memory = [], [], []
    for _ in range(ROUNDS):
        port = serving.free_port()
        with serving.started(serving.hello(port), port) as (_, seconds):
            hello.append(seconds)
        port = serving.free_port()
        with serving.started(serving.innerview(port, cache, data, *options), port) as (process, seconds):
            ours.append(seconds)
            memory.append(serving.peak_mib(process))
    ratio = median(a / b for a, b in zip(ours, hello, strict=True))
    print(
        f"warm start, {name} samples, until / and /_dash-layout answered: {median(ours):.2f} s, Dash hello world "
        f"{median(hello):.2f} s: {ratio:.2f}x (pairwise median of {ROUNDS}); server peak {max(memory):.0f} MiB"
    )


def _cold(folder: Path, data: Path, options: tuple[str, ...]) -> None:
    bare, ours, page, hello = [], [], [], []
    for turn in range(5):
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", BARE, str(data / "mnist.npz")],
            check=True,
            cwd=serving.ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=serving.environment(),
        )
        bare.append(time.perf_counter() - begin)
        port = serving.free_port()
        with serving.started(serving.hello(port), port) as (_, seconds):
            hello.append(seconds)
        port = serving.free_port()
        begin = time.perf_counter()
        command = serving.innerview(port, folder / f"cold{turn}", data, *options)
        with serving.started(command, port) as (_, seconds):
            page.append(seconds)
            serving.wait_until(port, "scores")
            serving.wait_until(port, "map")
            ours.append(time.perf_counter() - begin)
    ratio = median(a / b for a, b in zip(ours, bare, strict=True))
    first = median(a / b for a, b in zip(page, hello, strict=True))
    print(
        f"cold start until predictions, losses and the PCA map: {median(ours):.2f} s, "
        f"bare script {median(bare):.2f} s: {ratio:.2f}x; "
        f"its page after {median(page):.2f} s = {first:.2f}x a Dash hello world (pairwise medians of 5)"
    )
