"""One pass gives what Keras gives: the network's own probabilities, and every layer's means."""

import numpy as np
import pytest

from model import graph
from model.network import open_network
from model.preprocessing import Preprocessing
from model.probing import choose
from util import UnknownName

from .nets import ENDINGS

pytestmark = [
    pytest.mark.keras,
    # Keras 3.15 under NumPy 2.4, when it saves a network.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]
every_network = pytest.mark.parametrize("name", ENDINGS)
UNIT = Preprocessing()


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def pooled(values):
    values = np.asarray(values, np.float32)
    return values.mean(axis=tuple(range(1, values.ndim - 1))) if values.ndim > 2 else values


class TestForward:
    @every_network
    def test_softmax_of_the_logits_is_what_the_network_says(self, name, opened):
        network, model, images, way = opened(name)
        own = np.asarray(model(way.apply(images), training=False), np.float32)
        logits = network.forward(images, [], preprocessing=way).logits
        assert network.info.output == ENDINGS[name]
        assert logits.dtype == np.float32
        assert logits.shape == (37, network.info.n_outputs)
        if name in ("logits", "relu end"):
            expected = softmax(own)
        elif own.shape[1] == 1:
            p = own if name != "one logit" else 1 / (1 + np.exp(-own))
            expected = np.concatenate([1 - p, p], axis=1)
        else:
            expected = own / own.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(softmax(logits), expected, atol=1e-5 if name != "half precision" else 2e-3)
        assert np.ptp(logits) > 0.5

    @every_network
    def test_activations_are_the_means_of_what_the_layers_give(self, name, opened):
        import keras

        network, model, images, way = opened(name)
        layers = graph.usable_layers(network.info)
        assert layers
        result = network.forward(images, layers, preprocessing=way)
        tensors = []
        rows = {row.name: row for row in getattr(model, "operations", model.layers)}
        for layer_name in layers:
            outer, _, inner = layer_name.partition(".")
            if inner:  # a layer of a network inside, whose graph begins at that network's own input
                start = keras.Model(model.inputs[0], rows[outer]._inbound_nodes[-1].input_tensors[0])
                part = keras.Model(rows[outer].inputs[0], rows[outer].get_layer(inner).output)
                tensors.append(part(start(model.inputs[0])))
            else:
                tensors.append(rows[layer_name]._inbound_nodes[-1].output_tensors[0])
        own = keras.Model(model.inputs[0], tensors)(way.apply(images), training=False)
        for layer_name, values in zip(layers, own, strict=True):
            expected = pooled(values)
            given = result.activations[layer_name]
            assert given.dtype == np.float32
            assert given.shape == expected.shape == (37, network.info.layer(layer_name).width)
            tolerance = 1e-5 if name != "half precision" else 2e-2
            np.testing.assert_allclose(given, expected, atol=tolerance * max(1, np.abs(expected).max()))
        assert list(result.activations) == list(layers)

    @pytest.mark.parametrize(("n", "batch_size"), [(1, 512), (31, 32), (32, 32), (33, 32), (37, 8), (37, 1)])
    def test_any_number_in_any_batches(self, n, batch_size, opened):
        network, _, images, _ = opened("sequential")
        layers = graph.usable_layers(network.info)
        whole = network.forward(images, layers, preprocessing=UNIT)
        part = network.forward(images[:n], layers, preprocessing=UNIT, batch_size=batch_size)
        np.testing.assert_allclose(part.logits, whole.logits[:n], atol=1e-4)
        for name in layers:
            np.testing.assert_allclose(part.activations[name], whole.activations[name][:n], atol=1e-4)

    def test_rows_stay_in_order(self, opened):
        network, _, images, _ = opened("skip")
        order = np.random.default_rng(0).permutation(37)
        straight = network.forward(images, ["pool"], preprocessing=UNIT, batch_size=8)
        shuffled = network.forward(images[order], ["pool"], preprocessing=UNIT, batch_size=8)
        np.testing.assert_allclose(shuffled.logits, straight.logits[order], atol=1e-5)
        np.testing.assert_allclose(shuffled.activations["pool"], straight.activations["pool"][order], atol=1e-5)
        assert np.abs(straight.logits - shuffled.logits).max() > 0.1

    def test_no_images(self, opened):
        network, _, images, _ = opened("skip")
        result = network.forward(images[:0], ["pool"], preprocessing=UNIT)
        assert result.logits.shape == (0, 4)
        assert result.activations["pool"].shape == (0, 6)

    def test_the_graph_is_built_once(self, opened):
        network, _, images, _ = opened("skip")
        for _ in range(2):
            network.forward(images, ["relu"], preprocessing=UNIT, batch_size=8)
        assert network._compiled[("relu",), ()].experimental_get_tracing_count() == 1

    def test_is_the_same_every_time(self, opened):
        network, _, images, _ = opened("sequential")
        once, again = (network.forward(images, [], preprocessing=UNIT).logits for _ in range(2))
        np.testing.assert_array_equal(once, again)

    def test_large_maps_come_in_small_batches(self, opened, monkeypatch):
        from model import maps as module

        network, _, images, _ = opened("skip")
        monkeypatch.setattr(module, "BATCH_FLOATS", 8 * 10 * 6 * 20)
        told = []
        network.forward(images, [], preprocessing=UNIT, report=told.append)
        assert [progress.done for progress in told] == [20, 37]

    def test_progress(self, opened):
        network, _, images, _ = opened("skip")
        told = []
        network.forward(images, [], preprocessing=UNIT, batch_size=16, report=told.append)
        assert [(progress.done, progress.total, progress.unit) for progress in told] == [
            (16, 37, "images"), (32, 37, "images"), (37, 37, "images"),
        ]  # fmt: skip

    @pytest.mark.parametrize("wanted", ["nothing", "image"])
    def test_unknown_or_useless_layers(self, wanted, opened):
        network, _, images, _ = opened("skip")
        with pytest.raises(UnknownName, match=f"layer '{wanted}'"):
            network.forward(images, [wanted], preprocessing=UNIT)

    @every_network
    def test_a_few_at_once_without_a_graph(self, name, opened):
        network, _, images, way = opened(name)
        few = network.logits(way.apply(images[:9]))
        tolerance = 1e-4 if name != "half precision" else 0.05
        np.testing.assert_allclose(few, network.forward(images[:9], [], preprocessing=way).logits, atol=tolerance)

    def test_a_fixed_batch_size(self, tmp_path):
        import keras

        fixed = keras.Input(batch_shape=(8, 6, 6, 1))
        model = keras.Model(fixed, keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(fixed)))
        model.save(tmp_path / "net.keras")
        network = open_network(tmp_path / "net.keras")
        images = np.random.default_rng(0).integers(0, 256, (19, 6, 6, 1), dtype=np.uint8)
        logits = network.forward(images, [], preprocessing=UNIT).logits
        np.testing.assert_allclose(network.logits(UNIT.apply(images)), logits, atol=1e-5)
        own = np.concatenate([np.asarray(model(UNIT.apply(images[i : i + 8]))) for i in (0, 8)])
        np.testing.assert_allclose(softmax(logits)[:16], own, atol=1e-5)

    def test_channels_first(self, tmp_path):
        import keras

        start = keras.Input((3, 8, 6), name="image")
        first = {"data_format": "channels_first"}
        x = keras.layers.Conv2D(5, 3, activation="relu", name="conv", **first)(start)
        x = keras.layers.GlobalAveragePooling2D(**first, name="pool")(x)
        model = keras.Model(start, keras.layers.Dense(3, activation="softmax")(x))
        model.save(tmp_path / "net.keras")
        network = open_network(tmp_path / "net.keras")
        assert network.info.input_shape == (8, 6, 3)
        images = np.random.default_rng(0).integers(0, 256, (5, 8, 6, 3), dtype=np.uint8)
        way, _ = choose(network, images, np.full(5, -1))
        result = network.forward(images, ["conv", "pool"], preprocessing=way)
        own = model.predict(images.transpose(0, 3, 1, 2) / np.float32(255), verbose=0)
        np.testing.assert_allclose(softmax(result.logits), own, atol=1e-5)
        np.testing.assert_allclose(result.activations["conv"], result.activations["pool"], atol=1e-5)

    def test_logits_where_probabilities_have_run_out(self, tmp_path):
        """Two samples that softmax rounds to 0 and 1 still differ in how wrong they are."""
        import keras

        start = keras.Input((2, 2, 1))
        scores = keras.layers.Dense(2, activation="softmax", kernel_initializer="zeros")
        model = keras.Model(start, scores(keras.layers.Flatten()(start)))
        scores.kernel.assign(np.array([[0, 50.0]] * 4))
        model.save(tmp_path / "net.keras")
        images = np.array([128, 255], np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8)
        logits = open_network(tmp_path / "net.keras").forward(images, [], preprocessing=UNIT).logits
        assert (softmax(logits)[:, 0] < 1e-38).all()
        np.testing.assert_allclose(logits[:, 1] - logits[:, 0], [200 * 128 / 255, 200], rtol=1e-5)
