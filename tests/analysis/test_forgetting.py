"""What was learnt when, on cases worked out by hand."""

from __future__ import annotations

import numpy as np

from analysis.forgetting import learning


def test_by_hand():
    right = np.array(
        [
            # always, from 2 on, forgotten twice, never, lost at the end, no label
            [1, 0, 1, 0, 1, 1],
            [1, 0, 0, 0, 1, 1],
            [1, 1, 1, 0, 1, 1],
            [1, 1, 0, 0, 0, 1],
            [1, 1, 1, 0, 0, 1],
        ]
    )
    labels = np.array([3, 3, 3, 3, 3, -1])
    found = learning(labels, np.where(right == 1, labels, 7))
    assert found.learnt.tolist() == [0, 2, 4, 5, 5, -1]
    assert found.forgotten.tolist() == [0, 0, 2, 0, 1, 0]
    assert found.never.tolist() == [False, False, False, True, False, False]


def test_one_moment():
    found = learning(np.array([0, 1]), np.array([[0, 0]]))
    assert found.learnt.tolist() == [0, 1]
    assert found.forgotten.tolist() == [0, 0]
    assert found.never.tolist() == [False, True]
