"""Labels that are probably wrong, also those that the network has learnt by heart.

Six classifiers that never saw the sample's own label (`analysis.held_out`) are asked on an early and a
late stage of the network's features: ridge, kernel ridge and a vote of neighbors on each. Their
opinions are averaged as logarithms (Genest and Zidek, Combining Probability Distributions, 1986). The
network's own opinion joins them as far as it has not memorized: of the samples on which the six
contradict the label clearly, it should side with the six, and not with the label.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis import held_out
from analysis.reduction import reduced
from analysis.rule import rule
from analysis.threads import one_thread

NO_CLASS = -1
LINEAR, KERNEL, VOTE = 256, 64, 128  # principal directions that each of the classifiers is given
CLEAR = np.log(3.0)  # how much likelier another class must be for a contradiction
FEWEST = 20  # contradictions from which on the network's honesty is judged
FULL_WEIGHT = 4.0  # of the network beside six others, where it has memorized nothing
SIZE_OF_OTHERS = 6.0


@rule(
    "opinions",
    title="Opinions that never saw the label",
    kind="vector",
    needs={"early": "features/early", "late": "features/late"},
    leans_on=("manifolds-rs",),
)
@one_thread()
def opinions(early: NDArray[np.float32], late: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """What six classifiers fitted to every label but the sample's own say of it, as log-probabilities.

    About 8 s of CPU for 10,000 samples; held memory grows with n * c and not with n * n.

    Args:
        early: (n, d) features of an early stage.
        late: (n, e) features of the last stage that still has places.
        labels: (n,), -1 for none.

    Returns:
        (n, c) float32, c one more than the highest label; not-a-number in rows that are not finite, and
        everywhere if fewer than two classes have a sample.
    """
    n_classes = int(labels.max(initial=-1)) + 1
    said = np.full((len(labels), max(n_classes, 1)), np.nan, np.float32)
    stages = [reduced(stage, directions=LINEAR) for stage in (early, late)]
    finite = np.flatnonzero(np.all([np.isfinite(stage).all(axis=1) for stage in stages], axis=0))
    given = labels[finite]
    if len(np.unique(given[given >= 0])) < 2:
        return said
    total = np.zeros((len(finite), n_classes))
    for stage in stages:
        points = stage[finite]
        total += held_out.tempered(held_out.linear(points, given, n_classes), given)
        total += held_out.tempered(held_out.kernel(points[:, :KERNEL], given, n_classes), given)
        total += held_out.tempered(held_out.vote(points[:, :VOTE], given, n_classes), given)
    said[finite] = held_out.log_softmax(total / SIZE_OF_OTHERS)
    return said


@rule("verdicts", title="Opinions, the network's with them", kind="vector")
def verdicts(
    opinions: NDArray[np.float32],
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    split: NDArray[np.integer],
) -> NDArray[np.float32]:
    """The six opinions and the network's as one, in every split with the weight that the network deserves there.

    opinions: (n, c); logits: (n, k); labels, split: (n,) -> (n, c) float32 log-probabilities;
    not-a-number where the six have no opinion. Where the network has none, the six stand alone.
    """
    own = _over_same_classes(logits, opinions.shape[1])
    joined = opinions.astype(np.float64)
    for code in np.unique(split):
        rows = np.flatnonzero((split == code) & np.isfinite(own).all(axis=1) & np.isfinite(joined).all(axis=1))
        weight = FULL_WEIGHT * honesty(opinions[rows], own[rows], labels[rows])
        joined[rows] = (SIZE_OF_OTHERS * joined[rows] + weight * own[rows]) / (SIZE_OF_OTHERS + weight)
    finite = np.isfinite(joined).all(axis=1)
    joined[finite] = held_out.log_softmax(joined[finite])
    return joined.astype(np.float32)


@rule("label_issue", title="Label issue", bad="high")
def label_issue(verdicts: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """How unlikely the label is, in nats above the mean of all samples with the same label; high is suspect.

    A hard class is not a suspicious class: its mean is taken off. verdicts: (n, c); labels: (n,) -> (n,)
    float32; not-a-number without a label. Method: leave-one-out opinions on frozen features, after
    Northcutt, Jiang and Chuang, Confident Learning, 2021, whose self-confidence it ranks by.
    """
    known = (labels >= 0) & np.isfinite(verdicts).all(axis=1)
    score = np.full(len(labels), np.nan)
    given = labels[known]
    surprise = -verdicts[known, given].astype(np.float64)
    sums, counts = np.bincount(given, surprise), np.bincount(given)
    score[known] = surprise - (sums / np.maximum(counts, 1))[given]
    return score.astype(np.float32)


@rule("suggested", title="Suggested label", kind="class")
def suggested(verdicts: NDArray[np.float32]) -> NDArray[np.int64]:
    """The class that the opinions find likeliest; for unlabelled samples too.

    verdicts: (n, c) -> (n,) int64, -1 without an opinion.
    """
    known = np.asarray(np.isfinite(verdicts).all(axis=1))
    return np.where(known, np.where(known[:, None], verdicts, 0).argmax(axis=1), NO_CLASS).astype(np.int64)


@rule("confident_pairs", title="Labels confidently contradicted", kind="table")
def confident_pairs(
    verdicts: NDArray[np.float32], labels: NDArray[np.int64], split: NDArray[np.integer]
) -> NDArray[np.int64]:
    """How many samples of each given label are confidently of each class, per split; off the diagonal are issues.

    A sample counts for the likeliest of the classes whose probability reaches the mean that their own
    samples get (the confident joint of Northcutt, Jiang and Chuang, Confident Learning, 2021).

    verdicts: (n, c); labels, split: (n,) -> (s, c, c) int64: split, given label, confident class.
    """
    n_splits, n_classes = int(split.max(initial=0)) + 1, verdicts.shape[1]
    counts = np.zeros((n_splits, n_classes, n_classes), np.int64)
    known = (labels >= 0) & np.isfinite(verdicts).all(axis=1)
    chances, given = np.exp(verdicts[known].astype(np.float64)), labels[known]
    if not len(given):
        return counts
    sums = np.bincount(given, chances[np.arange(len(given)), given], n_classes)
    sizes = np.bincount(given, minlength=n_classes)
    enough = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    reached = np.where(chances >= enough, chances, -1)
    some = reached.max(axis=1) >= 0
    np.add.at(counts, (split[known][some], given[some], reached[some].argmax(axis=1)), 1)
    return counts


def honesty(opinions: NDArray[np.float32], own: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """How far a network can be believed about the labels it was given: 1 honest, 0 memorized.

    Of the samples whose label the opinions contradict clearly, an honest network sides with the label
    rarely, and one that learnt wrong labels by heart nearly always.

    opinions, own: (n, c) log-probabilities; labels: (n,).
    """
    known = labels >= 0
    given = labels[known]
    best = opinions[known].argmax(axis=1)
    lead = opinions[known].max(axis=1) - opinions[known, given]
    contradicted = (best != given) & (lead > CLEAR)
    if contradicted.sum() < FEWEST:
        return 0.25
    sides = float((own[known][contradicted].argmax(axis=1) == given[contradicted]).mean())
    return max(0.0, 1 - 2 * sides)


def _over_same_classes(logits: NDArray[np.float32], n_classes: int) -> NDArray[np.float64]:
    """The network's log-probabilities of the classes that there are labels of; a class it lacks is very unlikely."""
    own = np.full((len(logits), n_classes), -50.0)
    shared = min(n_classes, logits.shape[1])
    own[:, :shared] = logits[:, :shared]
    finite = np.isfinite(own).all(axis=1)
    own[~finite] = np.nan
    own[finite] = held_out.log_softmax(own[finite])
    return own
