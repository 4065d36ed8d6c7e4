import json

import pytest

from model import Mismatch, shown
from model.info import Layer, NetworkInfo
from util import UnknownName

INFO = NetworkInfo(
    name="net.h5",
    digest="0" * 32,
    layers=(
        Layer("image", "InputLayer", (None, 28, 28, 1), 0, (), False, 0),
        Layer("conv", "Conv2D", (None, 26, 26, 8), 80, ("image",), True, 8),
        Layer("scores", "Dense", (None, 10), 54_090, ("conv",), True, 10),
    ),
    input_shape=(None, None, 1),
    tensor_shape=(None, None, 1),
    channels_first=False,
    n_outputs=10,
    output="softmax",
    default_layer="conv",
    parameters=54_170,
    trainable_parameters=54_170,
    keras_version="3.15.1",
    saved_with="",
    notices=("One.", "Two."),
)


def test_goes_through_json():
    assert NetworkInfo.from_dict(json.loads(json.dumps(INFO.to_dict()))) == INFO
    assert hash(INFO)


class TestLayer:
    def test_by_name(self):
        assert INFO.layer("conv").width == 8

    def test_unknown(self):
        with pytest.raises(
            UnknownName, match=r"layer 'cnov': not in net.h5; did you mean 'conv'\? known: conv, scores"
        ):
            INFO.layer("cnov")

    def test_without_activations_of_its_own(self):
        with pytest.raises(UnknownName, match="layer 'image': has no activations of its own; known: conv, scores"):
            INFO.layer("image")


class TestShown:
    @pytest.mark.parametrize("text", ["a\nb", "\x1b[31mred", "x" * 1000, "", "\u202edesrever", None])
    def test_is_one_short_printable_line(self, text):
        assert shown(text).isprintable()
        assert len(shown(text)) <= 48

    def test_keeps_both_ends(self):
        assert shown("abc" + "-" * 100 + "xyz", 20).startswith("abc")
        assert shown("abc" + "-" * 100 + "xyz", 20).endswith("xyz")
        assert len(shown("abc" + "-" * 100 + "xyz", 20)) == 20

    def test_leaves_the_rest_alone(self):
        assert shown("block_1/größe") == "block_1/größe"


def test_exit_code():
    assert Mismatch("x").exit_code == 3
