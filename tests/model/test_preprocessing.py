"""Scaling, shapes, and the probe that finds the scaling, with networks made of a few lines of numpy."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model import Mismatch
from model.preprocessing import SCALINGS, Preprocessing, check_fit, choose
from util import UnknownName

from .test_info import INFO

DIGITS = replace(INFO, input_shape=(28, 28, 1), tensor_shape=(28, 28, 1))


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (300, 4, 4, 1), dtype=np.uint8)


class TestApply:
    @pytest.mark.parametrize(
        ("scaling", "black", "gray", "white"),
        [("0..1", 0, 102 / 255, 1), ("0..255", 0, 102, 255), ("-1..1", -1, -0.2, 1)],
    )
    def test_scaling(self, scaling, black, gray, white):
        pixels = np.array([0, 102, 255], np.uint8).reshape(1, 1, 3, 1)
        values = Preprocessing(scaling=scaling).apply(pixels)
        assert values.dtype == np.float32
        assert values.shape == pixels.shape
        np.testing.assert_allclose(values.ravel(), [black, gray, white], atol=1e-6)

    def test_standardized(self):
        random = np.random.default_rng(0)
        pixels = random.integers(0, 256, (500, 8, 8, 3), dtype=np.uint8)
        pixels[..., 2] //= 4
        chosen, tried = choose(SimpleNamespace(info=INFO), pixels, np.zeros(500, np.int64), override="standardized")
        values = chosen.apply(pixels)
        assert tried == []
        np.testing.assert_allclose(values.mean(axis=(0, 1, 2)), 0, atol=1e-3)
        np.testing.assert_allclose(values.std(axis=(0, 1, 2)), 1, atol=1e-3)

    def test_standardized_of_one_color(self):
        black = np.zeros((5, 8, 8, 1), np.uint8)
        chosen, _ = choose(SimpleNamespace(info=INFO), black, np.zeros(5, np.int64), override="standardized")
        assert (chosen.apply(black) == 0).all()

    def test_channels(self, images):
        scaled = images / np.float32(255)
        np.testing.assert_array_equal(Preprocessing(channels="dropped").apply(images), scaled[..., 0])
        np.testing.assert_array_equal(Preprocessing(channels="flat").apply(images), scaled.reshape(300, 16))
        color = np.repeat(images, 3, axis=-1)
        assert Preprocessing(channels="first").apply(color).shape == (300, 3, 4, 4)

    def test_batch_by_batch_is_the_same(self, images):
        for scaling in ("0..1", "-1..1"):
            way = Preprocessing(scaling=scaling)
            parts = [way.apply(images[i : i + 7]) for i in range(0, 300, 7)]
            np.testing.assert_array_equal(np.concatenate(parts), way.apply(images))

    def test_leaves_the_images_alone(self, images):
        before = images.copy()
        Preprocessing(scaling="-1..1").apply(images)
        np.testing.assert_array_equal(images, before)


class TestWords:
    @pytest.mark.parametrize("scaling", SCALINGS)
    def test_describe(self, scaling):
        assert SCALINGS[scaling] in Preprocessing(scaling=scaling).describe()
        assert "each image as one row" in Preprocessing(scaling=scaling, channels="flat").describe()

    def test_through_json(self):
        way = Preprocessing("standardized", channels="flat", mean=(1.5,), spread=(2.0,), notices=("A.",))
        assert Preprocessing.from_dict(json.loads(json.dumps(way.to_dict()))) == way


class TestCheckFit:
    def test_fits(self):
        check_fit(DIGITS, "mnist", (28, 28, 1), 10)
        check_fit(INFO, "large", (224, 200, 1), 10)

    def test_size_and_color_are_made_to_fit(self):
        check_fit(DIGITS, "cifar10", (32, 32, 3), 10)
        check_fit(INFO, "digits", (28, 28, 3), 10)

    def test_channels_that_are_neither_gray_nor_color(self):
        with pytest.raises(Mismatch) as caught:
            check_fit(DIGITS, "satellite", (28, 28, 4), 10)
        assert str(caught.value) == (
            "net.h5 takes 28x28x1 images, satellite has 28x28x4; choose a network trained on satellite"
        )

    def test_classes(self):
        with pytest.raises(Mismatch, match=r"net\.h5 has 10 outputs, cifar100 has 100 classes"):
            check_fit(DIGITS, "cifar100", (28, 28, 1), 100)


class Fake:
    """Knows the class of an image (its mean brightness in four steps) if its pixels come as it expects."""

    info = replace(INFO, n_outputs=4)

    def __init__(self, low, high, sharpness=40.0, spoiled=1.0):
        self.low, self.high, self.sharpness, self.spoiled = low, high, sharpness, spoiled
        self.calls = 0

    def logits(self, inputs):
        self.calls += 1
        brightness = (inputs.reshape(len(inputs), -1).mean(axis=1) - self.low) / (self.high - self.low)
        logits = -self.sharpness * np.abs(brightness[:, None] - np.array([0.125, 0.375, 0.625, 0.875]))
        return (logits * self.spoiled).astype(np.float32)


class Homogeneous(Fake):
    """A network without biases: pixels 255 times as large make it 255 times as sure, and of the same class."""

    def logits(self, inputs):
        top = inputs.reshape(len(inputs), -1).mean(axis=1, keepdims=True)
        return (top * np.array([[1.0, 0.0, 0.0, 0.0]]) * self.sharpness).astype(np.float32)


@pytest.fixture
def steps():
    """400 images of four brightnesses, and which."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 400)
    base = (labels * 64 + 16)[:, None, None, None]
    return (base + random.integers(0, 33, (400, 4, 4, 1))).astype(np.uint8), labels.astype(np.int64)


class TestChoose:
    @pytest.mark.parametrize(("low", "high", "scaling"), [(0, 1, "0..1"), (0, 255, "0..255"), (-1, 1, "-1..1")])
    def test_finds_what_the_network_expects(self, low, high, scaling, steps):
        chosen, tried = choose(Fake(low, high), *steps)
        assert chosen.scaling == scaling
        assert chosen.notices == ()
        assert [row["scaling"] for row in tried] == ["0..1", "0..255", "-1..1"]
        assert [row["scaling"] for row in tried if row["chosen"]] == [scaling]
        assert all(row["samples"] == 256 for row in tried)
        best = next(row for row in tried if row["chosen"])
        assert best["accuracy"] == 1
        assert best["loss"] == min(row["loss"] for row in tried)
        json.dumps(tried, allow_nan=False)

    def test_is_deterministic(self, steps):
        assert choose(Fake(0, 1), *steps) == choose(Fake(0, 1), *steps)

    def test_the_loss_is_the_mean_of_minus_log_p(self, steps):
        images, labels = steps
        network = Fake(0, 1, sharpness=3)
        _, tried = choose(network, images[:256], labels[:256])
        logits = network.logits(images[:256] / np.float32(255))
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        assert tried[0]["loss"] == pytest.approx(-np.log(p[np.arange(256), labels[:256]]).mean(), rel=1e-5)

    def test_a_surer_network_is_not_a_better_one(self):
        images = np.full((100, 4, 4, 1), 200, np.uint8)
        chosen, tried = choose(Homogeneous(0, 1, sharpness=20), images, np.zeros(100, np.int64))
        assert tried[1]["loss"] < tried[0]["loss"]
        assert chosen == Preprocessing()

    def test_a_network_without_biases_that_wants_0_to_255(self):
        """It predicts the same under both, but would be unsure of everything."""
        network = Homogeneous(0, 1, sharpness=0.02)
        images = np.full((100, 4, 4, 1), 200, np.uint8)
        chosen, tried = choose(network, images, np.zeros(100, np.int64))
        assert tried[0]["accuracy"] == tried[1]["accuracy"] == 1
        assert (chosen.scaling, chosen.notices) == ("0..255", ())

    def test_a_surer_but_worse_one_is_no_rival(self, steps):
        """-1..1 makes it twice as sure; a tenth of its classes are wrong; nearly all its losses are smaller."""
        random = np.random.default_rng(0)
        labels = random.integers(0, 4, 256)
        right = np.eye(4)[labels] * 6
        wrong = np.where((np.arange(256) % 10 == 0)[:, None], np.roll(right, 1, axis=1), right) * 2

        class Network(Fake):
            def logits(self, inputs):
                return wrong if inputs.min() < 0 else right

        chosen, tried = choose(Network(0, 1), np.zeros((256, 4, 4, 1), np.uint8), labels)
        assert (chosen.scaling, chosen.notices) == ("0..1", ())
        assert tried[2]["accuracy"] < 0.95

    def test_a_network_that_knows_nothing(self, steps):
        images, _ = steps
        labels = np.random.default_rng(1).integers(0, 4, 400)
        chosen, _ = choose(Fake(-1, 1, sharpness=0.01), images, labels)
        assert chosen.scaling == "0..1"
        assert "would do as well" in chosen.notices[0]

    def test_without_labels(self, steps):
        network = Fake(0, 255)
        chosen, tried = choose(network, steps[0], np.full(400, -1))
        assert (chosen.scaling, tried, network.calls) == ("0..1", [], 0)
        assert "without labels" in chosen.notices[0]

    def test_only_labelled_samples_count(self, steps):
        images, labels = steps
        labels = np.where(np.arange(400) % 4, -1, labels)
        chosen, tried = choose(Fake(0, 255), images, labels)
        assert chosen.scaling == "0..255"
        assert tried[0]["samples"] == 100

    @pytest.mark.parametrize("spoiled", [np.nan, np.inf])
    def test_numbers_that_are_none(self, spoiled, steps):
        chosen, tried = choose(Fake(0, 1, spoiled=spoiled), *steps)
        assert chosen.scaling == "0..1"
        assert "none" in chosen.notices[0]
        assert [row["loss"] for row in tried] == [None] * 3

    def test_override(self, steps):
        network = Fake(0, 1)
        chosen, tried = choose(network, *steps, override="-1..1")
        assert (chosen, tried, network.calls) == (Preprocessing("-1..1"), [], 0)

    def test_unknown_override(self, steps):
        with pytest.raises(UnknownName, match="scaling 'standardised': not known; did you mean 'standardized'"):
            choose(Fake(0, 1), *steps, override="standardised")

    @pytest.mark.parametrize(
        ("shape", "first", "channels"),
        [
            ((28, 28, 1), False, "last"),
            ((1, 28, 28), True, "first"),
            ((28, 28), False, "dropped"),
            ((784,), False, "flat"),
        ],
    )
    def test_where_the_channel_goes(self, shape, first, channels, steps):
        network = SimpleNamespace(info=replace(INFO, tensor_shape=shape, channels_first=first))
        assert choose(network, *steps, override="0..1")[0].channels == channels

    def test_heavy_networks_are_tried_on_fewer(self, steps):
        images, labels = steps
        network = Fake(0, 1)
        row = network.info.layers[1]
        network.info = replace(network.info, layers=(replace(row, parameters=2_000_000),))
        _, tried = choose(network, images, labels)
        assert tried[0]["samples"] == 32
        network.info = replace(
            network.info, layers=(replace(row, output_shape=(None, 10, 10, 8), parameters=200_000),)
        )
        assert choose(network, images, labels)[1][0]["samples"] == 8e9 // (3 * 200_000 * 100)
