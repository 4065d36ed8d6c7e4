"""Code that the person trusts: found without running it, run when it is needed, named where it fails."""

import json
import os

import h5py
import numpy as np
import pytest

from model import custom, reading
from model.network import open_network

from .conftest import dense, image, layer, sequential

CODE = """
import keras
from keras.layers import Dense as Imported

class Twice(keras.layers.Layer):
    def __init__(self, factor=2.0, **more):
        super().__init__(**more)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}

def squash(x):
    return keras.ops.tanh(x)

NOT_A_CLASS = 3
"""


@pytest.fixture
def code(tmp_path):
    def write(text=CODE, name="mine.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def with_custom(**node):
    twice = {**layer("Twice", "twice", factor=3.0), **node}
    return sequential(image(28, 28, 1), twice, layer("Flatten", "flatten"), dense())


pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)


class TestNames:
    def test_are_read_without_running(self, code, tmp_path):
        path = code(CODE + f"\nopen({str(tmp_path / 'ran')!r}, 'w')\n")
        assert custom.names(path) == {"Twice", "squash", "Imported"}
        assert not (tmp_path / "ran").exists()
        assert custom.names(None) == frozenset()

    @pytest.mark.parametrize("text", ["def (", "\0", "x = '"])
    def test_no_python(self, text, code, refused):
        assert "is not Python" in refused(custom.names, code(text))

    def test_missing(self, tmp_path, refused):
        assert "No such file" in refused(custom.names, tmp_path / "mine.py")
        assert "cannot be read" in refused(custom.names, tmp_path)

    def test_too_large(self, code, monkeypatch, refused):
        monkeypatch.setattr(custom, "MAX_BYTES", 10)
        assert "larger than" in refused(custom.names, code())


class TestScan:
    def test_without_it_the_remedy_is_named(self, h5, refused):
        sentence = refused(reading.scan, h5(config=with_custom()))
        assert "layer 'twice' is of class 'Twice'" in sentence
        assert "--custom FILE.py" in sentence

    def test_with_another_one_the_file_is_named(self, h5, code, refused):
        path = code("class Other: pass\n")
        assert "nor is it in mine.py: add it there" in refused(reading.scan, h5(config=with_custom()), None, path)

    def test_runs_nothing(self, h5, code, tmp_path):
        path = code(CODE + f"\nopen({str(tmp_path / 'ran')!r}, 'w')\n")
        assert reading.scan(h5(config=with_custom()), None, path)["custom"] == {"Twice"}
        assert not (tmp_path / "ran").exists()

    def test_code_inside_the_network_stays_refused(self, h5, code, refused):
        evil = sequential(image(28, 28, 1), layer("Lambda", "evil", function=["4wEAAAA=", None, None]), dense())
        assert "holds Python code" in refused(reading.scan, h5(config=evil), None, code("class Lambda: pass\n"))

    def test_is_part_of_what_the_network_is(self, h5, code):
        path = h5()
        one = reading.fingerprint(path, code())
        assert one != reading.fingerprint(path)
        assert one != reading.fingerprint(path, code(CODE.replace("2.0", "2.5")))


@pytest.mark.keras
class TestOpened:
    @pytest.mark.parametrize(
        "node", [{}, {"class_name": "mine>Twice"}, {"module": "train.layers", "registered_name": "Custom>Twice"}]
    )
    def test_as_every_keras_writes_it(self, node, h5, code, weights):
        network = open_network(h5(config=with_custom(**node), weights={**weights, "twice": {}}), code=code())
        values = np.random.default_rng(0).random((4, 28, 28, 1), dtype=np.float32)
        kernel, bias = weights["scores"].values()
        np.testing.assert_allclose(network.logits(values), 3 * values.reshape(4, -1) @ kernel + bias, atol=1e-3)
        assert [row.kind for row in network.info.layers] == ["Twice", "Flatten", "Dense"]

    def test_an_activation(self, h5, code, archive, config, weights):
        changed = json.loads(json.dumps(config))
        changed["config"]["layers"].insert(1, layer("Activation", "act", activation="squash"))
        network = open_network(h5(config=changed), code=code())
        values = np.random.default_rng(0).random((4, 28, 28, 1), dtype=np.float32)
        kernel, bias = weights["scores"].values()
        np.testing.assert_allclose(network.logits(values), np.tanh(values).reshape(4, -1) @ kernel + bias, atol=1e-3)

    def test_a_network_of_a_class_of_its_own(self, code, tmp_path):
        path = code(
            "import keras\n"
            "@keras.saving.register_keras_serializable('mine')\n"
            "class Net(keras.Model):\n"
            "    def __init__(self, **more):\n"
            "        super().__init__(**more)\n"
            "        self.flat, self.scores = keras.layers.Flatten(), keras.layers.Dense(3, activation='softmax')\n"
            "    def call(self, inputs):\n"
            "        return self.scores(self.flat(inputs))\n"
        )
        net = custom.load(path)["Net"]()
        values = np.random.default_rng(0).random((4, 6, 6, 1), dtype=np.float32)
        expected = np.asarray(net(values))
        net.save(tmp_path / "net.keras")
        network = open_network(tmp_path / "net.keras", (6, 6, 1), path)
        logits = network.logits(values)
        np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(1, keepdims=True), expected, atol=1e-5)
        assert any("class of its own (Net)" in notice for notice in network.info.notices)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("import not_installed_anywhere\nclass Twice: pass\n", "raises ModuleNotFoundError in line 1"),
            ("class Twice: pass\nraise SystemExit(3)\n", "raises SystemExit in line 2"),
            ("class Twice: pass\n1 / 0\n", "raises ZeroDivisionError in line 2"),
            ("class Twice: pass\n", "'Twice' is no class or function that Keras can use"),
            ("from os import system as Twice\n", "'Twice' is no class or function"),
        ],
    )
    def test_what_fails_is_one_line(self, text, words, h5, code, refused):
        assert words in refused(open_network, h5(config=with_custom()), None, code(text))

    def test_is_not_run_for_a_network_that_does_not_need_it(self, h5, code):
        open_network(h5(), code=code("raise SystemExit(3)\n"))


class TestWeightsOnly:
    def test_as_keras_3_writes_them(self, tmp_path, refused):
        path = tmp_path / "net.weights.h5"
        with h5py.File(path, "w") as file:
            file["layers/dense/vars/0"] = np.zeros((784, 10), np.float32)
            file["layers/dense/vars/1"] = np.arange(10, dtype=np.float32)
        assert "put model.to_json() beside it" in refused(reading.scan, path)
        config = sequential(image(28, 28, 1), layer("Flatten", "flatten"), dense())
        (tmp_path / "net.json").write_text(json.dumps(config))
        found = reading.scan(path)
        assert found["suffix"] == ".weights.h5"
        assert "holds weights only" in found["notices"][-1]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
    def test_what_lies_beside_it_may_be_anything(self, tmp_path, refused):
        path = tmp_path / "net.h5"
        with h5py.File(path, "w") as file:
            file.attrs["layer_names"] = [b"scores"]
        os.mkfifo(tmp_path / "net.json")
        assert "holds weights only" in refused(reading.scan, path)
        (tmp_path / "net.json").unlink()
        (tmp_path / "net.json").write_text('{"class_name": ')
        assert "model config is damaged" in refused(reading.scan, path)
