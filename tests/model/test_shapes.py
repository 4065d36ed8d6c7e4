"""Networks of every shape of input take digits and photos: what goes in is what Keras itself would make of them."""

import numpy as np
import pytest

from model.network import open_network
from model.preprocessing import check_fit
from model.probing import choose

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]
INPUTS = {
    "as they are": (28, 28, 1),
    "flat": (784,),
    "no channel": (28, 28),
    "LeNet": (32, 32, 1),
    "photos": (32, 32, 3),
    "large": (224, 224, 3),
    "channels first": (3, 40, 40),
    "flat photos": (3072,),
    "any size": (None, None, 3),
}


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """networks(shape) -> (ours, Keras's own), with a convolution where there is a place for one."""
    import keras

    made = {}

    def get(shape):
        if shape not in made:
            layers, first = keras.layers, shape[:1] == (3,) and len(shape) == 3
            keras.utils.set_random_seed(3)
            order = "channels_first" if first else "channels_last"
            start = keras.Input(shape, name="image")
            x = start if len(shape) == 3 else layers.Reshape((-1, 1, 1))(start)
            x = layers.Conv2D(5, 3, padding="same", activation="relu", name="conv", data_format=order)(x)
            x = layers.GlobalMaxPooling2D(data_format=order)(x)
            model = keras.Model(start, layers.Dense(10, name="scores")(x))
            path = tmp_path_factory.mktemp("nets") / "net.keras"
            model.save(path)
            made[shape] = open_network(path), model
        return made[shape]

    return get


def as_keras_would(images, shape):
    """The images in 0..1 in the shape of an input, by TensorFlow's own means."""
    import tensorflow as tf

    values = tf.cast(images, tf.float32)
    first = shape[:1] == (3,) and len(shape) == 3
    if len(shape) == 1:
        side = {784: 28, 3072: 32}[shape[0]]
        picture = (side, side, 3 if shape[0] == 3072 else 1)
    else:
        picture = (*shape[1:], 3) if first else (*shape, 1)[:3]
    height, width, channels = (
        has if wants is None else wants for has, wants in zip(images.shape[1:], picture, strict=True)
    )
    if channels == 1 and images.shape[-1] == 3:
        values = tf.image.rgb_to_grayscale(values)
    elif channels == 3 and images.shape[-1] == 1:
        values = tf.image.grayscale_to_rgb(values)
    if (height, width) == (32, 32) and images.shape[1] == 28:
        values = tf.image.resize_with_crop_or_pad(values, 32, 32)
    else:
        values = tf.image.resize(values, (height, width), antialias=True)
    values = values / 255
    if first:
        return tf.transpose(values, (0, 3, 1, 2))
    return tf.reshape(
        values, (len(images), *(size or has for size, has in zip(shape, (height, width, channels), strict=False)))
    )


@pytest.mark.parametrize("picture", [(28, 28, 1), (32, 32, 3)], ids=["digits", "photos"])
@pytest.mark.parametrize("name", INPUTS)
def test_every_input_takes_every_picture(name, picture, networks):
    network, model = networks(INPUTS[name])
    images = np.random.default_rng(5).integers(0, 256, (9, *picture), dtype=np.uint8)
    check_fit(network.info, "data", picture, 10)
    way, _ = choose(network, images, np.full(9, -1))
    found = network.forward(images, ["conv", "scores"], preprocessing=way)
    inputs = as_keras_would(images, INPUTS[name])
    np.testing.assert_allclose(way.apply(images), inputs, atol=2e-3)
    own = np.asarray(model(inputs, training=False))
    np.testing.assert_allclose(found.logits, own, atol=5e-3)
    assert found.activations["conv"].shape == (9, 5)
    maps = np.asarray(
        model.get_layer("conv")(inputs if len(INPUTS[name]) == 3 else np.reshape(inputs, (9, -1, 1, 1)))
    )
    expected = maps.mean(axis=(2, 3) if name == "channels first" else (1, 2))
    np.testing.assert_allclose(found.activations["conv"], expected, atol=5e-3)
    takes = tuple(network.info.input_shape)
    same = all(wants in (None, has) for wants, has in zip(takes, picture, strict=True))
    assert (way.notices[:-1] == ()) is same, "what is done to the pictures is said, and nothing else"
