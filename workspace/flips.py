"""The flip test, read for the pages: accuracy by strength and class, and which right answers flip first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.disturbances import DISTURBANCES, LEVELS, Disturbance
from analysis.metrics import wilson
from workspace.request import asking

if TYPE_CHECKING:
    from workspace.session import Session

SIZES = (200, 500, 1000, 2000)
SMALL_PICTURE = 64  # pixels along a side; larger ones begin with fewer samples


@dataclass(frozen=True, slots=True)
class Tested:
    """What a flip test gave.

    Attributes:
        rows: (k,) the samples.
        usable: how many they were drawn from.
        labels: (k,).
        predicted: (1 + kinds * levels, k): as they are, then kind after kind, the weakest first.
    """

    rows: NDArray[np.intp]
    usable: int
    labels: NDArray[np.int64]
    predicted: NDArray[np.int16]

    @property
    def right(self) -> NDArray[np.bool_]:
        """(1 + kinds * levels, k)."""
        return np.asarray(self.predicted == self.labels)

    def flipped(self) -> NDArray[np.bool_]:
        """(kinds, levels, k): another answer than to the picture as it is."""
        return np.asarray(self.predicted[1:] != self.predicted[0]).reshape(len(DISTURBANCES), LEVELS, -1)

    def accuracy(self, of: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """(3, 1 + kinds * levels): the share of right answers and both ends of its 95 % interval.

        Args:
            of: (k,) which samples count; all of them if not given.
        """
        right = self.right if of is None else self.right[:, of]
        count = right.sum(axis=1).astype(float)
        n = np.full(len(count), float(right.shape[1]))
        with np.errstate(invalid="ignore"):
            return np.stack([count / n, *wilson(count, n)])

    def fragile(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """The right answers that flip, the most fragile first.

        Fragile is what flips at a low level of any kind, of equals what flips in more of all the steps.

        Returns:
            Places in `rows`, the kind that flips each at its lowest level, and that level, 0 the weakest.
        """
        flipped = self.flipped()
        first = np.where(flipped.any(axis=1), flipped.argmax(axis=1), LEVELS)  # (kinds, k)
        lowest, kind = first.min(axis=0), first.argmin(axis=0)
        chosen = np.flatnonzero(self.right[0] & (lowest < LEVELS))
        order = chosen[np.lexsort((-flipped.sum(axis=(0, 1))[chosen], lowest[chosen]))]
        return order, kind[order], lowest[order]


class Flips:
    """What pages ask of the flip test."""

    kinds: tuple[Disturbance, ...] = DISTURBANCES
    levels = LEVELS
    sizes = SIZES

    def __init__(self, session: Session) -> None:
        self.session = session

    def samples(self, text: str) -> int:
        """The number of samples that is meant, or the usual one for pictures of this size."""
        if text.isdecimal() and int(text) in SIZES:
            return int(text)
        return SIZES[2] if max(self.session.dataset.image_shape[:2]) <= SMALL_PICTURE else SIZES[0]

    def column(self, split: str, samples: int) -> str:
        """What to ask for."""
        return asking("flips", split=split, samples=samples)

    def strip(self, index: int) -> str:
        """What to ask for to see the steps of one sample."""
        return asking("strips", index=index)

    def tested(self, column: str) -> Tested:
        """The answer to `column`. Raises ColumnNotReady until it is there."""
        predicted, facts = self.session.column(column), self.session.facts(column)
        rows = np.array(facts["rows"], np.intp)
        return Tested(rows, facts["usable"], np.asarray(self.session.column("labels"))[rows], predicted)
