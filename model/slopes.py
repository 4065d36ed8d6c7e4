"""Derivatives of what a network says, with respect to its input or to the maps of a layer.

One pass forward for all rows, one back for each question. Sequential, functional and nested networks are one flat
graph by the time they are here (`outline.flat`), so that a layer's tensor is never looked for in a network that was
not called, which is where the usual recipe fails for loaded Sequential models.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import maps, outline
from model.info import NetworkInfo
from model.network import Network
from util import InspectorError

Floats = NDArray[np.float32]

MOST_FLOATS = 192 << 20  # kept at once for the way back: 768 MB


@dataclass(frozen=True, slots=True)
class Targets:
    """What is asked about: k numbers, each made of a network's c logits.

    Number i is `weights[i] @ logits + totals[i] * log(sum(exp(logits)))`: a class's score is its logit, the loss
    is the log of the sum minus the label's logit.

    Attributes:
        weights: (k, c) float32.
        totals: (k,) float32.
    """

    weights: Floats
    totals: Floats

    def __len__(self) -> int:
        return len(self.totals)

    def __getitem__(self, rows: Sequence[int]) -> Targets:
        return Targets(self.weights[rows], self.totals[rows])

    def of(self, logits: Floats) -> Floats:
        """(m, c) logits -> (k, m)."""
        highest = logits.max(axis=1)
        total = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
        return np.asarray(self.weights @ logits.T + self.totals[:, None] * total, np.float32)


def targets(outputs: int, classes: Sequence[int], label: int = -1) -> Targets:
    """The scores of classes, and behind them the loss for a label if that is not negative."""
    rows = len(classes) + (label >= 0)
    weights, totals = np.zeros((rows, outputs), np.float32), np.zeros(rows, np.float32)
    weights[np.arange(len(classes)), list(classes)] = 1
    if label >= 0:
        weights[-1, label], totals[-1] = -1, 1
    return Targets(weights, totals)


def slopes(network: Network, inputs: Floats, asked: Targets, layer: str = "") -> tuple[Floats, Floats]:
    """Values and derivatives at a layer, or at the input.

    Args:
        network: with a class head.
        inputs: (m, ...) as it takes them.
        asked: k numbers.
        layer: one with maps; "" for the input itself.

    Returns:
        (m, ...) the values there, and (k, m, ...) the derivatives of the k numbers; of a layer both are
        (..., h, w, filters), whatever order the network keeps.

    Raises:
        InspectorError: no way leads from the layer to the class scores.
    """
    run = _by_keras if torso(network) is None else _by_torch
    parts = []
    for n, rows in _batches(network, inputs, _fitting(network.info, inputs.shape[1:])):
        values, derived = run(network, rows, asked, layer)
        parts.append((values[:n], derived[:, :n]))
    values, derived = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts], axis=1)
    if layer and _is_first(network, values.shape):
        values, derived = np.moveaxis(values, 1, -1), np.moveaxis(derived, 2, -1)
    return np.asarray(values, np.float32), np.asarray(derived, np.float32)


def layer_maps(network: Network, inputs: Floats, layer: str) -> Floats:
    """(m, ...) inputs -> (m, h, w, filters) what a layer makes of them."""
    batches = _batches(network, inputs, maps.fitting(network.info.layers, inputs.shape[1:]))
    values = np.concatenate([_values(network, rows, layer)[:n] for n, rows in batches])
    return np.asarray(np.moveaxis(values, 1, -1) if _is_first(network, values.shape) else values, np.float32)


def _batches(network: Network, inputs: Floats, fitting: int) -> Iterator[tuple[int, Floats]]:
    """How many inputs count, and these; where the network wants a fixed number, the last one is repeated up to it."""
    fixed = None if torso(network) is not None else network._network.inputs[0].shape[0]
    batch = int(fixed or fitting)
    for start in range(0, len(inputs), batch):
        rows = inputs[start : start + batch]
        n = len(rows)
        if fixed and n < batch:
            rows = np.concatenate([rows, np.repeat(rows[-1:], batch - n, axis=0)])
        yield n, np.ascontiguousarray(rows, np.float32)


def _values(network: Network, rows: Floats, layer: str) -> NDArray[np.float32]:
    side = torso(network)
    if side is None:
        keras_network = network._network
        (value,) = outline.run(keras_network, [outline.output_tensor(keras_network, layer)], rows)
        return np.asarray(value.numpy(), np.float32)
    import torch

    with torch.inference_mode():
        device = next(side.module.parameters()).device
        return np.asarray(side.run(torch.from_numpy(rows).to(device))[layer].float().cpu().numpy())


def _by_keras(network: Network, rows: Floats, asked: Targets, layer: str) -> tuple[NDArray[Any], NDArray[Any]]:
    import tensorflow as tf

    keras_network, ending = network._network, network._ending
    assert ending is not None
    start = tf.constant(rows)
    tensors = [ending.tensor, *([outline.output_tensor(keras_network, layer)] if layer else [])]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(start)
        with ending.bare():
            scored, *values = outline.run(keras_network, tensors, start)
        logits = network._ordered(ending.logits(scored))
        place = values[0] if layer else start
        total = tf.reduce_logsumexp(logits, axis=1)
        # Rows do not know of each other, so the derivative of their sum is that of each.
        sums = [
            tf.reduce_sum(tf.linalg.matvec(logits, weights)) + factor * tf.reduce_sum(total)
            for weights, factor in zip(asked.weights, asked.totals, strict=True)
        ]
    found = [tape.gradient(each, place) for each in sums]
    _check_reached(found, layer)
    return place.numpy(), np.stack([tf.convert_to_tensor(each).numpy() for each in found])


def _by_torch(network: Network, rows: Floats, asked: Targets, layer: str) -> tuple[NDArray[Any], NDArray[Any]]:
    import torch

    side = torso(network)
    device = next(side.module.parameters()).device
    start = torch.from_numpy(rows).to(device).requires_grad_(True)
    given = side.run(start)
    logits = given["scores"].float()
    logits = logits[:, list(network.order)] if network.order else logits
    place = given[layer] if layer else start
    total = torch.logsumexp(logits, dim=1).sum()
    found = []
    for weights, factor in zip(asked.weights, asked.totals, strict=True):
        each = (logits @ torch.from_numpy(weights).to(device)).sum() + float(factor) * total
        found += torch.autograd.grad(each, place, retain_graph=True, allow_unused=True)
    _check_reached(found, layer)
    return place.detach().float().cpu().numpy(), np.stack([each.float().cpu().numpy() for each in found])


def _check_reached(found: Sequence[Any], layer: str) -> None:
    if any(each is None for each in found):
        where = f"layer '{layer}'" if layer else "the input"
        raise InspectorError(f"{where}: no derivative leads from the class scores back to it; choose another layer")


def torso(network: Network) -> Any:
    """The PyTorch side of a network, None of Keras's."""
    return getattr(network, "_torso", None)


def _is_first(network: Network, shape: tuple[int, ...]) -> bool:
    """Whether maps (m, a, b, c) have their filters in front; for PyTorch by the rule of `torch_network.pooled`."""
    if torso(network) is not None:
        return not shape[1] == shape[2] != shape[3]
    return network.info.channels_first


def _fitting(info: NetworkInfo, image: Sequence[int]) -> int:
    """Inputs at once whose maps of all layers may be kept."""
    edge = (*image, 1, 1)[:2] if not info.channels_first else (*image[1:], 1, 1)[:2]
    kept = sum(min(maps.floats(row, edge), MOST_FLOATS) for row in info.layers) + math.prod(image)
    return max(1, MOST_FLOATS // kept)
