"""One temperature: planted ones come back, nobody judges himself, and what cannot be fitted is no number."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.calibration import (
    calibrated_confidence,
    divisors,
    fit,
    halves,
    proper_scores,
    temperature,
)
from analysis.loss import loss
from analysis.uncertainty import confidence

N, CLASSES = 4000, 5


def honest(n=N, seed=0):
    """Logits, and labels drawn with the very chances that they state."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (n, CLASSES)).astype(np.float32)
    chances = np.exp(logits.astype(np.float64))
    chances /= chances.sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    return logits, labels.astype(np.int64)


def digests(n, seed=9):
    random = np.random.default_rng(seed)
    return np.array([b"%024x" % int(value) for value in random.integers(0, 2**62, n)], "S24")


@pytest.fixture(scope="module")
def three_times():
    """A network of two splits whose logits are three times too large in the first, and right in the second."""
    logits, labels = honest()
    split = (np.arange(N) >= N // 2).astype(np.uint8)
    logits = np.where(split[:, None] == 0, 3 * logits, logits).astype(np.float32)
    columns = {
        "logits": logits,
        "labels": labels,
        "loss": loss(logits, labels),
        "split": split,
        "digests": digests(N),
    }
    return columns, temperature(**columns)


@pytest.mark.parametrize("planted", [0.4, 1.0, 2.5])
def test_a_planted_temperature_is_found_within_its_interval(planted):
    logits, labels = honest()
    found = fit(logits * planted, labels)
    assert found.low < planted < found.high
    assert found.temperature == pytest.approx(planted, rel=0.06) and found.high / found.low < 1.2


def test_two_samples_by_hand():
    """Right twice and wrong once at logits 1 and 0: the chance must be 2/3, so one over the temperature is ln 2."""
    found = fit(np.array([[1.0, 0]] * 3), np.array([0, 0, 1]))
    assert found.temperature == pytest.approx(1 / np.log(2), rel=1e-6)


def test_it_is_the_best_there_is():
    logits, labels = honest(300)
    best = fit(4 * logits, labels).temperature

    def cost(divisor):
        return loss((4 * logits / np.float32(divisor)).astype(np.float32), labels).mean()

    assert cost(best) < min(cost(best * 1.02), cost(best / 1.02))


def test_every_split_has_its_own(three_times):
    _, found = three_times
    assert found.shape == (2, 6) and found[:, 0].tolist() == [N // 2, N // 2]
    assert found[0, 2] < 3 < found[0, 3] and found[1, 2] < 1 < found[1, 3]
    np.testing.assert_allclose(found[0, 4:], 3, rtol=0.15)


def test_a_sample_is_judged_by_the_other_half(three_times):
    columns, found = three_times
    own = divisors(columns["split"], columns["digests"], found)
    side = halves(columns["digests"])
    assert set(side.tolist()) == {0, 1} and 0.45 < side.mean() < 0.55
    for row in range(0, N, 397):
        assert own[row] == found[columns["split"][row], 5 if side[row] == 0 else 4]


def test_probabilities_by_the_plain_formula(three_times):
    columns, found = three_times
    logits, split = columns["logits"], columns["split"]
    sure = calibrated_confidence(logits, split, columns["digests"], found)
    scores = proper_scores(**columns, temperature=found)
    own = divisors(split, columns["digests"], found)
    for row in (0, 17, N - 1):
        for divisor, place in ((1.0, 0), (own[row], 1)):
            chances = np.exp(logits[row].astype(np.float64) / divisor)
            chances /= chances.sum()
            truth = np.eye(CLASSES)[columns["labels"][row]]
            assert scores[row, place] == pytest.approx(-np.log(chances @ truth), rel=1e-5)
            assert scores[row, 2 + place] == pytest.approx(np.square(chances - truth).sum(), rel=1e-6)
        assert sure[row] == pytest.approx(chances.max(), rel=1e-6)


def test_it_helps_where_the_network_is_too_sure_and_hardly_matters_where_not(three_times):
    columns, found = three_times
    means = [proper_scores(**columns, temperature=found)[columns["split"] == code].mean(axis=0) for code in (0, 1)]
    assert means[0][1] < 0.8 * means[0][0] and means[0][3] < means[0][2]
    np.testing.assert_allclose(means[1][1], means[1][0], rtol=0.01)


def test_shuffled_rows_shuffle_the_columns(three_times):
    columns, found = three_times
    order = np.random.default_rng(1).permutation(N)
    mixed = {name: column[order] for name, column in columns.items()}
    again = temperature(**mixed)
    np.testing.assert_allclose(again, found, rtol=1e-6)
    np.testing.assert_allclose(
        proper_scores(**mixed, temperature=again), proper_scores(**columns, temperature=found)[order], rtol=1e-6
    )


def test_what_cannot_be_fitted_is_no_number_and_changes_nothing():
    logits, labels = honest(400)
    split, names = np.zeros(400, np.uint8), digests(400)
    for given in (logits.argmax(axis=1), np.full(400, -1)):  # never wrong; never labelled
        table = temperature(logits, given, loss(logits, given), split, names)
        assert np.isnan(table[0, 1:]).all()
        sure = calibrated_confidence(logits, split, names, table)
        np.testing.assert_allclose(sure, confidence(logits), rtol=1e-6)
    few = temperature(logits[:12], labels[:12], loss(logits[:12], labels[:12]), split[:12], names[:12])
    assert few[0, 0] == 12 and np.isnan(few[0, 1])


def test_classes_ruled_out_and_logits_that_are_no_numbers():
    logits, labels = honest(400)
    logits[0, labels[0]] = -np.inf
    logits[1, (labels[1] + 1) % CLASSES] = -np.inf
    logits[2] = np.nan
    columns = {"logits": logits, "labels": labels, "loss": loss(logits, labels), "split": np.zeros(400, np.uint8)}
    columns["digests"] = digests(400)
    found = temperature(**columns)
    assert found[0, 0] == 398 and np.isfinite(found).all()
    scores = proper_scores(**columns, temperature=found)
    assert scores[0, :2].tolist() == [np.inf, np.inf] and np.isfinite(scores[0, 2:]).all()
    assert np.isfinite(scores[1]).all() and np.isnan(scores[2]).all()
    sure = calibrated_confidence(logits, columns["split"], columns["digests"], found)
    assert np.isnan(sure[2]) and np.isfinite(sure[[0, 1]]).all()
