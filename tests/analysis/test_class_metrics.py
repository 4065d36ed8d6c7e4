"""Recall, precision and F1 by hand, their intervals by simulation; the order of similar classes."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.class_metrics import COLUMNS, class_metrics
from analysis.class_order import class_order
from analysis.metrics import wilson

TWO_SPLITS = np.array([[[8, 2, 0], [1, 9, 0], [0, 0, 0]], [[4, 0, 0], [3, 3, 0], [0, 0, 0]]])


def of(table, split, code):
    return dict(zip(COLUMNS, table[split, code].tolist(), strict=True))


def test_counted_by_hand():
    table = class_metrics(TWO_SPLITS)
    assert table.shape == (3, 3, 12)
    first = of(table, 1, 0)
    assert (first["labelled"], first["predicted"], first["both"]) == (10, 9, 8)
    assert first["recall"] == pytest.approx(8 / 10)
    assert first["precision"] == pytest.approx(8 / 9)
    assert first["f1"] == pytest.approx(2 * 0.8 * (8 / 9) / (0.8 + 8 / 9))
    every = of(table, 0, 1)
    assert (every["labelled"], every["predicted"], every["both"]) == (16, 14, 12)
    assert every["f1"] == pytest.approx(2 * 12 / (16 + 14))


def test_intervals_are_wilsons_and_hold_the_value():
    first = of(class_metrics(TWO_SPLITS), 1, 0)
    low, high = wilson(np.array([8.0]), np.array([10.0]))
    assert (first["recall_low"], first["recall_high"]) == (low[0], high[0])
    low, high = wilson(np.array([8.0]), np.array([11.0]))
    assert first["f1_low"] == pytest.approx(2 * low[0] / (1 + low[0]))
    assert first["f1_high"] == pytest.approx(2 * high[0] / (1 + high[0]))
    for name in ("recall", "precision", "f1"):
        assert 0 <= first[f"{name}_low"] < first[name] < first[f"{name}_high"] <= 1


def test_a_class_that_is_nowhere_has_no_figures():
    nowhere = of(class_metrics(TWO_SPLITS), 0, 2)
    assert (nowhere["labelled"], nowhere["predicted"], nowhere["both"]) == (0, 0, 0)
    assert all(np.isnan(nowhere[name]) for name in COLUMNS[3:])


def test_a_class_never_predicted_has_recall_and_f1_of_zero_but_no_precision():
    found = of(class_metrics(np.array([[[0, 5], [0, 5]]])), 0, 0)
    assert (found["recall"], found["f1"], found["f1_low"]) == (0, 0, 0)
    assert np.isnan(found["precision"])
    assert found["f1_high"] > 0.4


def test_renumbered_classes_keep_their_figures():
    order = [2, 0, 1]
    assert np.array_equal(
        class_metrics(TWO_SPLITS[:, order][:, :, order]), class_metrics(TWO_SPLITS)[:, order], equal_nan=True
    )


@pytest.mark.parametrize("cells", [(0.25, 0.05, 0.06), (0.09, 0.01, 0.005), (0.05, 0.05, 0.05)])
def test_intervals_of_f1_hold_the_truth_as_often_as_they_say(cells):
    """5,000 drawings of 400 samples whose true F1 is known."""
    both, missed, false = cells
    draws = np.random.default_rng(0).multinomial(400, [both, missed, false, 1 - both - missed - false], 5000)
    counts = np.zeros((5000, 2, 2), np.int64)
    counts[:, 0, 0], counts[:, 0, 1], counts[:, 1, 0], counts[:, 1, 1] = draws.T
    found = class_metrics(counts)[1:, 0]
    low, high = found[:, COLUMNS.index("f1_low")], found[:, COLUMNS.index("f1_high")]
    truth = 2 * both / (2 * both + missed + false)
    held = np.mean((low <= truth) & (truth <= high))
    assert 0.935 < held < 0.97


def test_confused_classes_stand_together():
    counts = np.diag([100] * 6)
    for a, b, n in ((0, 3, 20), (3, 5, 9), (1, 4, 15)):
        counts[a, b] += n
        counts[b, a] += n // 2
    order = class_order(counts[None]).tolist()
    assert sorted(order) == list(range(6))
    place = {code: order.index(code) for code in order}
    assert abs(place[0] - place[3]) == abs(place[3] - place[5]) == abs(place[1] - place[4]) == 1


def test_without_errors_the_order_stays():
    assert class_order(np.diag([5, 4, 0, 2])[None]).tolist() == [0, 1, 2, 3]
    assert class_order(np.array([[[3]]])).tolist() == [0]


def test_hidden_blocks_are_found_again():
    """Thirty classes, confused within groups of three that the numbering has torn apart."""
    random = np.random.default_rng(3)
    group = random.permutation(30) % 10
    counts = np.where(group[:, None] == group, random.integers(5, 15, (30, 30)), random.integers(0, 2, (30, 30)))
    np.fill_diagonal(counts, 200)
    order = class_order(np.stack([counts, counts]))
    changes = np.count_nonzero(np.diff(group[order]))
    assert changes == 9
