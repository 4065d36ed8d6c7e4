import numpy as np
import pytest

from util import InspectorError
from workspace.session import ColumnNotReady, UnknownColumn


def test_what_is_not_open_yet_says_so(tiny_session):
    session = tiny_session("nothing")
    assert not session.has_dataset
    assert session.layers == ("pixels",)
    assert session.missing
    for ask in (lambda: session.dataset, lambda: session.network, lambda: session.column("loss")):
        with pytest.raises(ColumnNotReady, match="wait a moment"):
            ask()


def test_everything_of_a_finished_session_can_be_read(tiny_session):
    session = tiny_session("full")
    assert session.missing == []
    assert len(session.column("loss")) == session.dataset.n == 60
    assert session.column("projection/dense/tsne").shape == (60, 2)
    np.testing.assert_array_equal(session.by_key(session.key("loss")), session.column("loss"))
    assert not session.is_ready("projection/conv/tsne")


def test_names_that_nothing_makes(tiny_session):
    session = tiny_session("full")
    assert session.knows("loss")
    assert not session.knows("los")
    with pytest.raises(UnknownColumn, match="did you mean 'loss'"):
        session.column("los")
    for key in ("", "..", "a/b", "0" * 32):
        with pytest.raises(UnknownColumn):
            session.by_key(key)
    with pytest.raises(UnknownColumn, match="choose one from the menu"):
        session.unit("logits")


def test_menus_know_classes_scores_and_methods(tiny_session):
    units = {unit.name: unit for unit in tiny_session("full").units()}
    assert units["labels"].names == ("class 0", "class 1", "class 2")
    assert units["split"].names == ("train", "test")
    assert units["correct"].names == ("wrong", "correct")
    assert (units["loss"].kind, units["loss"].bad) == ("score", "high")
    assert units["margin"].bad == "low"
    assert set(tiny_session("full").methods()) >= {"pca", "tsne", "umap"}


def test_samples_are_counted_from_zero_to_n(tiny_session):
    session = tiny_session("full")
    assert session.image(59).shape == (6, 6, 1)
    for index in (-1, 60):
        with pytest.raises(InspectorError, match="there are 60, counted from 0"):
            session.image(index)


def test_a_lasso_takes_what_is_inside_and_shown(tiny_session):
    session = tiny_session("full")
    points, labels = session.column("projection/dense/pca"), session.column("labels")
    (left, low), (right, high) = points.min(axis=0) - 1, points.max(axis=0) + 1
    middle = float(np.median(points[:, 0]))
    half = [[left, low], [middle, low], [middle, high], [left, high]]
    everything = [[left, low], [right, low], [right, high], [left, high]]

    name = session.lasso("", "projection/dense/pca", half)
    expected = np.flatnonzero(points[:, 0] < middle)
    assert set(session.selections.read(name)) == set(expected)

    name = session.lasso("", "projection/dense/pca", everything, query=session.asked("", "label:class 1"))
    assert set(session.selections.read(name)) == set(np.flatnonzero(labels != 1))

    fewer = session.lasso(name, "projection/dense/pca", half, mode="remove")
    assert set(session.selections.read(fewer)) == set(np.flatnonzero(labels != 1)) - set(expected)
    assert session.lasso(name, "projection/dense/pca", []) == ""


def test_a_skewed_score_asks_for_a_logarithm(tiny_session, monkeypatch):
    session = tiny_session("full")
    columns = {
        "even": np.linspace(0, 1, 50),
        "skewed": np.r_[np.full(40, 1e-6), 0.0, 5.0, np.nan],
        "nothing": np.full(3, np.nan),
        "signed": np.r_[-1.0, np.zeros(50), 9.0],
    }
    monkeypatch.setattr(session, "column", columns.__getitem__)
    assert session.spread("even") == {"low": 0.0, "high": 1.0, "log": False}
    skewed = session.spread("skewed")
    assert skewed["log"]
    grown = session.sizes("skewed")
    assert grown["low"] == 0 and not grown["log"] and grown["high"] <= grown["most"] == skewed["high"]
    assert 0 < skewed["low"] <= 1e-6
    assert skewed["high"] == 5.0
    assert session.spread("nothing") == {"low": 0.0, "high": 1.0, "log": False}
    assert session.spread("signed") == {"low": -1.0, "high": 9.0, "log": False}
    assert session.sizes("signed") == {"low": -1.0, "high": 9.0, "log": False, "most": 9.0}


def test_what_is_not_there_is_called_by_its_title(tiny_session):
    session = tiny_session("no column")
    with pytest.raises(ColumnNotReady, match=r"^Nearest neighbors of dense: is being computed; wait a moment$"):
        session.column("neighbors/dense")
    assert session.title("logits") == "Logits"
    assert session.title("no such") == "No such"
