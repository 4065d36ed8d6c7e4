"""The request for heat maps: which classes, what is said of the tests, and what pictures share."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model import saliency, slopes
from model.preprocessing import Preprocessing
from model.shared import shared
from tests.model.test_info import INFO
from util import InspectorError
from workspace.request import Made
from workspace.requests import heatmaps

SIDE = 12
IMAGES = np.random.default_rng(0).integers(0, 256, (40, SIDE, SIDE, 1), dtype=np.uint8)
LABELS = np.arange(40) % 3
LABELS[5] = -1


class Network:
    """Class 1 is the ink in one corner, class 2 its lack, class 0 nothing."""

    info = replace(INFO, layers=(), head="", default_layer="")

    def __init__(self, factor=0.3):
        self.factor = factor
        self._network = SimpleNamespace(weights=[])

    def logits(self, inputs):
        ink = (inputs[:, :4, :4, 0] - 0.5).sum(axis=(1, 2)) * self.factor
        return np.stack([np.zeros(len(inputs)), ink, -ink], axis=1).astype(np.float32)


class Desk:
    """What the worker would put at the request's disposal."""

    def __init__(self, network):
        self.made = network
        self.preprocessing = Preprocessing()
        self.dataset = SimpleNamespace(n=len(IMAGES))
        self.opened = SimpleNamespace(info=Network.info)
        self.said = []

    def network(self):
        return self.made

    def column(self, name):
        return {"images": IMAGES, "labels": LABELS}[name]

    def report(self, progress):
        self.said.append(progress)


def asked(index=0, method="occlusion", layer="", network=None) -> Made:
    return heatmaps.heatmap(Desk(network or Network()), index=index, method=method, layer=layer)


def test_every_class_and_the_loss():
    made = asked()
    assert made.array.shape == (4, SIDE, SIDE) and made.array.dtype == np.float32
    assert made.facts["classes"] == [0, 1, 2]
    assert sum(made.facts["probabilities"]) == pytest.approx(1, abs=1e-5)
    logits = Network().logits(IMAGES[:1] / np.float32(255))[0]
    assert made.facts["loss"] == pytest.approx(np.log(np.exp(logits).sum()) - logits[0], abs=1e-5)
    np.testing.assert_allclose(made.array[1], -made.array[2], atol=1e-5)
    assert np.abs(made.array[:, 6:, 6:]).max() < 1e-5  # only the corner matters


def test_without_a_label_there_is_no_loss():
    made = asked(5)
    assert len(made.array) == 3
    assert made.facts["loss"] is None and made.facts["label"] == -1


def test_the_right_map_is_better_than_chance():
    index = int(np.abs(IMAGES[:, :4, :4].mean(axis=(1, 2, 3)) - IMAGES.mean()).argmax())
    found = asked(index, network=Network(2.0)).facts["deletion"]
    assert found["better"] and found["area"] < found["areas"][0]
    assert found["orders"] == 39 and found["as_well"] == 0
    assert all(
        low <= mean <= high for low, mean, high in zip(found["low"], found["mean"], found["high"], strict=True)
    )


def test_a_network_that_says_the_same_of_everything_is_no_better_than_chance():
    found = asked(network=Network(0.0)).facts
    assert not found["deletion"]["better"]
    assert found["control"] is None


def test_same_question_same_answer():
    one, other = asked(3), asked(3)
    np.testing.assert_array_equal(one.array, other.array)
    assert one.facts == other.facts


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"index": 40}, "sample 40: there are 40"),
        ({"index": -1}, "sample -1"),
        ({"method": "magic"}, "no method 'magic'; choose grad-cam"),
        ({"method": "grad-cam", "layer": "dense"}, "layer 'dense' has no maps"),
    ],
)
def test_what_makes_no_sense_is_refused(values, said):
    with pytest.raises(InspectorError, match=said):
        asked(**values)


def test_answers_that_are_no_numbers_are_refused():
    with pytest.raises(InspectorError, match="no numbers"):
        asked(network=Network(np.nan))


def test_of_many_classes_the_likeliest_and_the_label():
    logits = np.arange(30, dtype=np.float32)
    assert heatmaps.shown_classes(logits[:10], 3) == list(range(10))
    assert heatmaps.shown_classes(logits, 25) == [29, 28, 27, 26, 25, 24, 23, 22]
    assert heatmaps.shown_classes(logits, 4) == [29, 28, 27, 26, 25, 24, 23, 22, 4]
    assert heatmaps.shown_classes(logits, -1) == [29, 28, 27, 26, 25, 24, 23, 22]


class TestShared:
    def test_only_what_both_have_is_shown(self):
        """Unit 0 is up in all, unit 1 in the query and the second, unit 2 in the third alone."""
        values = np.zeros((3, 4, 4, 3), np.float32)
        values[:, 0, 0, 0] = 1
        values[[0, 1], 3, 3, 1] = 1
        values[2, 0, 3, 2] = 9
        found = shared(values[0], [values[1:2], values[2:]])
        assert found[1, 0, 0] == 1 and found[1, 3, 3] == 1
        assert found[2, 0, 0] == 1 and found[2, 0, 3] == 0
        assert found[0, 0, 0] == 1 and 0 < found[0, 3, 3] < 1  # shared with one of two

    def test_units_that_are_low_in_both_are_alike_too(self):
        values = np.zeros((2, 3, 3, 1), np.float32)
        values[:, 1, 1] = -4
        assert shared(values[0], [values[1:]])[1, 1, 1] == 1

    def test_nothing_shared_is_an_empty_map(self):
        values = np.zeros((2, 3, 3, 2), np.float32)
        values[0, 1, 1, 0] = values[1, 1, 1, 1] = 1
        assert not shared(values[0], [values[1:]]).any()

    @pytest.mark.parametrize("others", ["", "1,x", "1,99", ",".join(["1"] * 101)])
    def test_nonsense_is_refused(self, others):
        with pytest.raises(InspectorError):
            heatmaps.shared_heat(Desk(Network()), index=0, others=others, layer="")


@pytest.mark.keras
class TestWithKeras:
    @pytest.fixture
    def desk(self, tmp_path):
        from tests.model.nets import build
        from tests.model.test_saliency import opened

        desk = Desk(opened(build("any size"), tmp_path))
        desk.preprocessing = Preprocessing(size="stretch", height=24, width=24, colors=3)
        desk.opened = SimpleNamespace(info=desk.made.info)
        return desk

    @pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
    def test_from_the_dataset_to_the_maps(self, desk):
        layer = saliency.usual_layer(desk.made.info)
        made = heatmaps.heatmap(desk, index=7, method="grad-cam", layer=layer)
        assert made.array.shape == (5, 24, 24)
        assert (made.array >= 0).all() and made.facts["signed"] is False
        assert [step.done for step in desk.said] == [0, 1, 2]
        made = heatmaps.shared_heat(desk, index=7, others="1,2,3", layer="")
        assert made.array.shape == (4, 24, 24)
        assert made.facts == {"layer": layer, "indices": [7, 1, 2, 3]}
        inputs = desk.preprocessing.apply(IMAGES[[7, 1]])
        values = slopes.layer_maps(desk.made, inputs, layer)
        pooled = desk.made.forward(IMAGES[[7, 1]], [layer], preprocessing=desk.preprocessing).activations[layer]
        np.testing.assert_allclose(values.mean(axis=(1, 2)), pooled, rtol=1e-4, atol=1e-5)
