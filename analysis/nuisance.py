"""Whether a plain property of the pictures gives the label away, or says which answers are wrong.

What should not matter, such as brightness, predicts the label: a network may have learned that instead of the
thing itself (Geirhos and others, Shortcut Learning in Deep Neural Networks, 2020). It predicts the errors: a
weak spot. The judge is as simple as the suspicion, a class per range of values, and is only believed about
samples that it has not seen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.metrics import Z
from analysis.rule import rule

Float = NDArray[np.float32]

PROPERTIES = ("brightness", "contrast", "sharpness", "information", "ink", "slant", "aspect", "off_center")
COLUMNS = ("n", "groups", "accuracy", "low", "high", "chance", "deviations")
FOLDS, RANGES = 5, 16
FEWEST = 20  # samples of a class that is judged
CLEAR = 5.0  # standard deviations above chance: once in millions, and some dozens are tried
MUCH = 0.1  # of the way from chance to always right, below which it makes no difference
NOTHING = (0.0, 0.0, np.nan, np.nan, np.nan, np.nan, np.nan)


@rule("nuisance_label", title="What gives the label away", kind="table")
def nuisance_label(
    brightness: Float, contrast: Float, sharpness: Float, information: Float, ink: Float, slant: Float,
    aspect: Float, off_center: Float, labels: NDArray[np.int64],
) -> NDArray[np.float64]:  # fmt: skip
    """How well each of eight plain properties of a picture, alone, predicts its label; a row for each.

    All (n,); labels -1 for none -> (8, 7) float64, rows in the order of the parameters, columns as
    `predictability` gives them. About 0.1 s for 70,000 samples.
    """
    values = (brightness, contrast, sharpness, information, ink, slant, aspect, off_center)
    return np.array([predictability(each, labels) for each in values])


@rule("nuisance_error", title="What gives errors away", kind="table")
def nuisance_error(
    brightness: Float, contrast: Float, sharpness: Float, information: Float, ink: Float, slant: Float,
    aspect: Float, off_center: Float, correct: NDArray[np.int64], split: NDArray[np.uint8],
) -> NDArray[np.float64]:  # fmt: skip
    """How well each of eight plain properties of a picture, alone, predicts whether it is classified rightly.

    Judged on all splits but the first, whose samples the network may have learned; with one split, on that.

    All (n,); correct 1, 0, or -1 for unknown; split codes from 0 -> (8, 7) float64, as `nuisance_label`.
    """
    values = (brightness, contrast, sharpness, information, ink, slant, aspect, off_center)
    target = np.where(judged(split), correct, -1)
    return np.array([predictability(each, target) for each in values])


def judged(split: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(n,) whether the errors of a sample count: in all splits but the first, or in the only one."""
    later: NDArray[np.bool_] = split != split.min()
    return later if later.any() else ~later


def predictability(values: NDArray[np.generic], target: NDArray[np.integer]) -> tuple[float, ...]:
    """How well a class per range of one number predicts a target, on samples that were not used to choose it.

    The values are cut into at most 16 ranges of equally many samples. In each of five turns a fifth of the
    samples is kept aside; each range gets the class that is most frequent there for its size among the others,
    and the samples kept aside are judged by it. If the number says nothing, every class is hit by chance, so
    the balanced accuracy is 1 / classes whatever the ranges; its standard deviation then is known, too.

    Args:
        values: (n,), not-a-number for none.
        target: (n,) codes, -1 for none. Classes of fewer than 20 samples are left out.

    Returns:
        Samples; classes; balanced accuracy (the mean share of each class that is hit) with the ends of its
        95 % interval; what chance gives; standard deviations above that. Zeros and not-a-numbers with
        fewer than two classes, or where all values are the same.
    """
    known = np.isfinite(values) & (target >= 0)
    value, given = values[known].astype(np.float64), target[known].astype(np.int64)
    size = np.bincount(given) if len(given) else np.zeros(0, np.int64)
    enough = size >= FEWEST
    k = int(enough.sum())
    if k < 2:
        return NOTHING
    kept = enough[given]
    value, given = value[kept], (np.cumsum(enough) - 1)[given[kept]]
    n = len(value)
    edges = np.unique(np.quantile(value, np.arange(1, RANGES) / RANGES))
    edges = edges[edges > value.min()]
    if not len(edges):
        return NOTHING
    ranges = len(edges) + 1
    place = np.searchsorted(edges, value, side="right")
    fold = np.random.default_rng(0).permutation(n) % FOLDS
    cells = np.bincount((fold * ranges + place) * k + given, minlength=FOLDS * ranges * k)
    counts = cells.reshape(FOLDS, ranges, k)
    rest = counts.sum(axis=0) - counts  # what each turn learns from
    share = rest / np.maximum(rest.sum(axis=1, keepdims=True), 1)  # of each class, so that large ones do not win
    answer = share.argmax(axis=2)
    hits = np.zeros(k)
    guessed = np.zeros(k)
    np.add.at(hits, answer, np.take_along_axis(counts, answer[..., None], axis=2)[..., 0])
    np.add.at(guessed, answer, counts.sum(axis=2))
    sizes = counts.sum(axis=(0, 1))
    recall, guess = hits / sizes, guessed / n
    accuracy, chance = float(recall.mean()), 1 / k
    reach = Z * float(np.sqrt((recall * (1 - recall) / sizes).sum())) / k
    by_chance = float(np.sqrt((guess * (1 - guess) / sizes).sum())) / k
    deviations = (accuracy - chance) / by_chance if by_chance else 0.0
    return n, k, accuracy, max(accuracy - reach, 0.0), min(accuracy + reach, 1.0), chance, deviations


def gain(row: NDArray[np.float64] | tuple[float, ...]) -> float:
    """How much of the way from chance to always right a row goes, 0 unless it is clearly above chance."""
    _, _, accuracy, _, _, chance, deviations = row
    if not deviations > CLEAR:
        return 0.0
    share = float((accuracy - chance) / (1 - chance))
    return share if share > MUCH else 0.0
