import math
from decimal import Decimal, localcontext

import numpy as np

from analysis.loss import correct, loss, loss_rank


def exact(logits, label):
    """-log softmax by four hundred decimal digits."""
    with localcontext(prec=400):
        values = [Decimal(float(z)) for z in logits]
        return float(sum((z - values[label]).exp() for z in values).ln())


def test_hand_worked():
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1], [0.7, 0.2, 0.1]])).astype(np.float32)
    np.testing.assert_allclose(loss(logits, np.array([0, 1, 2])), -np.log([0.7, 0.2, 0.1]), rtol=1e-6)


def test_no_label_no_loss():
    assert np.isnan(loss(np.zeros((2, 3), np.float32), np.array([-1, 0]))).tolist() == [True, False]


def test_a_label_the_network_does_not_know_has_no_loss():
    assert np.isnan(loss(np.zeros((1, 3), np.float32), np.array([3]))[0])


def test_four_hundred_digits_agree_from_one_end_to_the_other():
    random = np.random.default_rng(0)
    logits = (random.normal(0, 1, (80, 5)) * random.choice([0.1, 1, 30, 100], (80, 1))).astype(np.float32)
    labels = random.integers(0, 5, 80)
    expected = [exact(row, label) for row, label in zip(logits, labels, strict=True)]
    assert min(expected) < 1e-40
    assert max(expected) > 200
    np.testing.assert_allclose(loss(logits, labels), expected, rtol=1e-12)


def test_order_survives_where_probabilities_say_one():
    lead = np.array([18, 19, 25, 40, 100, 700], np.float32)
    logits = np.stack([lead, np.zeros_like(lead)], axis=1)
    losses = loss(logits, np.zeros(6, np.int64))
    assert (np.float32(1) / (1 + np.exp(-lead)) == 1).all()
    assert (np.diff(losses) < 0).all()
    np.testing.assert_allclose(losses, np.exp(-lead.astype(np.float64)), rtol=1e-7)


def test_order_survives_where_probabilities_say_zero():
    behind = np.array([100, 1_000, 10_000, 10_000.001], np.float32)
    logits = np.stack([-behind, behind], axis=1)
    losses = loss(logits, np.zeros(4, np.int64))
    assert losses.tolist() == (2 * behind.astype(np.float64)).tolist()
    assert (np.diff(losses) > 0).all()


def test_large_losses_that_float32_would_tie():
    """The last logit changes the loss by less than float32 can say of a loss of 1,000."""
    logits = np.array([[0, 1000, -np.inf], [0, 1000, 989]], np.float32)
    losses = loss(logits, np.array([0, 0]))
    assert losses[1] > losses[0]
    assert np.float32(losses[1]) == np.float32(losses[0])


def test_a_class_ruled_out_costs_everything_and_a_broken_row_has_none():
    logits = np.array([[-np.inf, 0], [np.nan, 0], [np.inf, 0], [-np.inf, -np.inf]], np.float32)
    losses = loss(logits, np.zeros(4, np.int64))
    assert losses[0] == math.inf
    assert np.isnan(losses[1:]).all()


def test_all_logits_equal_is_the_log_of_the_number_of_classes():
    np.testing.assert_allclose(loss(np.full((1, 10), 7, np.float32), np.array([4])), np.log(10), rtol=1e-15)


def test_shuffled_rows_and_renamed_classes():
    random = np.random.default_rng(2)
    logits, labels = random.normal(0, 4, (150, 6)).astype(np.float32), random.integers(-1, 6, 150)
    rows, names = random.permutation(150), random.permutation(6)
    np.testing.assert_array_equal(loss(logits[rows], labels[rows]), loss(logits, labels)[rows])
    renamed = np.where(labels < 0, -1, np.argsort(names)[labels])
    np.testing.assert_allclose(loss(logits[:, names], renamed), loss(logits, labels), rtol=1e-12)


def test_nothing_is_written_to_what_was_given():
    logits = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    before = logits.copy()
    logits.flags.writeable = False
    loss(logits, np.zeros(5, np.int64))
    np.testing.assert_array_equal(logits, before)


def test_correct():
    found = correct(np.array([0, 1, 2, -1, 2, 2]), np.array([0, 2, -1, 1, 2, 3]), np.zeros((6, 3), np.float32))
    assert found.tolist() == [1, 0, -1, -1, 1, -1]
    assert found.dtype == np.int64


def test_rank_hand_worked_with_ties_and_holes():
    losses = np.array([0.5, np.nan, 3.0, 0.5, np.inf, 0.0])
    assert loss_rank(losses).tolist() == [3, -1, 2, 3, 1, 5]


def test_rank_of_nothing():
    assert loss_rank(np.array([np.nan, np.nan])).tolist() == [-1, -1]
    assert loss_rank(np.array([7.0])).tolist() == [1]


def test_rank_counts_who_is_harder():
    losses = np.random.default_rng(3).integers(0, 40, 200).astype(np.float64)
    assert loss_rank(losses).tolist() == [1 + int((losses > mine).sum()) for mine in losses]
