"""A network, opened: what it looks like, and its logits and activations in one pass over the images."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import (
    BadModel,
    architecture,
    backbones,
    building,
    custom,
    graph,
    heads,
    maps,
    outline,
    reading,
    scores,
    shown,
    stages,
    weights,
)
from model.info import NetworkInfo, image_shape
from util import Progress, Report, silent

if TYPE_CHECKING:
    from model.preprocessing import Preprocessing

BATCH_STEP = 32


@dataclass(frozen=True, slots=True)
class Forward:
    """What one pass gives: logits (n, c) float32, per layer and per reading (n, width) float32, rows as the images.

    Without a class head c is 0.
    """

    logits: NDArray[np.float32]
    activations: dict[str, NDArray[np.float32]]
    features: dict[str, NDArray[np.float32]] = field(default_factory=dict)


class Network:
    """An opened network. `info` describes it, `forward` runs it."""

    def __init__(self, info: NetworkInfo, keras_network: Any, ending: scores.Ending | None) -> None:
        self.info = info
        self.expects: Preprocessing | None = None  # where it is known how it wants its pixels scaled
        self.order: tuple[int, ...] = ()  # the outputs in the order of the logits' columns; () as they are
        self._network = keras_network
        self._ending = ending
        self._compiled: dict[tuple[object, ...], Callable[[Any], Any]] = {}

    def forward(
        self,
        images: NDArray[np.uint8],
        layers: Sequence[str],
        *,
        preprocessing: Preprocessing,
        readings: Mapping[str, stages.Stage] = MappingProxyType({}),
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
            readings: what else is wanted of some layers, by name: their maps in cells, or the peaks of them.
            batch_size: at most these images at once; fewer where the maps are large.
            report: told after each batch.

        Raises:
            UnknownName: the network has no such layer.
        """
        wanted = [self.info.layer(name) for name in dict.fromkeys(layers)]
        n = len(images)
        logits = np.empty((n, self.info.n_outputs), np.float32)
        activations = {layer.name: np.empty((n, layer.width), np.float32) for layer in wanted}
        features: dict[str, NDArray[np.float32]] = {}
        batch = self._batch(n, images.shape[1:], batch_size)
        run = self._run(tuple(activations), tuple(readings.values()))
        for start in range(0, n, batch):
            rows = images[start : start + batch]
            inputs = preprocessing.apply(rows)
            if len(rows) < batch:  # every batch has one shape, or TensorFlow would build the graph again
                inputs = np.concatenate([inputs, np.zeros((batch - len(rows), *inputs.shape[1:]), np.float32)])
            stop = start + len(rows)
            values = run(inputs)
            if not features:  # how wide a reading is shows when it is there
                shapes = [value.shape[1] for value in values[len(values) - len(readings) :]]
                features = {name: np.empty((n, w), np.float32) for name, w in zip(readings, shapes, strict=True)}
            arrays = (*((logits,) if self._ending else ()), *activations.values(), *features.values())
            for array, value in zip(arrays, values, strict=True):
                array[start:stop] = value.numpy()[: len(rows)]
            report(Progress("predictions and activations", stop, n, "images"))
        return Forward(logits, activations, features)

    def logits(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, c) logits of a few preprocessed inputs at once, without building a graph first.

        Only of a network with a class head.
        """
        fitting = maps.fitting(self.info.layers, inputs.shape[1:])
        batch = self._network.inputs[0].shape[0] or min(len(inputs), fitting)
        padding = np.zeros((-len(inputs) % max(batch, 1), *inputs.shape[1:]), np.float32)
        padded = np.concatenate([inputs, padding])
        values = [
            self._outputs(padded[start : start + batch], ())[0] for start in range(0, len(padded), max(batch, 1))
        ]
        return np.concatenate([np.asarray(value) for value in values])[: len(inputs)]

    def mirror(self) -> None:
        """Turn the kernels of all convolutions by half a turn; a second call turns them back."""
        weights.mirror(self._network)

    def _outputs(self, inputs: Any, layers: tuple[str, ...], readings: tuple[stages.Stage, ...] = ()) -> list[Any]:
        """The logits, if there are any, then every layer, pooled, then every reading."""
        ending, first = self._ending, self.info.channels_first
        names = (*layers, *(stage.layer for stage in readings))
        tensors = [outline.output_tensor(self._network, name) for name in names]
        given: list[Any] = []
        if ending is None:
            values = outline.run(self._network, tensors, inputs) if tensors else []
        else:
            with ending.bare():
                scored, *values = outline.run(self._network, [ending.tensor, *tensors], inputs)
            given = [self._ordered(ending.logits(scored))]
            values = [
                ending.restored(value) if name in ending.rows else value
                for name, value in zip(names, values, strict=True)
            ]
        pooled = [outline.pool(value, channels_first=first) for value in values[: len(layers)]]
        read = [
            stages.read(value, stage.how, channels_first=first)
            for value, stage in zip(values[len(layers) :], readings, strict=True)
        ]
        return [*given, *pooled, *read]

    def _ordered(self, logits: Any) -> Any:
        """The columns in the order of the data's classes."""
        import tensorflow as tf

        return tf.gather(logits, self.order, axis=1) if self.order else logits

    def _run(self, layers: tuple[str, ...], readings: tuple[stages.Stage, ...]) -> Callable[[Any], Any]:
        """The compiled pass. Plain, not XLA: that took as long per batch and a second more to begin with."""
        import tensorflow as tf

        what = (layers, readings)
        if what not in self._compiled:
            self._compiled[what] = tf.function(lambda inputs: self._outputs(inputs, layers, readings))
        return self._compiled[what]

    def _batch(self, n: int, image: tuple[int, ...], at_most: int) -> int:
        fixed = self._network.inputs[0].shape[0]
        if fixed is not None:
            return int(fixed)
        needed = -(-max(n, 1) // BATCH_STEP) * BATCH_STEP
        return max(1, min(at_most, maps.fitting(self.info.layers, image), needed))


def open_network(
    path: Path,
    image: tuple[int, ...] | None = None,
    code: Path | None = None,
    *,
    output: str | None = None,
    n_classes: int = 0,
) -> Network:
    """Open a network of any era, whatever its name ends in. Imports Keras, which takes seconds.

    Args:
        path: the file, or words for a backbone.
        image: (h, w, ch) of the images it is opened for; an input of unknown shape takes it.
        code: a Python file that the person trusts, run if the network needs classes of it.
        output: the output that classifies, by name or number, or "none"; see `heads.choose`.
        n_classes: of the data it is opened for; 0 where that is not known.

    Raises:
        BadModel: see `reading.scan`; or Keras cannot build it, or it is not clear which output classifies.
    """
    if backbones.is_named(path):
        return backbones.open_backbone(path, n_classes=n_classes, output=output)
    found = reading.scan(path, image, code)
    file = shown(path, 90)
    keras = on_tensorflow(file)
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
                    f"{file}: Keras {keras.__version__} cannot build it ({shown(error, 80)}); {made_by}save it again "
                    "there"
                ) from error
            found = {**reading.scan(again[0], image), "keras_version": found["keras_version"]}
            network = building.build(keras, again[0], found, file, {})
            found["notices"] = (f"Today's Keras could not build it; {again[1]} read it first, and handed it on.",)
    return described(_functional(network, found, image), path, found, code, output=output, n_classes=n_classes)


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


def described(
    network: Any, path: Path, found: dict[str, Any], code: Path | None, *, output: str | None, n_classes: int
) -> Network:
    """A network of Keras's, described and ready to run. For the arguments see `open_network`.

    Args:
        network: built, and flat.
        path: how messages call it, and where its identity comes from.
        found: what `reading.scan` found; of a network by name just format (""), notices, channels_first
            and keras_version.
        code: the file named with --custom.
        output: the output that classifies.
        n_classes: of the data.

    Raises:
        BadModel: it takes no images, fails on them, or it is not clear which output classifies.
    """
    import keras

    file = shown(path, 90)
    if not network.built or not getattr(network, "inputs", None):
        raise BadModel(f"{file}: does not say what images it takes; save it again after training it")
    tensor_shape, first = tuple(network.inputs[0].shape[1:]), bool(found["channels_first"])
    if not architecture.is_image(tensor_shape, first):
        raise BadModel(f"{file}: expects input {_times((None, *tensor_shape))}; give a network that takes images")
    rows = outline.layers(network, channels_first=first)
    maps.check(rows, network.inputs[0].shape, network, file)
    damaged = tuple(_damaged(network))
    try:
        endings = _endings(network)
    except Exception as error:  # as above: whatever TensorFlow raises is about this network
        raise BadModel(f"{file}: fails on an image of noise ({shown(error, 80)}); try it in Keras itself") from error
    given = _heads(network, endings)
    choice = heads.choose(given, n_classes, output, file)
    ending = None if choice.place is None else endings[choice.place]
    head = "" if choice.place is None else given[choice.place].name
    told = (_misnamed(path, found["format"]), *found["notices"], f"{choice.no_head} {choice.notice}".strip())
    info = NetworkInfo(
        name=path.name,
        digest=reading.fingerprint(path, code),
        layers=rows,
        input_shape=image_shape(tensor_shape, first),
        tensor_shape=tensor_shape,
        channels_first=first,
        n_outputs=0 if choice.place is None else given[choice.place].classes,
        output="none" if ending is None else ending.output,
        default_layer=graph.penultimate(rows, head) if head else graph.embedding(rows, given[0].name),
        parameters=int(network.count_params()),
        trainable_parameters=sum(math.prod(weight.shape) for weight in network.trainable_weights),
        keras_version=keras.__version__,
        saved_with=found["keras_version"],
        notices=tuple(filter(None, (*told, ending.notice if ending else "", *damaged))),
        damaged=damaged,
        head=head,
        no_head=choice.no_head,
        outputs=tuple(each.name for each in given),
    )
    return Network(info, network, ending)


def _endings(network: Any) -> list[scores.Ending | None]:
    """How every output ends, None where it gives no row of numbers."""
    noise = _noise(network.inputs[0].shape)
    found = [
        scores.find(network, noise, tensor) if len(tensor.shape) == 2 and tensor.shape[1] else None
        for tensor in network.outputs
    ]
    if not any(found):  # tried all the same: a network that cannot run should be refused at once
        outline.run(network, network.outputs, noise)
    return found


def _heads(network: Any, endings: list[scores.Ending | None]) -> list[heads.Head]:
    return [
        heads.Head(
            name=outline.producer(tensor)[0].name,
            shape=tuple(tensor.shape),
            scores=ending is not None and scores.is_explicit(ending),
            weighted=scores.has_weights(tensor),
        )
        for tensor, ending in zip(network.outputs, endings, strict=True)
    ]


def on_tensorflow(file: str) -> Any:
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
    sizes = [maps.OPEN_SIZE if size is None else size for size in rest]
    return np.random.default_rng(0).random((batch or 4, *sizes), dtype=np.float32)


def _misnamed(path: Path, found: str) -> str:
    if not found:
        return ""
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
