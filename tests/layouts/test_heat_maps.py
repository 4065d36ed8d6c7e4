"""The heat maps of a sample: what is asked for, what the tiles show, and what is said of their worth."""

from __future__ import annotations

import io

import numpy as np
import pytest
from dash import html

from app import create_app
from callbacks.heat_maps import png
from layouts import heat_maps
from layouts.kit.state import State
from layouts.part import draw, stage
from tests.callbacks.calling import client
from tests.layouts.looking import components, text

DELETION = {
    "shares": [0, 0.5, 1], "curve": [0.9, 0.2, 0.1], "low": [0.9, 0.4, 0.1], "high": [0.9, 0.8, 0.1],
    "mean": [0.9, 0.6, 0.1], "area": 0.35, "areas": [0.45, 0.6], "orders": 39, "as_well": 0, "p": 0.025,
    "better": True,
}  # fmt: skip
FACTS = {
    "classes": [0, 1, 2], "probabilities": [0.7, 0.2, 0.1], "predicted": 0, "label": 1, "loss": 1.6, "signed": True,
    "grid": [6, 6], "deletion": DELETION, "control": 0.1, "control_size": 0.2,
}  # fmt: skip
AT = State(sample="3", heat_method="occlusion")


def answered(session, state=AT, **facts):
    """The session with an answer in its store."""
    (column,) = heat_maps.wanted(session, state)
    array = np.linspace(-2, 1, 4 * 36, dtype=np.float32).reshape(4, 6, 6)
    session.store.write(session.key(column), array, column=column, facts={**FACTS, **facts})
    return column, array


def test_the_usual_method_is_asked_for_and_nonsense_becomes_it(opened):
    full = opened()
    usual, last = "heatmap?index=3&layer=&method=occlusion", "heatmap?index=3&layer=add_0&method=grad-cam"
    for method, layer, column in (("", "", usual), ("x", "../conv", usual), ("grad-cam", "dense", last)):
        state = State(sample="3", heat_method=method, heat_layer=layer)
        assert heat_maps.wanted(full, state) == [column]
    assert heat_maps.wanted(full, State(sample="99999")) == []
    assert full.heat.layers() == ("conv", "branch_0", "add_0")


@pytest.mark.parametrize("kind", ["nothing", "dataset only", "embedding"])
def test_nothing_is_asked_for_where_nothing_can_be(tiny_session, kind):
    assert heat_maps.wanted(tiny_session(kind), State(sample="3")) == []


def test_an_embedding_says_why_there_are_none(tiny_session):
    assert "Heat maps explain class scores" in text(draw("heat-maps", tiny_session("embedding"), State()))


def test_it_waits_and_is_drawn_anew(opened):
    full = opened()
    before = stage("heat-maps", full, AT)
    assert "Occlusion of sample 3 is worked out when you stay here" in text(draw("heat-maps", full, AT))
    answered(full)
    assert stage("heat-maps", full, AT) != before


def test_every_class_and_the_loss_side_by_side(opened):
    full = opened()
    column, _ = answered(full)
    drawn = draw("heat-maps", full, AT)
    buttons = [getattr(found, "id", None) for found in components(drawn) if isinstance(found, html.Button)]
    assert [button["value"] for button in buttons if button and button.get("go") == "heat_class"] == [
        "0",
        "1",
        "2",
        "loss",
    ]
    pictures = [found.src for found in components(drawn) if isinstance(found, html.Img)]
    assert pictures.count(f"heatmap/{full.key(column)}/0.png") == 2  # the predicted class is shown large too
    said = text(drawn)
    assert "class 0 · 70.0 % · predicted" in said
    assert "−1.3" not in said and "against the class" in said
    other = text(draw("heat-maps", full, State(sample="3", heat_method="occlusion", heat_class="loss")))
    assert "loss · 1.6 nats" in other


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "better than chance Taking away first what the map of class 0 marks"),
        ({"deletion": {**DELETION, "better": False, "as_well": 7}}, "no better than chance here 7 of 39 maps"),
        ({"control": 0.8}, "same with shuffled weights"),
        ({"control_size": 0.9}, "Signs aside it stays the same (0.9)"),
        ({"control": None}, "give no map at all"),
    ],
)
def test_the_badge_says_what_was_measured(opened, facts, said):
    full = opened()
    answered(full, **facts)
    assert said in " ".join(text(draw("heat-maps", full, AT)).split())


def test_pictures_by_content(opened):
    from PIL import Image

    full = opened()
    column, array = answered(full)
    browser = client(create_app(full))
    key = full.key(column)
    got = browser.get(f"/heatmap/{key}/1.png")
    assert got.status_code == 200 and "immutable" in got.headers["Cache-Control"]
    pixels = np.asarray(Image.open(io.BytesIO(got.data)))
    assert pixels.shape == (6, 6, 4)
    np.testing.assert_array_equal(pixels[..., 3] > 0, np.abs(array[1]) > 1e-3)
    for path in (f"{key}/4.png", f"{'0' * 32}/0.png", f"{full.key('loss')}/0.png", "../0.png"):
        assert browser.get(f"/heatmap/{path}").status_code == 404


def test_classes_have_one_scale_and_the_loss_its_own(opened):
    full = opened()
    column, array = answered(full)
    key, (classes, loss) = full.key(column), full.heat.scales(column)
    assert (classes, loss) == (2, 1)
    np.testing.assert_allclose(full.heat.row(key, 2), array[2] / 2)
    np.testing.assert_allclose(full.heat.row(key, 3), array[3])


def test_what_is_shared_has_pictures_too(opened):
    full = opened()
    column = full.heat.shared(3, [5, 7], "conv")
    assert column == "sharedheat?index=3&layer=conv&others=5%2C7"
    assert "layer=add_0" in full.heat.shared(3, [5], "dense") and full.heat.shared(3, []) == ""
    array = np.linspace(0, 1, 3 * 36, dtype=np.float32).reshape(3, 6, 6)
    full.store.write(full.key(column), array, column=column, facts={"layer": "conv", "indices": [3, 5, 7]})
    np.testing.assert_array_equal(full.heat.row(full.key(column), 2), array[2])


def test_colors_say_for_and_against():
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(png(np.array([[-1, 0, 1]], np.float32)))))[0]
    assert pixels[0, 2] > pixels[0, 0] and pixels[2, 0] > pixels[2, 2]
    assert pixels[1, 3] == 0 and pixels[0, 3] == pixels[2, 3] > 200
