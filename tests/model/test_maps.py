"""How large the maps of a network are, known before it is run."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from model import BadModel, maps
from model.info import Layer


def row(name, *shape, kind="Conv2D"):
    return Layer(name, kind, (None, *shape), 0, (), True, 1)


def network(**heads):
    return SimpleNamespace(layers=[SimpleNamespace(name=name, num_heads=n) for name, n in heads.items()])


ROWS = (row("conv", 8, 8, 16), row("pool", 4, 4, 16), row("scores", 10, kind="Dense"))


def test_the_widest_place_is_found():
    assert maps.widest(ROWS, (8, 8, 3)) == (1024, "conv")
    assert maps.widest(ROWS[1:], (64, 64, 3)) == (64 * 64 * 3, "input")


def test_sizes_that_are_left_open_are_those_of_the_images():
    assert maps.widest([row("conv", None, None, 32)], (20, 10, 3)) == (20 * 20 * 32, "conv")


def test_attention_counts_every_place_for_every_other():
    rows = [row("look", 64, 64, 8, kind="MultiHeadAttention")]
    assert maps.widest(rows, (64, 64, 3), {"look": 4}) == (4 * 4096**2, "look")


@pytest.mark.parametrize("batch", [None, 32])
def test_M20_maps_that_would_fill_the_memory_are_refused_and_the_layer_is_named(batch):
    edge = 20_000 if batch is None else 4_000
    with pytest.raises(BadModel) as error:
        maps.check([row("big", edge, edge, 2)], (batch, 8, 8, 1), network(), "net.h5")
    of = "one image" if batch is None else "its fixed batch of 32 images"
    assert "layer 'big' makes " in str(error.value) and f" of {of}, the limit is 2.1 GB; " in str(error.value)
    assert len(str(error.value)) <= 240


def test_usual_networks_pass():
    maps.check([row("conv", 224, 224, 64)], (None, 224, 224, 3), network(), "net.h5")
    maps.check([row("look", 196, 768, kind="MultiHeadAttention")], (1, None, None, 3), network(look=12), "net.h5")


def test_batches_fit():
    assert maps.fitting(ROWS, (8, 8, 3)) == maps.BATCH_FLOATS // 1024
    assert maps.fitting([row("big", 16_000, 16_000, 1)], (8, 8, 3)) == 1
