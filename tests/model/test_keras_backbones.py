"""Networks of keras.applications, with weights of chance or from a local file: nothing is downloaded."""

import sys

import numpy as np
import pytest

from model import BadModel, backbones, hubs, network, probing, reading

pytestmark = pytest.mark.keras

SMALL = "keras:MobileNet"
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 12, 12, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def embedding():
    return network.open_network(reading.resolve(f"{SMALL}@random"), (12, 12, 3), n_classes=10)


@pytest.fixture
def unreachable(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(hubs, "reachable", lambda address: False)


def test_other_classes_make_it_an_embedding(embedding):
    info = embedding.info
    assert (info.name, info.n_outputs, info.output) == (f"{SMALL}@random", 0, "none")
    assert info.input_shape == (224, 224, 3)
    assert "tells 1,000 classes apart and the data have 10" in info.no_head
    assert info.layer(info.default_layer).width == 1024
    assert info.digest == backbones.fingerprint(f"{SMALL}@random")


@pytest.fixture(scope="module")
def said(embedding):
    """What it says about the images: one pass for all tests."""
    way, tried = probing.choose(embedding, IMAGES, np.arange(5))
    assert tried == []
    return embedding.forward(IMAGES, [embedding.info.default_layer], preprocessing=way)


def test_it_runs_without_class_scores(embedding, said):
    assert said.logits.shape == (5, 0)
    values = said.activations[embedding.info.default_layer]
    assert values.shape == (5, 1024)
    assert np.isfinite(values).all() and values.std(axis=0).max() > 0


@pytest.mark.filterwarnings("ignore:__array__")  # Keras, when it gives weights away
def test_weights_of_chance_are_the_same_each_time(embedding):
    again = network.open_network(reading.resolve(f"{SMALL}@random"), (12, 12, 3), n_classes=10)
    assert again.info == embedding.info
    both = zip(again._network.get_weights(), embedding._network.get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in both)


def test_its_size_is_said(embedding):
    way, _ = probing.choose(embedding, IMAGES, np.arange(5))
    assert any("takes 224x224 images; yours are 12x12" in notice for notice in way.notices)


@pytest.mark.parametrize("name", ["MobileNetV2", "ResNet50", "DenseNet121", "EfficientNetB0", "ResNet50V2", "VGG16"])
def test_pixels_go_in_as_keras_itself_would_have_it(name):
    """Exactly, and that of Keras itself is what it is compared with."""
    import keras

    from model import keras_backbones

    module = sys.modules[getattr(keras.applications, name).__module__]
    way = keras_backbones.expected(module.preprocess_input)
    ours = way.apply(IMAGES)
    theirs = np.asarray(module.preprocess_input(IMAGES.astype(np.float32)))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-3 * max(1.0, float(np.abs(theirs).max()) / 255))


@pytest.mark.parametrize(("name", "side"), [("Xception", 299), ("VGG16", 224), ("NASNetLarge", 331)])
def test_the_size_that_keras_takes_by_default_is_found(name, side):
    import keras

    from model import keras_backbones

    assert keras_backbones._side(getattr(keras.applications, name)) == side


def test_offline_without_a_copy_is_one_line_that_names_file_address_and_folder(unreachable, tmp_path):
    with pytest.raises(BadModel) as caught:
        network.open_network(reading.resolve(SMALL), (12, 12, 3), n_classes=10)
    sentence = str(caught.value)
    assert "no local copy of its weights" in sentence
    assert "mobilenet_1_0_224_tf_no_top.h5 from https://" in sentence
    assert sentence.endswith(f"into {tmp_path / 'models'}")


@pytest.mark.filterwarnings("ignore:__array__")  # Keras, when it writes weights
def test_weights_from_a_file(tmp_path, embedding, said):
    weights = tmp_path / "my.weights.h5"
    embedding._network.save_weights(weights)
    opened = network.open_network(reading.resolve(f"{SMALL}@{weights}"), (12, 12, 3), n_classes=10)
    assert (opened.info.name, opened.info.notices[0]) == (f"{SMALL}@my.weights.h5", opened.info.no_head)
    way, _ = probing.choose(opened, IMAGES, np.arange(5))
    ours = opened.forward(IMAGES, [opened.info.default_layer], preprocessing=way)
    assert np.array_equal(ours.activations[opened.info.default_layer], said.activations[embedding.info.default_layer])


def test_weights_that_do_not_fit(tmp_path, embedding):
    import h5py

    weights = tmp_path / "other.weights.h5"
    with h5py.File(weights, "w") as file:
        file.create_group("layers/dense/vars")
    with pytest.raises(BadModel, match="do not fit MobileNet without its class scores"):
        network.open_network(reading.resolve(f"{SMALL}@{weights}"), (12, 12, 3), n_classes=10)
