"""The familiarity page: what is asked for, what is said of each split, both ends, and one class by another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layouts import familiarity, familiarity_lists  # noqa: F401 - the latter makes its parts known
from layouts.kit.state import State
from layouts.part import draw, stage
from tests import tiny
from tests.layouts.looking import elements, rows, text
from util import InspectorError
from workspace.requests.mixture import mixture


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def shown(session, part, **view):
    """The samples of a part's thumbnails, in order."""
    buttons = elements(draw(f"familiarity-{part}", session, State(**view)), "button")
    return [int(button[1]["go"]["value"]) for button in buttons]


def test_what_is_chosen_is_asked_for_and_nonsense_is_not(full):
    assert familiarity.columns(full, State()) == ["familiarity", "familiarity_by_class"]
    assert familiarity.columns(full, State(layer="dense")) == ["familiarity", "familiarity_by_class"]
    asked = familiarity.columns(full, State(layer="conv", density="familiarity_full"))
    assert asked == ["familiarity_full/conv", "familiarity_by_class/conv"]
    assert familiarity.columns(full, State(layer="../x", density="loss")) == ["familiarity", "familiarity_by_class"]
    assert next(iter(full.familiar.models())) == "familiarity" and len(full.familiar.models()) == 5


def test_another_model_waits_until_it_is_there(full):
    said = text(draw("familiarity-least", full, State(layer="conv")))
    assert said == "5 diagonal Gaussians of conv: is being computed; wait a moment"
    assert stage("familiarity-least", full, State(layer="conv")) != stage("familiarity-least", full, State())


def test_settings_of_ones_own(opened):
    session = opened()
    view = State(layer="conv", density="own", gaussians="2", covariance="full", rounds="9e9")
    (column, _) = familiarity.columns(session, view)
    assert column == "mixture?covariance=full&dimensions=40&gaussians=2&layer=conv&rounds=200&tolerance=0.001"
    labels = [one.children[0].children for one in draw("familiarity-tools", session, view)]
    assert labels == ["Layer", "Model", "Directions", "Gaussians", "Covariance", "Tolerance", "Rounds"]
    assert stage("familiarity-tools", session, view) != stage("familiarity-tools", session, State())
    tiny.answer(session, column)
    assert text(draw("familiarity-least", session, view)).startswith("20 of 20 samples of test")
    usual = familiarity.columns(session, replace(view, gaussians="5", covariance="diag"))[0]
    tiny.answer(session, usual)
    tiny.answer(session, "familiarity/conv")
    np.testing.assert_array_equal(session.column(usual), session.column("familiarity/conv"))
    with pytest.raises(InspectorError, match="out of bounds"):
        mixture(None, layer="conv", gaussians=10_000)


def test_both_ends_in_their_order(full):
    train = np.arange(40)
    order = train[np.argsort(full.column("familiarity")[:40], kind="stable")]
    assert shown(full, "least", split="train") == order[:24].tolist()
    assert shown(full, "most", split="train") == order[::-1][:24].tolist()
    assert "24 of 40 samples of train, least familiar first" in text(
        draw("familiarity-least", full, State(split="train"))
    )


def test_a_query_is_followed(full):
    found = shown(full, "least", split="train", query='label == "class 1"')
    assert len(found) == 13 and {full.column("labels")[row] for row in found} == {1}


def test_every_split_with_its_n_and_interval(full):
    table = rows(draw("familiarity-splits", full, State()))
    assert [row[0] for row in table[1:]] == ["train", "test"]
    assert table[1][1] == "40 of 40" and table[2][1] == "20 of 20"
    _, spreads = full.familiar.spreads("familiarity")
    for spread, row in zip(spreads, table[1:], strict=True):
        assert spread.low <= spread.strange <= spread.high
        assert spread.counts.sum() == spread.n
        assert row[2] == familiarity.steps(spread.median, 2)


def test_a_class_by_the_model_of_another(full):
    values, labels = full.column("familiarity_by_class"), full.column("labels")
    mine = np.flatnonzero(labels[:40] == 2)
    found = shown(full, "classes", split="train", of_class="2", by_class="0")
    assert found == mine[np.argsort(-values[mine, 0], kind="stable")].tolist()
    said = text(draw("familiarity-classes", full, State(split="train", of_class="2", by_class="0")))
    assert "most class 0-like first" in said and "2 of 2 classes, the most like class 0 first" in said
    own = text(draw("familiarity-classes", full, State(split="train", of_class="2", by_class="2")))
    assert "least usual first" in own and "most usual first" in own


def test_without_labels_and_with_too_few_samples_it_says_so(tiny_session):
    assert "No sample has a label" in text(draw("familiarity-classes", tiny_session("no labels"), State()))
    assert "at least 20" in text(draw("familiarity-splits", tiny_session("one sample"), State()))
    assert "fewer than 10 samples" in text(draw("familiarity-classes", tiny_session("hundred classes"), State()))


def test_the_share_of_the_reference_that_is_more_familiar(full):
    values = full.column("familiarity")[:40]
    ends = np.array([values.argmax(), values.argmin()])
    np.testing.assert_allclose(full.familiar.rarer("familiarity", ends), [0, 39 / 40])
