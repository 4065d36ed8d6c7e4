"""Pictures of one size and color for networks of another."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from model import resizing
from model.preprocessing import Preprocessing, fitting

from .test_info import INFO


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (3, 28, 20, 3)).astype(np.float32)


class TestStretched:
    @pytest.mark.parametrize("size", [(32, 32), (224, 224), (14, 10), (9, 31), (28, 20), (1, 1)])
    def test_as_pillow_does(self, size, pictures):
        """Pillow's bilinear is the one that Keras's tf.image.resize(antialias=True) follows too."""
        found = resizing.stretched(pictures, *size)
        assert found.shape == (3, *size, 3)
        assert found.dtype == np.float32
        for picture, made in zip(pictures, found, strict=True):
            for channel in range(3):
                own = Image.fromarray(picture[..., channel]).resize(size[::-1], Image.Resampling.BILINEAR)
                np.testing.assert_allclose(made[..., channel], np.asarray(own), atol=1e-2)

    def test_of_one_brightness_stays_so(self):
        even = np.full((1, 7, 5, 1), 200.0, np.float32)
        np.testing.assert_allclose(resizing.stretched(even, 11, 3), 200, atol=1e-3)


class TestBordered:
    def test_stands_in_the_middle(self, pictures):
        found = resizing.bordered(pictures, 32, 23)
        np.testing.assert_array_equal(found[:, 2:30, 1:21], pictures)
        assert found.sum() == pytest.approx(pictures.sum(), rel=1e-5)


class TestRecolored:
    def test_gray_of_gray_is_the_same(self):
        gray = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1)
        np.testing.assert_allclose(resizing.recolored(resizing.recolored(gray, 3), 1), gray, atol=1e-3)

    def test_as_pillow_does(self, pictures):
        own = Image.fromarray(pictures[0].astype(np.uint8)).convert("L")
        np.testing.assert_allclose(resizing.recolored(pictures, 1)[0, ..., 0], np.asarray(own), atol=1)


def takes(*shape, **more):
    return replace(INFO, input_shape=shape, tensor_shape=more.get("tensor", shape))


class TestFitting:
    def test_nothing_to_do(self):
        assert fitting(takes(28, 28, 1), (28, 28, 1)) == Preprocessing()
        assert fitting(takes(None, None, 3), (28, 20, 3)) == Preprocessing()

    @pytest.mark.parametrize(
        ("shape", "size", "words"),
        [
            ((32, 32, 1), "border", "takes 32x32 images; yours are 28x28 and get a black border"),
            ((35, 35, 1), "border", "get a black border"),
            ((36, 36, 1), "stretch", "are stretched"),
            ((224, 224, 1), "stretch", "takes 224x224 images; yours are 28x28 and are stretched"),
            ((24, 32, 1), "stretch", "are stretched"),
            ((24, None, 1), "stretch", "takes 24x28 images"),
        ],
    )
    def test_size(self, shape, size, words):
        way = fitting(takes(*shape), (28, 28, 1))
        assert way.size == size
        assert [words in notice for notice in way.notices] == [True]
        images = np.random.default_rng(0).integers(0, 256, (5, 28, 28, 1), dtype=np.uint8)
        wanted = tuple(28 if side is None else side for side in shape)
        assert way.apply(images).shape == (5, *wanted)
        assert "x".join(map(str, wanted[:2])) in way.describe()

    def test_photos_get_no_border(self):
        assert fitting(takes(224, 224, 3), (192, 192, 3)).size == "stretch"

    @pytest.mark.parametrize(("wants", "has", "words"), [(1, 3, "yours are color"), (3, 1, "yours are gray")])
    def test_color(self, wants, has, words):
        way = fitting(takes(28, 28, wants), (28, 28, has))
        assert [words in notice for notice in way.notices] == [True]
        assert way.apply(np.zeros((2, 28, 28, has), np.uint8)).shape == (2, 28, 28, wants)
        assert way.describe().startswith(("made gray", "gray repeated"))

    @pytest.mark.parametrize(
        ("shape", "tensor", "first", "expected"),
        [
            ((28, 28, 1), (784,), False, (4, 784)),
            ((28, 28, 1), (28, 28), False, (4, 28, 28)),
            ((32, 32, 3), (3, 32, 32), True, (4, 3, 32, 32)),
            ((None, None, 3), (3, None, None), True, (4, 3, 16, 12)),
        ],
    )
    def test_every_shape_of_input_from_every_image(self, shape, tensor, first, expected):
        info = replace(takes(*shape, tensor=tensor), channels_first=first)
        for channels in (1, 3):
            images = np.full((4, 16, 12, channels), 255, np.uint8)
            values = fitting(info, images.shape[1:]).apply(images)
            assert values.shape == expected
            np.testing.assert_allclose(values, 1, atol=1e-5)

    def test_a_border_is_black_in_every_scaling(self):
        way = replace(fitting(takes(32, 32, 1), (28, 28, 1)), scaling="-1..1")
        values = way.apply(np.full((1, 28, 28, 1), 255, np.uint8))
        assert values[0, 0, 0, 0] == -1
        assert values[0, 16, 16, 0] == 1

    def test_through_json(self):
        way = fitting(takes(32, 32, 3), (28, 28, 1))
        assert Preprocessing.from_dict(way.to_dict()) == way
