"""What each layer knows: the two requests on a tiny network, the column they leave, and what cannot be looked at."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import depth
from tests.tiny import answer
from workspace.plan import ColumnNotReady, UnknownColumn
from workspace.query import QueryError


@pytest.fixture
def looked(opened):
    """A session whose train split somebody has looked at."""
    session = opened()
    answer(session, session.depth.column_of("train"))
    return session


def test_the_figures_are_those_of_the_probes(looked):
    found = looked.depth.layers("train")
    assert found.names == ("pixels", *looked.network.layers) and found.by == "labels"
    assert found.rows.tolist() == list(range(40)) and found.of == 40 and found.k == 15
    codes = np.asarray(looked.column("labels"))[:40]
    layer = found.names.index("dense")
    points = depth.condensed(np.asarray(looked.column("activations/dense"))[:40])
    probed = depth.probe(points, codes, found.pairs, 15)
    assert found.purity[layer][0] == pytest.approx(probed.purity.mean())
    assert found.linear[layer][0] == pytest.approx((probed.linear == codes).mean())
    assert found.right[layer].tolist() == probed.pairs.tolist()
    assert found.pairs.tolist() == [[0, 1], [0, 2], [1, 2]] and found.paired.tolist() == [27, 27, 26]
    assert all(low <= share <= high for share, low, high in [*found.purity, *found.linear, *found.pair(0)])


def test_where_a_pair_is_apart(looked):
    found = looked.depth.layers("train")
    assert found.apart([(0.5, 0.4, 0.6), (0.8, 0.7, 0.92), (0.9, 0.85, 0.95)]) == 1
    assert found.apart([(0.9, 0.8, 0.95), (0.5, 0.4, 0.6)]) == 0


def test_samples_settle_where_their_neighbors_agree_with_the_answer(looked):
    values = looked.column("settles")
    assert values.dtype == np.float32 and np.isnan(values[40:]).all() and np.isfinite(values[:40]).all()
    array = np.asarray(looked.column(looked.depth.column_of("train")))
    votes, predicted = array[:, 40:80], looked.column("predicted")
    for row in range(40):
        agree = votes[:, row] == predicted[row]
        at = int(values[row])
        assert agree[at:].all() and (at == 0 or not agree[at - 1])


def test_it_is_a_column_like_any_other(looked):
    assert "settles" in looked.fields() and any(unit.name == "settles" for unit in looked.units())
    late = looked.find("settles >= 3").indices
    assert set(late) == set(np.flatnonzero(np.nan_to_num(looked.column("settles"), nan=-1) >= 3))
    np.testing.assert_array_equal(looked.by_key(looked.key("settles")), looked.column("settles"))


def test_before_anybody_has_looked_there_is_nothing(tiny_session):
    session = tiny_session("full")
    assert "settles" not in session.fields() and not session.is_ready("settles")
    with pytest.raises(UnknownColumn, match="page Depth"):
        session.column("settles")
    with pytest.raises(QueryError, match="open the page Depth"):
        session.find("settles > 2")
    with pytest.raises(ColumnNotReady):
        session.depth.layers("train")


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_maps_of_all_layers_show_the_same_samples(opened, method):
    session = opened()
    column = session.depth.maps_of("train", method)
    answer(session, column)
    maps, facts = session.column(column), session.facts(column)
    assert maps.shape == (len(session.network.layers) + 1, 40, 2) and maps.dtype == np.float32
    assert facts["rows"] == list(range(40)) and np.isfinite(maps).all()
    np.testing.assert_allclose(np.square(maps).sum(axis=2).mean(axis=1), 1, rtol=1e-4)
    assert session.depth.maps_of("train", "nonsense") == session.depth.maps_of("train", "pca")


def test_without_labels_the_answers_stand_in_and_without_either_nothing_can_be_said(tiny_session):
    assert tiny_session("no labels").depth.by("train") == "predicted"
    embedding = tiny_session("embedding")
    assert embedding.depth.by("train") == "labels" and embedding.depth.missing("train") == ""
    assert "1 samples; 20 are needed" in tiny_session("one sample").depth.missing("test")
