"""Losses of what a query finds: the spread, the order, the way from one sample to the next, the range."""

import numpy as np
import pytest

from workspace.losses import EVERY_CLASS


@pytest.fixture
def full(tiny_session):
    return tiny_session("full")


def test_the_spread_of_a_split_is_the_rule_s_and_the_metrics(full):
    for code, (split, count) in enumerate(full.splits):
        found = full.losses.spread("", split)
        counts, metrics = full.column("loss_histogram")[code], full.column("metrics")[code]
        assert (found.counts == counts[:, :-2]).all()
        assert found.size == found.known == counts.sum() == count
        assert found.n[:-1].tolist() == metrics[1:, 0].tolist()
        np.testing.assert_allclose(found.mean[:-1], metrics[1:, 5])
        np.testing.assert_allclose([found.total_mean, found.low, found.high], metrics[0, 5:])


def test_medians_by_class(full):
    loss, labels = full.column("loss"), full.column("labels")
    found = full.losses.spread()
    expected = [np.median(loss[labels == code]) for code in range(3)]
    np.testing.assert_allclose(found.median[:-1], expected)
    assert np.isnan(found.median[-1])
    assert found.total_median == pytest.approx(np.median(loss))


def test_the_share_of_the_hardest(full):
    found = full.losses.spread()
    loss = np.sort(full.column("loss"))[::-1]
    assert found.hardest == 1
    assert found.share == pytest.approx(loss[0] / loss.sum())


def test_a_query_narrows_it(full):
    found = full.losses.spread('label == "class 1"', "train")
    assert found.n.tolist() == [0, found.known, 0, 0]
    assert 0 < found.known < 40


def test_the_order_is_by_loss_and_by_index_where_it_is_equal(full):
    loss = full.column("loss")
    order = full.losses.order()
    assert order.tolist() == sorted(range(60), key=lambda index: (-loss[index], index))
    within = full.losses.order("not correct", "test")
    assert within.tolist() == [index for index in order if full.column("correct")[index] == 0 and index >= 40]


def test_a_walk_leads_from_the_hardest_to_the_easiest(full):
    order = full.losses.order("not correct").tolist()
    place = full.losses.place(order[0], "not correct")
    walked = [order[0]]
    assert place.harder is None
    while place.easier is not None:
        walked.append(place.easier)
        before, place = place, full.losses.place(place.easier, "not correct")
        assert (place.rank, place.n) == (before.rank + 1, len(order))
        assert place.harder == walked[-2]
    assert walked == order


def test_a_sample_outside_the_query_has_its_neighbors_in_it(full):
    loss = full.column("loss")
    order = full.losses.order("not correct").tolist()
    outside = next(
        index for index in full.losses.order().tolist() if index not in order and loss[index] < loss[order[0]]
    )
    place = full.losses.place(outside, "not correct")
    assert place.rank is None and place.n == len(order)
    assert loss[place.harder] >= loss[outside]
    assert place.easier is None or loss[place.easier] < loss[outside]
    assert full.losses.place(0, "loss < 0").n == 0


def test_without_losses_there_is_no_way(tiny_session):
    session = tiny_session("no labels")
    place = session.losses.place(0)
    assert (place.rank, place.n, place.harder, place.easier) == (None, 0, None, None)
    found = session.losses.spread()
    assert (found.known, found.size, found.infinite) == (0, 60, 0)
    assert np.isnan(found.total_mean) and np.isnan(found.share)


def test_bins_choose_just_the_samples_they_count(full):
    found = full.losses.spread("", "train")
    edges = found.edges
    for code in (EVERY_CLASS, 0, 1, 2):
        counts = found.counts.sum(axis=0) if code == EVERY_CLASS else found.counts[code]
        for first, last in ((0, 0), (0, 39), (5, 20), (39, 39)):
            low = edges[first] if first else None
            high = edges[last + 1] if last < 39 else None
            name = full.losses.choose(low, high, label=code, split="train")
            assert len(full.selections.read(name)) == counts[first : last + 1].sum()


def test_a_range_keeps_to_the_query_and_adds_to_a_selection(full):
    old = full.selections.save(np.array([59]))
    wrong = np.flatnonzero(full.column("correct")[:40] == 0).tolist()
    name = full.losses.choose(None, None, query="not correct", split="train", selection=old, mode="add")
    assert sorted(full.selections.read(name).tolist()) == sorted([*wrong, 59])
    hardest = full.losses.order("not correct", "train")[0]
    assert full.selections.read(name)[-1] == hardest, "the hardest one is the newest"
