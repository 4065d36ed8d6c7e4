"""Scaling, shapes, and the probe that finds the scaling, with networks made of a few lines of numpy."""

import json
from dataclasses import replace

import numpy as np
import pytest

from model import Mismatch
from model.preprocessing import SCALINGS, Preprocessing, check_fit, fitting, scaled
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
        values = scaled(fitting(INFO, (8, 8, 3)), "standardized", pixels).apply(pixels)
        np.testing.assert_allclose(values.mean(axis=(0, 1, 2)), 0, atol=1e-3)
        np.testing.assert_allclose(values.std(axis=(0, 1, 2)), 1, atol=1e-3)

    def test_standardized_of_one_color(self):
        black = np.zeros((5, 8, 8, 1), np.uint8)
        assert (scaled(Preprocessing(), "standardized", black).apply(black) == 0).all()

    def test_imagenet(self):
        pixels = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
        mean, spread = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
        values = scaled(Preprocessing(), "imagenet", pixels).apply(pixels)
        np.testing.assert_allclose(values, (pixels / 255 - mean) / spread, atol=1e-5)
        values = scaled(Preprocessing(), "imagenet BGR", pixels).apply(pixels)
        np.testing.assert_allclose(values, ((pixels / 255 - mean) / spread)[..., ::-1], atol=1e-5)
        values = scaled(Preprocessing(), "imagenet-mean bgr", pixels).apply(pixels)  # as ResNet50 and VGG of Keras
        np.testing.assert_allclose(values, pixels[..., ::-1] - [103.53, 116.28, 123.675], atol=1e-4)
        gray = scaled(Preprocessing(), "imagenet", pixels[..., :1])
        assert gray.mean == pytest.approx((255 * mean.mean(),))

    @pytest.mark.parametrize("scaling", SCALINGS)
    def test_inverted_is_the_same_for_inverted_images(self, scaling, images):
        way = scaled(Preprocessing(), f"{scaling} inverted", 255 - images)
        np.testing.assert_allclose(
            way.apply(255 - images), scaled(Preprocessing(), scaling, images).apply(images), atol=1e-4
        )

    def test_the_border_of_inverted_images_is_the_network_s_black(self, images):
        plain = Preprocessing(size="border", height=6, width=6)
        np.testing.assert_array_equal(
            scaled(plain, "0..1 inverted", 255 - images).apply(255 - images), plain.apply(images)
        )

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("standardised", "did you mean 'standardized'"),
            ("0..1 upside", "'upside' is not known; behind a scaling there may be inverted, BGR, border or stretch"),
            ("0..1 BGR", "the network takes gray images; leave out BGR"),
            ("", "scaling '': not known"),
        ],
    )
    def test_unknown_scalings(self, name, said, images):
        with pytest.raises(UnknownName) as caught:
            scaled(Preprocessing(), name, images)
        assert said in str(caught.value)

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
        check_fit(DIGITS, "two kinds", (28, 28, 1), 2)
        with pytest.raises(Mismatch, match=r"net\.h5 has 10 outputs, cifar100 has 100 classes"):
            check_fit(DIGITS, "cifar100", (28, 28, 1), 100)
