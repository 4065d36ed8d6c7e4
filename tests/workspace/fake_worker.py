"""The real worker with a network made of numpy: what the kill tests start instead of Keras.

Every pass over the images appends a line to `passes.txt` beside the cache, so that tests can count.
"""

import sys
import time
from pathlib import Path
from types import MappingProxyType, ModuleType

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from model import reading
from model.info import Layer, NetworkInfo
from workspace import opening, process
from workspace.options import AUTOMATIC

CLASSES, WIDTH = 3, 8
SLOW_SECONDS = 0.05


class Forward:
    def __init__(self, logits, activations, features):
        self.logits = logits
        self.activations = activations
        self.features = features


class FakeNetwork:
    """Logits and activations are fixed linear maps of the pixels."""

    def __init__(self, folder):
        self.folder = folder

    def forward(self, images, layers, *, preprocessing, report, readings=MappingProxyType({})):
        with (self.folder / "passes.txt").open("a") as file:
            file.write(f"{len(images)} {','.join(layers)}\n")
        time.sleep(SLOW_SECONDS)
        rows = np.asarray(images).reshape(len(images), -1).astype(np.float32) / 255
        rng = np.random.default_rng(0)
        dense = np.maximum(rows @ rng.normal(size=(rows.shape[1], WIDTH)).astype(np.float32), 0)
        logits = dense @ rng.normal(size=(WIDTH, CLASSES)).astype(np.float32)
        return Forward(logits, dict.fromkeys(layers, dense), dict.fromkeys(readings, dense))


def open_network(store, options, dataset, already=None):
    path = reading.resolve(options.model)
    layers = (
        Layer("input", "InputLayer", (None, *dataset.image_shape), 0, (), False, 0),
        Layer("dense", "Dense", (None, WIDTH), 100, ("input",), True, WIDTH),
        Layer("scores", "Dense", (None, CLASSES), 27, ("dense",), True, CLASSES),
    )
    info = NetworkInfo(
        path.name, reading.fingerprint(path), layers, dataset.image_shape, dataset.image_shape, False,
        CLASSES, "softmax", "dense", 127, 127, "3", "3",
    )  # fmt: skip
    scaling = {} if options.preprocess == AUTOMATIC else {"scaling": options.preprocess}
    opened = opening.describe(info, options, dataset, preprocessing=scaling, text="as they are")
    opening.remember(store, options, dataset, opened)
    return opened, FakeNetwork(store.folder.parent)


if __name__ == "__main__":
    reading.scan = lambda path, **_: {"image_shape": None}
    opening.open_network = open_network
    sys.modules["keras"] = ModuleType("keras")  # which the worker imports beforehand, and nobody asks here
    process.device.use = lambda *asked, **more: "CPU"
    process.IDLE_SECONDS = 3.0
    process.main()
