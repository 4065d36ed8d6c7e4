"""What the scores find of planted faults, against the loss, cleanlab and DNIKit's recipe, and what they cost.

Average precision and AUROC: 1 is perfect, chance is the share of planted faults, and 0.5.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import faults

SEEDS = range(3)
LAST = "features/last"


def run(data: Path | None, full: bool) -> None:
    """Print a table. Needs mnist.npz and fashion_mnist.npz in `data`; seed 0 alone unless `full`."""
    names = [name for name, file in faults.FILES.items() if data is not None and (data / file).exists()]
    if data is None or not names:
        print("skipped: give --data DIR with mnist.npz, fashion_mnist.npz, cifar10_small.npz")
        return
    for seed in SEEDS if full else [0]:
        for name in names:
            halves = faults.pictures(data, name, seed)
            images, labels = halves.one
            given = faults.wrong_labels(labels, seed)
            memorized = faults.trained(images, given, faults.BY_HEART, seed)
            _labels(f"{name}, seed {seed}, trained on the wrong labels", memorized, images, given, labels)
            clean = faults.trained(images, labels, faults.EPOCHS[name], seed)
            held_out = halves.two[0], faults.wrong_labels(halves.two[1], seed)
            _labels(f"{name}, seed {seed}, trained on clean labels  ", clean, *held_out, halves.two[1])
            other = next(each for each in (*reversed(names), name) if each != name or len(names) == 1)
            strange = faults.pictures(data, other, seed).two[0]
            _strangers(f"{name}, seed {seed}", clean, halves, strange, seed)
            _copies(f"{name}, seed {seed}", clean, halves.two[0], seed)


def _labels(
    title: str, network: Any, images: NDArray[np.uint8], given: NDArray[np.int64], true: NDArray[np.int64]
) -> None:
    """Average precision of the planted wrong labels."""
    from analysis.label_issues import label_issue, opinions, verdicts
    from analysis.loss import loss
    from analysis.quality import quality

    logits, seen = _seen(network, images)
    begin = time.process_time()
    said = opinions(seen["features/early"], seen["features/late"], given)
    issue = label_issue(verdicts(said, logits, given, np.zeros(len(given), np.int64)), given)
    seconds = time.process_time() - begin
    scores = {
        "label_issue": issue,
        "quality": -quality(seen[LAST], given),
        "loss": loss(logits, given),
        **_cleanlab(logits, given),
        "DNIKit's recipe, class by class": _familiarity(seen[LAST], given, given),
    }
    figures = ", ".join(f"{name} {_precision(values, given != true):.3f}" for name, values in scores.items())
    print(f"wrong labels, {title}: average precision {figures}; {seconds:.1f} s of CPU", flush=True)


def _strangers(title: str, network: Any, halves: faults.Pictures, other: NDArray[np.uint8], seed: int) -> None:
    """AUROC of the planted strangers among the held-out half; the other half is the reference."""
    from sklearn.metrics import roc_auc_score

    from analysis.outliers import outlier, outlier_parts

    images, kinds = faults.strangers(halves.two[0], other, seed)
    n = len(halves.one[0])
    _, seen = _seen(network, np.concatenate([halves.one[0], images]))
    labels = np.concatenate([halves.one[1], halves.two[1]])
    split = (np.arange(len(labels)) >= n).astype(np.int64)
    begin = time.process_time()
    names = ("early", "early_peaks", "late", "late_peaks", "last")
    ours = outlier(outlier_parts(*(seen[f"features/{name}"] for name in names), labels, split))[n:]
    seconds = time.process_time() - begin
    recipe = _familiarity(seen[LAST], np.where(split == 0, 0, -1), np.zeros(len(labels), np.int64))[n:]
    worst = min(
        (float(roc_auc_score(kinds[rows] == kind, ours[rows])), faults.KINDS[kind])
        for kind in range(len(faults.KINDS))
        for rows in [(kinds == kind) | (kinds < 0)]
    )
    print(
        f"strangers, {title}: AUROC outlier {roc_auc_score(kinds >= 0, ours):.4f}, worst kind {worst[0]:.3f} "
        f"({worst[1]}), DNIKit's recipe {roc_auc_score(kinds >= 0, recipe):.4f}; {seconds:.1f} s of CPU for "
        f"{len(labels):,}",
        flush=True,
    )


def _copies(title: str, network: Any, images: NDArray[np.uint8], seed: int) -> None:
    """Average precision of the planted near copies."""
    from analysis.near_copies import copy_group, copy_of, near_copy

    images, planted = faults.copies(images, seed)
    _, seen = _seen(network, images)
    begin = time.process_time()
    found = copy_of(images, seen[LAST])
    seconds = time.process_time() - begin
    flagged = copy_group(found) >= 0
    print(
        f"near copies, {title}: average precision {_precision(near_copy(found), planted):.4f}; of {flagged.sum()} "
        f"flagged {planted[flagged].mean():.3f} planted, of {planted.sum()} planted {flagged[planted].mean():.3f} "
        f"flagged; {seconds:.1f} s of CPU",
        flush=True,
    )


def _seen(network: Any, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Mapping[str, NDArray[np.float32]]]:
    """Logits, and the features that the scores read."""
    from model.preprocessing import Preprocessing
    from model.stages import stages

    last = network.info.default_layer
    result = network.forward(images, [last], preprocessing=Preprocessing(), readings=stages(network.info))
    features = {f"features/{name}": values for name, values in result.features.items()}
    return result.logits, {**features, LAST: result.activations[last]}


def _cleanlab(logits: NDArray[np.float32], given: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    try:
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        print("cleanlab is not installed (pip install cleanlab): left out")
        return {}
    from analysis.uncertainty import probabilities

    return {"cleanlab on the probabilities": -get_label_quality_scores(given, probabilities(logits).astype(float))}


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
