"""A network, opened: what it looks like, and its logits and activations in one pass over the images."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import BadModel, architecture, building, custom, graph, outline, reading, scores, shown
from model.info import NetworkInfo, image_shape
from util import Progress, Report, silent

if TYPE_CHECKING:
    from model.preprocessing import Preprocessing

BATCH_FLOATS = 64 << 20  # at most these in one layer's maps of a batch: 256 MB
BATCH_STEP = 32
OPEN_SIZE = 96  # side of the trial image where the network takes any size


@dataclass(frozen=True, slots=True)
class Forward:
    """What one pass gives: logits (n, c) float32, and per layer (n, width) float32, rows as the images."""

    logits: NDArray[np.float32]
    activations: dict[str, NDArray[np.float32]]


class Network:
    """An opened network. `info` describes it, `forward` runs it."""

    def __init__(self, info: NetworkInfo, keras_network: Any, ending: scores.Ending) -> None:
        self.info = info
        self._network = keras_network
        self._ending = ending
        self._compiled: dict[tuple[str, ...], Callable[[Any], Any]] = {}

    def forward(
        self,
        images: NDArray[np.uint8],
        layers: Sequence[str],
        *,
        preprocessing: Preprocessing,
        batch_size: int = 512,
        report: Report = silent,
    ) -> Forward:
        """Logits and pooled activations of all the layers, in one pass.

        Costs less than one `predict` of Keras's with batches of 32 of the same images. Softmax of the
        logits is the network's own output up to rounding.

        Args:
            images: (n, h, w, ch) uint8.
            layers: names of usable layers.
            preprocessing: how pixels become input.
            batch_size: at most these images at once; fewer where the maps are large.
            report: told after each batch.

        Raises:
            UnknownName: the network has no such layer.
        """
        wanted = [self.info.layer(name) for name in dict.fromkeys(layers)]
        n = len(images)
        logits = np.empty((n, self.info.n_outputs), np.float32)
        activations = {layer.name: np.empty((n, layer.width), np.float32) for layer in wanted}
        batch = self._batch(n, images.shape[1:], batch_size)
        run = self._run(tuple(activations))
        for start in range(0, n, batch):
            rows = images[start : start + batch]
            inputs = preprocessing.apply(rows)
            if len(rows) < batch:  # every batch has one shape, or TensorFlow would build the graph again
                inputs = np.concatenate([inputs, np.zeros((batch - len(rows), *inputs.shape[1:]), np.float32)])
            stop = start + len(rows)
            values = run(inputs)
            for array, value in zip((logits, *activations.values()), values, strict=True):
                array[start:stop] = value.numpy()[: len(rows)]
            report(Progress("predictions and activations", stop, n, "images"))
        return Forward(logits, activations)

    def logits(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, c) logits of a few preprocessed inputs at once, without building a graph first."""
        batch = self._network.inputs[0].shape[0] or len(inputs)
        padding = np.zeros((-len(inputs) % max(batch, 1), *inputs.shape[1:]), np.float32)
        padded = np.concatenate([inputs, padding])
        values = [
            self._outputs(padded[start : start + batch], ())[0] for start in range(0, len(padded), max(batch, 1))
        ]
        return np.concatenate([np.asarray(value) for value in values])[: len(inputs)]

    def _outputs(self, inputs: Any, layers: tuple[str, ...]) -> list[Any]:
        """The logits and then every layer, pooled."""
        tensors = [self._ending.tensor, *(outline.output_tensor(self._network, name) for name in layers)]
        with self._ending.bare():
            first, *rest = outline.run(self._network, tensors, inputs)
        pooled = []
        for name, value in zip(layers, rest, strict=True):
            value = self._ending.restored(value) if name in self._ending.rows else value
            pooled.append(outline.pool(value, channels_first=self.info.channels_first))
        return [self._ending.logits(first), *pooled]

    def _run(self, layers: tuple[str, ...]) -> Callable[[Any], Any]:
        """The compiled pass. Plain, not XLA: that took as long per batch and a second more to begin with."""
        import tensorflow as tf

        if layers not in self._compiled:
            self._compiled[layers] = tf.function(lambda inputs: self._outputs(inputs, layers))
        return self._compiled[layers]

    def _batch(self, n: int, image: tuple[int, ...], at_most: int) -> int:
        fixed = self._network.inputs[0].shape[0]
        if fixed is not None:
            return int(fixed)
        fitting = BATCH_FLOATS // outline.largest_map(self.info.layers, image)
        needed = -(-max(n, 1) // BATCH_STEP) * BATCH_STEP
        return max(1, min(at_most, max(BATCH_STEP // 2, fitting), needed))


def open_network(path: Path, image: tuple[int, ...] | None = None, code: Path | None = None) -> Network:
    """Open a network of any era, whatever its name ends in. Imports Keras, which takes seconds.

    Args:
        path: the file.
        image: (h, w, ch) of the images it is opened for; an input of unknown shape takes it.
        code: a Python file that the person trusts, run if the network needs classes of it.

    Raises:
        BadModel: see `reading.scan`; or Keras cannot build it, or it gives no row of class scores.
    """
    found = reading.scan(path, image, code)
    file = shown(path, 90)
    keras = _keras(file)
    classes = _trusted(code, found["custom"])
    try:
        network = building.build(keras, path, found, file, classes)
    except BadModel:
        raise
    except Exception as error:  # whatever Keras raises here is about this file, and its types are many
        with building.by_keras_2(path, found) as again:
            if again is None:
                building.explain(keras, path, found, file, classes)
                made_by = f"saved by Keras {found['keras_version']}; " if found["keras_version"] else ""
                raise BadModel(
                    f"{file}: Keras {keras.__version__} cannot build it ({shown(error, 90)}); {made_by}save it again "
                    "there"
                ) from error
            found = {**reading.scan(again[0], image), "keras_version": found["keras_version"]}
            network = building.build(keras, again[0], found, file, {})
            found["notices"] = (f"Today's Keras could not build it; {again[1]} read it first, and handed it on.",)
    return _described(_functional(network, found, image), path, found, code)


def _trusted(code: Path | None, needed: frozenset[str]) -> dict[str, Any]:
    """The classes and functions that a network needs from the trusted code, which is run for that."""
    if code is None or not needed:
        return {}
    classes = custom.load(code)
    for name in sorted(needed - set(classes)):
        raise BadModel(f"--custom {shown(code, 70)}: '{name}' is no class or function that Keras can use; see README")
    return {name: classes[name] for name in needed}


def _functional(network: Any, found: dict[str, Any], image: tuple[int, ...] | None) -> Any:
    """The network as one flat graph; one of a class of the person's own becomes a graph of one row."""
    if getattr(network, "inputs", None):
        return outline.flat(network)
    if network.__class__.__name__ not in found["custom"]:
        return network
    import keras

    shape = (network.get_build_config() or {}).get("input_shape") if hasattr(network, "get_build_config") else None
    start = keras.Input(tuple(shape[1:]) if shape else image, name="image")
    found["notices"] += (
        f"The network is a class of its own ({network.__class__.__name__}); its layers cannot be looked at singly.",
    )
    return keras.Model(start, network(start))


def _described(network: Any, path: Path, found: dict[str, Any], code: Path | None) -> Network:
    import keras

    file = shown(path, 90)
    if not network.built or not getattr(network, "inputs", None):
        raise BadModel(f"{file}: does not say what images it takes; save it again after training it")
    if len(network.outputs) != 1:
        names = shown(", ".join(outline.producer(tensor)[0].name for tensor in network.outputs), 60)
        raise BadModel(f"{file}: has {len(network.outputs)} outputs ({names}); save a network with one of them")
    output = tuple(network.outputs[0].shape)
    if len(output) != 2 or output[1] is None:
        raise BadModel(f"{file}: gives {_times(output)}, not one row of class scores; give a classifier")
    tensor_shape, first = tuple(network.inputs[0].shape[1:]), bool(found["channels_first"])
    if not architecture.is_image(tensor_shape, first):
        raise BadModel(f"{file}: expects input {_times((None, *tensor_shape))}; give a network that takes images")
    rows = outline.layers(network, channels_first=first)
    damaged = tuple(_damaged(network))
    try:
        ending = scores.find(network, _noise(network.inputs[0].shape))
    except Exception as error:  # as above: whatever TensorFlow raises is about this network
        raise BadModel(f"{file}: fails on an image of noise ({shown(error, 90)}); try it in Keras itself") from error
    info = NetworkInfo(
        name=path.name,
        digest=reading.fingerprint(path, code),
        layers=rows,
        input_shape=image_shape(tensor_shape, first),
        tensor_shape=tensor_shape,
        channels_first=first,
        n_outputs=max(2, output[1]),
        output=ending.output,
        default_layer=graph.penultimate(rows),
        parameters=int(network.count_params()),
        trainable_parameters=sum(math.prod(weight.shape) for weight in network.trainable_weights),
        keras_version=keras.__version__,
        saved_with=found["keras_version"],
        notices=tuple(filter(None, (_misnamed(path, found["format"]), *found["notices"], ending.notice, *damaged))),
        damaged=damaged,
    )
    return Network(info, network, ending)


def _keras(file: str) -> Any:
    """Keras on TensorFlow."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    if keras.backend.backend() != "tensorflow":
        raise BadModel(f"{file}: Keras runs on {keras.backend.backend()} here; set KERAS_BACKEND=tensorflow")
    return keras


def _noise(shape: tuple[int | None, ...]) -> NDArray[np.float32]:
    """A few inputs of noise in 0..1, the same every time."""
    batch, *rest = shape
    sizes = [OPEN_SIZE if size is None else size for size in rest]
    return np.random.default_rng(0).random((batch or 4, *sizes), dtype=np.float32)


def _misnamed(path: Path, found: str) -> str:
    expected = {"h5": (".h5", ".hdf5"), "keras": (".keras",)}[found]
    kind = {"h5": "a legacy HDF5 file", "keras": "a .keras archive"}[found]
    return "" if path.suffix.lower() in expected else f"{shown(path.name)} is {kind} in spite of its name."


def _damaged(network: Any) -> Iterator[str]:
    """A sentence per weight array with numbers that are none."""
    for weight in network.weights:
        values = weight.value.numpy()
        bad = values.size - int(np.count_nonzero(np.isfinite(values)))
        if bad:
            yield f"{bad:,} of {values.size:,} weights in {shown(weight.path)} are NaN or infinite."


def _times(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join(str(size) for size in shape)})"
