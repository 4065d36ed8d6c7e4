"""Whether gaps between two sets are found, and none where there is none: a held-out half, and planted changes.

Equal halves should give at most one alarm in twenty; blurred, turned pictures and half of the classes a verdict of
"gap" each; and where only one class was changed, that class should stand first.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import faults
from benchmarks.figures import Figures, Row
from benchmarks.kept import LAST, SCORES, Kept

FEATURES = (LAST, "features/late_peaks", "features/early_peaks")
EQUAL = 20
Seen = Mapping[str, NDArray[np.float32]]
Rows = NDArray[np.intp]


def run(data: Path | None, full: bool, cache: Path | None = None) -> None:
    """Print a line for each case, then tables. Needs mnist.npz or the like in `data`; seed 0 alone unless `full`."""
    names = [name for name, file in faults.FILES.items() if data is not None and (data / file).exists()]
    if data is None or not names:
        print("skipped: give --data DIR with mnist.npz, fashion_mnist.npz, cifar10_small.npz")
        return
    with tempfile.TemporaryDirectory() as folder:
        kept, found = Kept(cache or Path(folder)), Figures()
        for seed in range(3) if full else [0]:
            for name in names:
                for row in _case(kept, faults.pictures(data, name, seed), name, seed):
                    found.add(name, seed, row)
        found.show(cache and cache / "drift.md")


def _case(kept: Kept, halves: faults.Pictures, name: str, seed: int) -> Iterator[Row]:
    """Everything about one data set and one seed: part, case, samples, figures."""
    network = kept.trained(*halves.one, faults.EPOCHS[name], seed)
    images, labels = halves.two
    plain, n = kept.seen(network, images), len(images)
    verdicts = [_verdict(plain, one, plain, two)[0] for one, two in (_halves(n, draw) for draw in range(EQUAL))]
    counts = {"called a gap": verdicts.count("gap"), "unclear": verdicts.count("unclear"), "of": EQUAL}
    yield "d: nothing changed", "equal halves", n, counts
    one, two = _halves(n, 0)
    part = "d: two sets"
    yield part, "trained on against not", n, _figures(kept.seen(network, halves.one[0]), one, plain, two)
    yield part, "half of the classes", n, _figures(plain, one, plain, two[labels[two] < faults.CLASSES // 2])
    for change, function in CHANGES.items():
        changed = kept.seen(network, np.stack([function(image) for image in images]))
        yield part, change, n, _figures(plain, one, changed, two)
        first = sum(_first(plain, changed, labels, one, two, code) == code for code in range(faults.CLASSES))
        yield "d: only one class changed", change, n, {"stands first": first, "of": faults.CLASSES}


def _halves(n: int, seed: int) -> tuple[Rows, Rows]:
    order = np.random.default_rng(seed).permutation(n)
    return order[: n // 2], order[n // 2 :]


def _figures(before: Seen, one: Rows, after: Seen, two: Rows) -> dict[str, float]:
    """Whether it is called a gap, the three measures, and the seconds of CPU it took."""
    started = time.process_time()
    verdict, measures = _verdict(before, one, after, two)
    return {"called a gap": verdict == "gap", **measures, "CPU s": round(time.process_time() - started, 1)}


def _verdict(before: Seen, one: Rows, after: Seen, two: Rows) -> tuple[str, dict[str, float]]:
    """The verdict, and the three measures."""
    from analysis import drift
    from analysis.uncertainty import probabilities

    both = [np.concatenate([before[name][one], after[name][two]]) for name in (*FEATURES, SCORES)]
    last, late, early, answers = *both[:3], probabilities(both[3])
    drawn = drift.draw(np.arange(len(one)), len(one) + np.arange(len(two)))
    measures = [*drift.compared(last, late, early, drawn).measures, drift.answered(answers, drawn)]
    return drift.verdict(measures), {each.name: each.value for each in measures}


def _first(before: Seen, after: Seen, labels: NDArray[np.int64], one: Rows, two: Rows, code: int) -> int:
    """Which class stands first where only one was changed."""
    from analysis import drift, drift_classes

    inside = (labels[two] == code)[:, None]
    both = [
        np.concatenate([before[name][one], np.where(inside, after[name][two], before[name][two])])
        for name in FEATURES
    ]
    drawn = drift.draw(np.arange(len(one)), len(one) + np.arange(len(two)))
    points = drift.compared(both[0], both[1], both[2], drawn).points
    codes = np.concatenate([labels[one], labels[two]])
    return drift_classes.by_class(points, [codes[rows] for rows in (drawn.reference, drawn.held_out, drawn.new)])[
        0
    ].code


def _blurred(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from PIL import Image, ImageFilter

    return _like(Image.fromarray(image.squeeze()).filter(ImageFilter.GaussianBlur(1)), image)


def _turned(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from PIL import Image

    return _like(Image.fromarray(image.squeeze()).rotate(15), image)


def _like(picture: Any, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(picture, np.uint8).reshape(image.shape)


CHANGES: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    "blurred by a pixel": _blurred,
    "turned by 15 degrees": _turned,
    "darker by a third": lambda image: (image * 0.67).astype(np.uint8),
}
