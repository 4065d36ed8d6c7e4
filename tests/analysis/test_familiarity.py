"""Familiarity: higher is more familiar, self-scores are held out, and the mixture is scikit-learn's."""

from __future__ import annotations

import io

import numpy as np
import pytest

import analysis.rule
from analysis import familiarity as rules

N = 600


def space(seed: int = 0, width: int = 12) -> dict[str, np.ndarray]:
    """Three classes in 600 rows, of which the first 400 are fitted to."""
    draw = np.random.default_rng(seed)
    labels = np.arange(N) % 3
    last = (draw.normal(size=(3, width)) * 4)[labels] + draw.normal(size=(N, width))
    return {"last": last.astype(np.float32), "labels": labels, "split": (np.arange(N) >= 400).astype(np.uint8)}


@pytest.mark.parametrize("row", [7, 590], ids=["fitted to", "held out"])
def test_a_stranger_is_the_least_familiar(row):
    found = space()
    found["last"][row] += 40
    score = rules.familiarity(found["last"], found["split"])
    assert np.argmin(score) == row and score[row] < -5


def test_the_median_of_the_first_split_is_0_and_a_step_leaves_16_percent_below():
    found = space()
    score = rules.familiarity(found["last"], found["split"])[:400]
    assert abs(np.median(score)) < 0.15
    assert 0.12 < (score < -1).mean() < 0.20


def test_rows_that_are_fitted_to_are_no_more_familiar_than_fresh_ones():
    """400 rows and five Gaussians flatter themselves; the held-out halves do not."""
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(4000, 20)).astype(np.float32)
    split = (np.arange(4000) >= 400).astype(np.uint8)
    fitted = rules.fit(rows[:400])
    flattered = rules.score(fitted, rows[:400]).mean() - rules.score(fitted, rows[400:]).mean()
    score = rules.familiarity(rows, split)
    assert flattered > 0.8
    assert abs(score[:400].mean() - score[400:].mean()) < 0.2


@pytest.mark.parametrize("covariance", ["diag", "full"])
def test_the_likelihood_is_that_of_scikit_learn(covariance):
    from sklearn.mixture import GaussianMixture

    points = space(width=6)["last"]
    fitted = rules.mixture(points, 3, covariance=covariance)
    theirs = GaussianMixture(3, covariance_type=covariance, max_iter=200, random_state=0).fit(points.astype(float))
    np.testing.assert_allclose(
        rules.log_likelihood(fitted, points), theirs.score_samples(points.astype(float)), rtol=1e-6
    )


def test_a_fitted_model_is_saved_and_loaded_without_pickle():
    rows = space()["last"]
    fitted = rules.fit(rows[:300])
    file = io.BytesIO()
    np.savez(file, **fitted)
    file.seek(0)
    again = dict(np.load(file, allow_pickle=False))
    np.testing.assert_array_equal(rules.score(again, rows), rules.score(fitted, rows))


def test_the_unit_of_the_layer_does_not_matter():
    found = space()
    score = rules.familiarity(found["last"], found["split"])
    for unit in (1e-6, 1000.0, 1e30):
        again = rules.familiarity((found["last"] * np.float32(unit)).astype(np.float32), found["split"])
        np.testing.assert_allclose(again, score, atol=0.01)


def test_projections_are_the_principal_directions():
    rows = space()["last"]
    fitted = rules.directions(rows, 4)
    points = rules.project(fitted, rows)
    centered = rows - rows.mean(axis=0)
    values = np.linalg.svd(centered, compute_uv=False)[:4]
    np.testing.assert_allclose(np.linalg.norm(points, axis=0), values / values[0] * np.sqrt(N), rtol=1e-4)
    assert abs(points[:, 0].std() - 1) < 1e-4


def test_the_most_five_like_threes():
    """Samples of class 1 that lie where class 2 lies are the most familiar to class 2 among those labelled 1."""
    found = space()
    found["labels"] = found["labels"].copy()
    planted = np.array([2, 302, 500])  # of class 2
    assert (found["labels"][planted] == 2).all()
    found["labels"][planted] = 1
    by_class = rules.familiarity_by_class(**found)
    assert by_class.shape == (N, 3) and by_class.dtype == np.float32
    ones = np.flatnonzero(found["labels"] == 1)
    assert set(ones[np.argsort(-by_class[ones, 2])[:3]]) == set(planted)
    own = rules.class_familiarity(by_class, found["labels"])
    assert set(np.argsort(own)[:3]) == set(planted), "wrong labels are the least familiar to their class"
    assert np.median(own[400:]) == pytest.approx(0, abs=0.5)


def test_missing_rows_stay_missing_and_disturb_nobody():
    found = space()
    whole = rules.familiarity(found["last"], found["split"])
    found["last"][[3, 550], [0, 5]] = np.nan, np.inf
    score = rules.familiarity(found["last"], found["split"])
    by_class = rules.familiarity_by_class(**found)
    gone = np.isin(np.arange(N), [3, 550])
    np.testing.assert_array_equal(np.isnan(score), gone)
    np.testing.assert_array_equal(np.isnan(by_class).any(axis=1), gone)
    assert np.corrcoef(score[~gone], whole[~gone])[0, 1] > 0.8


def test_tiny_classes_and_samples_without_a_label():
    found = space()
    labels = found["labels"].copy()
    labels[:9], labels[20:30] = 4, -1  # nine of class 4; nobody is of class 3
    by_class = rules.familiarity_by_class(found["last"], labels, found["split"])
    assert np.isnan(by_class[:, [3, 4]]).all() and np.isfinite(by_class[:, :3]).all()
    own = rules.class_familiarity(by_class, labels)
    np.testing.assert_array_equal(np.isnan(own), (labels < 0) | (labels == 4))


@pytest.mark.parametrize("n", [1, 12, 40])
def test_few_samples(n):
    found = {name: values[:n] for name, values in space().items()}
    score = rules.familiarity(found["last"], found["split"])
    assert np.isfinite(score).all() if n >= 20 else np.isnan(score).all()
    assert rules.familiarity_by_class(**found).shape == (n, min(n, 3))
    nobody = np.full(n, -1)
    by_class = rules.familiarity_by_class(found["last"], nobody, found["split"])
    assert by_class.shape == (n, 0) and np.isnan(rules.class_familiarity(by_class, nobody)).all()


def test_a_layer_that_always_says_the_same_makes_everybody_equal():
    found = space()
    score = rules.familiarity(np.ones_like(found["last"]), found["split"])
    assert (score == 0).all()


def test_titles_and_directions():
    for name in ("familiarity", "class_familiarity"):
        rule, _ = analysis.rule.find(name)
        assert rule.bad == "low" and rule.kind == "score"
