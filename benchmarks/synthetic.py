"""A session with as many made-up samples as asked for: labels, scores of ten classes, and what follows from them.

It is filled as a worker would fill it, by the same rules in the same order, but for the network's outputs, which
are drawn at random, and the maps, which nothing here measures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import analysis.rule
from model import reading
from model.info import Layer, NetworkInfo
from workspace import opening
from workspace.opening import OpenDataset, OpenNetwork
from workspace.options import Options
from workspace.plan import described
from workspace.session import Session
from workspace.store import Store
from workspace.worker import Worker

EDGE, CLASSES, WIDTH = 8, 10, 2
SKILL = 3.0  # how far the right class stands out among the random scores


@contextmanager
def session(n: int) -> Iterator[Session]:
    """A session with n samples of ten classes; its files go when it ends.

    At 1,000,000 it takes about half a minute and 0.3 GB of the temporary folder.
    """
    with TemporaryDirectory() as folder:
        options = _files(Path(folder), n)
        store = Store(Path(folder) / "cache")
        data = opening.open_dataset(store, options)
        opened = opening.describe(
            _network(Path(options.model)),
            options,
            data,
            preprocessing={"scale": "unit"},
            text="pixels / 255",
            notices=(),
        )
        opening.remember(store, options, data, opened)
        _outputs(store, data, opened)
        worker = Worker(store, options, lambda event, **facts: None)  # type: ignore[arg-type]
        worker.open()
        wanted = [rule.name for rule in analysis.rule.RULES if _is_measured(rule) and described(rule, data.keys)]
        while missing := worker.missing(wanted):
            worker.make(missing[0])
        made = Session(store, options, command=("no", "worker", "here"))
        try:
            yield made
        finally:
            made.close()


def _is_measured(rule: analysis.rule.Rule) -> bool:
    return (rule.kind in ("score", "class") and "{layer}" not in rule.name) or rule.name == "loss_rank"


def _files(folder: Path, n: int) -> Options:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (n, EDGE, EDGE, 1), dtype=np.uint8)
    labels = random.integers(0, CLASSES, n).astype(np.int64)
    cut = n * 6 // 7
    arrays = {"x_train": images[:cut], "y_train": labels[:cut], "x_test": images[cut:], "y_test": labels[cut:]}
    np.savez(folder / "synthetic.npz", **arrays)  # type: ignore[arg-type]
    (folder / "synthetic.h5").write_bytes(b"what a network would be")
    return Options(str(folder / "synthetic.h5"), str(folder / "synthetic.npz"))


def _network(path: Path) -> NetworkInfo:
    layers = (
        Layer("input", "InputLayer", (None, EDGE, EDGE, 1), 0, (), False, 0),
        Layer("dense", "Dense", (None, WIDTH), 130, ("input",), True, WIDTH),
        Layer("scores", "Dense", (None, CLASSES), 30, ("dense",), True, CLASSES),
    )
    return NetworkInfo(
        name=path.name,
        digest=reading.fingerprint(path),
        layers=layers,
        input_shape=(EDGE, EDGE, 1),
        tensor_shape=(EDGE, EDGE, 1),
        channels_first=False,
        n_outputs=CLASSES,
        output="softmax",
        default_layer="dense",
        parameters=160,
        trainable_parameters=160,
        keras_version="3",
        saved_with="3",
    )


def _outputs(store: Store, data: OpenDataset, opened: OpenNetwork) -> None:
    random = np.random.default_rng(1)
    labels = store.read(data.keys["labels"])
    assert labels is not None
    logits = random.standard_normal((data.n, CLASSES), np.float32)
    logits[np.arange(data.n), labels] += SKILL
    store.write(opened.keys["logits"], logits, column="logits")
    for layer in opened.layers:
        width = opened.info.layer(layer).width
        values = np.maximum(random.standard_normal((data.n, width), np.float32), 0)
        store.write(opened.keys[f"activations/{layer}"], values, column=layer)
