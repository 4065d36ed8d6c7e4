"""Two sets told apart: signs, ends, and against scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np

from analysis.drift_classifier import evened, told_apart


def clouds(apart, n=300, d=5, seed=0):
    random = np.random.default_rng(seed)
    points = random.normal(size=(2 * n, d)).astype(np.float32)
    points[n:, 0] += apart
    points = evened(points)
    return points[:n], points[n:]


def test_new_samples_have_the_higher_score():
    found = told_apart(*clouds(3.0))
    assert found.auc > 0.95 and found.low < found.auc < found.high
    assert found.two.mean() > 0 > found.one.mean()


def test_equal_sets_cannot_be_told_apart():
    areas = [told_apart(*clouds(0.0, seed=seed)).auc for seed in range(10)]
    assert 0.46 < np.mean(areas) < 0.53
    assert np.mean([abs(area - 0.5) for area in areas]) < 0.05


def test_the_interval_holds_the_area_of_all():
    """Two unit Gaussians a step apart have an area of 0.7602, nearly always inside."""
    inside = 0
    for seed in range(30):
        found = told_apart(*clouds(1.0, n=400, d=2, seed=100 + seed))
        inside += found.low <= 0.7602 <= found.high
    assert inside >= 26


def test_it_orders_as_logistic_regression_does():
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    one, two = clouds(0.8)
    points, truth = np.concatenate([one, two]), np.repeat([0, 1], [len(one), len(two)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = cross_val_predict(LogisticRegression(), points, truth, cv=5, method="decision_function")
    assert abs(told_apart(one, two).auc - roc_auc_score(truth, theirs)) < 0.02


def test_few_constant_and_separable_columns_are_no_trouble():
    one, two = clouds(50.0, n=20)
    assert told_apart(one, two).auc == 1.0
    assert np.isnan(told_apart(one[:19], two).auc)
    assert evened(np.ones((30, 3), np.float32), np.arange(30, dtype=np.float32)[:, None]).shape == (30, 1)
    same = np.zeros((40, 0), np.float32)
    assert told_apart(same, same).auc == 0.5, "nothing to tell them by"


def test_many_columns_become_directions():
    random = np.random.default_rng(0)
    points = evened(random.normal(size=(400, 300)).astype(np.float32))
    assert points.shape == (400, 256)
    np.testing.assert_allclose(points.std(axis=0), 1, rtol=1e-3)
