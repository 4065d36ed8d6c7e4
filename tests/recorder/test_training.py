"""The Keras callback, in a real training."""

import numpy as np
import pytest

import datasets
from recorder import Recorder

pytestmark = pytest.mark.keras


@pytest.fixture
def model():
    keras = pytest.importorskip("keras")
    layers = keras.layers
    made = keras.Sequential(
        [
            layers.Input((6, 6, 1)),
            layers.Flatten(),
            layers.Dense(5, name="dense"),
            layers.Dense(3, "softmax", name="scores"),
        ]
    )
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


X = np.random.default_rng(0).random((12, 6, 6, 1)).astype(np.float32)
Y = np.arange(12) % 3


def test_every_epoch_and_every_second_batch_is_recorded(tmp_path, model):
    recorder = Recorder(tmp_path / "a.rec", class_names=["a", "b", "c"], strict=True)
    heard = recorder.callback(X[:4], Y[:4], layers=["dense"], batches=2)
    model.fit(X, Y, epochs=2, batch_size=4, verbose=0, callbacks=[heard])
    found = datasets.load(str(tmp_path / "a.rec"))
    assert found.metadata["step"][::4].tolist() == [2, 3, 4, 6, 6]
    assert found.metadata["epoch"][::4].tolist() == [1, 1, 2, 2, 2]
    assert found.labels.tolist() == Y[:4].tolist() * 5
    assert found.split_names == ("training",)
    assert np.array_equal(found.images[:4], np.rint(X[:4] * 255))
    said = model.predict(X[:4], verbose=0)
    assert found.metadata["recorded_confidence"][-4:] == pytest.approx(said.max(axis=1), abs=1e-5)
    assert found.metadata["recorded_class"][-4:].tolist() == [["a", "b", "c"][code] for code in said.argmax(axis=1)]
    keras = pytest.importorskip("keras")
    dense = keras.Model(model.inputs, model.get_layer("dense").output).predict(X[:4], verbose=0)
    assert found.vectors["dense (recorded)"][-4:] == pytest.approx(dense, abs=1e-5)


def test_a_layer_that_is_not_there_does_not_stop_the_training(tmp_path, model, caplog):
    recorder = Recorder(tmp_path / "a.rec")
    done = model.fit(
        X, np.eye(3)[Y].argmax(axis=1), epochs=2, verbose=0, callbacks=[recorder.callback(X, layers=["?"])]
    )
    assert len(done.history["loss"]) == 2
    assert caplog.text.count("recording is off") == 1


def test_without_labels_and_with_one_hot_ones(tmp_path, model):
    for name, labels, known in (("none", None, [-1] * 4), ("hot", np.eye(3)[Y[:4]], Y[:4].tolist())):
        recorder = Recorder(tmp_path / name, strict=True)
        model.fit(X, Y, verbose=0, callbacks=[recorder.callback(X[:4], labels)])
        assert datasets.load(str(tmp_path / name)).labels.tolist() == known
