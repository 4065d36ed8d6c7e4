"""The rows of an opened Keras network: what Keras's own summary says, and which row feeds which."""

from __future__ import annotations

from typing import Any

from model.info import Layer

# Rows whose output is their input in another shape, or with something left out of it or around it.
PLUMBING = frozenset(
    """
    InputLayer Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout1D SpatialDropout2D SpatialDropout3D
    ActivityRegularization Identity Masking Flatten Reshape Permute RepeatVector Cropping1D Cropping2D Cropping3D
    ZeroPadding1D ZeroPadding2D ZeroPadding3D Rescaling Normalization Resizing CenterCrop AugMix AutoContrast
    ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization MixUp RandAugment Pipeline Solarization
    Cast ExpandDims GetItem Squeeze StopGradient Transpose
    """.split()  # noqa: SIM905
)


def operations(network: Any) -> list[Any]:
    """The layers (and bare operations) of a network in the order of its summary, input to output."""
    return list(getattr(network, "operations", None) or network.layers)


def is_nested(operation: Any) -> bool:
    """Whether a row is a whole network."""
    return hasattr(operation, "layers") and hasattr(operation, "outputs")


def producer(tensor: Any) -> tuple[Any, Any]:
    """The operation that makes a symbolic tensor, and the call (Keras's "node") that did."""
    operation, node, _ = tensor._keras_history
    return operation, operation._inbound_nodes[node]


def nodes(network: Any) -> dict[str, list[Any]]:
    """The calls of each row that belong to this network: a layer may be called elsewhere too.

    This, `producer` and `_through` are the only places that touch what Keras 3 keeps private; a test holds them
    against its summary.
    """
    graph = getattr(network, "_functional", None) or network
    ours = {id(node) for depth in graph._nodes_by_depth.values() for node in depth}
    return {row.name: [node for node in row._inbound_nodes if id(node) in ours] for row in operations(network)}


def output_tensor(network: Any, name: str) -> Any:
    """The symbolic tensor that a row gives; of a layer called several times, the last."""
    return nodes(network)[name][-1].output_tensors[0]


def layers(network: Any, *, channels_first: bool) -> tuple[Layer, ...]:
    """The network's rows as plain values."""
    calls = nodes(network)
    rows = []
    for operation in operations(network):
        tensors = [tensor for node in calls[operation.name] for tensor in node.input_tensors]
        names = dict.fromkeys(tensor._keras_history.operation.name for tensor in tensors)
        outputs = calls[operation.name][-1].output_tensors
        shape = tuple(outputs[0].shape)
        kind = type(operation).__name__
        width = _width(shape, channels_first) if len(outputs) == 1 and _is_float(outputs[0]) else 0
        usable = width > 0 and kind not in PLUMBING and not kind.startswith("Random")
        rows.append(
            Layer(
                name=operation.name,
                kind=kind,
                output_shape=shape,
                parameters=int(operation.count_params()) if hasattr(operation, "count_params") else 0,
                inputs=tuple(name for name in names if name in calls),
                usable=usable,
                width=width if usable else 0,
            )
        )
    return tuple(rows)


def flat(network: Any) -> Any:
    """A network without networks inside: their layers stand in their place, named `inner.layer`.

    The layers are the same objects with the same weights; only their names and the graph are new.
    """
    if not any(is_nested(row) for row in operations(network)):
        return network
    import keras

    _prefix(network, "", set())
    start = network.inputs[0]
    image = keras.Input(batch_shape=start.shape, dtype=start.dtype, name=_graph(network).operations[0].name)
    return keras.Model(image, _through(network, image), name=network.name)


def _graph(network: Any) -> Any:
    return getattr(network, "_functional", None) or network


def _prefix(network: Any, before: str, seen: set[int]) -> None:
    """Give the layers inside the name of the network they are in; each once, however often it is called."""
    for row in operations(network):
        if id(row) in seen:
            continue
        seen.add(id(row))
        name = row.name
        if is_nested(row):
            _prefix(row, f"{before}{name}.", seen)
        elif before:
            row.name = f"{before}{name}"


def _through(network: Any, inputs: Any) -> Any:
    """The outputs of a network for these inputs, with every layer of the networks inside called singly."""

    def step(row: Any, **_: Any) -> Any:
        def call(*tensors: Any, **words: Any) -> Any:
            if is_nested(row):
                return _through(row, tensors[0] if tensors else words["inputs"])
            return row(*tensors, **words)

        return call

    outputs = _graph(network)._run_through_graph(inputs, operation_fn=step)
    return outputs[0] if isinstance(outputs, list | tuple) and len(outputs) == 1 else outputs


def run(network: Any, tensors: list[Any], inputs: Any) -> list[Any]:
    """What the symbolic tensors of a network become for these inputs, in inference mode."""
    import keras

    values = keras.Model(network.inputs[0], tensors)(inputs, training=False)
    return list(values) if isinstance(values, list | tuple) else [values]


def pool(values: Any, *, channels_first: bool) -> Any:
    """One float32 per filter: the mean of a map over space, of a sequence over time; the rest as it is.

    Axis by axis, because TensorFlow's mean over two axes at once takes up to twice as long on a CPU.
    """
    import tensorflow as tf

    values = tf.cast(values, tf.float32)
    rank = len(values.shape)
    first = channels_first and rank > 3
    for axis in range(rank - 1, 1, -1) if first else range(rank - 2, 0, -1):
        values = tf.reduce_mean(values, axis=axis)
    return values


def _width(shape: tuple[int | None, ...], channels_first: bool) -> int:
    if not 2 <= len(shape) <= 5:
        return 0
    return (shape[1] if channels_first and len(shape) > 3 else shape[-1]) or 0


def _is_float(tensor: Any) -> bool:
    return "float" in str(tensor.dtype)
