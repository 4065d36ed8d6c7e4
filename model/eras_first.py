"""The words of Keras 1 (2015 to March 2017) in those of Keras 2, layer by layer.

Initializers, regularizers and constraints are left out: they matter in training only, and Keras 1
wrote them differently. What has no equal today keeps its old name, and is refused by that name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CLAUSE = "names of Keras 1"
KINDS = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
}
MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
}
WORDS = {
    "nb_filter": "filters",
    "subsample": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "bias": "use_bias",
    "inner_activation": "recurrent_activation",
    "atrous_rate": "dilation_rate",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "sigma": "stddev",
}
UNITS = ("Dense", "LSTM", "GRU", "SimpleRNN")
RATES = ("Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
LINES = {  # of one dimension, whose settings were plain numbers
    "filter_length": "kernel_size",
    "subsample_length": "strides",
    "pool_length": "pool_size",
    "stride": "strides",
    "length": "size",
}
ONLY_TRAINING = (
    *("init", "inner_init", "forget_bias_init", "consume_less", "W_regularizer", "U_regularizer", "b_regularizer"),
    *("W_constraint", "U_constraint", "b_constraint", "gamma_regularizer", "beta_regularizer", "input_dtype"),
    *("depthwise_regularizer", "pointwise_regularizer", "depthwise_constraint", "pointwise_constraint"),
)
ORDERINGS = {"th": "channels_first", "tf": "channels_last", "default": "channels_last"}
# Any of these says that Keras 1 wrote the layer; `init` alone may be anybody's.
SIGNS = frozenset(
    {"nb_filter", "border_mode", "dim_ordering", "inner_activation", "W_regularizer", "pool_length", "input_dtype"}
)


def translate(node: dict[str, Any], note: Callable[[str], None]) -> None:
    """Rewrite one layer in place, if its words are those of Keras 1."""
    kind, settings = node.get("class_name"), node.get("config")
    if not isinstance(kind, str) or not isinstance(settings, dict):
        return
    if kind in ("BatchNormalizationV1", "BatchNormalizationV2"):
        node["class_name"] = "BatchNormalization"
        note(f"the class {kind}")
    if kind == "ThresholdedReLU" and isinstance(settings.get("theta"), int | float):
        node["class_name"] = "ReLU"
        settings["threshold"] = settings.pop("theta")
        note("the class ThresholdedReLU")
    if not _is_first(kind, settings):
        return
    note(CLAUSE)
    if kind == "Merge":
        _merge(node, settings)
        return
    kind = node["class_name"] = KINDS.get(kind, kind)
    for key in ONLY_TRAINING:
        settings.pop(key, None)
    if kind.startswith(("Conv", "Separable", "Dense")) or kind in UNITS:
        settings.pop("activity_regularizer", None)
    _sizes(kind, settings)
    for old, new in WORDS.items():
        if old in settings and not (old == "sigma" and kind != "GaussianNoise"):
            settings[new] = settings.pop(old)
    if isinstance(settings.get("data_format"), str):
        settings["data_format"] = ORDERINGS.get(settings["data_format"], settings["data_format"])
    if kind in UNITS and "output_dim" in settings:
        settings["units"] = settings.pop("output_dim")
    if kind in RATES and "p" in settings:
        settings["rate"] = settings.pop("p")
    if kind == "BatchNormalization" and settings.get("mode") in (0, 2):  # 2 differs in training only
        del settings["mode"]
    if kind == "Embedding":
        settings.pop("dropout", None)
    if kind == "Conv2DTranspose":
        settings.pop("output_shape", None)


def _is_first(kind: str, settings: dict[str, Any]) -> bool:
    if kind in KINDS and kind not in ("Convolution1D", "Convolution2D", "Convolution3D", "SeparableConvolution2D"):
        return True
    return (
        (kind == "Merge" and "mode" in settings)
        or bool(SIGNS & settings.keys())
        or (kind in UNITS and "output_dim" in settings)
        or (kind in RATES and "p" in settings)
        or (kind == "BatchNormalization" and "mode" in settings)
        or (kind == "GaussianNoise" and "sigma" in settings)
    )


def _sizes(kind: str, settings: dict[str, Any]) -> None:
    """Sizes that had a setting for each direction, or were plain numbers."""
    for keys in (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")):
        if all(key in settings for key in keys):
            settings["kernel_size"] = [settings.pop(key) for key in keys]
    if kind.endswith("1D"):
        for old, new in LINES.items():
            if isinstance(settings.get(old), int):
                settings[new] = settings.pop(old)


def _merge(node: dict[str, Any], settings: dict[str, Any]) -> None:
    """The one class of all meetings of branches, where it did nothing that was written in Python."""
    mode = settings.get("mode")
    if not isinstance(mode, str) or mode not in MERGES or settings.get("mode_type", "raw") != "raw":
        return
    node["class_name"] = MERGES[mode]
    kept: dict[str, Any] = {key: settings[key] for key in ("name", "trainable") if key in settings}
    if mode == "concat":
        kept["axis"] = settings.get("concat_axis", -1)
    node["config"] = kept
