"""Files of Keras 2 (2017 to 2023), and the list of all eras. See `eras`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from .eras import (
    CONV,
    HIDDEN,
    NORM,
    SCORES,
    SIDE,
    USUAL,
    Era,
    N,
    Weights,
    archive,
    hdf5,
    keras_0,
    keras_1,
    keras_1_channels_first,
    keras_1_functional,
    keras_1_recurrent,
    layer,
    plain,
    plain_depthwise,
    plain_meeting,
    plain_recurrent,
    start,
    tied,
)  # fmt: skip

GLOROT = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"}}


def usual(initializer: Any = GLOROT, norm: str = "BatchNormalization", **first: Any) -> list[dict[str, Any]]:
    """`plain` in the words of Keras 2."""
    more = {"kernel_initializer": initializer, "use_bias": True, "kernel_regularizer": None}
    return [
        layer(
            "Conv2D", "conv", filters=4, kernel_size=[3, 3], strides=[1, 1], padding="same", activation="relu",
            data_format="channels_last", dilation_rate=[1, 1], **more, **first,
        ),
        layer("MaxPooling2D", "pool", pool_size=[2, 2], strides=[2, 2], padding="valid", data_format="channels_last"),
        layer(norm, "norm", axis=[3] if norm.endswith("V1") else -1, momentum=0.99, epsilon=0.001),
        layer("Flatten", "flat"),
        layer("Dense", "hidden", units=5, activation="tanh", **more),
        layer("Dense", "scores", units=3, activation="softmax", **more),
    ]  # fmt: skip


FIRST: dict[str, Any] = {"batch_input_shape": [None, SIDE, SIDE, 1], "dtype": "float32"}


def bare_list(path: Path) -> Path:
    config = {"class_name": "Sequential", "config": usual(**FIRST)}
    return hdf5(path / "net.h5", USUAL, config=config, version="2.0.6", backend="tensorflow")


def theano(path: Path) -> Path:
    config = {"class_name": "Sequential", "config": usual(**FIRST)}
    weights = {**USUAL, "conv": {"kernel:0": N["kernel"][::-1, ::-1], "bias:0": N["bias"]}}
    return hdf5(path / "net.h5", weights, config=config, version="2.0.8", backend="theano")


def no_input_layer(path: Path) -> Path:
    config = {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": usual(**FIRST)}}
    return hdf5(path / "net.HDF5", USUAL, config=config, version="2.2.4", backend="tensorflow")


def initializers(path: Path) -> Path:
    """tf.keras of TensorFlow 1.13 to 1.15."""
    glorot = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
    layers = usual(glorot, norm="BatchNormalizationV1", **FIRST)
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}}
    return hdf5(path / "net.h5", USUAL, config=config, version="2.2.4-tf", backend="tensorflow")


def fixed_batch(path: Path) -> Path:
    image = layer("InputLayer", "image", batch_input_shape=[32, SIDE, SIDE, 1], dtype="float32")
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": [image, *usual()]}}
    return hdf5(path / "net.h5", USUAL, config=config, version="2.4.0", backend="tensorflow")


def unknown_shape(path: Path) -> Path:
    image = layer("InputLayer", "image", batch_input_shape=[None, None, None, None], dtype="float32")
    return hdf5(path / "net.h5", USUAL, config=tied(image, *usual()), version="2.3.1", backend="tensorflow")


def no_shape_at_all(path: Path) -> Path:
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": usual()}}
    return hdf5(path / "net.h5", USUAL, config=config, version="2.2.4", backend="tensorflow")


def weights_and_json(path: Path) -> Path:
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": [start(), *usual()]}}
    (path / "net.json").write_text(json.dumps({**config, "keras_version": "2.4.0", "backend": "tensorflow"}))
    return hdf5(path / "net.weights.h5", USUAL, version="2.4.0", backend="tensorflow")


DEPTHWISE = {
    "kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "data_format": "channels_last", "groups": 1,
    "depth_multiplier": 1, "use_bias": False, "activation": "linear", "kernel_initializer": GLOROT,
}  # fmt: skip
LAST = {
    "depth": {"depthwise_kernel:0": N["depthwise"]},
    "scores": {"kernel:0": N["four"], "bias:0": N["scores bias"]},
}


def operation(name: str, function: str, *node: Any) -> dict[str, Any]:
    """Plain arithmetic, as tf.keras 2.4 to 2.15 wrote it."""
    return {**layer("TFOpLambda", name, function=function, dtype="float32"), "inbound_nodes": [list(node)]}


def arithmetic(path: Path) -> Path:
    """A network with `preprocess_input` and a hard swish inside, and names with a slash: MobileNetV3's manner."""
    rows = [
        start(ragged=False),
        operation("tf.math.truediv", "math.truediv", "image", 0, 0, {"y": 127.5, "name": None}),
        operation("tf.math.subtract", "math.subtract", "tf.math.truediv", 0, 0, {"y": 1.0, "name": None}),
        layer("Conv2D", "block/conv", filters=4, kernel_size=[3, 3], padding="same", groups=1, activation="linear"),
        operation("tf.__operators__.add", "__operators__.add", "block/conv", 0, 0, {"y": 3.0, "name": None}),
        layer("ReLU", "re_lu", max_value=6.0, negative_slope=0.0, threshold=0.0),
        operation("tf.math.multiply", "math.multiply", "_CONSTANT_VALUE", -1, 1 / 6, {"y": ["re_lu", 0, 0]}),
        operation(
            "tf.math.multiply_1", "math.multiply", "block/conv", 0, 0, {"y": ["tf.math.multiply", 0, 0], "name": None}
        ),
        layer("DepthwiseConv2D", "depth", **DEPTHWISE),
        layer("GlobalAveragePooling2D", "mean", data_format="channels_last", keepdims=False),
        layer("Dense", "scores", units=3, activation="softmax"),
    ]
    config = tied(*rows) | {"class_name": "Functional"}
    return hdf5(path / "net.h5", {"block/conv": CONV, **LAST}, config=config, version="2.9.0", backend="tensorflow")


def nested(path: Path) -> Path:
    """A Sequential inside a functional network, whose first call Keras 2 counted as its second."""
    inner = {"class_name": "Sequential", "config": {"name": "base", "layers": [start(), *usual()[:4]]}}
    rows = [
        start(),
        {**inner, "name": "base", "inbound_nodes": [[["image", 0, 0, {"training": False}]]]},
        {**usual()[4], "name": "hidden", "inbound_nodes": [[["base", 1, 0, {}]]]},
        {**usual()[5], "name": "scores", "inbound_nodes": [[["hidden", 0, 0, {}]]]},
    ]
    rows[0] = {**rows[0], "name": "image", "inbound_nodes": []}
    ends = {"input_layers": [["image", 0, 0]], "output_layers": [["scores", 0, 0]]}
    config = {"class_name": "Functional", "config": {"name": "net", "layers": rows, **ends}}
    trained = {f"conv/{key}": array for key, array in CONV.items()} | {
        f"norm/{key}": NORM[key] for key in ("gamma:0", "beta:0", "moving_mean:0", "moving_variance:0")
    }
    weights: Weights = {"image": {}, "base": trained, "hidden": HIDDEN, "scores": SCORES}
    return hdf5(path / "net.h5", weights, config=config, version="2.6.0", backend="tensorflow")


def modern(node: dict[str, Any], module: str = "keras.layers") -> dict[str, Any]:
    """A layer's config as in the .keras archives of Keras 2.12 to 2.15."""
    return {"module": module, "registered_name": None, **node}


def archive_2_15(path: Path) -> Path:
    rows = [modern(each) for each in (start(ragged=False), *_rescaled())]
    config = tied(*rows)
    config = {
        "module": "keras.src.engine.functional", "class_name": "Functional", "config": config["config"],
        "registered_name": "Functional", "build_config": {"input_shape": [None, SIDE, SIDE, 1]},
        "compile_config": {"optimizer": "adam", "loss": "a_loss_of_my_own"},
    }  # fmt: skip
    weights = {
        "conv2d": CONV,
        "batch_normalization": NORM,
        "depthwise_conv2d": LAST["depth"],
        "dense": LAST["scores"],
    }
    return archive(path / "net.keras", config, weights, "2.15.0", root="_layer_checkpoint_dependencies")


def _rescaled() -> list[dict[str, Any]]:
    ones = {"module": "keras.initializers", "class_name": "Ones", "config": {"dtype": "float32"}}
    return [
        layer("Rescaling", "rescaling", scale=1 / 127.5, offset=-1.0),
        layer("Conv2D", "conv", filters=4, kernel_size=[3, 3], padding="same", groups=1, kernel_initializer=ones),
        layer("BatchNormalization", "norm", axis=[3], momentum=0.99, epsilon=0.001),
        layer("DepthwiseConv2D", "depth", **{**DEPTHWISE, "kernel_initializer": None}),
        layer("GlobalAveragePooling2D", "mean", data_format="channels_last", keepdims=False),
        layer("Dense", "scores", units=3, activation="softmax"),
    ]


def archive_sequential(path: Path) -> Path:
    layers = [modern(each) for each in (start(), *usual(None, **FIRST))]
    config = modern(
        {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}, "keras.engine.sequential"
    )
    weights = {"conv2d": CONV, "batch_normalization": NORM, "dense": HIDDEN, "dense_1": SCORES}
    return archive(path / "net.zip", config, weights, "2.12.0", root="_layer_checkpoint_dependencies")


def gru(path: Path) -> Path:
    """A GRU before there was a choice of how it resets."""
    cell = layer("GRU", "cell", units=6, activation="tanh", recurrent_activation="sigmoid", implementation=0, **{
        "batch_input_shape": [None, SIDE, SIDE], "time_major": False})  # fmt: skip
    layers = [cell, layer("Dense", "scores", units=3, activation="softmax")]
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}
    arrays = {"kernel:0": N["three"], "recurrent_kernel:0": N["three recurrent"], "bias:0": N["three bias"]}
    weights = {"cell": arrays, "scores": {"kernel:0": N["six"], "bias:0": N["scores bias"]}}
    return hdf5(path / "net.h5", weights, config=config, version="2.1.6", backend="tensorflow")


FLAT = (SIDE, SIDE)
PICTURE = (1, SIDE, SIDE)
ERAS = (
    Era("Keras 0.3 and 1.0, numbered weights and .json", keras_0, plain, "names of Keras 1"),
    Era("Keras 1.2", keras_1, plain, "names of Keras 1"),
    Era("Keras 1.1, channels first", keras_1_channels_first, lambda: plain("channels_first"), "they are Theano's",
        PICTURE),
    Era("Keras 1.2, branches that meet", keras_1_functional, plain_meeting, "names of Keras 1"),
    Era("Keras 1.2, LSTM", keras_1_recurrent("LSTM"), lambda: plain_recurrent("LSTM"), "names of Keras 1", FLAT),
    Era("Keras 1.2, GRU", keras_1_recurrent("GRU"), lambda: plain_recurrent("GRU"), "names of Keras 1", FLAT),
    Era("Keras 2.0, a bare list", bare_list, plain, "a bare list of layers, no input layer"),
    Era("Keras 2.0 on Theano", theano, plain, "they were turned"),
    Era("Keras 2.1, GRU", gru, lambda: plain_recurrent("GRU"), "the setting time_major", FLAT),
    Era("Keras 2.2, no input layer", no_input_layer, plain, "no input layer"),
    Era("Keras 2.2, no word about its input", no_shape_at_all, plain, "the images' shape was taken"),
    Era("TensorFlow 1.13, typed initializers", initializers, plain, "number types inside initializers"),
    Era("Keras 2.3, an input of any shape", unknown_shape, plain, "an input of unknown shape"),
    Era("Keras 2.4, a fixed batch", fixed_batch, plain, "a fixed batch of 32"),
    Era("Keras 2.4, weights and .json", weights_and_json, plain, "the architecture was read from net.json"),
    Era("Keras 2.6, a network inside", nested, plain, "calls of networks counted from 1"),
    Era("Keras 2.9, arithmetic and slashes", arithmetic, plain_depthwise, "arithmetic of TensorFlow's", top=255),
    Era("Keras 2.12, .keras", archive_sequential, plain, "modules of Keras 2"),
    Era("Keras 2.15, .keras", archive_2_15, lambda: plain_depthwise(norm=True), "the setting groups", top=255),
)  # fmt: skip


def inputs(era: Era) -> np.ndarray:
    """(6, ...) of the shape of the plain network's input: noise from dark to bright, up to `top`, and below 0."""
    noise = np.random.default_rng(1).random((6, *era.shape), dtype=np.float32) * np.float32(era.top)
    return noise * np.linspace(-1, 1, 6, dtype=np.float32).reshape(6, *[1] * len(era.shape))
