"""tf_keras, where somebody has installed it, reads what today's Keras cannot, and hands it on."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from model import building
from model.network import open_network

from .conftest import dense, image, layer, sequential

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]


@pytest.fixture
def second(monkeypatch, h5, weights):
    """A stand-in for tf_keras: its network writes a plain file; what it was asked for is kept."""
    asked = []

    class Again:
        def save(self, path, include_optimizer):
            path.write_bytes(h5("again.h5", weights=weights).read_bytes())

    def load_model(name, **how):
        asked.append(how)
        return Again()

    module = ModuleType("a_second_keras")
    module.__version__ = "2.99"
    module.models = SimpleNamespace(load_model=load_model)
    module.__spec__ = SimpleNamespace(name="a_second_keras")
    monkeypatch.setitem(sys.modules, "a_second_keras", module)
    monkeypatch.setattr(building, "SECOND", "a_second_keras")
    return asked


@pytest.fixture
def odd(h5):
    """A file with a setting that today's layers do not know."""
    return h5(config=sequential(image(28, 28, 1), layer("Flatten", "flatten", depth=3), dense()))


def test_hands_it_on(second, odd, weights):
    network = open_network(odd)
    values = np.random.default_rng(0).random((4, 28, 28, 1), dtype=np.float32)
    kernel, bias = weights["scores"].values()
    np.testing.assert_allclose(network.logits(values), values.reshape(4, -1) @ kernel + bias, atol=1e-4)
    assert second == [{"compile": False, "safe_mode": True}]
    assert network.info.notices == (
        "Today's Keras could not build it; a_second_keras 2.99 read it first, and handed it on.",
    )
    assert network.info.name == "net.h5"


def test_is_not_asked_for_what_keras_can_build(second, h5):
    open_network(h5())
    assert second == []


def test_is_given_nothing_that_only_mending_made_harmless(second, h5, refused):
    """A setting that is dropped unread here would be built there."""
    evil = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
    depth = layer("DepthwiseConv2D", "depth", kernel_size=[3, 3], kernel_initializer=evil, unknown=3)
    path = h5(config=sequential(image(28, 28, 1), depth, layer("Flatten", "flatten"), dense()))
    assert "cannot build it" in refused(open_network, path)
    assert second == []


def test_without_it_the_file_is_refused(odd, monkeypatch, refused):
    monkeypatch.setattr(building, "SECOND", "a_keras_that_nobody_has")
    assert "cannot build it" in refused(open_network, odd)
