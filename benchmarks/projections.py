"""Maps: t-SNE against scikit-learn's, the first UMAP of a process against umap-learn's first call."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from analysis.projection import tsne
from analysis.reduction import reduced
from analysis.trustworthiness import trustworthiness
from benchmarks import serving
from benchmarks.machine import Seconds, timed

SMALL, LARGE, WIDTH, CLUSTERS = 10_000, 70_000, 128, 10
ASKED = 2000  # samples a trustworthiness is estimated from
ACTIVATIONS = """
import sys, numpy as np
from pathlib import Path
from model.network import open_network
from model.preprocessing import Preprocessing
with np.load(sys.argv[1]) as file:
    images = np.concatenate([file["x_test"], file["x_train"]])[: int(sys.argv[3]), ..., None]
network = open_network(Path("model/mnist.h5"))
layer = network.info.default_layer
np.save(sys.argv[2], network.forward(images, [layer], preprocessing=Preprocessing()).activations[layer])
"""
OUR_UMAP = """
import sys, time, numpy as np
points = np.load(sys.argv[1])
wall, cpu = time.perf_counter(), time.process_time()
from analysis.projection import umap
from analysis.reduction import reduced
umap(reduced(points))
print(time.perf_counter() - wall, time.process_time() - cpu)
"""
# Without TensorFlow, which umap-learn would import where it is installed: in its favor.
THEIR_UMAP = """
import sys, time, numpy as np
sys.modules["tensorflow"] = None
points = np.load(sys.argv[1])
wall, cpu = time.perf_counter(), time.process_time()
from umap import UMAP
UMAP(n_neighbors=15, min_dist=0.1).fit_transform(points)
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def run(data: Path | None, full: bool) -> None:
    """Print the ratios; with `full` also of 70,000 samples, which scikit-learn needs many minutes for."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "activations.npy"
        points = _activations(data, LARGE if full else SMALL, file)
        small = np.ascontiguousarray(points[:SMALL])
        np.save(file, small)
        _tsne(small, small)
        _umap(file)
        if full:
            _tsne(points, reduced(points))


def _activations(data: Path | None, n: int, file: Path) -> NDArray[np.float32]:
    """Of the bundled network on real digits; without these, a mixture of Gaussians."""
    if data is None or not (data / "mnist.npz").exists():
        print(f"activations: a synthetic mixture of {CLUSTERS} Gaussians; --data DIR with mnist.npz for real ones")
        random = np.random.default_rng(0)
        centers = random.normal(0, 1, (CLUSTERS, WIDTH))
        points = centers[random.integers(0, CLUSTERS, n)] + random.normal(0, 0.7, (n, WIDTH))
        return np.maximum(points, 0).astype(np.float32)
    command = [sys.executable, "-c", ACTIVATIONS, str(data / "mnist.npz"), str(file), str(n)]
    subprocess.run(command, check=True, cwd=serving.ROOT, env=serving.environment(), capture_output=True)
    found: NDArray[np.float32] = np.load(file)
    print("activations: the bundled network's last layer before the scores, on mnist, the test images first")
    return found


def _tsne(points: NDArray[np.float32], given: NDArray[np.float32]) -> None:
    """Ours from the activations on, before and after scikit-learn's of what it is given."""
    from sklearn.manifold import TSNE

    ours = []
    place, seconds = timed(lambda: tsne(reduced(points)))
    ours.append(seconds)
    theirs, their_seconds = timed(lambda: TSNE(n_jobs=-1, random_state=0).fit_transform(given))
    ours.append(timed(lambda: tsne(reduced(points)))[1])
    wall, cpu = _ratios(ours, [their_seconds])
    trust, kept = trustworthiness(points, place, samples=ASKED)[:2]
    their_trust, their_kept = trustworthiness(points, theirs, samples=ASKED)[:2]
    print(
        f"t-SNE of {len(points):,} x {points.shape[1]}: {' and '.join(map(str, ours))}, scikit-learn of "
        f"{len(given):,} x {given.shape[1]} between them {their_seconds}: {wall:.1f}x faster by the clock, "
        f"{cpu:.1f}x in CPU time; trustworthiness {trust:.4f} against {their_trust:.4f} "
        f"({trust - their_trust:+.4f}), kept neighbors {kept:.3f} against {their_kept:.3f}"
    )


def _umap(file: Path) -> None:
    """Each in a fresh process, imports included, taking turns."""
    if importlib.util.find_spec("umap") is None:
        print("UMAP: skipped, umap-learn is not installed")
        return
    ours, theirs = [], []
    for _ in range(3):
        ours.append(_seconds(OUR_UMAP, file))
        theirs.append(_seconds(THEIR_UMAP, file))
    wall, cpu = _ratios(ours, theirs)
    print(
        f"first UMAP of {SMALL:,} in a fresh process: {_middle(ours)}, umap-learn's first call {_middle(theirs)}: "
        f"{wall:.1f}x faster by the clock, {cpu:.1f}x in CPU time (medians of 3 pairs)"
    )


def _ratios(ours: list[Seconds], theirs: list[Seconds]) -> tuple[float, float]:
    slow, fast = _middle(theirs), _middle(ours)
    return slow.wall / fast.wall, slow.cpu / fast.cpu


def _middle(runs: list[Seconds]) -> Seconds:
    return Seconds(median(one.wall for one in runs), median(one.cpu for one in runs))


def _seconds(script: str, file: Path) -> Seconds:
    command = [sys.executable, "-c", script, str(file)]
    done = subprocess.run(
        command, check=True, cwd=serving.ROOT, capture_output=True, text=True, env=serving.environment()
    )
    wall, cpu = map(float, done.stdout.split()[-2:])
    return Seconds(wall, cpu)
