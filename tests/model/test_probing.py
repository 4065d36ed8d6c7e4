"""The probe that finds the scaling, with networks made of a few lines of numpy."""

import json
from dataclasses import replace

import numpy as np
import pytest

from model.preprocessing import Preprocessing
from model.probing import GRAY, SAMPLES, _sample, choose
from util import UnknownName

from .test_info import INFO

EIGHT = [*GRAY, *(f"{scaling} inverted" for scaling in GRAY)]


class Fake:
    """Knows the class of an image (its mean brightness in four steps) if its pixels come as it expects."""

    info = replace(INFO, n_outputs=4)
    expects = None

    def __init__(self, low, high, sharpness=40.0, spoiled=1.0):
        self.low, self.high, self.sharpness, self.spoiled = low, high, sharpness, spoiled
        self.calls = 0

    def logits(self, inputs):
        self.calls += 1
        brightness = (inputs.reshape(len(inputs), -1).mean(axis=1) - self.low) / (self.high - self.low)
        logits = -self.sharpness * np.abs(brightness[:, None] - np.array([0.125, 0.375, 0.625, 0.875]))
        with np.errstate(invalid="ignore"):
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
        assert [row["scaling"] for row in tried] == EIGHT
        assert [row["scaling"] for row in tried if row["chosen"]] == [scaling]
        assert [row["scaling"] for row in tried if row["best"]] == [scaling]
        assert all(row["samples"] == 400 for row in tried)
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
        assert [row["loss"] for row in tried] == [None] * 8

    def test_override(self, steps):
        network = Fake(0, 1)
        chosen, tried = choose(network, *steps, override="-1..1")
        assert chosen == Preprocessing("-1..1")
        assert [row["scaling"] for row in tried if row["chosen"]] == ["-1..1"]
        assert [row["scaling"] for row in tried if row["best"]] == ["0..1"]
        assert choose(network, steps[0], np.full(400, -1), override="-1..1") == (chosen, [])

    def test_an_override_that_is_not_among_those_tried(self, steps):
        chosen, tried = choose(Fake(0, 1), *steps, override="imagenet-mean inverted")
        assert (chosen.scaling, chosen.inverted) == ("imagenet-mean", True)
        assert [row["scaling"] for row in tried] == [*EIGHT, "imagenet-mean inverted"]
        assert [row["chosen"] for row in tried] == [False] * 8 + [True]

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
        network = Fake(0, 1)
        network.info = replace(INFO, tensor_shape=shape, channels_first=first)
        assert choose(network, steps[0], np.full(400, -1), override="0..1")[0].channels == channels

    def test_heavy_networks_are_tried_on_fewer(self, steps):
        images, labels = steps
        network = Fake(0, 1)
        row = network.info.layers[1]
        network.info = replace(network.info, layers=(replace(row, parameters=2_000_000),))
        _, tried = choose(network, images, labels)
        assert tried[0]["samples"] == 32  # 1,280 million in all
        network.info = replace(
            network.info, layers=(replace(row, output_shape=(None, 10, 10, 8), parameters=200_000),)
        )
        assert choose(network, images, labels)[1][0]["samples"] == 16e9 // (8 * 200_000 * 100)


class TestTurned:
    """Inverted images, and color in the wrong order, planted."""

    def test_inverted(self, steps):
        images, labels = steps
        dark = (images // 2).astype(np.uint8)  # so that inverted ones are not just other classes

        class Dark(Fake):
            def logits(self, inputs):
                bright = inputs.reshape(len(inputs), -1).mean(axis=1)[:, None]
                return np.asarray(-80 * np.abs(bright - np.array([0.0625, 0.1875, 0.3125, 0.4375])), np.float32)

        chosen, tried = choose(Dark(0, 1), 255 - dark, labels)
        assert (chosen.scaling, chosen.inverted, chosen.notices) == ("0..1", True, ())
        assert next(row for row in tried if row["chosen"])["accuracy"] == 1
        assert choose(Dark(0, 1), dark, labels)[0].inverted is False

    def test_red_and_blue_exchanged(self):
        random = np.random.default_rng(0)
        labels = random.integers(0, 3, 300)
        photos = random.integers(0, 100, (300, 4, 4, 3), dtype=np.uint8)
        photos[np.arange(300), :, :, labels] += 100

        class Colored(Fake):
            info = replace(INFO, n_outputs=3, input_shape=(4, 4, 3), tensor_shape=(4, 4, 3))

            def logits(self, inputs):
                return np.asarray(30 * (inputs.mean(axis=(1, 2)) - 0.3), np.float32)

        chosen, tried = choose(Colored(0, 1), photos[..., ::-1], labels)
        assert (chosen.swapped, chosen.inverted, chosen.notices) == (True, False, ())
        np.testing.assert_array_equal(Colored(0, 1).logits(chosen.apply(photos[..., ::-1])).argmax(axis=1), labels)
        assert 10 <= len(tried) <= 11
        assert choose(Colored(0, 1), photos, labels)[0].swapped is False


class TestSample:
    def test_classes_are_balanced_whatever_the_order(self):
        """Sorted by class, and one of them rare: every class is seen, none more often than needed."""
        labels = np.sort(np.r_[np.zeros(5000), np.ones(20), np.full(3000, 2), np.full(4000, -1)]).astype(np.int64)
        images = np.broadcast_to(np.arange(len(labels)).astype(np.uint8)[:, None, None, None], (len(labels), 2, 2, 1))
        seen = []

        class Watching(Fake):
            def logits(self, inputs):
                seen.append(inputs)
                return super().logits(inputs)

        _, tried = choose(Watching(0, 255), images, labels)
        assert tried[0]["samples"] == SAMPLES == len(seen[0])
        rows = _sample(labels, Fake.info, 8)
        assert np.bincount(labels[rows]).tolist() == [190, 20, 190]
        assert len(set(rows.tolist())) == SAMPLES and (np.diff(rows) > 0).all()
        assert rows[labels[rows] == 0].std() > 1200, "drawn from everywhere, not from the beginning"

    def test_where_nearly_all_are_right_a_surer_scaling_does_not_win(self):
        """Sorted by class; 0..255 makes it 255 times as sure. The tiny lead is regular, and worth nothing."""
        labels = np.sort(np.random.default_rng(0).integers(0, 4, 401))
        strength = np.random.default_rng(1).uniform(0.5, 1.0, 401)
        images = np.zeros((401, 2, 2, 1), np.uint8)
        images[:, 0, 0, 0] = 255 * strength

        class Bright(Fake):
            def logits(self, inputs):
                peak = inputs.reshape(len(inputs), -1)[:, :1]
                given = labels[_sample(labels, self.info, 8)]
                return np.asarray(5 * peak * np.eye(4)[given], np.float32)

        chosen, tried = choose(Bright(0, 1), images, labels)
        best = {row["scaling"]: row for row in tried}
        assert best["0..255"]["loss"] < best["0..1"]["loss"] < 0.1
        assert best["0..1"]["accuracy"] == best["0..255"]["accuracy"] == 1
        assert (chosen.scaling, chosen.notices) == ("0..1", ())

    @pytest.mark.parametrize(("low", "high", "scaling"), [(0, 1, "0..1"), (0, 255, "0..255"), (-1, 1, "-1..1")])
    def test_classes_in_another_order_do_not_mislead_it(self, low, high, scaling, steps):
        """By loss alone the scaling under which a network knows least would be taken."""
        images, labels = steps
        chosen, tried = choose(Fake(low, high), images, np.array([2, 0, 3, 1])[labels])
        assert (chosen.scaling, chosen.inverted) == (scaling, False)
        row = next(row for row in tried if row["chosen"])
        assert row["accuracy"] == 0, "the table tells what the labels say"


class Framed(Fake):
    """Knows the class only if the images come in the size that it was trained with: brightness of the middle."""

    info = replace(INFO, n_outputs=4, input_shape=(8, 8, 1), tensor_shape=(8, 8, 1))

    def __init__(self, size):
        super().__init__(0, 1)
        self.size = size

    def logits(self, inputs):
        rim = inputs[:, 0].mean(axis=(1, 2))
        seen = rim == 0 if self.size == "border" else rim > 0
        return super().logits(inputs[:, 2:6, 2:6]) * np.where(seen, 1, 0.01)[:, None].astype(np.float32)


class TestSize:
    """Images of 4x4 for a network of 8x8: stretched by guess, or given a border where that is clearly better."""

    @pytest.mark.parametrize(
        ("size", "expected"), [("stretch", "0..1"), ("border", "0..1 border")], ids=["as guessed", "the other"]
    )
    def test_the_better_one_is_taken_and_both_are_in_the_table(self, size, expected, steps):
        network = Framed(size)
        way, tried = choose(network, *steps)
        assert way.size == size
        assert [row["scaling"] for row in tried] == [*EIGHT, "0..1 border"]
        assert [row["scaling"] for row in tried if row["best"]] == [row["scaling"] for row in tried if row["chosen"]]
        assert next(row["scaling"] for row in tried if row["chosen"]) == expected
        done = "are stretched" if size == "stretch" else "get a black border"
        assert way.notices == (f"The network takes 8x8 images; yours are 4x4 and {done}.",)
        assert network.calls == len(tried)

    def test_what_does_not_matter_stays_as_it_is_usual(self, steps):
        images, labels = steps
        network = Fake(0, 1)
        network.info = replace(Framed.info, input_shape=(5, 5, 1))  # border by guess, and no rim of its own matters
        network.logits = lambda inputs: Fake.logits(network, inputs[:, 1:4, 1:4])
        way, tried = choose(network, images, labels)
        assert way.size == "border" and tried[-1]["scaling"] == "0..1 stretch"

    def test_it_can_be_asked_for(self, steps):
        way, tried = choose(Framed("stretch"), *steps, override="0..1 border")
        assert way.size == "border"
        assert [(row["chosen"], row["best"]) for row in tried if row["scaling"] in ("0..1", "0..1 border")] == [
            (False, True), (True, False),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("side", "asked", "words"),
        [
            (4, "0..1 border", "the images are as large as the network takes; leave out border"),
            (2, "0..1 border", "the images are larger than the network takes; leave out border"),
            (8, "0..1 border stretch", "the images cannot be both; leave out border and stretch"),
        ],
    )
    def test_what_cannot_be_done(self, side, asked, words, steps):
        network = Fake(0, 1)
        network.info = replace(INFO, n_outputs=4, input_shape=(side, side, 1), tensor_shape=(side, side, 1))
        with pytest.raises(UnknownName, match=words):
            choose(network, *steps, override=asked)

    def test_larger_images_are_shrunk_and_nothing_else_is_tried(self, steps):
        network = Fake(0, 1)
        network.info = replace(INFO, n_outputs=4, input_shape=(2, 2, 1), tensor_shape=(2, 2, 1))
        way, tried = choose(network, *steps)
        assert way.size == "stretch" and len(tried) == len(EIGHT)
