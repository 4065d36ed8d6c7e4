"""Files of every era say the same as the plain network with the same weights, and are left as they were."""

import copy
import hashlib
import itertools
import json

import h5py
import numpy as np
import pytest

from model import BadModel, eras, reading
from model.network import open_network
from model.preprocessing import Preprocessing

from .conftest import dense, image, layer, sequential
from .eras_later import ERAS, inputs

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
every_era = pytest.mark.parametrize("era", ERAS, ids=lambda era: era.name)


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


@pytest.mark.keras
class TestOpened:
    @every_era
    def test_says_what_the_plain_network_says(self, era, tmp_path):
        path = era.write(tmp_path)
        before = {entry.name: hashlib.sha256(entry.read_bytes()).hexdigest() for entry in tmp_path.iterdir()}
        network = open_network(path, (8, 8, 1))
        given = inputs(era)
        found = softmax(network.logits(given))
        expected = np.asarray(era.plain()(given, training=False))
        np.testing.assert_allclose(found, expected, atol=2e-5)
        assert np.ptp(expected, axis=0).max() > 0.02, "this plain network says the same of everything"
        assert era.said in " ".join(network.info.notices)
        assert network.info.default_layer in [row.name for row in network.info.layers if row.usable]
        after = {entry.name: hashlib.sha256(entry.read_bytes()).hexdigest() for entry in tmp_path.iterdir()}
        assert after == before, "the file is never written to"

    def test_layers_of_a_network_inside(self, tmp_path):
        era = next(era for era in ERAS if "inside" in era.name)
        network = open_network(era.write(tmp_path))
        assert [row.name for row in network.info.layers] == [
            "image", "base.conv", "base.pool", "base.norm", "base.flat", "hidden", "scores",
        ]  # fmt: skip
        images = np.random.default_rng(2).integers(0, 256, (5, 8, 8, 1), dtype=np.uint8)
        layers = ["base.conv", "base.norm", "hidden"]
        found = network.forward(images, layers, preprocessing=Preprocessing())
        plain = era.plain()
        values = images.astype(np.float32) / 255
        for row in plain.layers:
            values = np.asarray(row(values, training=False))
            name = {"conv2d": "base.conv", "batch_normalization": "base.norm", "dense": "hidden"}.get(
                row.name.rstrip("0123456789_").removesuffix("_")
            )
            if name in layers:
                layers.remove(name)
                expected = values.mean(axis=(1, 2)) if values.ndim == 4 else values
                np.testing.assert_allclose(found.activations[name], expected, rtol=1e-4, atol=1e-3)
        assert not layers


class TestIdentity:
    def test_weights_and_architecture_are_one(self, tmp_path):
        era = next(era for era in ERAS if "weights and .json" in era.name)
        path = era.write(tmp_path)
        before = reading.fingerprint(path)
        beside = tmp_path / "net.json"
        beside.write_text(beside.read_text().replace('"tanh"', '"relu"'))
        assert reading.fingerprint(path) != before
        beside.write_text("[1, 2, 3]")  # not an architecture
        assert reading.fingerprint(path) == hashlib.sha256(path.read_bytes()).hexdigest()[:32]


class TestMend:
    def test_what_needs_nothing_stays_equal(self, config):
        assert eras.mend(config) == (config, ())

    def test_the_given_config_is_left_alone(self):
        given = {
            "class_name": "Sequential",
            "config": [layer("Flatten", "f", batch_input_shape=[4, 28, 28]), dense()],
        }
        before = copy.deepcopy(given)
        mended, clauses = eras.mend(given)
        assert given == before
        assert clauses == ("a bare list of layers", "a fixed batch of 4", "no input layer")
        assert mended["config"]["layers"][0]["config"]["batch_shape"] == [None, 28, 28]

    def test_a_stateful_network_keeps_its_batch(self):
        cell = layer("LSTM", "cell", units=3, stateful=True, batch_input_shape=[4, 28, 28])
        mended, _ = eras.mend(sequential(cell, dense()))
        assert mended["config"]["layers"][0]["config"]["batch_shape"] == [4, 28, 28]

    @pytest.mark.parametrize(
        ("settings", "kind"),
        [
            ({"mode": "dot", "dot_axes": 1, "mode_type": "raw"}, "Merge"),
            ({"mode": "sum", "mode_type": "lambda"}, "Merge"),
            ({"mode": "4wEAAAA=", "mode_type": "lambda"}, "Merge"),
        ],
    )
    def test_what_it_does_not_know_is_left(self, settings, kind, h5, refused):
        config = sequential(image(28, 28, 1), layer(kind, "odd", **settings), dense())
        assert eras.mend(config)[0]["config"]["layers"][1]["class_name"] == kind
        assert f"is of class '{kind}'" in refused(reading.scan, h5(config=config))

    def test_arithmetic_that_no_layer_does_is_refused_by_name(self, h5, refused):
        node = {**layer("TFOpLambda", "tf.cumsum", function="math.cumsum"), "name": "tf.cumsum"}
        rows = [{**image(28, 28, 1), "name": "image", "inbound_nodes": []}]
        rows.append({**node, "inbound_nodes": [["image", 0, 0, {"axis": 1}]]})
        ends = {"input_layers": [["image", 0, 0]], "output_layers": [["tf.cumsum", 0, 0]]}
        config = {"class_name": "Functional", "config": {"name": "net", "layers": rows, **ends}}
        assert "layer 'tf.cumsum' is of class 'TFOpLambda'" in refused(reading.scan, h5(config=config))

    @every_era
    def test_odd_values_never_raise(self, era, tmp_path):
        """Each value of each config in turn is something else: mended or not, but always without an error."""
        given = json.loads(_text(era.write(tmp_path)))
        odds = itertools.cycle((None, 3, "x", [], {}, [[None]], {"class_name": []}))
        for place, odd in zip(itertools.chain.from_iterable([list(_places(given))] * 2), odds, strict=False):
            changed = copy.deepcopy(given)
            inner = changed
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = odd
            eras.mend(changed, (8, 8, 1))


def _text(path):
    import zipfile

    import h5py

    if path.with_name("net.json").exists():
        return path.with_name("net.json").read_text()
    if zipfile.is_zipfile(path):
        return zipfile.ZipFile(path).read("config.json")
    with h5py.File(path) as file:
        return file.attrs["model_config"]


def _places(node, before=()):
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*before, key)
        if isinstance(value, dict | list) and len(before) < 6:
            yield from _places(value, (*before, key))


@pytest.mark.keras
def test_names_too_long_for_one_attribute(tmp_path):
    """Keras cuts a list of names over 64 KB into numbered attributes."""
    era = next(era for era in ERAS if "Theano" in era.name)
    path = era.write(tmp_path)
    with h5py.File(path, "r+") as file:
        group = file["model_weights"]
        names = list(group.attrs["layer_names"])
        del group.attrs["layer_names"]
        group.attrs["layer_names0"], group.attrs["layer_names1"] = names[:2], names[2:]
    np.testing.assert_allclose(
        softmax(open_network(path).logits(inputs(era))), era.plain()(inputs(era), training=False), atol=2e-5
    )


def test_an_architecture_that_does_not_belong_to_the_weights(tmp_path):
    era = next(era for era in ERAS if "numbered" in era.name)
    path = era.write(tmp_path)
    beside = tmp_path / "net.json"
    beside.write_text(beside.read_text().replace('"output_dim": 5', '"output_dim": 6'))
    with pytest.raises(BadModel, match=r"layer 'hidden' needs weights \(64, 6\), the file holds \(64, 5\)"):
        open_network(path)
