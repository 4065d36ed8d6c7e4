"""What a stored architecture asks Keras to build, judged before Keras is asked.

The config in a network file is a program in disguise: it names classes and functions which Keras
looks up and calls, also with `safe_mode=True` (any public `keras.*` function could be named in a
`Lambda`). So here every name is checked against a list of what an image classifier is made of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model import BadModel, shown
from model.allowed import (
    ACTIVATIONS,
    CUDNN,
    LAYERS,
    MODELS,
    PARTS,
    PLAIN,
    READ_FILES,
    RESHAPING,
    SAME_PLACES,
    is_function,
    is_keras,
)
from model.custom import bare

MAX_DEPTH = 100
REPLACE = "replace it by a layer of Keras and save again"
MAX_NUMBERS = 1 << 26  # in one image: 8192 x 8192
PLENTY = 16_000_000  # weights that nobody needs to count


@dataclass(frozen=True, slots=True)
class InputTensor:
    """Where the images go in: (h, w, ch), (ch, h, w), (h, w) or (d,), without the batch axis."""

    shape: tuple[int | None, ...]
    channels_first: bool


def check_depth(config: object, file: str) -> None:
    """Refuse a config that nests too deep to be walked through.

    Raises:
        BadModel: it does.
    """
    waiting: list[tuple[Any, int]] = [(config, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise BadModel(f"{file}: its model config is nested too deeply (over {MAX_DEPTH} levels); it is damaged")
        inside = node if isinstance(node, list) else list(node.values()) if isinstance(node, dict) else ()
        waiting += [(item, depth + 1) for item in inside]


def check(
    config: object, file: str, trusted: frozenset[str] = frozenset(), code: Path | None = None
) -> frozenset[str]:
    """Refuse a config that names anything but Keras's own layers and their parts, and trusted code.

    Args:
        config: not nested too deep.
        file: how messages call the file it is from.
        trusted: names of classes and functions that the person's own file brings.
        code: that file, if there is one.

    Returns:
        Those of the trusted names that the network needs.

    Raises:
        BadModel: names the layer and its class or function.
    """
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise BadModel(f"{file}: its model config describes no network; save it again with model.save()")
    waiting: list[tuple[Any, str, bool]] = [(config, "", True)]
    judge = _Judge(file, trusted, code)
    while waiting:
        node, layer, is_network = waiting.pop()
        if isinstance(node, list):
            waiting += [(item, layer, False) for item in reversed(node)]
        elif isinstance(node, dict):
            if "class_name" in node:
                layer = judge.thing(node, layer, is_network=is_network)
            for key in ("activation", "recurrent_activation"):
                if isinstance(node.get(key), str):
                    judge.activation(node[key], layer)
            inside = [item for key, item in node.items() if key != "compile_config" or not is_network]
            waiting += [(item, layer, False) for item in reversed(inside)]  # what it was trained with is not built
    return frozenset(judge.needed)


class _Judge:
    """Looks at one named thing after the other; `needed` are the trusted ones it met."""

    def __init__(self, file: str, trusted: frozenset[str], code: Path | None) -> None:
        self.file = file
        self.trusted = trusted
        self.code = code
        self.needed: set[str] = set()

    def activation(self, name: str, layer: str) -> None:
        """Judge an activation given by its name alone."""
        if bare(name) in self.trusted:
            self.needed.add(bare(name))
        elif name not in ACTIVATIONS:
            raise BadModel(
                f"{self.file}: layer '{shown(layer, 40)}' calls the function '{shown(name, 40)}', which is not one "
                f"of Keras's activations; {self._way_out('replace it by one of these and save again')}"
            )

    def thing(self, node: Mapping[str, Any], outer: str, *, is_network: bool) -> str:
        """Judge one named class or function; gives the name of the layer that what is inside belongs to."""
        kind, inner, module = node["class_name"], node.get("config"), node.get("module")
        if not isinstance(kind, str):
            raise BadModel(f"{self.file}: its model config is damaged (a class without a name); copy it again")
        named = inner.get("name") if isinstance(inner, dict) and kind not in PARTS | PLAIN else None
        layer = named if isinstance(named, str) else outer
        called = bare(inner) if kind == "function" and isinstance(inner, str) else bare(kind)
        problem = ""
        if kind in ("Lambda", "__lambda__"):
            problem = f"holds Python code; not loaded; {REPLACE}"
        elif called in self.trusted and not is_keras(called, module, None):
            self.needed.add(called)
        elif kind == "function" or (isinstance(inner, str) and kind not in PLAIN):
            if not is_function(inner, module):
                name = inner if module in (None, "builtins") else f"{module}.{inner}"
                problem = f"calls the function '{shown(name)}'; not loaded; {self._way_out(REPLACE)}"
        elif kind in READ_FILES:
            problem = f"({kind}) reads files; not loaded; save the network without it"
        elif kind in CUDNN:
            problem = f"({kind}) ran on NVIDIA cards only, and Keras has none any more; convert it to {kind[5:]}"
        elif kind not in PLAIN and not is_keras(kind, module, node.get("registered_name")):
            remedy = self._way_out("rebuild it from Keras's layers, or name its code: --custom FILE.py")
            problem = f"is of class '{shown(kind, 40)}', which is not one of Keras's own; {remedy}"
        if problem:
            where = "the network itself" if is_network else f"layer '{shown(layer or kind, 40)}'"
            raise BadModel(f"{self.file}: {where} {problem}")
        return layer

    def _way_out(self, otherwise: str) -> str:
        return otherwise if self.code is None else f"nor is it in {shown(self.code.name, 40)}: add it there"


def layer_configs(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers of a Sequential or functional config; Keras before 2.2 kept a bare list."""
    inner = config.get("config")
    found = inner if isinstance(inner, list) else inner.get("layers") if isinstance(inner, dict) else None
    return [layer for layer in found if isinstance(layer, dict)] if isinstance(found, list) else []


def input_tensor(config: Mapping[str, Any], file: str) -> InputTensor | None:
    """The one input, or None where the file leaves its shape open.

    Raises:
        BadModel: there are several, or it cannot hold an image of one or three channels.
    """
    entries = _inputs(config, file)
    first = any(
        inner.get("data_format") == "channels_first" for layer in _every(config) for inner in [_settings(layer)]
    )
    if len(entries) > 1:
        names = shown(", ".join(str(name) for name, _, _ in entries), 60)
        raise BadModel(f"{file}: takes {len(entries)} inputs ({names}); give a network that takes one image")
    if not entries or not isinstance(entries[0][1], list) or not entries[0][1]:
        return None
    _, given, dtype = entries[0]
    shape = tuple(size if isinstance(size, int) and not isinstance(size, bool) else None for size in given[1:])
    if dtype == "string" or not is_image(shape, first):
        batch = ", ".join(str(size) for size in (None, *shape))
        what = " of text" if dtype == "string" else ""
        raise BadModel(
            f"{file}: expects input ({batch}){what}; this tool reads images (height, width, 1 or 3 channels), "
            "give an image classifier"
        )
    return InputTensor(shape, first)


def _inputs(config: Mapping[str, Any], file: str) -> list[tuple[str, Any, Any]]:
    """(name, shape with batch axis, dtype) of every input."""
    layers = layer_configs(config)
    if config.get("class_name") == "Sequential":
        if not layers:
            raise BadModel(f"{file}: the network has no layers; save it again after building it")
        if layers[0].get("class_name") in MODELS:
            return _inputs(layers[0], file)
        settings = _settings(layers[0])
        shape = settings.get("batch_shape") or settings.get("batch_input_shape")
        if shape is None and isinstance(config.get("config"), dict):
            shape = config["config"].get("build_input_shape")
        return [(str(settings.get("name")), shape, settings.get("dtype"))]
    wanted = config["config"].get("input_layers") if isinstance(config.get("config"), dict) else None
    found = []
    for name in _names(wanted):
        settings = next((_settings(layer) for layer in layers if _settings(layer).get("name") == name), {})
        found.append((name, settings.get("batch_shape") or settings.get("batch_input_shape"), settings.get("dtype")))
    return found


def _names(node: object) -> list[str]:
    """Names in what Keras calls tensor references: ["input", 0, 0], alone or in lists and dicts."""
    if isinstance(node, dict):
        return [name for item in node.values() for name in _names(item)]
    if not isinstance(node, list) or not node:
        return []
    if isinstance(node[0], str):
        return [node[0]]
    return [name for item in node for name in _names(item)]


def is_image(shape: tuple[int | None, ...], channels_first: bool) -> bool:
    """Whether a tensor of this shape, without the batch axis, can hold an image of one or three channels."""
    if any(size is not None and size < 1 for size in shape) or math.prod(size or 1 for size in shape) > MAX_NUMBERS:
        return False
    match shape:
        case (_, _, _):
            return (shape[0] if channels_first else shape[2]) in (1, 3, None)
        case (_, _):
            return True
        case (int(length),):
            return any(math.isqrt(length // ch) ** 2 * ch == length for ch in (1, 3))
    return False


def least_weights(config: Mapping[str, Any]) -> tuple[int, str]:
    """A lower bound on the number of weights, and the first layer that needs plenty (or the most of all).

    Channels, and the places of a map, are followed from layer to layer; where that is not possible they count
    as one. So a network never has fewer weights than this, and a file that stores far fewer is a trap.
    """
    total, most, blamed = 0, 0, ""
    channels: dict[str, int] = {}
    places: dict[str, int] = {}
    previous = ""
    for layer in _every(config):
        settings, kind = _settings(layer), layer.get("class_name")
        name = str(settings.get("name"))
        sources = [source for source in _sources(layer.get("inbound_nodes")) if source in channels] or [previous]
        incoming = _built_for(layer) or max(channels.get(source, 1) for source in sources)
        area = min(places.get(source, 1) for source in sources)
        need, channels[name] = _need(str(kind), settings, incoming)
        if kind == "PReLU" and not settings.get("shared_axes"):
            need = area * incoming
        if kind == "Flatten":
            channels[name] = area * incoming
        places[name] = _places(str(kind), settings, area)
        total += need
        if most < need and most < PLENTY:
            most, blamed = need, name
        previous = name
    return total, blamed


def _places(kind: str, settings: Mapping[str, Any], incoming: int) -> int:
    """Places of the maps that come out, at least."""
    factor = settings.get("size" if kind.startswith("UpSampling") else "strides")
    step = math.prod(_whole(each) or 1 for each in factor) if isinstance(factor, list) else _whole(factor) or 1
    if kind == "InputLayer":
        shape = settings.get("batch_shape") or settings.get("batch_input_shape")
        inner = shape[1:] if isinstance(shape, list) and len(shape) == 4 else []
        first = inner and _whole(inner[0]) in (1, 3) and _whole(inner[-1]) not in (1, 3)
        return math.prod(_whole(each) or 1 for each in (inner[1:] if first else inner[:-1]))
    if kind.startswith("UpSampling") or kind.endswith("Transpose"):
        return incoming * step
    if kind in SAME_PLACES or (kind.startswith("Conv") and settings.get("padding") == "same" and step == 1):
        return incoming
    return 1


def _built_for(layer: Mapping[str, Any]) -> int:
    """The channels that a .keras file says a layer was built for, 0 if it does not: Keras believes it."""
    build = layer.get("build_config")
    shape = build.get("input_shape") if isinstance(build, dict) else None
    if not isinstance(shape, list) or len(shape) < 2:
        return 0
    return _whole(shape[1 if _settings(layer).get("data_format") == "channels_first" else -1])


def _need(kind: str, settings: Mapping[str, Any], incoming: int) -> tuple[int, int]:
    """(weights, channels that come out), both at least."""
    number = {key: _whole(value) for key, value in settings.items()}
    kernel = settings.get("kernel_size")
    area = math.prod(_whole(size) or 1 for size in kernel) if isinstance(kernel, list) else 1
    units, filters = number.get("units", 0), number.get("filters", 0)
    match kind:
        case "InputLayer":
            shape = settings.get("batch_shape") or settings.get("batch_input_shape")
            known = [size for size in map(_whole, shape[1:]) if size] if isinstance(shape, list) else []
            return 0, min(known, default=1)
        case "Dense":
            return units * incoming, max(1, units)
        case "LSTM" | "GRU" | "SimpleRNN" | "LSTMCell" | "GRUCell" | "SimpleRNNCell":
            return units * (incoming + units), max(1, units)
        case "Embedding":
            return number.get("input_dim", 0) * number.get("output_dim", 0), max(1, number.get("output_dim", 0))
        case "DepthwiseConv1D" | "DepthwiseConv2D":
            out = incoming * max(1, number.get("depth_multiplier", 1))
            return out * area, out
        case "SeparableConv1D" | "SeparableConv2D" | "SeparableConvolution1D" | "SeparableConvolution2D":
            return filters * incoming, max(1, filters)
        case "MultiHeadAttention":
            return incoming * number.get("num_heads", 0) * number.get("key_dim", 0), incoming
        case _ if kind.startswith("Conv") and filters:
            return filters * area * max(1, incoming // max(1, number.get("groups", 1))), filters
        case _ if kind in RESHAPING:
            return max(units, filters), 1
        case _ if kind in LAYERS:
            return max(units, filters), incoming
    return 0, 1


def _every(config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every layer, those of nested networks and wrapped layers in their place."""
    for layer in layer_configs(config):
        if layer.get("class_name") in MODELS:
            yield from _every(layer)
        else:
            yield layer
            yield from (inner for key in ("layer", "cell") if isinstance(inner := _settings(layer).get(key), dict))


def _settings(layer: Mapping[str, Any]) -> dict[str, Any]:
    inner = layer.get("config")
    return inner if isinstance(inner, dict) else {}


def _sources(node: object) -> Iterator[str]:
    """Names of the layers whose tensors an inbound node mentions, in both ways of writing it."""
    if isinstance(node, dict):
        history = node.get("keras_history")
        if isinstance(history, list) and history and isinstance(history[0], str):
            yield history[0]
        for item in node.values():
            yield from _sources(item)
    elif isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str) and isinstance(node[1], int):
            yield node[0]
        for item in node:
            yield from _sources(item)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
