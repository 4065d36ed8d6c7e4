"""The panel of one sample and the tray of several."""

from __future__ import annotations

import numpy as np
import pytest

from layouts import sample
from tests.layouts.looking import components, text
from util import InspectorError


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def test_the_panel_says_what_the_columns_say(full):
    index = 7
    said = text(sample.panel(full, index))
    predicted = full.class_names[full.column("predicted")[index]]
    assert "Sample 7 of 60 · train" in said
    assert f"label class {index % 3} predicted {predicted}" in said
    assert f"{float(full.column('loss')[index]):.4g} nats" in said
    assert f"loss rank {full.column('loss_rank')[index]} of 60" in said


def test_the_label_is_marked_among_the_probabilities(full):
    marked = [part for part in components(sample.panel(full, 4)) if getattr(part, "className", "") == "bar marked"]
    assert [text(part).split()[:2] for part in marked] == [["class", "1"]]


def test_probabilities_stand_in_their_order(full):
    said = text(sample.panel(full, 3))
    order = np.argsort(-np.asarray(full.column("probabilities")[3]))
    places = [said.index(f"class {code}", said.index("Probabilities")) for code in order]
    assert places == sorted(places)


def test_neighbors_are_others(full):
    panel = sample.panel(full, 5)
    shown = [
        part.id["value"] for part in components(panel) if (getattr(part, "id", None) or {}).get("at") == "neighbors"
    ]
    assert shown == [str(index) for index in full.column("neighbors/dense")[5][: sample.NEIGHBORS]]
    assert "5" not in shown


def test_no_label_no_loss(tiny_session):
    said = text(sample.panel(tiny_session("no labels"), 0))
    assert "label none" in said and "loss none without a label" in said
    assert "predicted output" in said


@pytest.mark.parametrize("kind", ["dataset only", "no column"])
def test_what_is_not_there_yet_is_said_to_come(tiny_session, kind):
    said = text(sample.panel(tiny_session(kind), 0))
    assert "Sample 0" in said and "label class 0" in said
    assert "still being asked" in said


@pytest.mark.parametrize("index", [-1, 60, 10**9])
def test_there_is_no_such_sample(full, index):
    with pytest.raises(InspectorError, match=r"there are 60, counted from 0"):
        sample.panel(full, index)


def test_the_tray_says_n_of_all_and_shows_the_first(tiny_session):
    session = tiny_session("hundred classes")
    said = text(sample.tray(session, session.selections.save(np.arange(100, 200))))
    assert f"100 of 220 selected · first {sample.TRAY_IMAGES} shown" in said


def test_an_unknown_selection_is_told(full):
    with pytest.raises(InspectorError, match="not known on this server"):
        sample.tray(full, "0123456789ab")


def test_scores_that_are_no_numbers_give_no_prediction(full, monkeypatch):
    columns = {name: np.array(full.column(name)) for name in ("predicted",)}
    columns["predicted"][7] = -1
    real = full.column
    monkeypatch.setattr(full, "column", lambda name: columns[name] if name in columns else real(name))
    assert "predicted none: the network's scores are not numbers" in text(sample.panel(full, 7))


def step(panel, word):
    return next(part for part in components(panel) if (getattr(part, "id", None) or {}).get("at") == word)


def test_the_way_to_the_harder_and_the_easier(full):
    order = full.losses.order().tolist()
    panel = sample.panel(full, order[6])
    assert "7 of 60 by loss" in text(panel)
    assert step(panel, "harder").id["value"] == str(order[5]) and "[" in step(panel, "harder").title
    assert step(panel, "easier").id["value"] == str(order[7]) and "]" in step(panel, "easier").title
    assert step(sample.panel(full, order[0]), "harder").disabled
    assert step(sample.panel(full, order[-1]), "easier").disabled


def test_the_way_keeps_to_the_query(full):
    wrong = full.losses.order("not correct").tolist()
    panel = sample.panel(full, wrong[1], "not correct")
    assert f"2 of {len(wrong)} by loss" in text(panel)
    assert step(panel, "harder").id["value"] == str(wrong[0])
    right = next(index for index in range(60) if index not in wrong)
    outside = sample.panel(full, right, "not correct")
    assert f"not among the {len(wrong)} that match the query" in text(outside)
    assert step(outside, "harder").id["value"] == str(wrong[-1]) or not step(outside, "easier").disabled


def test_without_losses_there_is_no_way(tiny_session):
    for kind in ("no labels", "dataset only", "no column"):
        assert "by loss" not in text(sample.panel(tiny_session(kind), 0))
        assert sample.nobody(tiny_session(kind)) is None
