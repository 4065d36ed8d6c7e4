"""From a network's last layer to logits: numbers whose softmax is what the network says.

Losses are computed from logits, because a probability that has been rounded to 0 or 1 has forgotten
how wrong it was. So a softmax or sigmoid at the very end is put aside, inside the same pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from model import outline
from model.info import Output

# What may stand behind the last activation without changing its numbers.
PASSING = frozenset({"ActivityRegularization", "Dropout", "Flatten", "Identity", "Reshape"})
TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Ending:
    """How the logits of a network are obtained.

    Attributes:
        output: what its last layer gives.
        tensor: the symbolic tensor to read.
        layer: the layer whose activation is put aside while reading, if any.
        rows: names of the rows that see the difference.
        notice: what a person should know about it; "" if nothing.
    """

    output: Output
    tensor: Any
    layer: Any | None = None
    rows: frozenset[str] = frozenset()
    notice: str = ""

    @contextmanager
    def bare(self) -> Iterator[None]:
        """The network without its last activation, as long as the block lasts."""
        import keras

        if self.layer is None:
            yield
            return
        kept, self.layer.activation = self.layer.activation, keras.activations.linear
        try:
            yield
        finally:
            self.layer.activation = kept

    def logits(self, values: Any) -> Any:
        """(n, c) float32 logits from the values of `tensor`; c is 2 for a single unit."""
        import tensorflow as tf

        values = tf.cast(values, tf.float32)
        single = values.shape[-1] == 1
        if self.output == "probabilities":
            tiny = np.finfo(np.float32).tiny
            if single:
                values = tf.concat([1 - values, values], axis=-1)
            return tf.math.log(tf.maximum(values, tiny))
        if single:
            return tf.concat([tf.zeros_like(values), values], axis=-1)
        return tf.math.log_sigmoid(values) if self.output == "sigmoid" else values

    def restored(self, values: Any) -> Any:
        """What a row in `rows` would have given with the activation."""
        return values if self.layer is None else self.layer.activation(values)


def find(network: Any, sample: Any, tensor: Any = None) -> Ending:
    """How a network ends, read from its graph and tried on a few inputs.

    Args:
        network: an opened Keras network.
        sample: a few float32 inputs of it.
        tensor: the output of shape (n, classes) that is meant, its first if None.
    """
    tensor = network.outputs[0] if tensor is None else tensor
    ending = _from_graph(tensor)
    given = np.asarray(outline.run(network, [tensor], sample)[0], np.float32)
    if ending is not None:
        with ending.bare():
            values = outline.run(network, [ending.tensor], sample)[0]
        if _agrees(ending, np.asarray(ending.logits(values)), given):
            return _explained(ending, given.shape[-1])
    total = given.sum(axis=-1) if given.shape[-1] > 1 else given[:, 0]
    likely = bool((given >= 0).all()) and bool(np.allclose(total, 1, atol=1e-3) or given.shape[-1] == 1)
    if likely and bool((given <= 1 + 1e-6).all()):
        return _explained(Ending("probabilities", tensor), given.shape[-1])
    notice = f"The network ends in {type(outline.producer(tensor)[0]).__name__}; its outputs are taken as logits."
    return Ending("logits", tensor, notice=notice)


def is_explicit(ending: Ending) -> bool:
    """Whether the end itself says that these are class scores: numbers as such might be anything."""
    return ending.output != "logits" or _activation(_last(ending.tensor)[0]) == "log_softmax"


def has_weights(tensor: Any) -> bool:
    """Whether the row that makes an output's numbers has weights, and makes one number for each of them."""
    operation, node, _, _ = _last(tensor)
    if "Normalization" in type(operation).__name__ or node.output_tensors[0].shape[-1] != tensor.shape[-1]:
        return False
    return bool(getattr(operation, "weights", None))


def _last(tensor: Any) -> tuple[Any, Any, frozenset[str], bool]:
    """The row that makes a tensor's numbers and its call, the rows that only pass them on, and whether any do."""
    operation, node = outline.producer(tensor)
    rows = {operation.name}
    passed = False
    while True:
        if outline.is_nested(operation):
            operation, node = outline.producer(operation.outputs[0])
            passed = True
        elif type(operation).__name__ in PASSING:
            operation, node = outline.producer(node.input_tensors[0])
            rows.add(operation.name)
            passed = True
        else:
            return operation, node, frozenset(rows), passed


def _from_graph(tensor: Any) -> Ending | None:
    operation, node, rows, passed = _last(tensor)
    activation = _activation(operation)
    if activation in ("softmax", "sigmoid") and hasattr(operation, "activation"):
        return Ending(activation, tensor, operation, rows)
    if activation in ("softmax", "sigmoid") and not passed:
        return Ending(activation, node.input_tensors[0])
    if activation in ("linear", "log_softmax"):
        return Ending("logits", tensor)
    return None


def _activation(operation: Any) -> Any:
    """Name of the activation that an operation applies last, in lower case."""
    if not hasattr(operation, "activation"):
        return type(operation).__name__.lower()
    activation = operation.activation
    return getattr(activation, "__name__", type(activation).__name__).lower() if activation is not None else "linear"


def _agrees(ending: Ending, logits: Any, given: Any) -> bool:
    """Whether the logits lead back to what the network itself says."""
    if ending.output == "logits":
        return True
    if ending.output == "sigmoid":
        again = np.exp(logits) if given.shape[-1] > 1 else 1 / (1 + np.exp(-logits[:, 1:]))
    else:
        again = np.exp(logits - logits.max(axis=-1, keepdims=True))
        again /= again.sum(axis=-1, keepdims=True)
    # A network with damaged weights gives numbers that are none; these prove nothing.
    finite = np.isfinite(given).all(axis=-1)
    return again.shape == given.shape and bool(np.allclose(again[finite], given[finite], atol=TOLERANCE))


def _explained(ending: Ending, units: int) -> Ending:
    notice = ""
    if ending.output == "probabilities":
        notice = (
            "The network gives probabilities and its last activation cannot be put aside; losses are "
            "computed from the probabilities and are cut off at 87 nats."
        )
    elif ending.output == "sigmoid" and units > 1:
        notice = "The network ends in one sigmoid per class; probabilities are shown as shares of their sum."
    elif ending.output == "logits" and units == 1:
        notice = "The network ends in one number; it is taken as the logit of the second of two classes."
    elif ending.output == "logits":
        notice = "The network gives logits (no softmax at the end); probabilities are their softmax."
    return replace(ending, notice=notice)
