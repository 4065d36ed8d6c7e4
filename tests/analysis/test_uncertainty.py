import numpy as np
import pytest

from analysis.uncertainty import confidence, entropy, margin, predicted, probabilities

THREE = np.log(np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5], [1 / 3, 1 / 3, 1 / 3]])).astype(np.float32)


def test_hand_worked():
    np.testing.assert_allclose(probabilities(THREE), np.exp(THREE), rtol=1e-6)
    assert predicted(THREE)[:2].tolist() == [0, 2]
    np.testing.assert_allclose(confidence(THREE), [0.7, 0.5, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(margin(THREE), [0.5, 0.25, 0], atol=1e-6)
    np.testing.assert_allclose(entropy(THREE), [0.8018186, 1.0397208, np.log(3)], rtol=1e-6)


def test_dtypes():
    for made in (probabilities(THREE), confidence(THREE), margin(THREE), entropy(THREE)):
        assert made.dtype == np.float32
    assert predicted(THREE).dtype == np.int64


def test_a_constant_added_to_a_row_changes_nothing():
    logits = np.random.default_rng(0).integers(-9, 9, (50, 7)).astype(np.float32)
    moved = logits + np.float32(512)
    for score in (probabilities, predicted, confidence, margin, entropy):
        np.testing.assert_array_equal(score(moved), score(logits))


def test_shuffled_rows_shuffle_the_columns_and_shuffled_classes_change_no_score():
    random = np.random.default_rng(1)
    logits = random.normal(0, 3, (200, 6)).astype(np.float32)
    rows, classes = random.permutation(200), random.permutation(6)
    for score in (probabilities, predicted, confidence, margin, entropy):
        np.testing.assert_array_equal(score(logits[rows]), score(logits)[rows])
    for score in (confidence, margin, entropy):
        np.testing.assert_allclose(score(logits[:, classes]), score(logits), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(classes[predicted(logits[:, classes])], predicted(logits))


def test_extreme_logits_stay_finite():
    logits = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [0, -np.inf, -np.inf]], np.float32)
    np.testing.assert_allclose(probabilities(logits), [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [1, 0, 0]])
    np.testing.assert_allclose(entropy(logits), [0, np.log(3), 0], rtol=1e-6)
    np.testing.assert_allclose(margin(logits), [1, 0, 1])
    assert not np.signbit(entropy(logits)).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_network_that_says_no_number_has_no_opinion(bad):
    logits = np.array([[0, bad, 0], [0, 1, 0]], np.float32)
    assert predicted(logits).tolist() == [-1, 1]
    for score in (confidence, margin, entropy):
        assert np.isnan(score(logits)).tolist() == [True, False]
    assert np.isnan(probabilities(logits)).all(axis=1).tolist() == [True, False]


def test_nothing_possible_is_no_opinion_either():
    logits = np.full((1, 3), -np.inf, np.float32)
    assert predicted(logits)[0] == -1
    assert np.isnan(confidence(logits)[0])


def test_one_class_is_certain():
    logits = np.array([[3.0], [-3.0]], np.float32)
    assert confidence(logits).tolist() == [1, 1]
    assert margin(logits).tolist() == [1, 1]
    assert entropy(logits).tolist() == [0, 0]


def test_directions_on_a_sure_and_an_unsure_sample():
    sure, unsure = 0, 1
    logits = np.array([[9, 0, 0], [1, 0.9, 0]], np.float32)
    assert confidence(logits)[sure] > confidence(logits)[unsure]
    assert margin(logits)[sure] > margin(logits)[unsure]
    assert entropy(logits)[sure] < entropy(logits)[unsure]


def test_the_rules_say_which_end_is_bad():
    from analysis.rule import RULES

    bad = {name: RULES[name].bad for name in ("confidence", "margin", "entropy", "loss")}
    assert bad == {"confidence": "low", "margin": "low", "entropy": "high", "loss": "high"}
