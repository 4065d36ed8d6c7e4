"""The detector audit: known faults are planted into a copy of a sample, and the real detectors look for them.

Labels and pictures are two requests, because the first needs no network and the second no labels. What
stands on the lists already is left alone: a fault planted on a fault proves nothing. See
`analysis.planting` for what is planted and `analysis.list_precision` for how many of a list are real.

The network was not trained on the planted labels, so it cannot have learnt them by heart; on labels that it
was trained on it can only do worse, by how much nobody knows. So it is also measured without its opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import list_precision, planting
from analysis.copies import copies
from analysis.duplicates import duplicate_group
from analysis.label_issues import label_issue, opinions, verdicts
from analysis.near_copies import copy_group, copy_of, near_copy
from analysis.neighbors import NOBODY
from analysis.outliers import outlier, outlier_parts
from analysis.strangers import FAR, stranger
from analysis.suspects import SUSPECT, label_suspect
from model.stages import stages
from util import InspectorError, Progress
from workspace.keys import LAST
from workspace.request import Desk, Made, request

MOST, FEWEST = 5000, 40  # samples
MOST_BYTES = 2**28  # of pictures
DEPTHS = (10, 20, 50, 100, 200)
FIRST = 50
STEPS = 5
BATCH = 256
VIEWS = tuple(f"features/{name}" for name in ("early", "early_peaks", "late", "late_peaks", "last"))
RULES = ("label_issues", "suspects", "outliers", "strangers", "near_copies", "copies", "duplicates")
USES = ("analysis.planting", "analysis.list_precision", *(f"analysis.{name}" for name in RULES))


@request(
    "auditedlabels",
    title="Detector audit: wrong labels",
    uses=USES,
    needs=(
        "labels",
        "split",
        "logits",
        "features/early",
        "features/late",
        "verdicts",
        "label_issue",
        "label_suspect",
    ),
    most_kept=8,
)
def audited_labels(desk: Desk, *, seed: int) -> Made:
    """Change labels in a copy, and see what of it stands on the list of label issues.

    Returns:
        (p, 4) int64 of every planted label: the sample, the label that was changed, what to, its place on the
        list of the copy or -1; the figures are in the facts.
    """
    rows = _sample(desk, MOST, seed)
    names = ("labels", "split", "logits", "features/early", "features/late", "label_suspect")
    labels, split, logits, early, late, suspect = (np.asarray(desk.column(name)[rows]) for name in names)
    given, kinds = planting.flipped(labels, suspect != SUSPECT, logits, seed=seed)
    planted = np.flatnonzero(kinds != planting.NOTHING)
    if not len(planted):
        raise InspectorError("Detector audit: no label can be changed; labels of at least two classes are needed")
    _tell(desk, 1)
    said = opinions(early, late, given)
    _tell(desk, 2)

    def listed(own: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The list of the copy, and by chance how many there are."""
        joined = verdicts(said, own, given, split)
        issue = label_issue(joined, given)
        found = list_precision.ranked(issue, label_suspect(joined, given) == SUSPECT)
        return found, list_precision.by_labels(joined, given, issue[found].astype(np.float64))

    ranked, chance = listed(logits)
    alone, _ = listed(np.full_like(logits, np.nan))
    _tell(desk, 3)
    joined, of_all, issues = (np.asarray(desk.column(name)) for name in ("verdicts", "labels", "label_issue"))
    real = list_precision.ranked(issues, np.asarray(desk.column("label_suspect")) == SUSPECT)
    by_chance = list_precision.by_labels(joined, of_all, issues[real].astype(np.float64))
    place = np.full(len(rows), -1, np.int64)
    place[ranked] = np.arange(len(ranked))
    table = np.stack([rows[planted], labels[planted], given[planted], place[planted]], axis=1)
    facts = {
        "n": len(rows),
        "of": desk.dataset.n,
        "labels": _measured(ranked, kinds, suspect == SUSPECT, planting.FLIPS, chance, by_chance)
        | {"alone": _hits(alone, kinds, suspect == SUSPECT), "alone_listed": int((kinds[alone] >= 0).sum())},
    }
    return Made(table.astype(np.int64), facts)


@request(
    "auditedpictures",
    title="Detector audit: strange pictures and copies",
    uses=USES,
    needs=("images", "labels", "split", *VIEWS, "outlier", "stranger", "near_copy", "duplicate_group"),
    most_kept=8,
)
def audited_pictures(desk: Desk, *, seed: int) -> Made:
    """Put strange pictures and copies into a copy, and see what of them stands on the two lists.

    Only the planted pictures go through the network. They are judged as a split of their own, as new data
    are: many alike in the training split itself would hide each other.

    Returns:
        (k, h, w, ch) uint8, one picture of every kind, strangers first; the figures are in the facts.
    """
    rows = _sample(desk, min(MOST, MOST_BYTES // max(int(np.prod(desk.dataset.image_shape)), 1)), seed)
    images, labels, split, far, group = (
        np.asarray(desk.column(name)[rows]) for name in ("images", "labels", "split", "stranger", "duplicate_group")
    )
    free = (far != FAR) & (group == NOBODY)
    strange = planting.strangers(images, free, seed)
    free[strange.rows] = False
    copied = planting.copies(images, free, seed)
    changed = np.concatenate([strange.rows, copied.rows])
    if not len(changed):
        raise InspectorError(f"Detector audit: {len(rows)} samples are too few to plant anything among them")
    images, labels = images.copy(), labels.copy()
    images[changed] = np.concatenate([strange.images, copied.images])
    labels[copied.rows] = labels[copied.sources]
    _tell(desk, 1)
    views = _seen(desk, rows, changed, images[changed])
    _tell(desk, 2)
    apart = split.astype(np.int64)
    apart[changed] = split.max() + 1
    scores = outlier(outlier_parts(*views, labels, apart))
    _tell(desk, 3)
    kinds = _kinds(len(rows), strange, strange.rows)
    outliers = _lists(desk, "outlier", "stranger", FAR, scores, stranger(scores, apart) == FAR)
    found = copy_of(images)
    _tell(desk, 4)
    again = duplicate_group(copy_group(found), copies(images)) != NOBODY
    twice = _kinds(len(rows), copied, copied.rows, copied.sources)
    near = _lists(desk, "near_copy", "duplicate_group", None, near_copy(found), again)
    facts = {
        "n": len(rows),
        "of": desk.dataset.n,
        "outliers": _measured(outliers[0], kinds, far == FAR, strange.names, *outliers[1:]),
        "duplicates": _measured(near[0], twice, group != NOBODY, copied.names, *near[1:]),
    }
    shown = [planted.images[planted.kinds == code][0] for planted in (strange, copied) for code in _each(planted)]
    return Made(np.stack(shown), facts)


def _sample(desk: Desk, most: int, seed: int) -> NDArray[np.intp]:
    n = desk.dataset.n
    if n < FEWEST:
        raise InspectorError(f"Detector audit: {n} samples are too few to plant faults among; {FEWEST} are needed")
    _tell(desk, 0)
    return planting.sample(n, most, seed)


def _tell(desk: Desk, done: int) -> None:
    desk.report(Progress("Detector audit", done, STEPS, "steps"))


def _seen(
    desk: Desk, rows: NDArray[np.intp], changed: NDArray[np.intp], images: NDArray[np.uint8]
) -> list[NDArray[np.float32]]:
    """What the network's views of the sample are, with those of the changed pictures by a pass of their own."""
    network, last = desk.network(), desk.opened.info.default_layer
    made = network.forward(
        images,
        [last],
        preprocessing=desk.preprocessing,
        readings=stages(desk.opened.info),
        batch_size=desk.options.batch or BATCH,
    )
    new = {**{f"features/{name}": values for name, values in made.features.items()}, LAST: made.activations[last]}
    views = []
    for name in VIEWS:
        values = np.array(desk.column(name)[rows], np.float32)
        values[changed] = new[name]
        views.append(values)
    return views


def _lists(
    desk: Desk, score: str, flag: str, code: int | None, scores: NDArray[np.floating], listed: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """The list of the copy, how many sound samples reach each place of it by chance, and those of the real list."""
    ranked = list_precision.ranked(scores, listed)
    whole, flags = (np.asarray(desk.column(name)) for name in (score, flag))
    real = list_precision.ranked(whole, flags != NOBODY if code is None else flags == code)
    return (
        ranked,
        list_precision.by_tail(scores, scores[ranked].astype(np.float64)),
        list_precision.by_tail(whole, whole[real].astype(np.float64)),
    )


def _kinds(n: int, planted: planting.Planted, *places: NDArray[np.intp]) -> NDArray[np.int64]:
    """(n,) which kind was planted there, or is copied there; NOTHING elsewhere."""
    kinds = np.full(n, planting.NOTHING, np.int64)
    for rows in places:
        kinds[rows] = planted.kinds
    return kinds


def _each(planted: planting.Planted) -> list[int]:
    return [int(code) for code in np.unique(planted.kinds)]


def _hits(ranked: NDArray[np.intp], kinds: NDArray[np.int64], own: NDArray[np.bool_]) -> list[list[int]]:
    """(k, planted among the first k, others on the real list) for some k up to the length of the list."""
    planted = np.cumsum(kinds[ranked] != planting.NOTHING)
    others = np.cumsum((kinds[ranked] == planting.NOTHING) & own[ranked])
    depths = sorted({k for k in DEPTHS if k < len(ranked)} | ({len(ranked)} - {0}))
    return [[k, int(planted[k - 1]), int(others[k - 1])] for k in depths]


def _measured(
    ranked: NDArray[np.intp],
    kinds: NDArray[np.int64],
    own: NDArray[np.bool_],
    names: Sequence[str],
    chance: NDArray[np.float64],
    by_chance: NDArray[np.float64],
) -> dict[str, Any]:
    """The figures of one list: what it finds in the copy, and what is expected of it there and on the real data.

    `own` (n,) says what stands on the real list; of that nobody knows whether it is real.
    """
    planted = int((kinds != planting.NOTHING).sum())
    on_it = int((kinds[ranked] != planting.NOTHING).sum())
    less = min(list_precision.LESS, list_precision.believed(chance, on_it))
    return {
        "planted": planted,
        "listed": len(ranked),
        "hits": _hits(ranked, kinds, own),
        "kinds": [asdict(recall) for recall in list_precision.recalls(ranked, kinds, names, planted)],
        "check": asdict(list_precision.expected(chance, FIRST)),
        "real_listed": len(by_chance),
        "real_first": asdict(list_precision.expected(by_chance, FIRST, less)),
        "real_all": asdict(list_precision.expected(by_chance, len(by_chance), less)),
    }
