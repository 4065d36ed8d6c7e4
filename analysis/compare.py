"""Two networks on the same samples: where they agree, who is right where, and whether that could be chance.

A sample counts where it has a label and both networks have an answer. The networks are called A and
B; what B gets right and A does not is fixed, the other way round it is broken. Only these two counts
say anything about which is better (McNemar, "Note on the sampling error of the difference between
correlated proportions or percentages", 1947).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import Z, wilson

BOTH_RIGHT, FIXED, BROKEN, BOTH_WRONG = range(4)
NAMES = ("both right", "fixed", "broken", "both wrong")
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Tally:
    """How many samples come out how, of a split or of a class in it.

    Attributes:
        both_right: both answers are the label.
        fixed: only B's is.
        broken: only A's is.
        same_wrong: both answers are the same wrong class.
        other_wrong: they are two different wrong classes.
    """

    both_right: int
    fixed: int
    broken: int
    same_wrong: int
    other_wrong: int

    @property
    def n(self) -> int:
        """All of them."""
        return self.both_right + self.fixed + self.broken + self.same_wrong + self.other_wrong

    @property
    def both_wrong(self) -> int:
        """Neither answer is the label."""
        return self.same_wrong + self.other_wrong

    @property
    def right(self) -> tuple[int, int]:
        """How many A gets right, and B."""
        return self.both_right + self.broken, self.both_right + self.fixed


def outcomes(correct: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.int8]:
    """How each sample comes out: a place in NAMES, or -1 where it is not known.

    Args:
        correct: (n,) of A: 1, 0, or -1 without a label or an answer.
        other: (n,) of B.
    """
    codes = np.array([[BOTH_WRONG, FIXED], [BROKEN, BOTH_RIGHT]], np.int8)
    known = (correct >= 0) & (other >= 0)
    return np.where(known, codes[np.maximum(correct, 0), np.maximum(other, 0)], np.int8(UNKNOWN))


def tallies(
    labels: NDArray[np.integer], predicted: NDArray[np.integer], other: NDArray[np.integer], c: int
) -> tuple[Tally, list[Tally]]:
    """Of all samples together, and of those of each class.

    Args:
        labels: (n,), -1 for none.
        predicted: (n,) the answers of A, -1 for none.
        other: (n,) those of B.
        c: how many classes; each label is below.
    """
    known = (labels >= 0) & (predicted >= 0) & (other >= 0)
    label, a, b = labels[known], predicted[known], other[known]
    # 0 both right, 1 fixed, 2 broken, 3 the same wrong answer, 4 two wrong answers
    way = np.select([(a == label) & (b == label), b == label, a == label, a == b], [0, 1, 2, 3], 4)
    counts = np.bincount(label.astype(np.int64) * 5 + way, minlength=5 * c).reshape(-1, 5)
    return Tally(*counts.sum(axis=0).tolist()), [Tally(*row) for row in counts.tolist()]


def agreement(a: NDArray[np.integer], b: NDArray[np.integer]) -> tuple[int, int]:
    """In how many samples two networks give the same answer, and of how many both give one; labels play no part."""
    both = (a >= 0) & (b >= 0)
    return int((a[both] == b[both]).sum()), int(both.sum())


def kappa(a: NDArray[np.integer], b: NDArray[np.integer]) -> float:
    """Agreement beyond chance: 1 is full agreement, 0 what two independent networks with these answers would reach.

    Cohen, "A coefficient of agreement for nominal scales", 1960. Not-a-number where nothing is answered, or
    both give one and the same class to all.
    """
    both = (a >= 0) & (b >= 0)
    same, n = agreement(a, b)
    if not n:
        return float("nan")
    c = int(max(a[both].max(), b[both].max())) + 1
    chance = float(np.bincount(a[both], minlength=c) / n @ (np.bincount(b[both], minlength=c) / n))
    return (same / n - chance) / (1 - chance) if chance < 1 else float("nan")


def share(successes: int, n: int) -> tuple[float, float, float]:
    """A share with the two ends of its 95 % interval (Wilson, 1927); not-a-number of nothing."""
    low, high = wilson(np.array([successes], np.float64), np.array([n], np.float64))
    return (successes / n if n else float("nan")), float(low[0]), float(high[0])


def mcnemar(fixed: int, broken: int) -> tuple[float, float]:
    """How probable a difference at least this large is if neither network is better: exact, and mid-p.

    Two-sided binomial test of `fixed` against `broken`; 1 where both are 0. The exact test errs on the safe
    side, the mid-p less so (Fagerland, Lydersen and Laake, "The McNemar test for binary matched-pairs data: mid-p
    and asymptotic are better than exact conditional", 2013).
    """
    n, fewer = fixed + broken, min(fixed, broken)
    if not n:
        return 1.0, 1.0
    k = np.arange(1, fewer + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log((n - k + 1) / k))]) - n * np.log(2)  # of every term up to `fewer`
    tail, last = float(np.exp(logs).sum()), float(np.exp(logs[-1]))
    exact = min(2 * tail, 1.0)
    return exact, 1 - last / 2 if fixed == broken else exact - last


def difference(fixed: int, broken: int, n: int) -> tuple[float, float, float]:
    """Accuracy of B less that of A, with the two ends of its 95 % interval for paired samples.

    Wald's with Laplace's adjustment (Bonett and Price, "Adjusted Wald confidence interval for a difference of
    binomial proportions based on paired data", 2012). Not-a-number of nothing.
    """
    if not n:
        return float("nan"), float("nan"), float("nan")
    up, down = (fixed + 1) / (n + 2), (broken + 1) / (n + 2)
    reach = Z * float(np.sqrt((up + down - (up - down) ** 2) / (n + 2)))
    return (fixed - broken) / n, max(up - down - reach, -1.0), min(up - down + reach, 1.0)
