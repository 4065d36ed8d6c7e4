"""Small real networks of every ending and shape: what we say of them is what Keras says."""

import itertools
import json
import re
from pathlib import Path

import h5py
import numpy as np
import pytest

from model import BadModel, graph
from model.info import NetworkInfo
from model.network import open_network
from model.preprocessing import Preprocessing, choose
from util import UnknownName

from .conftest import dense, image, layer, sequential

pytestmark = [
    pytest.mark.keras,
    # Keras 3.15 under NumPy 2.4, when it saves a network.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]
UNIT = Preprocessing()


def build(name):
    """A small network, ready to be saved, with weights that are far from zero."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(1)
    kernel = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.6)}
    grey, color = keras.Input((8, 10, 1), name="image"), keras.Input((8, 10, 3), name="image")

    def head(x, end=None):
        x = layers.Dense(5, activation="relu", name="hidden", **kernel)(layers.Flatten()(x))
        return end(x) if end else layers.Dense(4, activation="softmax", name="scores", **kernel)(x)

    def conv(**more):
        return layers.Conv2D(6, 3, padding="same", activation="relu", **kernel, **more)

    match name:
        case "sequential":
            return keras.Sequential(
                [
                    grey, conv(), layers.MaxPooling2D(), layers.BatchNormalization(), layers.Dropout(0.5),
                    layers.Flatten(), layers.Dense(5, activation="tanh", **kernel),
                    layers.Dense(4, activation="softmax", **kernel),
                ]
            )  # fmt: skip
        case "skip":
            x = conv(name="stem")(color)
            y = conv(name="left")(x)
            y = layers.BatchNormalization(name="norm")(y)
            x = layers.Activation("relu", name="relu")(layers.Add(name="add")([x, y]))
            x = layers.GlobalAveragePooling2D(name="pool")(x)
            return keras.Model(color, layers.Dense(4, activation="softmax", name="scores", **kernel)(x))
        case "operations":
            x = conv()(grey) * 2.0
            return keras.Model(grey, head(keras.ops.relu(x + x)))
        case "activation layer":
            return keras.Model(grey, head(grey, lambda x: layers.Activation("softmax")(layers.Dense(4, **kernel)(x))))
        case "softmax layer":
            return keras.Model(grey, head(grey, lambda x: layers.Softmax()(layers.Dense(4, **kernel)(x))))
        case "softmax operation":
            return keras.Model(grey, head(grey, lambda x: keras.ops.softmax(layers.Dense(4, **kernel)(x))))
        case "softmax then dropout":
            return keras.Model(
                grey, head(grey, lambda x: layers.Dropout(0.1)(layers.Dense(4, activation="softmax", **kernel)(x)))
            )
        case "sigmoid":
            return keras.Model(grey, head(grey, layers.Dense(1, activation="sigmoid", **kernel)))
        case "sigmoid layer":
            return keras.Model(grey, head(grey, lambda x: layers.Activation("sigmoid")(layers.Dense(1, **kernel)(x))))
        case "sigmoids":
            return keras.Model(grey, head(grey, layers.Dense(4, activation="sigmoid", **kernel)))
        case "logits":
            return keras.Model(grey, head(grey, layers.Dense(4, **kernel)))
        case "one logit":
            return keras.Model(grey, head(grey, layers.Dense(1, **kernel)))
        case "relu end":
            return keras.Model(grey, head(grey, layers.Dense(4, activation="relu", **kernel)))
        case "mean of two softmaxes":
            ends = [layers.Dense(4, activation="softmax", **kernel)(layers.Flatten()(grey)) for _ in range(2)]
            return keras.Model(grey, layers.Average()(ends))
        case "softmax over maps":
            x = layers.Conv2D(4, 1, activation="softmax", **kernel)(grey)
            return keras.Model(grey, layers.GlobalAveragePooling2D()(x))
        case "convolutional":
            x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 1, name="last", **kernel)(conv()(grey)))
            return keras.Model(grey, layers.Softmax()(x))
        case "flat":
            flat = keras.Input((48,), name="image")  # 4x4x3
            return keras.Model(flat, head(flat))
        case "no channel":
            plain = keras.Input((8, 8), name="image")
            x = layers.LSTM(7, return_sequences=True, name="sequence")(plain)
            return keras.Model(plain, head(x))
        case "nested":
            inner = keras.Input((8, 10, 1))
            back = keras.Model(inner, layers.MaxPooling2D()(conv()(inner)), name="backbone")
            return keras.Model(grey, head(back(grey)))
        case "nested end":
            inner = keras.Input((5,))
            end = keras.Model(inner, layers.Dense(4, activation="softmax", **kernel)(inner), name="end")
            return keras.Model(grey, head(grey, end))
        case "any size":
            free = keras.Input((None, None, 3), name="image")
            x = layers.GlobalMaxPooling2D()(conv()(free))
            return keras.Model(free, layers.Dense(4, activation="softmax", **kernel)(x))
        case "half precision":
            policy = {"dtype": "mixed_float16"}
            x = layers.Conv2D(6, 3, **kernel, **policy)(grey)
            x = layers.GlobalAveragePooling2D(**policy)(x)
            return keras.Model(grey, layers.Dense(4, activation="softmax", dtype="float32", **kernel)(x))
        case "depthwise":
            x = layers.DepthwiseConv2D(3, padding="same")(layers.SeparableConv2D(6, 3)(color))
            return keras.Model(color, head(x))
        case "shared layer":
            twice = layers.Conv2D(1, 3, padding="same", name="twice", **kernel)
            return keras.Model(grey, head(twice(twice(grey))))
    raise KeyError(name)


ENDINGS = {
    "sequential": "softmax",
    "skip": "softmax",
    "operations": "softmax",
    "activation layer": "softmax",
    "softmax layer": "softmax",
    "softmax operation": "softmax",
    "softmax then dropout": "softmax",
    "sigmoid": "sigmoid",
    "sigmoid layer": "sigmoid",
    "sigmoids": "sigmoid",
    "logits": "logits",
    "one logit": "logits",
    "relu end": "logits",
    "mean of two softmaxes": "probabilities",
    "softmax over maps": "probabilities",
    "convolutional": "softmax",
    "flat": "softmax",
    "no channel": "softmax",
    "nested": "softmax",
    "nested end": "softmax",
    "any size": "softmax",
    "half precision": "softmax",
    "depthwise": "softmax",
    "shared layer": "softmax",
}
every_network = pytest.mark.parametrize("name", ENDINGS)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """opened(name) -> (our network, Keras's, 37 images, their input): saved to a file and read back, once."""
    made = {}

    def get(name):
        if name not in made:
            model = build(name)
            path = tmp_path_factory.mktemp("nets") / "net.keras"
            model.save(path)
            network = open_network(path)
            shape = [size or 9 for size in network.info.input_shape]
            images = np.random.default_rng(3).integers(0, 256, (37, *shape), dtype=np.uint8)
            way, _ = choose(network, images, np.full(37, -1))
            made[name] = network, model, images, way
        return made[name]

    return get


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def pooled(values):
    values = np.asarray(values, np.float32)
    return values.mean(axis=tuple(range(1, values.ndim - 1))) if values.ndim > 2 else values


class TestSummary:
    @every_network
    def test_rows_are_those_of_keras(self, name, opened, monkeypatch):
        network, model, _, _ = opened(name)
        monkeypatch.setenv("COLUMNS", "300")  # or Keras cuts its table off
        lines = []
        model.summary(line_length=300, print_fn=lambda text: lines.extend(text.splitlines()))
        table = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
        said = [
            (f"{row.name} ({row.kind})", str(row.output_shape), f"{row.parameters:,}") for row in network.info.layers
        ]
        assert said == [tuple(row[:3]) for row in table]
        totals = {match[1]: match[2] for line in lines if (match := re.match(r" (\w+) params: ([\d,]+)", line))}
        assert f"{network.info.parameters:,}" == totals["Total"]
        assert f"{network.info.trainable_parameters:,}" == totals["Trainable"]

    def test_what_feeds_what(self, opened):
        rows = {row.name: row.inputs for row in opened("skip")[0].info.layers}
        assert rows == {
            "image": (),
            "stem": ("image",),
            "left": ("stem",),
            "norm": ("left",),
            "add": ("stem", "norm"),
            "relu": ("add",),
            "pool": ("relu",),
            "scores": ("pool",),
        }

    def test_a_sequential_network_is_a_chain(self, opened):
        rows = opened("sequential")[0].info.layers
        assert rows[0].inputs == ()
        assert [row.inputs for row in rows[1:]] == [(row.name,) for row in rows[:-1]]

    def test_a_layer_called_twice(self, opened):
        rows = {row.name: row.inputs for row in opened("shared layer")[0].info.layers}
        assert rows["twice"] == ("image", "twice")

    def test_what_is_worth_a_look(self, opened):
        rows = opened("sequential")[0].info.layers
        assert [(row.kind, row.usable, row.width) for row in rows] == [
            ("Conv2D", True, 6),
            ("MaxPooling2D", True, 6),
            ("BatchNormalization", True, 6),
            ("Dropout", False, 0),
            ("Flatten", False, 0),
            ("Dense", True, 5),
            ("Dense", True, 4),
        ]
        assert not opened("skip")[0].info.layers[0].usable

    @pytest.mark.parametrize(
        ("name", "layer"),
        [
            ("skip", "pool"), ("logits", "hidden"), ("activation layer", "hidden"), ("softmax layer", "hidden"),
            ("softmax then dropout", "hidden"), ("flat", "hidden"), ("nested", "hidden"), ("no channel", "hidden"),
        ],
    )  # fmt: skip
    def test_default_layer(self, name, layer, opened):
        assert opened(name)[0].info.default_layer == layer

    def test_default_layer_of_a_convolutional_network(self, opened):
        info = opened("convolutional")[0].info
        assert info.default_layer == info.layers[1].name

    @pytest.mark.parametrize(
        ("name", "image_shape", "tensor"),
        [
            ("skip", (8, 10, 3), (8, 10, 3)),
            ("flat", (4, 4, 3), (48,)),
            ("no channel", (8, 8, 1), (8, 8)),
            ("any size", (None, None, 3), (None, None, 3)),
        ],
    )
    def test_shapes(self, name, image_shape, tensor, opened):
        info = opened(name)[0].info
        assert (info.input_shape, info.tensor_shape) == (image_shape, tensor)

    @every_network
    def test_goes_through_json(self, name, opened):
        info = opened(name)[0].info
        assert NetworkInfo.from_dict(json.loads(json.dumps(info.to_dict()))) == info
        json.dumps([block.to_dict() for block in graph.blocks(info.layers)])
        assert len(graph.lanes(info.layers).rows) == len(info.layers)


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
        rows = {row.name: row for row in getattr(model, "operations", model.layers)}
        tensors = [rows[layer_name]._inbound_nodes[-1].output_tensors[0] for layer_name in layers]
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
        assert network._compiled["relu",].experimental_get_tracing_count() == 1

    def test_is_the_same_every_time(self, opened):
        network, _, images, _ = opened("sequential")
        once, again = (network.forward(images, [], preprocessing=UNIT).logits for _ in range(2))
        np.testing.assert_array_equal(once, again)

    def test_large_maps_come_in_small_batches(self, opened, monkeypatch):
        from model import network as module

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


class TestNotices:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("logits", "gives logits"),
            ("one logit", "second of two classes"),
            ("relu end", "taken as logits"),
            ("sigmoids", "one sigmoid per class"),
            ("softmax over maps", "cut off at 87 nats"),
        ],
    )
    def test_endings(self, name, words, opened):
        assert [words in notice for notice in opened(name)[0].info.notices] == [True]

    @pytest.mark.parametrize("name", ["sequential", "skip", "activation layer", "sigmoid", "nested end"])
    def test_nothing_to_say(self, name, opened):
        assert opened(name)[0].info.notices == ()

    def test_weights_that_are_no_numbers(self, h5, weights):
        kernel = weights["scores"]["kernel:0"].copy()
        kernel[:3, 0] = np.nan, np.inf, -np.inf
        path = h5(weights={**weights, "scores": {**weights["scores"], "kernel:0": kernel}})
        assert open_network(path).info.notices == ("3 of 7,840 weights in net/scores/kernel are NaN or infinite.",)


class TestFiles:
    def test_written_by_hand_as_keras_2_did(self, h5, weights):
        network = open_network(h5())
        images = np.random.default_rng(0).integers(0, 256, (5, 28, 28, 1), dtype=np.uint8)
        logits = network.forward(images, [], preprocessing=UNIT).logits
        kernel, bias = weights["scores"].values()
        np.testing.assert_allclose(logits, images.reshape(5, -1) / 255 @ kernel + bias, atol=1e-4)
        assert (network.info.saved_with, network.info.parameters) == ("2.4.0", 7850)
        assert network.info.name == "net.h5"
        assert len(network.info.digest) == 32

    @pytest.mark.parametrize("suffix", ["h5", "keras"])
    @pytest.mark.parametrize("name", ["net.H5", "net.keras", "net.h5", "net.hdf5", "net", "my net.bin"])
    def test_any_name(self, suffix, name, tmp_path, opened):
        model = opened("skip")[1]
        path = tmp_path / f"given.{suffix}"
        model.save(path)
        path = path.rename(tmp_path / name)
        info = open_network(path).info
        assert info.parameters == model.count_params()
        fitting = {"h5": (".h5", ".hdf5"), "keras": (".keras",)}[suffix]
        assert [("in spite of its name" in notice) for notice in info.notices] == [True] * (
            Path(name).suffix.lower() not in fitting
        )
        assert sorted(entry.name for entry in tmp_path.iterdir()) == [name]

    def test_both_formats_say_the_same(self, tmp_path, opened):
        model, images = opened("skip")[1:3]
        results = []
        for suffix in ("h5", "keras"):
            model.save(tmp_path / f"net.{suffix}")
            network = open_network(tmp_path / f"net.{suffix}")
            results.append((network.info.layers, network.forward(images, ["pool"], preprocessing=UNIT)))
        assert results[0][0] == results[1][0]
        np.testing.assert_array_equal(results[0][1].logits, results[1][1].logits)


class TestRefused:
    def test_weights_of_another_shape(self, h5, weights, refused):
        wrong = {
            **weights,
            "scores": {"kernel:0": np.zeros((784, 11), np.float32), "bias:0": np.zeros(11, np.float32)},
        }
        sentence = refused(open_network, h5(weights=wrong))
        assert "scores" in sentence
        assert "saved by Keras 2.4.0" in sentence

    def test_weights_that_are_missing(self, h5, weights, refused):
        assert "scores" in refused(open_network, h5(weights={**weights, "scores": {"bias:0": np.zeros(10)}}))
        refused(open_network, h5(weights={"flatten": {}}))

    def test_weights_that_are_named_but_not_there(self, h5, refused):
        path = h5()
        with h5py.File(path, "r+") as file:
            del file["model_weights/scores/scores/bias:0"]
        assert "bias:0" in refused(open_network, path)

    def test_settings_that_a_layer_does_not_know(self, h5, refused):
        bad = layer("Conv2D", "conv", filters=-3, kernel_size=[3, 3])
        refused(open_network, h5(config=sequential(image(28, 28, 1), bad, layer("Flatten", "f"), dense())))

    def test_two_outputs(self, tmp_path, refused):
        import keras

        start = keras.Input((4, 4, 1))
        x = keras.layers.Flatten()(start)
        ends = [keras.layers.Dense(3, name=name)(x) for name in ("species", "color")]
        keras.Model(start, ends).save(tmp_path / "net.keras")
        assert "has 2 outputs (species, color)" in refused(open_network, tmp_path / "net.keras")

    def test_no_class_scores(self, tmp_path, refused):
        import keras

        start = keras.Input((4, 4, 1))
        keras.Model(start, keras.layers.Conv2D(3, 1)(start)).save(tmp_path / "net.keras")
        assert "gives (None, 4, 4, 3), not one row of class scores" in refused(open_network, tmp_path / "net.keras")

    def test_a_network_that_was_never_built(self, h5, refused):
        refused(open_network, h5(config=sequential(layer("Flatten", "flatten"), dense())))

    def test_edited_configs_open_or_are_refused(self, h5, config):
        """Every number and word of a config replaced: it opens, or one line says why not; nothing else is raised."""
        outcomes = []
        for place, odd in itertools.product(range(1, 3), (-1, 0, 10**12, "x", None, [], 2.5)):
            for key in list(config["config"]["layers"][place]["config"]):
                changed = json.loads(json.dumps(config))
                changed["config"]["layers"][place]["config"][key] = odd
                try:
                    open_network(h5(config=changed))
                    outcomes.append("opened")
                except BadModel as error:
                    assert len(str(error)) <= 240  # noqa: PT017
                    outcomes.append("refused")
        assert {"opened", "refused"} == set(outcomes)
