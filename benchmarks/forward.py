"""Predictions and pooled activations of all layers against one plain model.predict of the same images."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks import serving

ROUNDS = 5
COMMON = """
import sys, time, numpy as np, keras
from pathlib import Path
with np.load(sys.argv[1]) as file:
    images = file["x_test"][..., None]
"""
PLAIN = (
    COMMON
    + """
model = keras.models.load_model("model/mnist.h5", compile=False)
for _ in range(3):
    begin = time.perf_counter()
    model.predict(images.astype("float32") / 255, verbose=0)
    print(time.perf_counter() - begin)
"""
)
OURS = (
    COMMON
    + """
from model.graph import usable_layers
from model.network import open_network
from model.preprocessing import Preprocessing
network = open_network(Path("model/mnist.h5"))
layers = usable_layers(network.info)
for _ in range(3):
    begin = time.perf_counter()
    network.forward(images, layers, preprocessing=Preprocessing())
    print(time.perf_counter() - begin)
"""
)


def run(data: Path | None, full: bool) -> None:
    """Print the ratios of first and later calls, each pair in fresh processes. Needs mnist.npz in `data`."""
    if data is None or not (data / "mnist.npz").exists():
        print("skipped: give --data DIR with mnist.npz")
        return
    pairs = [(_time(OURS, data), _time(PLAIN, data)) for _ in range(ROUNDS)]
    first = median(ours[0] / plain[0] for ours, plain in pairs)
    later = median(min(ours[1:]) / min(plain[1:]) for ours, plain in pairs)
    seconds = median(ours[0] for ours, _ in pairs)
    print(
        f"all layers of 10,000 digits in one pass: first call {seconds:.2f} s = {first:.2f}x model.predict's "
        f"first, later calls {later:.2f}x (pairwise medians of {ROUNDS} pairs of processes)"
    )


def _time(script: str, data: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", script, str(data / "mnist.npz")],
        check=True,
        cwd=serving.ROOT,
        capture_output=True,
        text=True,
        env=serving.environment(),
    )
    return [float(line) for line in done.stdout.split()]
