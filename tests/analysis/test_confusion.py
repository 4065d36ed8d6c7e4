import numpy as np

from analysis.confusion import confusion


def counts(labels, predicted, split, c=3):
    labels, predicted = np.array(labels), np.array(predicted)
    return confusion(labels, predicted, np.array(split, np.uint8), np.zeros((len(labels), c), np.float32))


def test_hand_worked():
    found = counts([0, 0, 1, 2, -1, 1], [0, 1, 1, 0, 2, -1], [0, 0, 0, 1, 1, 1])
    assert found.tolist() == [[[1, 1, 0], [0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [1, 0, 0]]]
    assert found.dtype == np.int64


def test_brute_force_twin_and_shuffle():
    random = np.random.default_rng(0)
    labels, predicted = random.integers(-1, 5, 400), random.integers(-1, 5, 400)
    split = random.integers(0, 3, 400)
    found = counts(labels, predicted, split, 5)
    twin = [
        [[int(((split == s) & (labels == a) & (predicted == b)).sum()) for b in range(5)] for a in range(5)]
        for s in range(3)
    ]
    assert found.tolist() == twin
    rows = random.permutation(400)
    np.testing.assert_array_equal(counts(labels[rows], predicted[rows], split[rows], 5), found)


def test_renamed_classes_rename_rows_and_columns():
    random = np.random.default_rng(1)
    labels, predicted, names = random.integers(0, 4, 90), random.integers(0, 4, 90), random.permutation(4)
    before = counts(labels, predicted, np.zeros(90), 4)
    after = counts(names[labels], names[predicted], np.zeros(90), 4)
    np.testing.assert_array_equal(after[0][np.ix_(names, names)], before[0])


def test_a_class_nobody_has_or_guesses_keeps_its_place():
    assert counts([0], [0], [0], 4).shape == (1, 4, 4)


def test_without_labels_all_is_zero():
    assert counts([-1, -1], [0, 1], [0, 1]).tolist() == np.zeros((2, 3, 3)).tolist()
