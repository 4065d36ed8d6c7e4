import numpy as np
import pytest

from analysis.metrics import COLUMNS, metrics, wilson

NOBODY = [0, 0, *[np.nan] * 6]


def table(labels, correct, loss, split=None, c=2):
    n = len(labels)
    split = np.zeros(n, np.uint8) if split is None else np.array(split, np.uint8)
    return metrics(
        np.array(labels), np.array(correct), np.array(loss, np.float64), split, np.zeros((n, c), np.float32)
    )


def test_hand_worked():
    found = table([0, 0, 1, 1, -1], [1, 0, 1, 1, -1], [1.0, 3.0, 0.0, 0.0, np.nan])
    assert found.shape == (1, 3, len(COLUMNS))
    # All: 3 of 4; Wilson (0.75 + z^2/8 -+ z sqrt(0.1875/4 + z^2/64)) / (1 + z^2/4); losses 1, 3, 0, 0.
    np.testing.assert_allclose(found[0, 0, :5], [4, 3, 0.75, 0.300642, 0.954413], atol=2e-6)
    np.testing.assert_allclose(found[0, 0, 5:], [1, 0, 1 + 1.959964 * np.sqrt(2 / 4)], atol=1e-6)
    np.testing.assert_allclose(found[0, 1, [0, 1, 2, 5]], [2, 1, 0.5, 2])
    np.testing.assert_allclose(found[0, 1, 6:], [2 - 1.959964, 2 + 1.959964], atol=1e-6)
    np.testing.assert_allclose(found[0, 2, [0, 1, 2, 4, 5, 6, 7]], [2, 2, 1, 1, 0, 0, 0])


def test_published_wilson_interval():
    """Newcombe, Two-sided confidence intervals for the single proportion (1998): table I, method 3."""
    low, high = wilson(np.array([81.0, 15, 0, 1]), np.array([263.0, 148, 20, 29]))
    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0000, 0.0061], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_the_ends_are_exactly_none_and_all():
    low, high = wilson(np.array([0.0, 9]), np.array([7.0, 9]))
    assert low[0] == 0
    assert high[1] == 1


def test_nothing_to_count_is_not_a_number():
    found = table([-1, 0], [-1, 1], [np.nan, 0.5], split=[0, 1])
    np.testing.assert_array_equal(found[0], [NOBODY] * 3)
    np.testing.assert_array_equal(found[1, 2], NOBODY)
    assert found[1, 0, :3].tolist() == [1, 1, 1]
    assert found[1, 0, 5] == 0.5
    assert np.isnan(found[1, 0, 6:]).all()


def test_brute_force_twin_and_shuffle():
    random = np.random.default_rng(0)
    labels, split = random.integers(-1, 4, 500), random.integers(0, 2, 500)
    correct = np.where(labels < 0, -1, random.integers(0, 2, 500))
    loss = np.where(labels < 0, np.nan, random.exponential(1, 500))
    found = table(labels, correct, loss, split, c=4)
    for s in range(2):
        for row, chosen in enumerate([labels >= 0, *(labels == j for j in range(4))]):
            mine = chosen & (split == s)
            reach = 1.959963984540054 * loss[mine].std(ddof=1) / np.sqrt(mine.sum())
            expected = [mine.sum(), correct[mine].sum(), correct[mine].mean(), loss[mine].mean()]
            np.testing.assert_allclose(found[s, row, [0, 1, 2, 5]], expected)
            np.testing.assert_allclose(found[s, row, 7] - found[s, row, 5], reach)
            np.testing.assert_allclose(found[s, row, 5] - found[s, row, 6], min(reach, loss[mine].mean()))
    rows = random.permutation(500)
    np.testing.assert_allclose(table(labels[rows], correct[rows], loss[rows], split[rows], c=4), found)


@pytest.mark.parametrize("losses", [[np.inf, 1.0], [np.inf, np.inf]])
def test_an_infinite_loss_is_said(losses):
    found = table([0, 0], [0, 1], losses)
    assert found[0, 0, 5] == np.inf
    assert found[0, 0, 2] == 0.5
