"""Kernels of Keras 1 that may be mirrored: both ways are tried, and the clearly better one is used."""

from __future__ import annotations

import numpy as np
import pytest

from model import kernels, weights
from model.network import open_network

from .eras import SIDE, N, first_layers, first_names, hdf5, plain

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]
FILTERS_FIRST = (3, 2, 0, 1)


def balanced(images):
    """`plain` with other biases of its scores, so that it puts images into all of its three classes."""
    import keras

    network = plain("channels_first")
    scores = keras.ops.log(network(images.transpose(0, 3, 1, 2).astype(np.float32) / 255, training=False))
    middle = np.median(np.asarray(scores), axis=0)
    network.layers[-1].bias.assign(N["scores bias"] - middle)
    return network


def file(folder, bias, *, theano):
    """`plain` as Keras 1 wrote it without saying what it ran on; Theano's kernels lie the other way round."""
    kernel = N["kernel"].transpose(FILTERS_FIRST)
    kernel = kernel[..., ::-1, ::-1] if theano else kernel
    config = {"class_name": "Sequential", "config": first_layers("th")}
    stored = first_names(kernel=kernel)
    stored["scores"] = {**stored["scores"], list(stored["scores"])[1]: bias}
    return hdf5(folder / "net.h5", stored, config=config, version="1.1.0")


@pytest.fixture(scope="module")
def labelled():
    """300 pictures of dots, what the network says of them with its kernels the right way round, and its last bias."""
    random = np.random.default_rng(5)
    noise, limits = random.integers(0, 256, (300, SIDE, SIDE, 1)), random.integers(0, 256, (300, 1, 1, 1))
    images = np.where(noise > limits, 255, 0).astype(np.uint8)
    network = balanced(images)
    said = np.asarray(network(images.transpose(0, 3, 1, 2).astype(np.float32) / 255, training=False))
    return images, said.argmax(axis=1).astype(np.int64), np.asarray(network.layers[-1].bias)


@pytest.mark.parametrize(
    ("theano", "words", "other"),
    [
        (True, "look like Theano's, which are mirrored: they were turned (100 % of 300", ", kernels as they are"),
        (False, "look like TensorFlow's: they stay as they are (100 % of 300", ", kernels mirrored"),
    ],
)
def test_the_better_way_round_is_used(theano, words, other, labelled, tmp_path):
    images, labels, bias = labelled
    assert np.bincount(labels, minlength=3).min() > 15
    network = open_network(file(tmp_path, bias, theano=theano), (SIDE, SIDE, 1), n_classes=3)
    assert kernels.UNDECIDED in network.info.notices
    way, tried = kernels.choose(network, images, labels)
    assert network.info.mirrored is theano
    assert kernels.UNDECIDED not in network.info.notices
    assert words in " ".join(network.info.notices)
    assert (network.logits(way.apply(images)).argmax(axis=1) == labels).all()
    chosen = next(row for row in tried if row["chosen"])
    assert chosen["accuracy"] == 1 and "kernels" not in chosen["scaling"]
    assert tried[-1]["scaling"].endswith(other) and tried[-1]["accuracy"] < 0.9


def test_without_a_clear_lead_they_stay_and_the_doubt_too(tmp_path, labelled):
    images, _, bias = labelled
    labels = np.random.default_rng(0).integers(0, 3, len(images))
    network = open_network(file(tmp_path, bias, theano=True), (SIDE, SIDE, 1), n_classes=3)
    kernels.choose(network, images, labels)
    assert not network.info.mirrored and kernels.UNDECIDED in network.info.notices
    labels[:] = -1
    kernels.choose(network, images, labels)
    assert kernels.UNDECIDED in network.info.notices


def test_turning_twice_changes_nothing():
    network = plain()
    before = [weight.copy() for weight in network.get_weights()]
    weights.mirror(network)
    assert not np.array_equal(network.get_weights()[0], before[0])
    np.testing.assert_array_equal(network.get_weights()[0], before[0][::-1, ::-1])
    np.testing.assert_array_equal(network.get_weights()[-2], before[-2])
    weights.mirror(network)
    for now, then in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
