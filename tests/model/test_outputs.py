"""Networks of several outputs and of none that classifies: what is shown of them, and what they say."""

from __future__ import annotations

import numpy as np
import pytest

from model import BadModel, Mismatch
from model.network import open_network
from model.preprocessing import check_fit
from model.probing import choose

from .nets import build

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """saved(name) -> (the file, Keras's network), made once."""
    made = {}

    def get(name):
        if name not in made:
            network = build(name)
            path = tmp_path_factory.mktemp("nets") / "net.keras"
            network.save(path)
            made[name] = path, network
        return made[name]

    return get


def run(network, images, layers=()):
    way, _ = choose(network, images, np.full(len(images), -1))
    return network.forward(images, layers, preprocessing=way), way.apply(images)


def pictures(network, n=5):
    return np.random.default_rng(0).integers(0, 256, (n, *network.info.input_shape), dtype=np.uint8)


class TestHeads:
    @pytest.mark.parametrize(
        ("name", "classes", "asked", "head", "place", "softmax"),
        [
            ("two heads", 4, None, "species", 1, True),
            ("two heads", 3, None, "color", 0, False),
            ("two heads", 0, None, "species", 1, True),
            ("two heads", 4, "1", "species", 1, True),
            ("two heads", 0, "color", "color", 0, False),
            ("heads in a nest", 7, None, "inner.of_7", 1, False),
        ],
    )
    def test_the_head_gives_the_logits_and_the_others_are_layers(
        self, saved, name, classes, asked, head, place, softmax
    ):
        path, theirs = saved(name)
        network = open_network(path, n_classes=classes, output=asked)
        assert network.info.head == head and head in network.info.outputs
        other = next(name for name in network.info.outputs if name != head)
        images = pictures(network)
        found, inputs = run(network, images, [other, network.info.default_layer])
        expected = [np.asarray(value) for value in theirs(inputs, training=False)]
        assert network.info.n_outputs == expected[place].shape[1]
        again = found.logits
        if softmax:
            again = np.exp(again) / np.exp(again).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(again, expected[place], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found.activations[other], expected[1 - place], rtol=1e-4, atol=1e-5)

    def test_the_layer_before_the_head_is_looked_at_first(self, saved):
        assert open_network(saved("two heads")[0], n_classes=3).info.default_layer == "hidden"

    def test_outputs_that_have_names_of_their_own(self, saved):
        info = open_network(saved("heads by name")[0], n_classes=4).info
        assert info.head == "first" and set(info.outputs) == {"first", "picture"}

    def test_several_that_could_be_meant(self, saved, refused):
        sentence = refused(lambda path: open_network(path, n_classes=9), saved("two heads")[0])
        assert "has 2 outputs: color (n, 3), species (n, 4); name the one that classifies" in sentence

    def test_one_that_is_not_there(self, saved):
        with pytest.raises(BadModel, match=r"--output colour: .* did you mean 'color'\? it has color \(n, 3\)"):
            open_network(saved("two heads")[0], output="colour")


class TestEmbeddings:
    @pytest.mark.parametrize(
        ("name", "layer", "width"),
        [
            ("embedding", "vector", 6),
            ("unit length", "unit", 6),
            ("pooled", "pool", 6),
            ("maps", "last", 6),
            ("flattened", "maps", 6),
        ],
    )
    def test_it_opens_and_its_end_is_looked_at_first(self, saved, name, layer, width):
        network = open_network(saved(name)[0], n_classes=10)
        info = network.info
        assert (info.n_outputs, info.output, info.head, info.default_layer) == (0, "none", "", layer)
        assert info.no_head.startswith("This network has no class head: its last layer gives ")
        assert "data has 10 classes" in info.no_head and any(info.no_head in notice for notice in info.notices)
        check_fit(info, "digits", info.input_shape, 10)
        found, _ = run(network, pictures(network), [layer])
        assert found.logits.shape == (5, 0)
        assert found.activations[layer].shape == (5, width) and np.ptp(found.activations[layer]) > 0

    def test_its_numbers_are_those_of_keras(self, saved):
        path, theirs = saved("embedding")
        network = open_network(path, n_classes=10)
        found, inputs = run(network, pictures(network, 70), ["vector"])
        np.testing.assert_allclose(found.activations["vector"], np.asarray(theirs(inputs)), rtol=1e-4, atol=1e-5)

    def test_scaling_cannot_be_tried_and_that_is_said(self, saved):
        network = open_network(saved("embedding")[0], n_classes=10)
        way, tried = choose(network, pictures(network), np.arange(5))
        assert tried == [] and "without a class head it cannot be tried" in way.notices[-1]

    def test_any_network_on_request(self, saved):
        info = open_network(saved("logits")[0], n_classes=4, output="none").info
        assert info.n_outputs == 0 and "as asked for with --output none" in info.no_head
        assert info.default_layer == info.outputs[0]

    def test_numbers_that_are_scores_on_request(self, saved):
        info = open_network(saved("embedding")[0], n_classes=3, output="vector").info
        assert (info.n_outputs, info.head, info.no_head) == (6, "vector", "")

    def test_a_softmax_of_too_few_classes_is_a_mistake(self, saved):
        info = open_network(saved("sequential")[0], n_classes=10).info
        with pytest.raises(Mismatch, match=r"has 4 outputs, digits has 10 classes; .* --output none"):
            check_fit(info, "digits", info.input_shape, 10)


def test_logits_in_the_order_of_the_data(saved):
    network = open_network(saved("sequential")[0], n_classes=4)
    images = pictures(network)
    before, inputs = run(network, images)
    network.order = (2, 0, 3, 1)
    network._compiled.clear()
    after, _ = run(network, images)
    np.testing.assert_array_equal(after.logits, before.logits[:, [2, 0, 3, 1]])
    np.testing.assert_allclose(network.logits(inputs), after.logits, rtol=1e-4, atol=1e-4)


def test_one_sigmoid_the_other_way_round(saved):
    network = open_network(saved("sigmoid")[0], n_classes=2)
    images = pictures(network)
    before, _ = run(network, images)
    network.order = (1, 0)
    network._compiled.clear()
    np.testing.assert_array_equal(run(network, images)[0].logits, before.logits[:, ::-1])
