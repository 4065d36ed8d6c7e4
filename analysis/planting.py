"""Known faults, planted into a sample of the data, so that the lists of faults can be measured on it.

Planted faults are not the user's faults: a real wrong label is seldom one drawn at random, and a real
stranger seldom noise. What is measured is how the detectors work on these data, of which the rest is real.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis import planted_pictures

NOTHING = -1  # the kind of a sample that was left alone
FLIPS = ("any other class", "the likeliest other class")
SHARE = 0.05  # of the labels that are changed
EACH = 0.006  # of the samples, for every kind of picture
FEWEST = 3  # of each kind, if there are so many


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted.

    Attributes:
        rows: (p,) where, ascending within a kind.
        kinds: (p,) which kind, codes into `names`.
        sources: (p,) what was copied or damaged.
        images: (p, h, w, ch) what stands there now.
        names: of the kinds.
    """

    rows: NDArray[np.intp]
    kinds: NDArray[np.int64]
    sources: NDArray[np.intp]
    images: NDArray[np.uint8]
    names: tuple[str, ...]


def sample(n: int, most: int, seed: int = 0) -> NDArray[np.intp]:
    """At most so many of n rows, ascending; all of them if there are no more."""
    return np.sort(np.random.default_rng(seed).choice(n, min(n, most), replace=False))


def flipped(
    labels: NDArray[np.int64],
    free: NDArray[np.bool_],
    opinions: NDArray[np.floating] | None = None,
    share: float = SHARE,
    seed: int = 0,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The labels with a share of them changed: half to any other class, half to the likeliest other one.

    The second kind is what people get wrong, and harder to find. Classes are those that occur.

    Args:
        labels: (n,), -1 for none; these stay.
        free: (n,) which may be changed.
        opinions: (n, c) what finds which class likely, c at least the number of classes; None changes all at random.
        share: of the labelled samples.
        seed: of the draw.

    Returns:
        (n,) labels, and (n,) which of FLIPS was done, NOTHING where nothing was.
    """
    draw = np.random.default_rng(seed)
    given, kinds = labels.copy(), np.full(len(labels), NOTHING, np.int64)
    classes, known = np.unique(labels[labels >= 0]), np.flatnonzero(free & (labels >= 0))
    if len(classes) < 2:
        return given, kinds
    count = min(max(round(len(known) * share), 2 * FEWEST), len(known) // 4)
    rows = draw.choice(known, count, replace=False)
    place = np.searchsorted(classes, labels[rows])
    given[rows] = classes[(place + draw.integers(1, len(classes), count)) % len(classes)]
    kinds[rows] = 0
    if opinions is not None:
        likely = rows[::2]
        said = np.nan_to_num(opinions[likely][:, classes].astype(np.float64), nan=-np.inf)
        said[np.arange(len(likely)), place[::2]] = -np.inf
        can = np.isfinite(said).any(axis=1)
        given[likely[can]] = classes[said[can].argmax(axis=1)]
        kinds[likely[can]] = 1
    return given, kinds


def strangers(images: NDArray[np.uint8], free: NDArray[np.bool_], seed: int = 0) -> Planted:
    """Pictures that do not belong there, each kind of STRANGERS equally often; only where it is `free` (n,)."""
    return _planted(images, planted_pictures.STRANGERS, np.flatnonzero(free), None, seed)


def copies(images: NDArray[np.uint8], free: NDArray[np.bool_], seed: int = 0) -> Planted:
    """Copies of some pictures in place of others, each of another one; only where it is `free` (n,)."""
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(free))
    half = len(rows) // 2
    return _planted(images, planted_pictures.COPIES, rows[:half], rows[half : 2 * half], seed)


def _planted(
    images: NDArray[np.uint8],
    makers: dict[str, planted_pictures.Maker],
    places: NDArray[np.intp],
    sources: NDArray[np.intp] | None,
    seed: int,
) -> Planted:
    """So many of each kind; a picture is made of the one in its place, or of its source."""
    draw = np.random.default_rng(seed + 1)
    each = min(max(round(len(images) * EACH), FEWEST), len(places) // (2 * len(makers)))
    order = draw.permutation(len(places))[: each * len(makers)]
    rows = places[order]
    origins = rows if sources is None else sources[order]
    kinds = np.repeat(np.arange(len(makers)), each)
    made = [maker(images[origins[kinds == code]], draw) for code, maker in enumerate(makers.values())]
    return Planted(rows, kinds, origins, np.concatenate(made), tuple(makers))
