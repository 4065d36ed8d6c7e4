"""Files of every name and kind are opened, or refused in one line once Keras has seen them."""

import itertools
import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from model import BadModel
from model.network import open_network
from model.preprocessing import Preprocessing

from .conftest import dense, image, layer, sequential

pytestmark = [
    pytest.mark.keras,
    # Keras 3.15 under NumPy 2.4, when it saves a network.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]
UNIT = Preprocessing()


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
        assert "layer 'scores' needs weights (784, 10), the file holds (784, 11)" in sentence

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
        assert "has 2 outputs: species (n, 3), color (n, 3)" in refused(open_network, tmp_path / "net.keras")

    def test_a_network_that_does_not_run(self, tmp_path, refused):
        import keras

        start = keras.Input((None, None, 1))
        x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(1, 150)(start))
        keras.Model(start, keras.layers.Dense(3, activation="softmax")(x)).save(tmp_path / "net.keras")
        assert "fails on an image of noise" in refused(open_network, tmp_path / "net.keras")

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
                    assert len(str(error)) <= 240
                    outcomes.append("refused")
        assert {"opened", "refused"} == set(outcomes)
