"""Closed-form leave-one-out against really leaving one out."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import held_out


def blobs(n: int = 120, classes: int = 3, d: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, d) around one center per class, and the classes."""
    draw = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    centers = draw.normal(size=(classes, d)) * 3
    return (centers[labels] + draw.normal(size=(n, d))).astype(np.float32), labels.astype(np.int64)


def test_the_closed_form_is_what_fitting_without_the_sample_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_out, "PENALTIES", np.array([0.01]))
    points, labels = blobs(40)
    said = held_out.linear(points, labels, 3)
    scale = np.abs(points).max()
    features = np.concatenate([points / scale, np.full((40, 1), held_out.BIAS)], axis=1).astype(np.float64)
    penalty = 0.01 * np.linalg.eigvalsh(features.T @ features).mean()
    for row in (0, 7, 39):
        others = np.arange(40) != row
        gram = features[others].T @ features[others] + penalty * np.eye(features.shape[1])
        weights = np.linalg.solve(gram, features[others].T @ np.eye(3)[labels[others]])
        np.testing.assert_allclose(said[row], features[row] @ weights, atol=2e-4)


@pytest.mark.parametrize("judge", [held_out.linear, held_out.kernel, held_out.vote])
def test_a_wrong_label_does_not_vouch_for_itself(judge) -> None:  # type: ignore[no-untyped-def]
    points, labels = blobs(300)
    given = labels.copy()
    given[:6] = (labels[:6] + 1) % 3
    said = judge(points, given, 3)
    assert (said[:6].argmax(axis=1) == labels[:6]).all()
    assert (said.argmax(axis=1) == labels).mean() > 0.95


@pytest.mark.parametrize("judge", [held_out.linear, held_out.kernel, held_out.vote])
def test_samples_without_a_label_are_judged_and_teach_nothing(judge) -> None:  # type: ignore[no-untyped-def]
    points, labels = blobs(300)
    given = labels.copy()
    given[::4] = -1
    said = judge(points, given, 3)
    assert (said[::4].argmax(axis=1) == labels[::4]).mean() > 0.95
    far = points.copy()
    far[0] = 50.0  # unlabelled
    np.testing.assert_array_equal(judge(far, given, 3)[1:].argmax(axis=1), said[1:].argmax(axis=1))


def test_tempered_scores_are_log_probabilities_and_keep_the_order() -> None:
    points, labels = blobs(200)
    scores = held_out.linear(points, labels, 3)
    logs = held_out.tempered(scores, labels)
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(logs.argsort(axis=1), scores.argsort(axis=1))


def test_the_temperature_makes_a_coin_toss_unsure() -> None:
    draw = np.random.default_rng(0)
    scores, labels = draw.normal(size=(2000, 2)).astype(np.float32), draw.integers(0, 2, 2000)
    assert np.exp(held_out.tempered(scores, labels)).max() < 0.9
