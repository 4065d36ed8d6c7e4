"""How the layers of a functional network are tied together, in the form that today's Keras reads.

Keras 2 (2020 to 2023) wrote plain TensorFlow arithmetic, such as `x / 127.5 - 1` or `tf.nn.relu(x)`, as
layers of class TFOpLambda. Those that a layer of Keras does as well become that layer; others stay,
and are refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from model.allowed import MODELS

TOGETHER = {
    "math.add": "Add",
    "__operators__.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
}
ALONE = {"nn.relu": "relu", "nn.relu6": "relu6", "nn.softmax": "softmax", "math.sigmoid": "sigmoid"}
ALONE |= {"nn.sigmoid": "sigmoid", "math.tanh": "tanh", "nn.tanh": "tanh", "nn.silu": "silu", "nn.swish": "silu"}
ALONE |= {"nn.gelu": "gelu", "nn.elu": "elu", "nn.leaky_relu": "leaky_relu"}


def mend(inner: dict[str, Any], note: Callable[[str], None]) -> None:
    """Rewrite the layers of a functional network's config in place."""
    layers = [layer for layer in inner["layers"] if isinstance(layer, dict)]
    for layer in layers:
        if isinstance(layer.get("inbound_nodes"), list):
            layer["inbound_nodes"] = [_in_a_list(node) for node in layer["inbound_nodes"]]
            if layer.get("class_name") == "TFOpLambda" and _arithmetic(layer):
                note("arithmetic of TensorFlow's")
            layer["inbound_nodes"] = [_with_keywords(node, note) for node in layer["inbound_nodes"]]
    _count_anew(inner, layers, note)
    _rename(inner, layers, note)


def _count_anew(inner: dict[str, Any], layers: list[dict[str, Any]], note: Callable[[str], None]) -> None:
    """Calls of networks inside, which Keras 2 counted from 1: being built was the first."""
    nested = {
        layer.get("name"): layer.get("class_name")
        for layer in layers
        if str(layer.get("class_name")) in MODELS and isinstance(layer.get("name"), str)
    }
    calls = [found for layer in layers for found in _references(layer.get("inbound_nodes"))]
    ends = list(_references(inner.get("output_layers")))
    for name, kind in nested.items():
        inside = [reference for reference in calls if reference[0] == name]
        outside = [reference for reference in ends if reference[0] == name]
        if any(reference[1] < 1 for reference in (*inside, *outside)):
            continue
        for reference in (*inside, *(outside if kind == "Sequential" else ())):  # Keras does it for the others
            reference[1] -= 1
            note("calls of networks counted from 1")


def _references(node: Any, depth: int = 0) -> Iterator[list[Any]]:
    if depth > 20:
        return
    if _is_reference(node):
        yield node
    inside = node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
    for item in inside:
        yield from _references(item, depth + 1)


def _in_a_list(node: Any) -> Any:
    """A call with one tensor, which some versions wrote without the list around it."""
    return [node] if _is_reference(node) else node


def _is_reference(node: Any) -> bool:
    return isinstance(node, list) and len(node) >= 3 and isinstance(node[0], str) and isinstance(node[1], int)


def _arithmetic(layer: dict[str, Any]) -> bool:
    """Make a layer of one piece of arithmetic; whether that was possible."""
    settings, nodes = layer.get("config"), layer["inbound_nodes"]
    if not isinstance(settings, dict) or len(nodes) != 1 or not isinstance(nodes[0], list) or len(nodes[0]) != 1:
        return False
    function, reference = settings.get("function"), nodes[0][0]
    if not isinstance(function, str) or not _is_reference(reference) or len(reference) != 4:
        return False
    if not isinstance(reference[3], dict):
        return False
    words = {key: value for key, value in reference[3].items() if key != "name"}
    tensor = reference[:3]
    if function in ALONE and not words and tensor[0] != "_CONSTANT_VALUE":
        return _become(layer, "Activation", [[*tensor, {}]], activation=ALONE[function])
    other = words.pop("y", None)
    if words:
        return False
    if _is_reference(other) and function in TOGETHER and tensor[0] != "_CONSTANT_VALUE":
        return _become(layer, TOGETHER[function], [[*tensor, {}], [*other[:3], {}]])
    if tensor[0] == "_CONSTANT_VALUE":  # 2.0 * x and 1.0 + x
        if not _is_reference(other) or function not in ("math.add", "__operators__.add", "math.multiply"):
            return False
        other, tensor = tensor[2], other[:3]
    if isinstance(other, bool) or not isinstance(other, int | float):
        return False
    match function:
        case "math.add" | "__operators__.add":
            rescale = {"scale": 1.0, "offset": float(other)}
        case "math.subtract":
            rescale = {"scale": 1.0, "offset": -float(other)}
        case "math.multiply":
            rescale = {"scale": float(other), "offset": 0.0}
        case "math.truediv" | "math.divide" if other:
            rescale = {"scale": 1.0 / other, "offset": 0.0}
        case _:
            return False
    return _become(layer, "Rescaling", [[*tensor, {}]], **rescale)


def _become(layer: dict[str, Any], kind: str, node: list[Any], **settings: Any) -> bool:
    name = layer["config"].get("name")
    layer["class_name"], layer["config"], layer["inbound_nodes"] = kind, {"name": name, **settings}, [node]
    if "module" in layer:
        layer.update(module="keras.layers", registered_name=None)
    layer.pop("build_config", None)
    return True


def _with_keywords(node: Any, note: Callable[[str], None]) -> Any:
    """A call that gives tensors by name (attention's value, a mask) in the way of Keras 3."""
    if not isinstance(node, list) or len(node) != 1 or not _is_reference(node[0]) or len(node[0]) != 4:
        return node
    words = node[0][3]
    if not isinstance(words, dict) or not any(_is_reference(value) for value in words.values()):
        return node
    note("tensors given by name")
    named = {key: _tensor(value) if _is_reference(value) else value for key, value in words.items()}
    return {"args": [_tensor(node[0])], "kwargs": named}


def _tensor(reference: list[Any]) -> dict[str, Any]:
    history = reference[:3]
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None], "dtype": "float32", "keras_history": history},
    }


def _rename(inner: dict[str, Any], layers: list[dict[str, Any]], note: Callable[[str], None]) -> None:
    """Names with a slash, which Keras 3 does not take."""
    taken = {layer.get("name") for layer in layers if isinstance(layer.get("name"), str)}
    names: dict[str, str] = {}
    for old in [layer.get("name") for layer in layers]:
        if isinstance(old, str) and "/" in old and old not in names:
            new = old.replace("/", "_")
            while new in taken:
                new += "_"
            taken.add(new)
            names[old] = new
    if not names:
        return
    note("names with a slash")
    for layer in layers:
        for place in (layer, layer.get("config")):
            if isinstance(place, dict) and isinstance(place.get("name"), str):
                place["name"] = names.get(place["name"], place["name"])
        layer["inbound_nodes"] = _renamed(layer.get("inbound_nodes"), names)
    for key in ("input_layers", "output_layers"):
        if key in inner:
            inner[key] = _renamed(inner[key], names)


def _renamed(node: Any, names: dict[str, str], depth: int = 0) -> Any:
    if depth > 20:
        return node
    if _is_reference(node):
        return [names.get(node[0], node[0]), *(_renamed(item, names, depth + 1) for item in node[1:])]
    if isinstance(node, list):
        return [_renamed(item, names, depth + 1) for item in node]
    if isinstance(node, dict):
        return {key: _renamed(item, names, depth + 1) for key, item in node.items()}
    return node
