"""Files as Keras wrote them from 2015 to 2023, made by hand with h5py and zipfile, each beside its plain network.

Nothing here is saved by today's Keras: configs are spelled out in the words of their time, and weights
are laid down as they were then. The plain network is built with today's classes and given the same
numbers; a file is read well if both say the same.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

SIDE = 8
Weights = dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Era:
    """One kind of file: who wrote it, how it is made, what a network of today must be equal to, what is said."""

    name: str
    write: Callable[[Path], Path]
    plain: Callable[[], Any]
    said: str
    shape: tuple[int, ...] = (SIDE, SIDE, 1)
    top: float = 1.0


def numbers() -> dict[str, np.ndarray]:
    """The weights of all these networks, by what they are; far from zero, so that errors show."""
    random = np.random.default_rng(7)
    shapes = {
        "kernel": (3, 3, 1, 4), "bias": (4,), "gamma": (4,), "beta": (4,), "mean": (4,), "variance": (4,),
        "depthwise": (3, 3, 4, 1), "hidden": (64, 5), "hidden bias": (5,), "scores": (5, 3), "scores bias": (3,),
        "gates": (8, 24), "recurrent": (6, 24), "gate bias": (24,), "three": (8, 18), "three recurrent": (6, 18),
        "three bias": (18,), "six": (6, 3), "four": (4, 3),
    }  # fmt: skip
    made = {name: random.normal(0, 0.6, shape).astype(np.float32) for name, shape in shapes.items()}
    return {**made, "variance": np.abs(made["variance"]) + 0.5}


N = numbers()
CONV = {"kernel:0": N["kernel"], "bias:0": N["bias"]}
NORM = {"gamma:0": N["gamma"], "beta:0": N["beta"], "moving_mean:0": N["mean"], "moving_variance:0": N["variance"]}
HIDDEN = {"kernel:0": N["hidden"], "bias:0": N["hidden bias"]}
SCORES = {"kernel:0": N["scores"], "bias:0": N["scores bias"]}
USUAL: Weights = {"conv": CONV, "pool": {}, "norm": NORM, "flat": {}, "hidden": HIDDEN, "scores": SCORES}


def layer(kind: str, name: str, **settings: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, "trainable": True, **settings}}


def start(**more: Any) -> dict[str, Any]:
    return layer(
        "InputLayer", "image", batch_input_shape=[None, SIDE, SIDE, 1], dtype="float32", sparse=False, **more
    )


def tied(*layers: Any) -> dict[str, Any]:
    """A functional config: a chain as Keras 2 wrote it, unless a layer brings its own nodes."""
    rows, before = [], None
    for each in layers:
        name = each["config"]["name"]
        nodes: list[Any] = [] if before is None else [[[before, 0, 0, {}]]]
        rows.append({**each, "name": name, "inbound_nodes": each.get("inbound_nodes", nodes)})
        before = name
    ends = {"input_layers": [[rows[0]["name"], 0, 0]], "output_layers": [[before, 0, 0]]}
    return {"class_name": "Model", "config": {"name": "net", "layers": rows, **ends}}


def hdf5(path: Path, weights: Weights, *, config: Any = None, version: str = "", backend: str = "") -> Path:
    """A legacy file; without a config one of `save_weights`."""
    with h5py.File(path, "w") as file:
        group = file
        if config is not None:
            file.attrs["model_config"] = json.dumps(config).encode()
            group = file.create_group("model_weights")
        for place in {id(file): file, id(group): group}.values():
            if version:
                place.attrs["keras_version"] = version.encode()
            if backend:
                place.attrs["backend"] = backend.encode()
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            inner = group.create_group(name)
            inner.attrs["weight_names"] = [f"{name}/{key}".encode() for key in arrays]
            for key, array in arrays.items():
                inner[f"{name}/{key}"] = array
    return path


def archive(path: Path, config: Any, layers: Weights, version: str, *, root: str) -> Path:
    """A .keras file; `layers` by Keras's own names for them ("conv2d", "dense_1"), weights numbered."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for name, arrays in layers.items():
            for number, array in enumerate(arrays.values()):
                file[f"{root}/{name}/vars/{number}"] = array
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("metadata.json", json.dumps({"keras_version": version, "date_saved": "2023-11-01@10:00:00"}))
        zipped.writestr("config.json", json.dumps(config))
        zipped.writestr("model.weights.h5", held.getvalue())
    return path


# -- the plain networks --------------------------------------------------------------------------


def plain(order: str = "channels_last") -> Any:
    import keras

    layers, first = keras.layers, order == "channels_first"
    network = keras.Sequential(
        [
            keras.Input((1, SIDE, SIDE) if first else (SIDE, SIDE, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu", data_format=order),
            layers.MaxPooling2D(2, data_format=order),
            layers.BatchNormalization(axis=1 if first else -1),
            layers.Flatten(data_format="channels_last"),  # rows of channels as they lie, as Keras 1 did
            layers.Dense(5, activation="tanh"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    network.set_weights([array for arrays in USUAL.values() for array in arrays.values()])
    return network


def plain_depthwise(*, norm: bool = False) -> Any:
    """x / 127.5 - 1 -> Conv -> (+3, relu6, / 6) -> depthwise -> mean -> scores."""
    import keras

    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 1))
    x = layers.Conv2D(4, 3, padding="same")(image / 127.5 - 1.0)
    x = layers.BatchNormalization()(x) if norm else keras.ops.relu6(x + 3.0) * (1 / 6) * x
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    network = keras.Model(image, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    middle = list(NORM.values()) if norm else []
    network.set_weights([*CONV.values(), *middle, N["depthwise"], N["four"], N["scores bias"]])
    return network


def plain_recurrent(kind: str) -> Any:
    import keras

    cell = keras.layers.LSTM(6) if kind == "LSTM" else keras.layers.GRU(6, reset_after=False)
    network = keras.Sequential([keras.Input((SIDE, SIDE)), cell, keras.layers.Dense(3, activation="softmax")])
    gates = ("gates", "recurrent", "gate bias") if kind == "LSTM" else ("three", "three recurrent", "three bias")
    network.set_weights([*(N[name] for name in gates), N["six"], N["scores bias"]])
    return network


# -- Keras 1 -------------------------------------------------------------------------------------


def first_layers(ordering: str) -> list[dict[str, Any]]:
    """`plain` in the words of Keras 1.2."""
    shape = [None, 1, SIDE, SIDE] if ordering == "th" else [None, SIDE, SIDE, 1]
    nothing: dict[str, Any] = {"W_regularizer": None, "b_regularizer": None, "activity_regularizer": None}
    nothing |= {"W_constraint": None, "b_constraint": None, "bias": True}
    glorot = {"init": "glorot_uniform", **nothing}
    return [
        layer(
            "Convolution2D", "conv", batch_input_shape=shape, input_dtype="float32", nb_filter=4, nb_row=3, nb_col=3,
            border_mode="same", subsample=[1, 1], dim_ordering=ordering, activation="relu", **glorot,
        ),
        layer(
            "MaxPooling2D", "pool", pool_size=[2, 2], strides=[2, 2], border_mode="valid", dim_ordering=ordering
        ),
        layer(
            "BatchNormalization", "norm", epsilon=0.001, mode=0, axis=1 if ordering == "th" else -1, momentum=0.99,
            gamma_regularizer=None, beta_regularizer=None,
        ),
        layer("Flatten", "flat"),
        layer("Dropout", "drop", p=0.5),
        layer("Dense", "hidden", output_dim=5, activation="tanh", input_dim=None, **glorot),
        layer(
            "Dense", "scores", output_dim=3, activation="softmax", input_dim=5,
            **{**glorot, "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}},
        ),
    ]  # fmt: skip


def first_names(*, kernel: np.ndarray = N["kernel"]) -> Weights:
    """The weights as Keras 1 called them."""
    return {
        "conv": {"conv_W": kernel, "conv_b": N["bias"]},
        "pool": {},
        "norm": dict(zip(("g", "b", "running_mean", "running_std"), NORM.values(), strict=True)),
        "flat": {},
        "drop": {},
        "hidden": {"hidden_W": N["hidden"], "hidden_b": N["hidden bias"]},
        "scores": {"scores_W": N["scores"], "scores_b": N["scores bias"]},
    }


def keras_1(path: Path) -> Path:
    config = {"class_name": "Sequential", "config": first_layers("tf")}
    return hdf5(path / "net.h5", first_names(), config=config, version="1.2.2")


def keras_1_channels_first(path: Path) -> Path:
    config = {"class_name": "Sequential", "config": first_layers("th")}
    kernel = N["kernel"].transpose(3, 2, 0, 1)
    return hdf5(path / "net.h5", first_names(kernel=kernel), config=config, version="1.1.0")


def keras_0(path: Path) -> Path:
    """Weights of 2015, numbered, and the architecture beside them."""
    with h5py.File(path / "net.h5", "w") as file:
        file.attrs["nb_layers"] = 7
        for index, arrays in enumerate(first_names().values()):
            group = file.create_group(f"layer_{index}")
            group.attrs["nb_params"] = len(arrays)
            for number, array in enumerate(arrays.values()):
                group[f"param_{number}"] = array
    config = {"class_name": "Sequential", "keras_version": "1.0.3", "config": first_layers("tf")}
    (path / "net.json").write_text(json.dumps(config))
    return path / "net.h5"


def keras_1_functional(path: Path) -> Path:
    """Two branches that met in a layer of class Merge, whose names were shared by all ways of meeting."""
    words = {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "border_mode": "same", "dim_ordering": "tf", "init": "uniform"}
    image = layer("InputLayer", "image", batch_input_shape=[None, SIDE, SIDE, 1], input_dtype="float32", sparse=False)
    merge = layer("Merge", "meet", mode="concat", mode_type="raw", concat_axis=-1, dot_axes=-1, arguments={})
    rows = [
        image,
        layer("Convolution2D", "left", activation="relu", bias=True, subsample=[1, 1], **words),
        {**layer("Activation", "right", activation="tanh"), "inbound_nodes": [[["left", 0, 0]]]},
        {**merge, "inbound_nodes": [[["left", 0, 0], ["right", 0, 0]]]},
        layer("GlobalAveragePooling2D", "mean", dim_ordering="tf"),
        layer("Dense", "scores", output_dim=3, activation="softmax", init="uniform", bias=True),
    ]
    weights: Weights = {"left": {"left_W": N["kernel"], "left_b": N["bias"]}}
    weights["scores"] = {"scores_W": np.concatenate([N["four"]] * 2), "scores_b": N["scores bias"]}
    return hdf5(path / "net.hdf5", weights, config=tied(*rows), version="1.2.0", backend="")


def plain_meeting() -> Any:
    import keras

    image = keras.Input((SIDE, SIDE, 1))
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    x = keras.ops.mean(keras.ops.concatenate([x, keras.ops.tanh(x)], axis=-1), axis=(1, 2))
    network = keras.Model(image, keras.layers.Dense(3, activation="softmax")(x))
    network.set_weights([*CONV.values(), np.concatenate([N["four"]] * 2), N["scores bias"]])
    return network


def keras_1_recurrent(kind: str) -> Callable[[Path], Path]:
    """A matrix for each gate: input, cell, forget, output, or update, reset, new."""

    def write(path: Path) -> Path:
        cell = layer(
            kind, "cell", batch_input_shape=[None, SIDE, SIDE], input_dtype="float32", output_dim=6,
            inner_init="zero", init="uniform", inner_activation="sigmoid", activation="tanh", consume_less="cpu",
            dropout_W=0.0, dropout_U=0.0, return_sequences=False, go_backwards=False, stateful=False,
            unroll=False, input_length=8, U_regularizer=None, W_regularizer=None, b_regularizer=None,
            forget_bias_init="one",
        )  # fmt: skip
        config = {
            "class_name": "Sequential",
            "config": [cell, layer("Dense", "scores", output_dim=3, activation="softmax")],
        }
        names, order = ("ifco", "icfo") if kind == "LSTM" else ("zrh", "zrh")
        stored = ("gates", "recurrent", "gate bias") if kind == "LSTM" else ("three", "three recurrent", "three bias")
        split = {
            (word, gate): part
            for word, name in zip("WUb", stored, strict=True)
            for gate, part in zip(names, np.split(N[name], len(names), axis=-1), strict=True)
        }
        arrays = {f"cell_{word}_{gate}": split[word, gate] for gate in order for word in "WUb"}
        weights = {"cell": arrays, "scores": {"scores_W": N["six"], "scores_b": N["scores bias"]}}
        return hdf5(path / "net", weights, config=config, version="1.2.2")

    return write
