"""What the scores find of planted faults, against the loss, cleanlab and DNIKit's recipe, and what they cost.

Average precision and AUROC: 1 is perfect, chance is the share of planted faults, and 0.5. With `--cache` the
networks and what they see are kept, so that a run that was interrupted goes on where it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.list_precision import by_labels, by_tail, expected, ranked
from benchmarks import faults, machine
from benchmarks.figures import Figures, Row
from benchmarks.kept import LAST, SCORES, Kept
from benchmarks.worked_out import WorkedOut

SEEDS = range(3)
COSTED = (  # every column of faults, without those of the overview and the maps
    "label_issue", "suggested", "confident_pairs", "label_suspect", "suspect_counts", "quality", "outlier",
    "odd_view", "stranger", "near_copy", "duplicate", "image_fault", "familiarity", "class_familiarity",
    "loss_weight", "sampling_weight", "error_cause",
)  # fmt: skip
SIGNS = {  # which planted fault a score with a bad end must find
    "wrong labels": ("label_issue", "loss", "quality", "class_familiarity"),
    "strange pictures": ("outlier", "familiarity", "class_familiarity", "confidence", "margin", "entropy"),
    "near copies": ("near_copy",),
    "even pictures": ("information",),
    "blurred pictures": ("sharpness",),
}


def run(data: Path | None, full: bool, cache: Path | None = None) -> None:
    """Print figures as they come, then a table. Seed 0 alone and 10,000 samples unless `full`.

    Needs mnist.npz, fashion_mnist.npz, cifar10_small.npz in `data`, or some of them.
    """
    names = [name for name, file in faults.FILES.items() if data is not None and (data / file).exists()]
    if data is None or not names:
        print("skipped: give --data DIR with mnist.npz, fashion_mnist.npz, cifar10_small.npz")
        return
    with tempfile.TemporaryDirectory() as folder:
        kept, found = Kept(cache or Path(folder)), Figures()
        for seed in SEEDS if full else [0]:
            for name in names:
                for row in _case(kept, data, names, name, seed):
                    found.add(name, seed, row)
        for n in (10_000, 70_000) if full else (10_000,):
            for row in _cost(kept, data, names[0], n):
                found.add(names[0], 0, row)
        found.show(cache and cache / "insight.md")


def _case(kept: Kept, data: Path, names: list[str], name: str, seed: int) -> Iterator[Row]:
    """Everything about one data set and one seed: part, case, samples, figures."""
    halves = faults.pictures(data, name, seed)
    images, labels = halves.one
    given = faults.wrong_labels(labels, seed)
    memorized = kept.trained(images, given, faults.BY_HEART, seed)
    yield from _labels(kept, memorized, images, given, labels, "trained on the wrong labels")
    clean = kept.trained(images, labels, faults.EPOCHS[name], seed)
    wrong = faults.wrong_labels(halves.two[1], seed)
    yield from _labels(kept, clean, halves.two[0], wrong, halves.two[1], "trained on clean labels")
    other = next(each for each in (*reversed(names), name) if each != name or len(names) == 1)
    yield from _strangers(kept, clean, halves, faults.pictures(data, other, seed).two[0], seed)
    yield from _copies(kept, clean, halves.two[0], seed)


def _labels(
    kept: Kept, network: Path, images: NDArray[np.uint8], given: NDArray[np.int64], true: NDArray[np.int64], case: str
) -> Iterator[Row]:
    """Average precision of the planted wrong labels."""
    seen = kept.seen(network, images)
    split = np.zeros(len(given), np.int64)
    columns = WorkedOut({**seen, "labels": given, "split": split})
    scores = {
        "ours": columns["label_issue"],
        "quality": -columns["quality"],
        "loss": columns["loss"],
        **_cleanlab(seen[SCORES], given),
        "DNIKit's recipe by class": _familiarity(seen[LAST], given, given),
    }
    yield "a: wrong labels", case, len(given), {name: _precision(s, given != true) for name, s in scores.items()}
    chance = by_labels(columns["verdicts"], given, _listed(columns, "label_issue", "label_suspect"))
    yield _reckoned(columns, "label_issue", "label_suspect", chance, given != true, case)
    if "clean" in case:
        yield "e: signs", "wrong labels", len(given), _signs(columns, "wrong labels", given != true)


def _strangers(
    kept: Kept, network: Path, halves: faults.Pictures, other: NDArray[np.uint8], seed: int
) -> Iterator[Row]:
    """AUROC of the planted strangers among the held-out half; the other half is the reference."""
    from sklearn.metrics import roc_auc_score

    images, kinds = faults.strangers(halves.two[0], other, seed)
    n = len(halves.one[0])
    both = np.concatenate([halves.one[0], images])
    seen = kept.seen(network, both)
    labels = np.concatenate([halves.one[1], halves.two[1]])
    split = (np.arange(len(labels)) >= n).astype(np.int64)
    columns = WorkedOut({**seen, "labels": labels, "split": split, "images": both})
    ours = columns["outlier"][n:]
    recipe = _familiarity(seen[LAST], np.where(split == 0, 0, -1), np.zeros(len(labels), np.int64))[n:]
    figures = {
        "ours": float(roc_auc_score(kinds >= 0, ours)),
        "DNIKit's recipe": float(roc_auc_score(kinds >= 0, recipe)),
    }
    each = {}
    for kind, what in enumerate(faults.KINDS):
        rows = (kinds == kind) | (kinds < 0)
        each[f"ours: {what}"] = float(roc_auc_score(kinds[rows] == kind, ours[rows]))
    yield "b: strange pictures", "", len(images), {**figures, "ours, worst kind": min(each.values()), **each}
    chance = by_tail(columns["outlier"], _listed(columns, "outlier", "stranger"))
    real = np.concatenate([np.zeros(n, bool), kinds >= 0])
    yield _reckoned(columns, "outlier", "stranger", chance, real, "strange pictures")
    rows = np.arange(len(labels)) >= n
    yield "e: signs", "strange pictures", len(images), _signs(columns, "strange pictures", kinds >= 0, rows)
    blurred = kinds == faults.KINDS.index("blurred")
    yield "e: signs", "blurred pictures", len(images), _signs(columns, "blurred pictures", blurred, rows)
    even = halves.two[0].copy()
    even[::50] = even[::50].mean(axis=(1, 2), keepdims=True).astype(np.uint8)
    planted = np.arange(len(even)) % 50 == 0
    yield "e: signs", "even pictures", len(even), _signs(WorkedOut({"images": even}), "even pictures", planted)


def _copies(kept: Kept, network: Path, images: NDArray[np.uint8], seed: int) -> Iterator[Row]:
    """Average precision of the planted near copies."""
    images, planted = faults.copies(images, seed)
    columns = WorkedOut({**kept.seen(network, images), "images": images})
    flagged = columns["copy_group"] >= 0
    figures = {
        "average precision": _precision(columns["near_copy"], planted),
        "of the flagged planted": float(planted[flagged].mean()),
        "of the planted flagged": float(flagged[planted].mean()),
    }
    yield "c: near copies", "", len(images), figures
    chance = by_tail(columns["near_copy"], _listed(columns, "near_copy", "duplicate_group"))
    yield _reckoned(columns, "near_copy", "duplicate_group", chance, planted, "near copies")
    yield "e: signs", "near copies", len(images), _signs(columns, "near copies", planted)


def _ranked(columns: WorkedOut, score: str, flag: str) -> NDArray[np.intp]:
    flags = columns[flag]
    return ranked(columns[score], flags >= 0 if flag == "duplicate_group" else flags == 1)


def _listed(columns: WorkedOut, score: str, flag: str) -> NDArray[np.float64]:
    """The scores of the samples of a list, the worst first."""
    return columns[score][_ranked(columns, score, flag)].astype(np.float64)


def _reckoned(
    columns: WorkedOut, score: str, flag: str, chance: NDArray[np.float64], real: NDArray[np.bool_], case: str
) -> Row:
    """What the audit would expect of a list of planted faults, beside what is so."""
    rows, found = _ranked(columns, score, flag), {}
    for k, which in ((50, "first 50"), (len(rows), "list")):
        said = expected(chance, k)
        found |= {f"{which} expected": said.n, f"{which} low": said.low, f"{which} high": said.high}
        found[f"{which} real"] = float(real[rows[:k]].sum())
    return "f: how many of a list are real", case, len(real), {"listed": float(len(rows)), **found}


def _cost(kept: Kept, data: Path, name: str, n: int) -> Iterator[Row]:
    """Processor seconds of every score, activations given."""
    halves = faults.pictures(data, name, 0)
    network = kept.trained(*halves.one, faults.EPOCHS[name], 0)
    images, labels, split = faults.whole(data, name, n)
    columns = WorkedOut({**kept.seen(network, images), "images": images, "labels": labels, "split": split})
    (_, took) = machine.timed(lambda: [columns[name] for name in COSTED])
    dearest = sorted(columns.seconds, key=columns.seconds.__getitem__, reverse=True)[:6]
    seconds = {name: round(columns.seconds[name], 1) for name in dearest}
    total = {"all scores, CPU s": round(took.cpu, 1), "by the clock, s": round(took.wall, 1)}
    yield "cost", f"{n:,} samples", len(images), {**total, **seconds}


def _signs(
    columns: WorkedOut, fault: str, planted: NDArray[np.bool_], rows: NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """AUROC of every score's bad end on a planted fault: below 0.5 its sign is wrong."""
    from sklearn.metrics import roc_auc_score

    from analysis.rule import RULES

    found = {}
    for name in SIGNS[fault]:
        values = columns[name] if rows is None else columns[name][rows]
        bad = values if RULES[name].bad == "high" else -values
        known = np.isfinite(bad)
        found[name] = float(roc_auc_score(planted[known], bad[known]))
    return found


def _cleanlab(logits: NDArray[np.float32], given: NDArray[np.int64]) -> Mapping[str, NDArray[Any]]:
    try:
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        print("cleanlab is not installed (pip install cleanlab): left out")
        return {}
    from analysis.uncertainty import probabilities

    return {"cleanlab": -get_label_quality_scores(given, probabilities(logits).astype(float))}


def _familiarity(points: NDArray[np.float32], fit: NDArray[np.int64], judge: NDArray[np.int64]) -> NDArray[Any]:
    """How unfamiliar: five diagonal Gaussians on 40 principal directions, a mixture for every group of `fit`."""
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    reduced = PCA(min(40, points.shape[1]), random_state=0).fit(points[fit >= 0]).transform(points)
    found = np.zeros(len(points))
    for group in np.unique(fit[fit >= 0]):
        mixture = GaussianMixture(5, covariance_type="diag", random_state=0, max_iter=200)
        mixture.fit(reduced[fit == group])
        found[judge == group] = -mixture.score_samples(reduced[judge == group])
    return found


def _precision(score: NDArray[Any], planted: NDArray[np.bool_]) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(planted, np.nan_to_num(score, nan=-np.inf, posinf=1e30, neginf=-1e30)))
