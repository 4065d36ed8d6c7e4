"""What a network's columns and its record are kept under: all that decides over them, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import reading
from model.stages import stages
from util import digest
from workspace import output_names
from workspace.plan import code, version

if TYPE_CHECKING:
    from model.info import NetworkInfo
    from workspace.opening import OpenDataset
    from workspace.options import Options

MODULES = ("network", "preprocessing", "kernels", "graph", "heads", "stages")
LAST = "features/last"  # the last layer before the class scores, whichever layer is looked at first


def of_network(
    info: NetworkInfo, preprocessing: Mapping[str, Any], dataset: OpenDataset, order: tuple[int, ...]
) -> dict[str, str]:
    """The keys of a network's logits, if it gives any, of every layer worth a look, and of its `features/...`.

    Args:
        info: the network.
        preprocessing: how images go in.
        dataset: which images.
        order: the outputs in the order of the logits' columns, () as they are.
    """
    how = {name: value for name, value in preprocessing.items() if name != "notices"}
    base = [info.digest, _model_code(), how, dataset.keys["images"], info.mirrored]
    found = {"logits": digest("logits", *base, info.head, order)} if info.n_outputs else {}
    layers = (f"activations/{layer.name}" for layer in info.layers if layer.usable)
    found |= {column: digest(column, *base) for column in layers}
    found |= {f"features/{name}": digest(name, asdict(stage), *base) for name, stage in stages(info).items()}
    last = f"activations/{info.default_layer}"
    return {**found, LAST: found[last]} if last in found else found


def of_pair(network: str, options: Options, dataset: OpenDataset) -> str:
    """The key of what is known about a network, given by its digest, on a dataset.

    Raises:
        model.BadModel: `--classes` is no list of names.
    """
    return digest(
        network, _model_code(), dataset.keys["images"], dataset.keys["labels"], options.preprocess, options.layer,
        options.output, dataset.class_names, said(options).names,
    )  # fmt: skip


def said(options: Options) -> output_names.Given:
    """What the outputs mean, if anybody says so.

    Raises:
        model.BadModel: `--classes` is no list of names.
    """
    return output_names.given(options.classes, Path(reading.resolve(options.model)))


def _model_code() -> str:
    """What besides file and images decides over a network's columns: our code and Keras's version."""
    return digest(*(code(f"model.{name}") for name in MODULES), version("keras"), version("tensorflow"))
