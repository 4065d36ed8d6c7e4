"""What can be said of a file with h5py and zipfile: what it holds, and what is damaged."""

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import h5py
import numpy as np
import pytest

from model import reading

from .conftest import dense, image, layer, sequential

ROOT = Path(__file__).parents[2]


def dtype(name="float32"):
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name}, "registered_name": None}


class TestWhatItReads:
    def test_h5(self, h5, config):
        found = reading.scan(h5())
        assert found["format"] == "h5"
        assert found["keras_version"] == "2.4.0"
        assert found["architecture"] == config
        assert found["input_shape"] == (28, 28, 1)
        assert found["weights"] == 7850
        assert not found["channels_first"]

    def test_keras(self, archive, config):
        found = reading.scan(archive())
        assert found["format"] == "keras"
        assert found["keras_version"] == "3.4.1"
        assert found["architecture"]["config"] == config["config"]
        assert (found["input_shape"], found["weights"]) == ((28, 28, 1), 7850)

    def test_the_name_does_not_matter(self, h5, archive):
        assert reading.scan(h5("net.keras"))["format"] == "h5"
        assert reading.scan(archive("net.h5"))["format"] == "keras"
        assert reading.scan(h5("net"))["format"] == "h5"

    @pytest.mark.parametrize("shape", [(28, 28), (784,), (3072,), (32, 32, 3), (None, None, 3)])
    def test_shapes_of_images(self, shape, h5):
        config = sequential(image(*shape), layer("Flatten", "flatten"), dense())
        assert reading.scan(h5(config=config))["input_shape"] == shape

    def test_channels_first(self, h5):
        conv = layer("Conv2D", "conv", filters=4, kernel_size=[3, 3], data_format="channels_first")
        found = reading.scan(h5(config=sequential(image(3, 32, 40), conv, layer("Flatten", "flatten"), dense())))
        assert found["channels_first"]
        assert found["input_shape"] == (3, 32, 40)

    def test_the_first_layer_may_say_what_the_input_is(self, h5):
        first = layer("Flatten", "flatten", batch_input_shape=[None, 28, 28, 1])
        assert reading.scan(h5(config=sequential(first, dense())))["input_shape"] == (28, 28, 1)

    def test_a_functional_network_with_a_nested_one(self, h5):
        inner = sequential(image(28, 28, 1, name="inner"), layer("Flatten", "flatten"))
        config = {
            "class_name": "Model",
            "config": {
                "name": "net",
                "layers": [
                    {**image(28, 28, 1), "inbound_nodes": []},
                    {**inner, "name": "nested", "inbound_nodes": [[["image", 0, 0, {}]]]},
                    {**dense(), "inbound_nodes": [[["nested", 1, 0, {}]]]},
                ],
                "input_layers": [["image", 0, 0]],
                "output_layers": [["scores", 0, 0]],
            },
        }
        assert reading.scan(h5(config=config))["input_shape"] == (28, 28, 1)
        config["config"]["input_layers"] = ["image", 0, 0]
        assert reading.scan(h5(config=config))["input_shape"] == (28, 28, 1)

    def test_what_keras_3_writes_into_a_config(self, archive):
        conv = {
            "module": "keras.layers",
            "registered_name": None,
            **layer(
                "Conv2D",
                "conv",
                filters=4,
                kernel_size=[3, 3],
                dtype=dtype(),
                activation={
                    "module": "builtins",
                    "class_name": "function",
                    "config": "relu",
                    "registered_name": "relu",
                },
                kernel_initializer={
                    "module": "keras.initializers",
                    "class_name": "HeNormal",
                    "config": {"seed": None},
                },
                kernel_regularizer={"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.1}},
            ),
            "build_config": {"input_shape": [None, 28, 28, 1]},
        }
        operation = {
            "module": "keras.src.ops.numpy",
            "registered_name": "Multiply",
            **layer("Multiply", "multiply"),
            "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {}}], "kwargs": {}}],
        }
        config = {"module": "keras", **sequential(image(28, 28, 1), conv, operation, layer("Flatten", "f"), dense())}
        config["compile_config"] = {"optimizer": {"class_name": "MyOptimizer", "config": {}}, "loss": "my_loss"}
        assert reading.scan(archive(config__json=json.dumps(config)))["input_shape"] == (28, 28, 1)

    def test_without_keras(self, h5):
        code = f"import sys; from pathlib import Path; from model import reading; reading.scan(Path({str(h5())!r}))"
        code += "; print([name for name in sys.modules if name in ('keras', 'tensorflow')])"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


class TestDamage:
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
    def test_truncated_h5(self, share, h5, refused):
        path = h5()
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        sentence = refused(reading.scan, path)
        assert f"truncated: {int(len(whole) * share):,} of {len(whole):,} bytes; copy it again" in sentence

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
    def test_truncated_keras(self, share, archive, refused):
        path = archive()
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        assert "not a complete zip" in refused(reading.scan, path)

    def test_flipped_bits_are_refused_or_harmless(self, h5, archive):
        random = np.random.default_rng(0)
        for path in (h5(), archive()):
            whole = path.read_bytes()
            for _ in range(60):
                data = bytearray(whole)
                data[random.integers(len(data))] ^= 1 << random.integers(8)
                path.write_bytes(data)
                try:
                    reading.scan(path)
                except reading.BadModel as error:
                    assert len(str(error)) <= 240

    def test_attributes_that_are_neither_texts_nor_numbers(self, h5, refused):
        """Reading one that was damaged into this ends the process, not only the call."""
        path = h5()
        with h5py.File(path, "r+") as file:
            group = file["model_weights"]
            group.attrs["layer_names"] = np.array([np.arange(2), np.arange(3)], h5py.vlen_dtype(np.int32))
        assert "an attribute, 'model_weights@layer_names'" in refused(reading.scan, path)

    def test_weights_that_are_no_numbers(self, h5, refused):
        path = h5()
        with h5py.File(path, "r+") as file:
            file["model_weights/scores/names"] = np.array([b"a", b"bc"], h5py.string_dtype())
        assert "'model_weights/scores/names' holds no numbers" in refused(reading.scan, path)

    def test_weights_only(self, h5, tmp_path, refused, weights):
        path = h5(config=None)
        with h5py.File(path, "r+") as file:
            file.attrs["layer_names"] = [b"scores"]
        assert (
            "holds weights only; save the whole model with model.save(), or put model.to_json() beside it"
            in refused(reading.scan, path)
        )
        with h5py.File(tmp_path / "new.weights.h5", "w") as file:
            file["layers/dense/vars/0"] = np.zeros(3)
        assert "holds weights only" in refused(reading.scan, tmp_path / "new.weights.h5")

    def test_hdf5_of_something_else(self, h5, refused):
        path = h5(config=None)
        with h5py.File(path, "w") as file:
            file["temperature"] = np.zeros(3)
        assert "has no Keras model in it" in refused(reading.scan, path)

    def test_no_weights(self, h5, archive, refused):
        assert "architecture without weights" in refused(reading.scan, h5(weights=None))
        assert "architecture without weights" in refused(reading.scan, archive(model__weights__h5=None))

    def test_zip_of_something_else(self, archive, refused):
        assert "no Keras model" in refused(reading.scan, archive(config__json=None))
        assert "a PyTorch file" in refused(reading.scan, archive(config__json=None, **{"net/data.pkl": b""}))

    def test_broken_json(self, h5, archive, refused):
        assert "model config is damaged (line 1, column 2)" in refused(reading.scan, h5(config="{class_name"))
        assert "(line 2, column 3)" in refused(reading.scan, archive(config__json="{\n  class"))

    @pytest.mark.parametrize(
        "text", ["[]", "3", "null", '{"class_name": 3}', "{}", '{"class_name": "Sequential"}', "9" * 5000]
    )
    def test_json_that_is_no_network(self, text, h5, refused):
        refused(reading.scan, h5(config=text))

    def test_nested_too_deep(self, h5, archive, refused):
        assert "nested too deeply" in refused(reading.scan, h5(config="[" * 5000 + "]" * 5000))
        deep = json.dumps({"class_name": "Sequential", "config": None}).replace("null", "[" * 200 + "]" * 200)
        assert "nested too deeply" in refused(reading.scan, archive(config__json=deep))

    def test_odd_kinds_of_values_everywhere(self, h5, config):
        """Each value in turn is replaced by something else: refused in one line, or harmless."""
        for odd in (None, 3, "x", [], {}, [None], {"class_name": []}):
            for path in list(paths(config)):
                changed = deepcopy(config)
                place = changed
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] = odd
                try:
                    reading.scan(h5(config=changed))
                except reading.BadModel as error:
                    assert len(str(error)) <= 240


def paths(node, path=()):
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*path, key))


class TestInputs:
    def two(self):
        nodes = [{**image(28, 28, 1, name=name), "inbound_nodes": []} for name in ("left", "right")]
        return {
            "class_name": "Functional",
            "config": {"layers": nodes, "input_layers": [["left", 0, 0], ["right", 0, 0]], "output_layers": []},
        }

    def test_two(self, h5, refused):
        assert "takes 2 inputs (left, right)" in refused(reading.scan, h5(config=self.two()))

    @pytest.mark.parametrize("shape", [(128,), (16, 28, 28, 1), (32, 32, 4), (32, 32, 16), ()])
    def test_no_image(self, shape, h5, refused):
        sentence = refused(reading.scan, h5(config=sequential(image(*shape), dense())))
        assert f"expects input ({', '.join(['None', *map(str, shape)])})" in sentence

    def test_text(self, h5, refused):
        first = layer("InputLayer", "text", batch_input_shape=[None, 28, 28], dtype="string")
        assert "of text" in refused(reading.scan, h5(config=sequential(first, dense())))

    def test_no_layers(self, h5, refused):
        assert "has no layers" in refused(reading.scan, h5(config=sequential()))
