"""Heat maps against numbers worked out by hand, on networks of every shape."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model import saliency, slopes
from model.info import Layer
from model.network import open_network
from model.plane import plane
from model.preprocessing import Preprocessing, fitting
from util import InspectorError

from .nets import build
from .test_info import INFO

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras, when it writes weights

HEAD = np.array([[2.0, -1.0, 0.5], [1.0, 3.0, -2.0]], np.float32)
RANDOM = np.random.default_rng(5)
VALUES = RANDOM.normal(0, 1, (4, 6)).astype(np.float32)


def by_hand(kind):
    """One picture x of 4x6; maps relu(x) and relu(-x); their means times HEAD are the logits."""
    import keras

    layers = keras.layers
    order = {"data_format": "channels_first"} if kind == "first" else {}
    shape = (1, 4, 6) if kind == "first" else (4, 6, 1)
    conv = layers.Conv2D(2, 1, activation="relu", use_bias=False, name="conv", **order)
    pool = layers.GlobalAveragePooling2D(name="pool", **order)
    end = layers.Dense(3, use_bias=False, activation=None if kind == "logits" else "softmax", name="end")
    if kind in ("sequential", "logits"):
        made = keras.Sequential([keras.Input(shape), conv, pool, end])
    elif kind == "nested":
        inside = keras.Sequential([keras.Input(shape), conv], name="inside")
        start = keras.Input(shape)
        made = keras.Model(start, end(pool(inside(start))))
    elif kind == "two heads":
        start = keras.Input(shape)
        x = pool(conv(start))
        made = keras.Model(start, [layers.Dense(3, name="other")(x), end(x)])
    else:
        start = keras.Input(shape)
        made = keras.Model(start, end(pool(conv(start))))
    conv.kernel.assign(np.array([1.0, -1.0], np.float32).reshape(1, 1, 1, 2))
    end.kernel.assign(HEAD)
    return made


def opened(made, tmp_path, **how):
    made.save(tmp_path / "net.keras")
    return open_network(tmp_path / "net.keras", **how)


def picture(network, pixels, background=0.0, way=None):
    """What the methods look at; `pixels` (h, w, ch) stand in the network's input as they are."""
    way = way or fitting(network.info, pixels.shape)
    where = plane(way, pixels.shape)
    whole = where.packed(pixels[None].astype(np.float32))
    return saliency.Picture(whole, np.full_like(whole, background), where)


def maps():
    return np.stack([np.maximum(VALUES, 0), np.maximum(-VALUES, 0)])


@pytest.mark.keras
@pytest.mark.parametrize("kind", ["sequential", "functional", "nested", "first", "logits", "two heads"])
class TestByHand:
    """Every shape of network gives the numbers that the formulas give on paper."""

    @pytest.fixture
    def network(self, kind, tmp_path):
        return opened(by_hand(kind), tmp_path, **({"output": "end"} if kind == "two heads" else {}))

    @pytest.fixture
    def layer(self, kind):
        return "inside.conv" if kind == "nested" else "conv"

    def test_grad_cam_of_every_class_and_of_the_loss(self, network, layer):
        assert saliency.usual_layer(network.info) == layer
        seen = picture(network, VALUES[..., None])
        heat = saliency.grad_cam(network, seen, slopes.targets(3, [0, 1, 2], 1), layer)
        weights = HEAD / VALUES.size  # the mean over the places of what each of them adds
        classes = [np.einsum("f,fhw->hw", weights[:, code], maps()) for code in range(3)]
        logits = maps().mean(axis=(1, 2)) @ HEAD
        shares = np.exp(logits) / np.exp(logits).sum()
        loss = sum(shares[code] * classes[code] for code in range(3)) - classes[1]
        np.testing.assert_allclose(heat.maps, np.maximum([*classes, loss], 0), atol=1e-6)
        assert heat.grid == (4, 6)
        assert (heat.maps.max(axis=(1, 2)) > 0).all()

    def test_layer_cam_weighs_every_place(self, network, layer):
        heat = saliency.layer_cam(network, picture(network, VALUES[..., None]), slopes.targets(3, [0, 1, 2]), layer)
        weights = np.maximum(HEAD, 0) / VALUES.size
        np.testing.assert_allclose(heat.maps, np.einsum("fk,fhw->khw", weights, maps()), atol=1e-6)

    def test_integrated_gradients_add_up(self, network):
        """The way from 0 to x crosses no kink, so the map is the derivative times the picture, exactly."""
        seen = picture(network, VALUES[..., None])
        heat = saliency.integrated_gradients(network, seen, slopes.targets(3, [0, 1, 2], 0))
        weights = HEAD[0][:, None, None] * maps()[0] + HEAD[1][:, None, None] * maps()[1]
        np.testing.assert_allclose(heat.maps[:3], weights / VALUES.size, atol=1e-6)
        logits = maps().mean(axis=(1, 2)) @ HEAD
        gain = np.log(np.exp(logits).sum()) - logits[0] - np.log(3)
        np.testing.assert_allclose(heat.maps[3].sum(), gain, atol=1e-4)

    def test_occlusion_is_what_a_patch_is_worth(self, network):
        heat = saliency.occlusion(network, picture(network, VALUES[..., None]), slopes.targets(3, [0, 2]))
        assert heat.grid == (4, 6)  # patches of one pixel each
        worth = (maps()[..., None] * HEAD[:, None, None]).sum(axis=0) / VALUES.size
        np.testing.assert_allclose(heat.maps, worth[..., [0, 2]].transpose(2, 0, 1), atol=1e-5)


@pytest.mark.parametrize(
    ("takes", "images", "mapped", "method"),
    [
        ((28, 28, 1), (28, 28, 1), True, "occlusion"),
        ((64, 64, 3), (300, 200, 3), False, "occlusion"),
        ((None, None, 1), (28, 28, 1), True, "occlusion"),
        ((224, 224, 3), (28, 28, 1), True, "grad-cam"),
        ((None, None, 3), (100, 80, 3), True, "grad-cam"),
        ((224, 224, 3), (28, 28, 1), False, "integrated-gradients"),
    ],
)
def test_the_usual_method_follows_the_size_of_the_input(takes, images, mapped, method, monkeypatch):
    monkeypatch.setattr(saliency, "with_maps", lambda info: ("conv",) if mapped else ())
    assert saliency.usual_method(SimpleNamespace(input_shape=takes), images) == method
    assert method in saliency.METHODS


@pytest.mark.keras
class TestNetworks:
    @pytest.mark.parametrize(
        ("name", "mapped"),
        [
            ("sequential", True), ("skip", True), ("nested", True), ("convolutional", True), ("any size", True),
            ("half precision", True), ("softmax over maps", True), ("sigmoid", False), ("sigmoids", False),
            ("one logit", False), ("mean of two softmaxes", False), ("flat", False), ("no channel", False),
            ("shared layer", True),
        ],
    )  # fmt: skip
    def test_every_method_on_every_ending(self, name, mapped, tmp_path):
        network = opened(build(name), tmp_path)
        height, width, channels = (size or 9 for size in network.info.input_shape)
        seen = picture(network, RANDOM.random((height, width, channels)), 0.5)
        assert bool(saliency.with_maps(network.info)) == mapped
        asked = slopes.targets(network.info.n_outputs, [1, 0], 1)
        for method in saliency.METHODS.values():
            if method.layered and not mapped:
                continue
            heat = method.function(network, seen, asked, saliency.usual_layer(network.info))
            assert heat.maps.shape == (3, height, width)
            assert heat.maps.dtype == np.float32
            assert np.isfinite(heat.maps).all()
            assert method.signed == bool((heat.maps < 0).any())

    def test_a_fixed_batch_changes_nothing(self, tmp_path):
        import keras

        made = by_hand("functional")
        fixed = keras.Input(batch_shape=(5, 4, 6, 1))
        network = opened(keras.Model(fixed, made(fixed)), tmp_path)
        (layer,) = (row.name for row in network.info.layers if row.kind == "Conv2D")
        seen = picture(network, VALUES[..., None])
        heat = saliency.integrated_gradients(network, seen, slopes.targets(3, [2]))
        np.testing.assert_allclose(heat.maps.sum(), (maps().mean(axis=(1, 2)) @ HEAD)[2], atol=1e-5)
        assert saliency.grad_cam(network, seen, slopes.targets(3, [0, 1]), layer).maps.shape == (2, 4, 6)

    def test_outputs_in_the_order_of_the_data(self, tmp_path):
        network = opened(by_hand("functional"), tmp_path)
        seen = picture(network, VALUES[..., None])
        plain = saliency.grad_cam(network, seen, slopes.targets(3, [0, 1, 2]), "conv").maps
        network.order = (2, 0, 1)
        turned = saliency.grad_cam(network, seen, slopes.targets(3, [0, 1, 2]), "conv").maps
        np.testing.assert_array_equal(turned, plain[[2, 0, 1]])

    def test_a_layer_of_another_head_is_not_offered(self, tmp_path):
        import keras

        start = keras.Input((6, 6, 1))
        x = keras.layers.Conv2D(3, 3, name="shared")(start)
        aside = keras.layers.Conv2D(2, 3, name="aside")(x)
        flat = keras.layers.Flatten()
        end = keras.layers.Dense(4, activation="softmax", name="end")(flat(x))
        other = keras.layers.Dense(2, name="other")(keras.layers.Flatten()(aside))
        network = opened(keras.Model(start, [end, other]), tmp_path, output="end")
        assert saliency.with_maps(network.info) == ("shared",)
        seen = picture(network, RANDOM.random((6, 6, 1)))
        with pytest.raises(InspectorError, match="layer 'aside': no derivative leads"):
            saliency.grad_cam(network, seen, slopes.targets(4, [0]), "aside")

    @pytest.mark.parametrize("side", [28, 70])
    def test_occlusion_finds_a_planted_square(self, side, tmp_path):
        """The network adds up the ink of one corner, and nothing else."""
        import keras

        made = keras.Sequential([keras.Input((side, side, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
        square = np.zeros((side, side), bool)
        square[side // 7 : 2 * side // 7, 3 * side // 7 : 4 * side // 7] = True
        made.layers[-1].set_weights([np.stack([0 * square, square], axis=-1).reshape(-1, 2), np.zeros(2)])
        network = opened(made, tmp_path)
        pixels = RANDOM.uniform(0.5, 1, (side, side, 1))
        heat = saliency.occlusion(network, picture(network, pixels), slopes.targets(2, [0, 1])).maps
        hottest = np.unravel_index(heat[1].argmax(), square.shape)
        assert square[hottest]
        assert heat[1][square].mean() > 3 * heat[1][~square].mean()
        assert np.abs(heat[0]).max() == 0
        assert np.abs(heat[1][side // 2 + side // 7 :]).max() < 1e-4


class TestWithoutKeras:
    def test_windows_cover_every_place_equally_long(self):
        for side, parts in ((1, 7), (2, 7), (8, 7), (28, 7), (224, 5), (225, 5)):
            found = saliency.windows(side, parts)
            assert found.any(axis=0).all()
            assert len(set(found.sum(axis=1))) == 1

    def test_averaging_gives_back_what_is_the_same_everywhere(self):
        rows, columns = saliency.windows(28, 7), saliency.windows(20, 7)
        values = np.full((2, len(rows), len(columns)), 3, np.float32)
        np.testing.assert_allclose(saliency.averaged(rows, columns, values), 3, rtol=1e-6)

    def test_a_pool_is_not_the_usual_layer(self):
        rows = [
            Layer("conv", "Conv2D", (None, 8, 8, 3), 9, (), True, 3),
            Layer("pool", "MaxPooling2D", (None, 4, 4, 3), 0, ("conv",), True, 3),
            Layer("one", "AveragePooling2D", (None, 1, 1, 3), 0, ("pool",), True, 3),
            Layer("end", "Dense", (None, 2), 9, ("one",), True, 2),
        ]
        info = replace(INFO, layers=tuple(rows), head="end", channels_first=False)
        assert saliency.with_maps(info) == ("conv", "pool")
        assert saliency.usual_layer(info) == "conv"
        assert saliency.with_maps(replace(info, head="", default_layer="pool")) == ("conv", "pool")

    @pytest.mark.parametrize("channels", ["last", "first", "dropped", "flat"])
    def test_places_go_there_and_back(self, channels):
        way = Preprocessing(channels=channels)
        images = RANDOM.integers(0, 256, (3, 5, 4, 1), dtype=np.uint8)
        inputs = way.apply(images)
        where = plane(way, (5, 4, 1))
        np.testing.assert_array_equal(where.placed(inputs)[..., 0], images[..., 0] / np.float32(255))
        np.testing.assert_array_equal(where.packed(where.placed(inputs)), inputs)

    def test_a_border_is_cut_off(self):
        way = Preprocessing(size="border", height=10, width=9)
        images = np.full((1, 7, 6, 1), 255, np.uint8)
        seen = plane(way, (7, 6, 1)).on_image(way.apply(images)[..., 0])
        assert seen.shape == (1, 7, 6)
        assert (seen == 1).all()

    def test_a_large_map_is_made_smaller(self):
        way = Preprocessing(size="stretch", height=600, width=300)
        assert plane(way, (60, 40, 3)).on_image(np.ones((2, 600, 300), np.float32)).shape == (2, 224, 112)
