"""Weights as Keras 1, and Keras 2 on Theano, laid them down, put into a network of today.

Keras 1 with channels first kept kernels as (filters, channels, rows, columns), recurrent layers kept a
matrix for each gate, and the first files of all numbered what they held: `layer_3/param_0`. Theano's
convolution mirrors its kernel, TensorFlow's does not. Everything else has lain the same way since 2015.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import BadModel, shown

MIRRORED = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")
# The gates' matrices in the order in which Keras joins them today, each as kernel, recurrent kernel, bias.
GATES = {"LSTM": (0, 6, 3, 9), "GRU": (0, 3, 6)}

Arrays = list[NDArray[Any]]


def load(network: Any, path: Path, file: str, *, first: bool, backend: str) -> None:
    """Put the weights of an HDF5 file into a network, layer by layer in their order.

    Args:
        network: a built Keras network.
        path: an HDF5 file that was judged safe.
        file: how messages call it.
        first: whether kernels lie as in Keras 1.
        backend: what computed then, "theano" or anything else.

    Raises:
        BadModel: names the first layer whose weights do not fit, and both shapes.
    """
    import h5py

    layers = [layer for layer in network.layers if layer.weights]
    with h5py.File(path, "r") as hdf5:
        groups = _groups(hdf5.get("model_weights", hdf5))
        if len(groups) != len(layers):
            raise BadModel(
                f"{file}: holds weights of {len(groups)} layers, its architecture has {len(layers)} with weights; "
                "they do not belong together"
            )
        for layer, arrays in zip(layers, groups, strict=True):
            for part, own in _parts(layer, arrays):
                _set(part, _mirrored(part, _today(part, own) if first else own, backend), file)


def mirror(network: Any) -> None:
    """Turn the kernels of all convolutions of a network by half a turn, which a second call undoes."""
    for layer in _leaves(network):
        if type(layer).__name__ in MIRRORED:
            for variable in layer.weights:
                if len(variable.shape) >= 3:
                    variable.assign(_turned(variable.value.numpy()))


def _turned(array: NDArray[Any]) -> NDArray[Any]:
    return np.flip(array, tuple(range(array.ndim - 2)))


def _groups(group: Any) -> list[Arrays]:
    """The arrays of every layer that has some."""
    if "nb_layers" not in group.attrs:
        found = [group[name] for name in _names(group, "layer_names")]
        arrays = [[inner[name][()] for name in _names(inner, "weight_names")] for inner in found]
    else:
        found = [group[f"layer_{index}"] for index in range(int(group.attrs["nb_layers"]))]
        arrays = [[inner[f"param_{i}"][()] for i in range(int(inner.attrs.get("nb_params", 0)))] for inner in found]
    return [each for each in arrays if each]


def _names(group: Any, kind: str) -> list[str]:
    """Names in an attribute, which is cut into numbered ones where it is too long for HDF5."""
    pieces = [kind] if kind in group.attrs else []
    while pieces[:1] != [kind] and f"{kind}{len(pieces)}" in group.attrs:
        pieces.append(f"{kind}{len(pieces)}")
    return [_text(name) for piece in pieces for name in group.attrs[piece]]


def _parts(layer: Any, arrays: Arrays) -> list[tuple[Any, Arrays]]:
    """A layer with its arrays; of a nested network, its layers with theirs: first what is trained, then the rest."""
    if not hasattr(layer, "layers"):
        return [(layer, arrays)]
    leaves = _leaves(layer)
    taken: dict[int, Arrays] = {id(leaf): [] for leaf in leaves}
    rest = iter(arrays)
    for kind in ("trainable_weights", "non_trainable_weights"):
        for leaf in leaves:
            taken[id(leaf)] += [array for _, array in zip(getattr(leaf, kind), rest, strict=False)]
    return [(leaf, taken[id(leaf)]) for leaf in leaves if leaf.weights]


def _leaves(layer: Any) -> list[Any]:
    if not hasattr(layer, "layers"):
        return [layer]
    return [leaf for inner in layer.layers for leaf in _leaves(inner)]


def _today(layer: Any, arrays: Arrays) -> Arrays:
    """The arrays of a layer of Keras 1 in today's layout."""
    kind = type(layer).__name__
    if kind in GATES and len(arrays) == 3 * len(GATES[kind]):
        return [np.concatenate([arrays[gate + part] for gate in GATES[kind]], axis=-1) for part in range(3)]
    first = getattr(layer, "data_format", "") == "channels_first"
    if kind == "Conv1D" and arrays[0].ndim == 4:
        kernel = arrays[0]
        if kernel.shape[:2] != (layer.kernel_size[0], 1) or kernel.shape[3] != layer.filters:
            kernel = kernel.transpose(2, 3, 1, 0)
        return [kernel[:, 0], *arrays[1:]]
    if kind == "Conv2DTranspose":
        return [arrays[0].transpose((2, 3, 0, 1) if first else (0, 1, 3, 2)), *arrays[1:]]
    if first and kind in ("Conv2D", "Conv3D", "SeparableConv2D"):
        return [array.transpose(*range(2, array.ndim), 1, 0) if array.ndim >= 4 else array for array in arrays]
    return arrays


def _mirrored(layer: Any, arrays: Arrays, backend: str) -> Arrays:
    """Theano's kernels as TensorFlow needs them."""
    if backend != "theano" or type(layer).__name__ not in MIRRORED:
        return arrays
    return [_turned(array) if array.ndim >= 3 else array for array in arrays]


def _set(layer: Any, arrays: Arrays, file: str) -> None:
    variables = layer.trainable_weights + layer.non_trainable_weights
    name = shown(layer.name, 30)
    if len(variables) != len(arrays):
        raise BadModel(
            f"{file}: layer '{name}' has {len(variables)} weight arrays, the file holds {len(arrays)}; "
            "they do not belong together"
        )
    for variable, array in zip(variables, arrays, strict=True):
        if tuple(variable.shape) != array.shape:
            raise BadModel(
                f"{file}: layer '{name}' needs weights {tuple(variable.shape)}, the file holds {array.shape}; "
                "they do not belong together"
            )
        variable.assign(array)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
