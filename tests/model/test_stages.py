"""Where a network is read besides its layers, and what a reading is: checked against Keras's own values."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from model.info import Layer, NetworkInfo
from model.stages import MOST_NUMBERS, averaging, cells, stages

from .nets import ENDINGS


def info(*rows: Layer, channels_first: bool = False) -> NetworkInfo:
    return NetworkInfo(
        name="net.h5",
        digest="0",
        layers=rows,
        input_shape=(28, 28, 1),
        tensor_shape=(28, 28, 1),
        channels_first=channels_first,
        n_outputs=10,
        output="softmax",
        default_layer=rows[-2].name,
        parameters=1,
        trainable_parameters=1,
        keras_version="3",
        saved_with="3",
    )


def maps(name: str, side: int, filters: int, *, usable: bool = True) -> Layer:
    return Layer(name, "Conv2D", (None, side, side, filters), 9, (), usable, filters)


def row(name: str, width: int) -> Layer:
    return Layer(name, "Dense", (None, width), 9, (), True, width)


def read(found: NetworkInfo) -> dict[str, tuple[str, str]]:
    return {name: (stage.layer, stage.how) for name, stage in stages(found).items()}


def test_early_has_many_times_as_many_places_as_late() -> None:
    mapped = maps("a", 26, 32), maps("b", 13, 32), maps("c", 11, 64), maps("d", 5, 64)
    found = info(*mapped, row("e", 128), row("f", 10))
    assert read(found) == {
        "early": ("b", "cells"),
        "early_peaks": ("b", "peaks"),
        "late": ("d", "cells"),
        "late_peaks": ("d", "peaks"),
    }


def test_a_pooled_end_and_layers_not_worth_a_look_do_not_count() -> None:
    found = info(maps("a", 28, 8), maps("b", 7, 8), maps("c", 7, 8, usable=False), maps("d", 1, 8), row("e", 10))
    assert read(found)["late"] == ("b", "cells") and read(found)["early"] == ("a", "cells")


def test_channels_first_are_not_taken_for_places() -> None:
    first = dataclasses.replace(maps("a", 4, 4), output_shape=(None, 256, 28, 28))
    last = dataclasses.replace(maps("b", 4, 4), output_shape=(None, 512, 5, 5))
    assert read(info(first, last, row("c", 10), channels_first=True))["early"] == ("a", "cells")


def test_without_maps_the_hidden_layers_are_read() -> None:
    assert read(info(row("a", 64), row("b", 32), row("c", 10)))["early"] == ("a", "cells")
    assert read(info(row("a", 64), row("b", 32), row("c", 10)))["late"] == ("b", "cells")


@pytest.mark.parametrize(("filters", "side"), [(1, 8), (16, 8), (32, 5), (64, 4), (512, 1), (4096, 1)])
def test_cells_stay_within_the_limit(filters: int, side: int) -> None:
    assert cells(filters) == side
    assert filters * cells(filters) ** 2 <= max(MOST_NUMBERS, filters)


@pytest.mark.parametrize(("size", "at_most"), [(13, 5), (8, 8), (3, 8), (1, 4), (28, 1)])
def test_cells_are_equal_and_cover_everything(size: int, at_most: int) -> None:
    matrix = averaging(size, at_most)
    assert matrix.shape == (min(size, at_most), size)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(matrix.sum(axis=0), len(matrix) / size, atol=1e-6)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("name", ENDINGS)
def test_readings_come_with_the_pass_and_agree_with_the_layers(name, opened) -> None:  # type: ignore[no-untyped-def]
    network, _, images, way = opened(name)
    wanted = stages(network.info)
    layers = list(dict.fromkeys(stage.layer for stage in wanted.values()))
    result = network.forward(images, layers, preprocessing=way, readings=wanted, batch_size=16)
    assert list(result.features) == list(wanted)
    for reading, stage in wanted.items():
        values, means = result.features[reading], result.activations[stage.layer]
        assert values.shape[0] == len(images) and values.dtype == np.float32
        if stage.how == "cells":
            whole = values.reshape(len(images), -1, means.shape[1]).mean(axis=1)
            np.testing.assert_allclose(whole, means, atol=2e-2 if name == "half precision" else 1e-4)
        else:
            assert values.shape == means.shape
            assert (values >= means - 2e-2).all()


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_peaks_are_the_strongest_of_every_filter(opened) -> None:  # type: ignore[no-untyped-def]
    import keras

    network, model, images, way = opened("skip")
    wanted = stages(network.info)
    result = network.forward(images, [], preprocessing=way, readings=wanted)
    late = wanted["late_peaks"].layer
    own = keras.Model(model.inputs[0], model.get_layer(late).output)(way.apply(images), training=False)
    np.testing.assert_allclose(result.features["late_peaks"], np.asarray(own).max(axis=(1, 2)), atol=1e-4)
