"""Networks that end in other things than one softmax, by hand: what is taken for the class scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .eras import hdf5, layer, start, tied
from .refusals import DEEP, chain, two_outputs


@dataclass(frozen=True)
class Outcome:
    """One kind of end; what is asked for, and how many classes the data have."""

    name: str
    write: Callable[[Path], Path]
    output: str | None = None
    n_classes: int = 3


def ends_in(units: int, activation: str = "linear") -> Callable[[Path], Path]:
    """A flat network with one Dense layer."""
    weights = {"scores": {"kernel:0": np.ones((64, units), np.float32), "bias:0": np.zeros(units, np.float32)}}
    end = layer("Dense", "scores", units=units, activation=activation)
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": [start(), layer("Flatten", "f"), end]}}
    return lambda folder: hdf5(folder / "net.h5", weights, config=config, version="2.4.0")


def heads(**units: int) -> Callable[[Path], Path]:
    """A network with several outputs."""
    ends: list[Any] = [layer("Dense", name, units=n, activation="softmax") for name, n in units.items()]
    rows = [start(), layer("Flatten", "flat"), *({**end, "inbound_nodes": [[["flat", 0, 0, {}]]]} for end in ends)]
    config = tied(*rows)
    config["config"]["output_layers"] = [[name, 0, 0] for name in units]
    weights = {
        name: {"kernel:0": np.zeros((64, n), np.float32), "bias:0": np.zeros(n, np.float32)}
        for name, n in units.items()
    }
    return lambda folder: hdf5(folder / "net.h5", weights, config=config, version="2.4.0")


OUTCOMES = (
    Outcome("a softmax", ends_in(3, "softmax")),
    Outcome("logits", ends_in(3)),
    Outcome("one sigmoid, two classes", ends_in(1, "sigmoid"), n_classes=2),
    Outcome("more outputs than classes", ends_in(5, "softmax")),
    Outcome("an embedding of 64 numbers", ends_in(64)),
    Outcome("an embedding, taken for scores with --output", ends_in(64), output="scores"),
    Outcome("an image as output", chain(weights=DEEP)),
    Outcome("two outputs, of which one fits", heads(species=3, color=7)),
    Outcome("two outputs that both fit, one asked for with --output", two_outputs, output="color"),
    Outcome("a softmax, and --output none", ends_in(3, "softmax"), output="none"),
)
