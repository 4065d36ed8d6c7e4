"""Architectures of every era brought into the form that today's Keras reads: in memory, never in the file.

What Keras has renamed, dropped or moved since 2016 is known and small, so it is undone here, in plain
dictionaries, before anything is judged or built. Each change has a clause for the person to read.
What is not known is left as it is: the judgment that follows, or Keras, then says no.
"""

from __future__ import annotations

import json
import re
from typing import Any

from model import eras_first, eras_graph
from model.allowed import MODELS

MAX_DEPTH = 40  # networks in networks
ANY = object()
ATTENTION = ("MultiHeadAttention", "Attention", "AdditiveAttention")
UNGROUPED = ("DepthwiseConv", "SeparableConv", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
# Where today's Keras keeps its classes of networks.
HOMES = {"Sequential": "keras", "Functional": "keras.src.models.functional", "Model": "keras.src.models.functional"}
# Settings that today's layers do not have, and the values with which they changed nothing.
GONE: dict[str, Any] = {
    "time_major": (False,),
    "rng_type": ANY,
    "implementation": ANY,
    "renorm": (False,),
    "renorm_clipping": ANY,
    "renorm_momentum": ANY,
    "virtual_batch_size": (None,),
    "adjustment": (None,),
    "fused": ANY,
    "softmax_robust_masking": (False,),
    "query_shape": ANY,
    "key_shape": ANY,
    "value_shape": ANY,
    "input_length": ANY,
    "input_dtype": ANY,
}


def mend(config: Any, image: tuple[int, ...] | None = None) -> tuple[Any, tuple[str, ...]]:
    """A stored architecture in today's form, and what was changed.

    Args:
        config: as parsed from the file; it is left alone.
        image: (h, w, ch) of the images it is opened for, which an input of unknown shape takes.

    Returns:
        The config (equal to the one given where nothing had to be changed), and a clause per kind of
        change, fit for a list: "a bare list of layers". A change nobody needs to know of has none.
    """
    mender = _Mender(image)
    try:
        text = json.dumps(config)
    except RecursionError:  # the judgment that follows says so
        return config, ()
    mender.channels_first = '"channels_first"' in text or '"dim_ordering": "th"' in text
    mender.stateful = '"stateful": true' in text
    again = json.loads(text)
    if isinstance(again, dict):
        mender.network(again, 0)
    return again, tuple(mender.notes)


class _Mender:
    """One architecture being mended, in place; `notes` are the clauses, in order."""

    def __init__(self, image: tuple[int, ...] | None) -> None:
        self.image = image
        self.notes: dict[str, None] = {}
        self.channels_first = False
        self.stateful = False

    def note(self, clause: str) -> None:
        self.notes[clause] = None

    def network(self, node: dict[str, Any], depth: int) -> None:
        """A Sequential or functional network, with all that is in it."""
        if depth > MAX_DEPTH:
            return
        inner = node.get("config")
        kind = node.get("class_name")
        if kind == "Sequential" and isinstance(inner, list):
            inner = node["config"] = {"name": str(node.get("name") or "sequential"), "layers": inner}
            self.note("a bare list of layers")
        if (
            not isinstance(kind, str)
            or kind not in MODELS
            or not isinstance(inner, dict)
            or not isinstance(inner.get("layers"), list)
        ):
            return
        module = node.get("module", HOMES[kind])
        if module is None or re.fullmatch(r"(tensorflow\.python\.|tf_)?keras(\.src)?\.engine\.[a-z_]+", str(module)):
            node.update(module=HOMES[kind], registered_name=None)
            self.note("modules of Keras 2")
        if not isinstance(inner.get("name", ""), str):
            return
        for layer in inner["layers"]:
            if isinstance(layer, dict):
                self.layer(layer, depth + 1)
        if kind == "Sequential":
            inner.setdefault("name", "sequential")
            self.start(inner)
        else:
            eras_graph.mend(inner, self.note)
        for layer in inner["layers"]:
            settings = layer.get("config") if isinstance(layer, dict) else None
            if isinstance(settings, dict) and layer.get("class_name") != "InputLayer":
                settings.pop("batch_input_shape", None)

    def layer(self, node: dict[str, Any], depth: int) -> None:
        """One layer, and what it wraps."""
        if str(node.get("class_name")) in MODELS:
            self.network(node, depth)
            return
        eras_first.translate(node, self.note)
        settings, kind = node.get("config"), node.get("class_name")
        if not isinstance(settings, dict) or not isinstance(kind, str) or depth > MAX_DEPTH:
            return
        for key in ("layer", "backward_layer", "cell"):
            if isinstance(settings.get(key), dict):
                self.layer(settings[key], depth + 1)
        if kind == "InputLayer":
            for key in ("batch_shape", "batch_input_shape"):
                self.shape(settings.get(key))
            return
        if kind in ATTENTION and set(node.get("build_config") or ()) == {"input_shape"}:
            del node["build_config"]  # it takes more than one shape today, and learns them when called
        self.settings(kind, settings)

    def settings(self, kind: str, settings: dict[str, Any]) -> None:
        """The settings of a layer that is neither an input nor a network."""
        for key, harmless in GONE.items():
            if key in settings and (harmless is ANY or settings[key] in harmless):
                del settings[key]
                if key in ("time_major", "rng_type"):
                    self.note(f"the setting {key}")
        if kind.startswith(UNGROUPED) and settings.get("groups", 0) == 1:
            del settings["groups"]
            self.note("the setting groups")
        if kind.startswith(("DepthwiseConv", "SeparableConv")):
            for key in ("kernel_initializer", "kernel_regularizer", "kernel_constraint"):
                settings.pop(key, None)
        if kind == "GRU" and "reset_after" not in settings:
            settings["reset_after"] = False
            self.note("a GRU of the first kind")
        if kind == "BatchNormalization" and _is_one(settings.get("axis")):
            settings["axis"] = settings["axis"][0]
        if kind != "Embedding":
            settings.pop("input_dim", None)
        policy = settings.get("dtype")
        if (
            isinstance(policy, dict)
            and policy.get("class_name") == "Policy"
            and isinstance(policy.get("config"), dict)
        ):
            settings["dtype"] = policy["config"].get("name")
            self.note("a number type written as a policy")
        for key, value in settings.items():
            if not isinstance(value, dict):
                continue
            if set(value) == {"type", "value"} and value["type"] == "ndarray":
                settings[key] = value["value"]
                self.note("a number written as an array")
            elif (
                key.endswith("_initializer") and isinstance(value.get("config"), dict) and "dtype" in value["config"]
            ):
                del value["config"]["dtype"]
                self.note("number types inside initializers")

    def start(self, inner: dict[str, Any]) -> None:
        """The input of a Sequential network, which its first layer may carry instead of an InputLayer."""
        layers = inner["layers"]
        if not layers or not isinstance(layers[0], dict) or not isinstance(layers[0].get("config"), dict):
            return
        first, settings = layers[0], layers[0]["config"]
        if str(first.get("class_name")) in MODELS or first.get("class_name") == "InputLayer":
            return
        shape = settings.pop("batch_input_shape", None)
        if isinstance(shape, list):
            self.shape(shape)
            self.note("no input layer")
        elif self.image is not None and not inner.get("build_input_shape"):
            shape = [None, *self.pictures()]
            if first.get("class_name") == "Dense":
                shape = [None, self.image[0] * self.image[1] * self.image[2]]
            self.note("no word about its input, so the images' shape was taken")
        else:
            return
        name = f"{settings.get('name')}_input"
        taken: dict[str, Any] = {"class_name": "InputLayer", "config": {"batch_shape": shape, "name": name}}
        if "module" in first:
            taken.update(module="keras.layers", registered_name=None)
        layers.insert(0, taken)

    def shape(self, shape: Any) -> None:
        """An input's shape with its batch axis: any number of images, of the data's size if it has none."""
        if not isinstance(shape, list) or not shape:
            return
        if isinstance(shape[0], int) and not self.stateful:
            self.note(f"a fixed batch of {shape[0]}")
            shape[0] = None
        channels = 1 if self.channels_first else -1
        if len(shape) == 4 and shape[channels] is None and self.image is not None:
            shape[1:] = self.pictures()
            self.note("an input of unknown shape, so the images' was taken")

    def pictures(self) -> list[int]:
        """Shape of an image without the batch axis."""
        height, width, channels = self.image or (0, 0, 0)
        return [channels, height, width] if self.channels_first else [height, width, channels]


def _is_one(axis: object) -> bool:
    return isinstance(axis, list) and len(axis) == 1 and isinstance(axis[0], int)


def sentence(clauses: tuple[str, ...], keras_version: str) -> str:
    """The notice about what was mended, "" if nothing.

    >>> sentence(("a bare list of layers", "no input layer"), "2.0.6")
    'Keras 2.0.6 wrote this network in an older form (a bare list of layers, no input layer), which was read as ...
    """
    if not clauses:
        return ""
    wrote = f"Keras {keras_version} wrote this network" if keras_version else "This network was written"
    return (
        f"{wrote} in an older form ({', '.join(clauses)}), which was read as today's Keras means it; "
        "the file is as it was."
    )
