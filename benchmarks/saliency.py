"""Heat maps of one picture: the cost of each method and of its tests, in forward passes of that picture."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROUNDS = 2
AT_ONCE = 32  # pictures of the forward pass that is the unit


def run(data: Path | None, full: bool) -> None:
    """Print a line for each method on a network for 28x28 and one for 224x224, in CPU time of all threads."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    from model.network import open_network

    _measure("the bundled network, 28x28, 10 classes", open_network(Path("model/mnist.h5")), (28, 28, 1))
    import keras

    keras.utils.set_random_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        keras.applications.MobileNetV2(weights=None, classes=1000).save(Path(folder) / "network.keras")
        opened = open_network(Path(folder) / "network.keras")
    _measure("MobileNetV2, 224x224, the 8 likeliest of 1,000 classes", opened, (224, 224, 3))


def _measure(title: str, network: Any, shape: tuple[int, int, int]) -> None:
    from model import saliency, slopes, trial
    from model.plane import plane
    from model.preprocessing import Preprocessing

    images = np.random.default_rng(0).integers(0, 256, (2, *shape), dtype=np.uint8)
    way = Preprocessing()
    picture = saliency.Picture(way.apply(images[:1]), way.apply(images[1:]), plane(way, shape))
    many = np.repeat(picture.inputs, AT_ONCE, axis=0)
    logits = network.logits(picture.inputs)
    unit = _seconds(lambda: network.logits(many)) / AT_ONCE
    codes = [int(code) for code in np.argsort(-logits[0])[: 10 if len(logits[0]) <= 10 else 8]]
    asked = slopes.targets(logits.shape[1], codes, codes[-1])
    layer = saliency.usual_layer(network.info)
    print(f"{title}: a forward pass is {1000 * unit:.2f} ms of CPU in batches of {AT_ONCE}")
    for method in saliency.METHODS.values():
        heat = method.function(network, picture, asked, layer)
        costs = [
            _seconds(partial(method.function, network, picture, asked, layer)),
            _seconds(partial(trial.deletion, network, picture, heat, 0, codes[0])),
            _seconds(partial(method.function, network, picture, asked[[0]], layer)),
        ]
        maps, deletion, control = (cost / unit for cost in costs)
        print(
            f"  {method.title}: maps of {len(asked)} numbers {maps:,.0f} forward passes, deletion {deletion:,.0f}, "
            f"control {control:,.0f}; {sum(costs):.2f} s in all"
        )


def _seconds(work: Callable[[], object]) -> float:
    """CPU time of all threads, the median of ROUNDS after one that warms up."""
    work()
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return median(found)
