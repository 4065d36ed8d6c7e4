"""Groups of what belongs together."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.joining import joined


def slowly(*partners: np.ndarray) -> list[int]:
    """The same by following every pair, one after the other."""
    group = list(range(len(partners[0])))
    for others in partners:
        for row, other in enumerate(others.tolist()):
            if other >= 0:
                kept, gone = sorted((group[row], group[other]))
                group = [kept if each == gone else each for each in group]
    return [first if group.count(first) > 1 else -1 for first in group]


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_those_of_following_every_pair(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n = int(draw.integers(1, 40))
    partners = [np.where(draw.random(n) < share, draw.integers(0, n, n), -1).astype(np.int32) for share in (0.6, 0.2)]
    assert joined(*partners).tolist() == slowly(*partners)


def test_a_long_chain_in_any_order_is_one_group() -> None:
    order = np.random.default_rng(0).permutation(5000)
    partner = np.full(5000, -1, np.int32)
    partner[order[1:]] = order[:-1]
    assert not joined(partner).any()


def test_who_names_itself_or_nobody_is_alone() -> None:
    assert joined(np.array([0, -1, 2], np.int32)).tolist() == [-1, -1, -1]
