"""What an accuracy would become if all suspect labels were reviewed, as far as those that were tell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.review_rate import draws

KNOWN_BEFORE = 0.5  # of a sample, for each of the three changes (Jeffreys): what is held before anything was seen


class Outlook(NamedTuple):
    """How many predictions would agree with the labels then: the median, and what holds it in 95 of 100 cases."""

    middle: int
    low: int
    high: int


def outlook(
    right: int,
    places: NDArray[np.integer],
    wrong: NDArray[np.bool_],
    changes: NDArray[np.integer],
    agreeing: NDArray[np.bool_],
) -> Outlook | None:
    """How many predictions agree with the label once every suspect has been reviewed.

    How many of the open suspects are wrong is drawn as `review_rate.left` does. What mending each of them changes
    is drawn from what mending changed so far: a prediction becomes right, becomes wrong, or stays what it was.
    None can become right that agrees with its label now, and none wrong that does not. So the interval says how
    sure one can be of the remaining verdicts on these samples, not how other samples would fare.

    Args:
        right: how many agree as reviewed so far.
        places: (m,) where in the list of suspects, sorted, the reviewed ones stand, counted from 0.
        wrong: (m,) which of their labels were wrong.
        changes: (w,) of the wrong ones, by how much mending them changed the agreement: 1, 0 or -1.
        agreeing: (k,) of all suspects, whether the prediction agrees with the label as it is given.

    Returns:
        None if fewer than ten are reviewed: nothing can be said then.
    """
    drawn = draws(places, wrong, len(agreeing))
    if drawn is None:
        return None
    open_ones = np.ones(len(agreeing), bool)
    open_ones[places] = False
    can_fall = int(np.count_nonzero(agreeing & open_ones))
    can_rise = int(np.count_nonzero(~agreeing & open_ones))
    random = np.random.default_rng(1)
    seen = np.array([np.count_nonzero(changes == change) for change in (1, 0, -1)])
    shares = random.dirichlet(seen + KNOWN_BEFORE, len(drawn))
    rising, _, falling = random.multinomial(drawn, shares).T
    found = right + np.minimum(rising, can_rise) - np.minimum(falling, can_fall)
    low, middle, high = np.quantile(found, [0.025, 0.5, 0.975], method="nearest")
    return Outlook(int(middle), int(low), int(high))
