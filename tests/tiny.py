"""Tiny networks on tiny datasets with everything worked out, without Keras: what pages are tested with."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from model import reading
from model.info import Layer, NetworkInfo
from tests.datasets.coco_drawing import scenes
from workspace import opening
from workspace.options import Options
from workspace.plan import standard
from workspace.session import Session
from workspace.store import Store
from workspace.uploads import Answer, asked_for, packed
from workspace.worker import Worker

WIDTH = 8
IDLE = (sys.executable, "-c", "import sys; sys.stdin.read()")  # a worker that does nothing
NO_HEAD = f"This network has no class head: its last layer gives {WIDTH} numbers, the data has 3 classes."


@dataclass(frozen=True)
class Kind:
    """What there is to show: how many samples of how many classes, and how far the worker got."""

    samples: int = 60
    classes: int = 3
    more: int = 0  # outputs than classes
    channels: int = 1
    labelled: bool = True
    named: bool = True
    deep: int = 0
    head: bool = True  # or an embedding, without class scores
    joined: bool = False  # with pictures that have boxes, of classes that the network does not know
    got: str = "everything"  # or "nothing", "dataset", "network"


KINDS = {
    "full": Kind(),
    "nothing": Kind(got="nothing"),
    "dataset only": Kind(got="dataset"),
    "no column": Kind(got="network"),
    "two classes": Kind(classes=2),
    "hundred classes": Kind(samples=220, classes=100, channels=3),
    "one sample": Kind(samples=1),
    "more outputs": Kind(more=4),
    "no labels": Kind(labelled=False, named=False),
    "deep": Kind(deep=20),
    "embedding": Kind(head=False),
    "joined": Kind(joined=True),
}


def prepare(folder: Path, kind: Kind, wanted: list[str] | None = None) -> tuple[Path, Options]:
    """Files, and a store filled as a worker would, by the same rules in the same order; with all columns or some."""
    options = _files(folder, kind)
    store = Store(folder / "cache")
    if kind.got == "nothing":
        return store.folder, options
    data = opening.open_dataset(store, options)
    if kind.got == "dataset":
        return store.folder, options
    opened = opening.describe(
        network_info(Path(options.model), data.image_shape, kind),
        options,
        data,
        preprocessing={"scaling": "0..1"},
        text="pixels / 255",
        notices=("A notice of the network.",),
    )
    opening.remember(store, options, data, opened)
    if kind.got == "network":
        return store.folder, options
    outputs(store, data, opened, kind)
    worker = Worker(store, options, lambda event, **facts: None)  # type: ignore[arg-type]
    worker.open()
    make(worker, wanted or standard(opened.layer, opened.layers))
    return store.folder, options


def make(worker: Worker, columns: list[str]) -> None:
    """Have an open worker make columns and what they need."""
    with mock.patch("os.fsync"):  # two hundred waits for the disk, for what need not outlive this run
        for column in worker.missing(columns):
            worker.make(column)
    assert worker.failed == {}


def answer(session: Session, column: str) -> list[str]:
    """Have the worker answer a request that needs no Keras; gives what it said it was doing."""
    said: list[str] = []
    worker = Worker(session.store, session.options, lambda event, **facts: said.append(facts.get("what", "")))  # type: ignore[arg-type]
    worker.open()
    make(worker, [column])
    return said


def look_at(session: Session, name: str, answer: Answer) -> None:
    """Keep an answer to an uploaded picture, as the worker would."""
    made = packed(answer)
    session.store.write(session.key(asked_for(name)), made.array, facts=made.facts)


def network_info(path: Path, image_shape: tuple[int, int, int], kind: Kind) -> NetworkInfo:
    """A network with a skip connection; with `deep` of these, one after the other."""
    height, width, _ = image_shape
    outputs = kind.classes + kind.more if kind.head else WIDTH
    maps = (None, height, width, 4)
    layers = [
        Layer("input", "InputLayer", (None, *image_shape), 0, (), False, 0),
        Layer("conv", "Conv2D", maps, 40, ("input",), True, 4),
    ]
    for number in range(max(kind.deep, 1)):
        source = layers[-1].name
        layers.append(Layer(f"branch_{number}", "Conv2D", maps, 148, (source,), True, 4))
        layers.append(Layer(f"add_{number}", "Add", maps, 0, (source, f"branch_{number}"), True, 4))
    layers += [
        Layer("flatten", "Flatten", (None, height * width * 4), 0, (layers[-1].name,), False, 0),
        Layer("dense", "Dense", (None, WIDTH), 1160, ("flatten",), True, WIDTH),
        Layer("scores", "Dense", (None, outputs), (WIDTH + 1) * outputs, ("dense",), True, outputs),
    ]
    total = sum(layer.parameters for layer in layers)
    return NetworkInfo(
        name=path.name,
        digest=reading.fingerprint(path),
        layers=tuple(layers),
        input_shape=image_shape,
        tensor_shape=image_shape,
        channels_first=False,
        n_outputs=outputs if kind.head else 0,
        output="softmax" if kind.head else "none",
        default_layer="dense" if kind.head else "scores",
        head="scores" if kind.head else "",
        no_head="" if kind.head else NO_HEAD,
        parameters=total,
        trainable_parameters=total - 40,
        keras_version="3.15.1",
        saved_with="2.4.0",
    )


def _files(folder: Path, kind: Kind) -> Options:
    """A dataset of two splits (one, if there is one sample), and bytes where a network would be."""
    random = np.random.default_rng(0)
    labels = np.arange(kind.samples) % kind.classes
    images = random.integers(0, 120, (kind.samples, 6, 6, kind.channels), dtype=np.uint8)
    images += (labels * 130 // max(kind.classes - 1, 1)).astype(np.uint8)[:, None, None, None]
    cut = kind.samples * 2 // 3
    arrays: dict[str, Any] = {"x_test": images[cut:], "y_test": labels[cut:]}
    if cut:
        arrays |= {"x_train": images[:cut], "y_train": labels[:cut]}
    arrays["class_names"] = np.array([f"class {code}" for code in range(kind.classes)])
    if kind.named:
        files = np.array([f"{'ab'[row % 2]}/{row:03}.png" for row in range(kind.samples)])
        arrays |= {"filename_test": files[cut:], **({"filename_train": files[:cut]} if cut else {})}
    if not kind.labelled:
        arrays = {name: array for name, array in arrays.items() if name.startswith("x_")}
    np.savez(folder / "tiny.npz", **arrays)
    (folder / "tiny.h5").write_bytes(reading.HDF5 + b"what a network would be")
    more = (str(scenes(folder / "scenes")),) if kind.joined else ()
    instances = "both" if kind.joined else "objects"
    return Options(str(folder / "tiny.h5"), str(folder / "tiny.npz"), more=more, instances=instances)


def outputs(
    store: Store,
    data: opening.OpenDataset,
    opened: opening.OpenNetwork,
    kind: Kind,
    *,
    seed: int = 1,
    lead: float = 2.5,
) -> None:
    """What a network would say: right in most cases, wrong in some, the same in every run."""
    random = np.random.default_rng(seed)
    labels = np.arange(data.n) % kind.classes
    if kind.head:
        logits = random.normal(0, 1, (data.n, kind.classes + kind.more)).astype(np.float32)
        logits[np.arange(data.n), labels] += lead
        store.write(opened.keys["logits"], logits, column="logits")
    for layer in opened.layers:
        width = opened.info.layer(layer).width
        values = random.normal(0, 1, (data.n, width)) + labels[:, None]
        store.write(opened.keys[f"activations/{layer}"], np.maximum(values, 0).astype(np.float32), column=layer)
    for column in (column for column in opened.keys if column.startswith("features/")):
        if not store.has(opened.keys[column]):
            values = random.normal(0, 1, (data.n, WIDTH)) + labels[:, None]
            store.write(opened.keys[column], np.maximum(values, 0).astype(np.float32), column=column)
