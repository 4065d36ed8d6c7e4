"""Heat maps of a network of PyTorch's, where it is installed."""

import numpy as np
import pytest

from model import network, probing, reading, saliency, slopes, trial
from model.plane import plane

pytest.importorskip("torch")
pytest.importorskip("timm")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the packages under test

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 12, 12, 1), dtype=np.uint8)


def test_every_method_and_weights_come_back():
    found = network.open_network(reading.resolve("timm:resnet10t@random"), IMAGES.shape[1:], n_classes=1000)
    way, _ = probing.choose(found, IMAGES, np.arange(3))
    picture = saliency.Picture(way.apply(IMAGES[:1]), way.apply(IMAGES[1:2]), plane(way, IMAGES.shape[1:]))
    layer = saliency.usual_layer(found.info)
    assert layer == "layer4"
    asked = slopes.targets(1000, [1, 2], 5)
    for method in saliency.METHODS.values():
        heat = method.function(found, picture, asked, layer)
        assert heat.maps.shape == (3, *picture.inputs.shape[2:]) and np.isfinite(heat.maps).all()
        assert heat.maps.any()
    with trial.shuffled(found):
        other = saliency.grad_cam(found, picture, asked, layer).maps
    again = [saliency.grad_cam(found, picture, asked, layer).maps for _ in range(2)]
    np.testing.assert_array_equal(*again)
    assert not np.allclose(other, again[0])
