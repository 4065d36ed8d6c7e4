"""Whether a sub-type is recognized worse than the rest of its class, or is rarer in one split than in another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CHANCE = 0.05  # together, for all sub-types that are looked at in a split
RARE = 0.2  # of its class, up to which a sub-type is called rare


def tail(inside: int, n: int, outside: int, rest: int) -> float:
    """Probability of at least so many inside if it were the same share inside and outside (Fisher's exact test).

    Fisher, The Design of Experiments, 1935. One-sided.

    Args:
        inside: how many of the n inside, `outside` how many of the `rest` outside.
        n: inside.
        outside: see there.
        rest: outside.
    """
    marked, total = inside + outside, n + rest
    if not n or not rest or not inside:
        return 1.0
    table = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, total + 1)))])
    k = np.arange(inside, min(n, marked) + 1)
    k = k[marked - k <= rest]
    ways = table[n] - table[k] - table[n - k] + table[rest] - table[marked - k] - table[rest - marked + k]
    whole = table[total] - table[marked] - table[total - marked]
    return float(min(1.0, np.exp(ways - whole).sum()))


def weak(
    letters: NDArray[np.integer],
    labels: NDArray[np.integer],
    split: NDArray[np.integer],
    correct: NDArray[np.integer],
) -> NDArray[np.bool_]:
    """Whether a sample belongs to a rare sub-type that is clearly more often wrong in its split than its class is.

    Rare: at most a fifth of the class. Clearly: less likely than 5 %, divided by how many sub-types the split
    has, if the errors of the class were spread by chance.

    letters: (n,) of `subtype_parts`, 0 for the rest of a class; labels, split: (n,); correct: (n,) 1, 0, or -1 ->
    (n,) bool.
    """
    found = np.zeros(len(labels), bool)
    names = np.unique(np.stack([labels, letters])[:, (letters > 0) & (labels >= 0)], axis=1).T.tolist()
    if not names:
        return found
    classes = {label: np.flatnonzero(labels == label) for label in {label for label, _ in names}}
    cells = []
    for label, letter in names:
        rows = classes[label]
        inside = letters[rows] == letter
        if 0 < inside.sum() <= RARE * len(rows):
            cells += [(rows[inside], rows[~inside], code) for code in np.unique(split[rows])]
    tested: dict[int, int] = {}
    odds = []
    for inside, outside, code in cells:
        counts = [_wrong(correct[rows[split[rows] == code]]) for rows in (inside, outside)]
        odds.append(tail(*counts[0], *counts[1]))
        tested[code] = tested.get(code, 0) + 1
    for (inside, _, code), chance in zip(cells, odds, strict=True):
        if chance * tested[code] < CHANCE:
            found[inside[split[inside] == code]] = True
    return found


def _wrong(correct: NDArray[np.integer]) -> tuple[int, int]:
    """How many are wrong, of how many of which it is known."""
    return int(np.count_nonzero(correct == 0)), int(np.count_nonzero(correct >= 0))
