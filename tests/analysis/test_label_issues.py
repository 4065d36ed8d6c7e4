"""Planted wrong labels: found, also where the network has learnt them by heart."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from analysis.label_issues import confident_pairs, honesty, label_issue, opinions, suggested, verdicts

CLASSES, N = 4, 600


@pytest.fixture(scope="module")
def planted() -> dict[str, np.ndarray]:
    """Blobs of four classes, one of them wide, with 5 % wrong labels, seen through two stages."""
    draw = np.random.default_rng(3)
    true = np.arange(N) % CLASSES
    width = np.where(true == 3, 1.6, 0.8)[:, None]
    late = (draw.normal(size=(CLASSES, 12)) * 2.2)[true] + draw.normal(size=(N, 12)) * width
    early = np.concatenate([late[:, :8] + draw.normal(size=(N, 8)), draw.normal(size=(N, 4))], axis=1)
    wrong = draw.choice(N, N // 20, replace=False)
    given = true.copy()
    given[wrong] = (true[wrong] + 1 + draw.integers(0, CLASSES - 1, len(wrong))) % CLASSES
    late, early = late.astype(np.float32), early.astype(np.float32)
    return {
        "true": true,
        "given": given,
        "wrong": true != given,
        "early": early,
        "late": late,
        "opinions": opinions(early, late, given),
        "split": np.zeros(N, np.int64),
    }


def logits(classes: np.ndarray, sure: float = 6.0) -> np.ndarray:
    """A network that says these classes."""
    return (np.eye(CLASSES)[classes] * sure).astype(np.float32)


def precision(planted: dict[str, np.ndarray], own: np.ndarray) -> float:
    said = verdicts(planted["opinions"], own, planted["given"], planted["split"])
    return float(average_precision_score(planted["wrong"], label_issue(said, planted["given"])))


def test_wrong_labels_come_first_with_an_honest_network(planted: dict[str, np.ndarray]) -> None:
    assert precision(planted, logits(planted["true"])) > 0.97


def test_wrong_labels_come_first_when_the_network_has_learnt_them_by_heart(planted: dict[str, np.ndarray]) -> None:
    own = logits(planted["given"])
    assert precision(planted, own) > 0.9
    loss = -np.log(np.exp(own)[np.arange(N), planted["given"]] / np.exp(own).sum(axis=1))
    assert average_precision_score(planted["wrong"], loss) < 0.2


def test_honesty_tells_the_two_networks_apart(planted: dict[str, np.ndarray]) -> None:
    given = planted["given"]
    assert honesty(planted["opinions"], logits(planted["true"]), given) > 0.6
    assert honesty(planted["opinions"], logits(given), given) == 0
    assert 0 < honesty(planted["opinions"][:10], logits(given[:10]), given[:10]) < 1, "too few to tell"


def test_each_split_is_judged_by_itself(planted: dict[str, np.ndarray]) -> None:
    split = np.arange(N) // (N // 2)
    half = split == 1
    own = np.where(half[:, None], logits(planted["true"]), logits(planted["given"]))
    mixed = verdicts(planted["opinions"], own, planted["given"], split)
    alone = verdicts(planted["opinions"][half], own[half], planted["given"][half], split[half])
    np.testing.assert_allclose(mixed[half], alone, atol=1e-5)


def test_the_suggestion_is_the_true_class(planted: dict[str, np.ndarray]) -> None:
    said = verdicts(planted["opinions"], logits(planted["true"]), planted["given"], planted["split"])
    right = suggested(said)[planted["wrong"]] == planted["true"][planted["wrong"]]
    assert right.mean() > 0.9


def test_unlabelled_samples_get_a_suggestion_and_no_score(planted: dict[str, np.ndarray]) -> None:
    given = planted["given"].copy()
    given[:50] = -1
    said = opinions(planted["early"], planted["late"], given)
    joined = verdicts(said, logits(planted["true"]), given, planted["split"])
    assert np.isnan(label_issue(joined, given)[:50]).all()
    assert (suggested(joined)[:50] == planted["true"][:50]).mean() > 0.9


def test_rows_that_are_not_numbers_have_no_opinion_and_do_not_disturb(planted: dict[str, np.ndarray]) -> None:
    late = planted["late"].copy()
    late[5] = np.nan
    said = opinions(planted["early"], late, planted["given"])
    assert np.isnan(said[5]).all() and np.isfinite(np.delete(said, 5, axis=0)).all()
    joined = verdicts(said, logits(planted["true"]), planted["given"], planted["split"])
    assert np.isnan(label_issue(joined, planted["given"])[5])
    assert suggested(joined)[5] == -1


def test_a_network_that_says_nothing_leaves_the_six_alone(planted: dict[str, np.ndarray]) -> None:
    silent = np.full((N, CLASSES), np.nan, np.float32)
    said = verdicts(planted["opinions"], silent, planted["given"], planted["split"])
    np.testing.assert_allclose(said, planted["opinions"], atol=1e-5)


@pytest.mark.parametrize("labels", [np.full(20, -1), np.zeros(20, int)])
def test_fewer_than_two_classes_give_no_opinion(labels: np.ndarray) -> None:
    points = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    said = opinions(points, points, labels)
    assert said.shape == (20, 1) and np.isnan(said).all()
    joined = verdicts(said, np.zeros((20, 3), np.float32), labels, np.zeros(20, int))
    assert np.isnan(label_issue(joined, labels)).all() and (suggested(joined) == -1).all()


def test_confident_pairs_count_the_planted_errors(planted: dict[str, np.ndarray]) -> None:
    said = verdicts(planted["opinions"], logits(planted["true"]), planted["given"], planted["split"])
    counts = confident_pairs(said, planted["given"], planted["split"])
    assert counts.shape == (1, CLASSES, CLASSES)
    off = counts[0].sum() - np.trace(counts[0])
    assert 0.6 * planted["wrong"].sum() <= off <= 1.3 * planted["wrong"].sum()
