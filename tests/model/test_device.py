"""Which device computes, and how much memory it may take: what was typed, and what it sets."""

import pytest

from model import device
from util import InspectorError


@pytest.mark.parametrize(("typed", "card"), [("cpu", None), ("CPU", None), ("gpu", 0), ("gpu:0", 0), ("GPU:3", 3)])
def test_devices(typed, card):
    assert device.number(typed) == card


@pytest.mark.parametrize("typed", ["", "cuda", "gpu:x", "gpu:-1", "0", "tpu"])
def test_other_devices_are_refused(typed):
    with pytest.raises(InspectorError, match="give cpu, or gpu:0"):
        device.number(typed)


@pytest.mark.parametrize(
    ("typed", "total", "found"),
    [("0.5", 8000, 4000), ("1", 8000, 8000), ("0.5", None, None), ("2048", None, 2048), ("2048", 8000, 2048)],
)
def test_shares_and_megabytes(typed, total, found):
    assert device.megabytes(typed, total) == found


@pytest.mark.parametrize("typed", ["0", "-1", "half", "1.5", "63", "nan", "inf", "100.5"])
def test_other_shares_are_refused(typed):
    with pytest.raises(InspectorError, match="is no share"):
        device.megabytes(typed)


@pytest.mark.parametrize(
    ("typed", "before", "visible"),
    [("cpu", "", "-1"), ("gpu:1", "", "1"), ("gpu:1", "4,5", "5"), ("gpu:0", "-1", "0")],
)
def test_the_other_cards_are_hidden(typed, before, visible):
    environment = {device.HIDDEN: before}
    device.choose(typed, environment)
    assert environment == {device.HIDDEN: visible, device.GROWS: "true"}


def test_nothing_is_hidden_where_nobody_asks():
    environment: dict[str, str] = {}
    device.choose(None, environment)
    assert environment == {device.GROWS: "true"}


@pytest.mark.keras
def test_a_card_that_is_not_there_is_one_line():
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("there is one")
    assert device.use("cpu", "0.5") == device.use(None, None) == "CPU"
    with pytest.raises(InspectorError, match="--device gpu:0: TensorFlow finds no such graphics card; leave it out"):
        device.use("gpu:0", None)
