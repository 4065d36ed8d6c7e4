"""What is known about a network, as plain values that go into the cache and onto a page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from util import UnknownName, nearest

Output = Literal["softmax", "logits", "sigmoid", "probabilities", "none"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One row of the network's summary.

    Attributes:
        name: unique in the network.
        kind: its class, for example "Conv2D".
        output_shape: with the batch axis first; None where Keras leaves it open.
        parameters: number of weights, trainable or not.
        inputs: names of the rows that feed it, several where branches meet.
        usable: whether its activations are worth a look (not an input, dropout, flatten, padding ...).
        width: floats per sample once maps are pooled to one number per filter; 0 if not usable.
    """

    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    parameters: int
    inputs: tuple[str, ...]
    usable: bool
    width: int


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """A network without its weights.

    Attributes:
        name: the file's name.
        digest: hash of the file's bytes.
        layers: the rows of Keras's own summary, in its order.
        input_shape: (h, w, ch) of the images it takes; None where any size will do.
        tensor_shape: what its input tensor really looks like without the batch axis, for example
            (784,) or (28, 28) where input_shape is (28, 28, 1).
        channels_first: whether maps are (ch, h, w).
        n_outputs: number of classes; a single sigmoid counts as two; 0 for a network without a class head,
            an embedding, which has no logits.
        output: what comes out of the class head, and so how the logits are obtained; "none" without one.
        default_layer: the last layer before the class scores; of an embedding, the embedding.
        parameters: all weights; trainable_parameters: those that training changes.
        keras_version: the Keras that opened it; saved_with: the Keras that wrote it, "" if unknown.
        notices: what a person should know, a sentence each.
        damaged: those of them that are about weights which are no numbers.
        head: the row that gives the class scores, "" without one.
        no_head: why there is none, a sentence; "" with one.
        outputs: the rows that the network gives out, in its order.
        mirrored: whether its kernels were turned because it does better so.
    """

    name: str
    digest: str
    layers: tuple[Layer, ...]
    input_shape: tuple[int | None, int | None, int | None]
    tensor_shape: tuple[int | None, ...]
    channels_first: bool
    n_outputs: int
    output: Output
    default_layer: str
    parameters: int
    trainable_parameters: int
    keras_version: str
    saved_with: str
    notices: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    head: str = ""
    no_head: str = ""
    outputs: tuple[str, ...] = ()
    mirrored: bool = False

    def layer(self, name: str) -> Layer:
        """The layer of that name.

        Raises:
            UnknownName: there is none, or its activations are not worth a look.
        """
        for layer in self.layers:
            if layer.name == name and layer.usable:
                return layer
        known = [layer.name for layer in self.layers if layer.usable]
        exists = any(layer.name == name for layer in self.layers)
        what = "has no activations of its own" if exists else f"not in {self.name}"
        raise UnknownName(f"layer '{name}': {what}; {nearest(name, known)}")

    def to_dict(self) -> dict[str, Any]:
        """Everything, in types that JSON knows."""
        return {name: _lists(value) for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NetworkInfo:
        """The inverse of to_dict, also after a trip through JSON."""
        layers = tuple(Layer(**_tuples(row)) for row in values["layers"])
        return cls(**{**_tuples(values), "layers": layers})


def image_shape(shape: tuple[int | None, ...], channels_first: bool) -> tuple[int | None, int | None, int | None]:
    """(h, w, ch) of the images that fit a tensor."""
    match shape:
        case (a, b, c):
            return (b, c, a) if channels_first else (a, b, c)
        case (a, b):
            return a, b, 1
    length = shape[0] or 1
    channels = next(ch for ch in (1, 3) if math.isqrt(length // ch) ** 2 * ch == length)
    side = math.isqrt(length // channels)
    return side, side, channels


def _lists(value: Any) -> Any:
    match value:
        case dict():
            return {key: _lists(item) for key, item in value.items()}
        case list() | tuple():
            return [_lists(item) for item in value]
        case _:
            return value


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
