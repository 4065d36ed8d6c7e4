"""Which scaling a network expects, found by trying it. A wrong guess is silent and expensive.

What is tried: pixels as 0..1, 0..255, -1..1, standardized by the dataset's own mean and spread and, in
color, by ImageNet's; the same with black and white exchanged; and in color with red and blue exchanged. Where
images are smaller than the network's, the best of these is tried with a border and stretched.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import graph
from model.info import NetworkInfo
from model.preprocessing import INVERTED, SWAPPED, Preprocessing, fitting, other_size, scaled

if TYPE_CHECKING:
    from model.network import Network

# The most common first: of those that nothing sets apart, the first is taken.
GRAY = ("0..1", "0..255", "-1..1", "standardized")
COLOR = (*GRAY, "imagenet", "imagenet-mean")
TURNED = 2  # scalings of color images that are tried turned as well
SAMPLES, FEWEST_SAMPLES = 400, 32
BUDGET = 16e9  # multiplications, about half a second on two cores
SEED = 0
CLEAR = 3.0  # standard errors
LEAD = 0.02  # nats by which one has to know the classes better than another to be preferred
MARGIN = 0.05  # nats by which one may be less sure of them
UNSURE = 0.25  # the same, where both give the same answers
AGREE = 0.98
SEEN = 10  # samples of each class from which on another order of the classes may be seen
RENAMED = 0.3  # of the samples that have to be right only in another order
MOST_RIVALS = 3
HEATS = [2.0**step for step in range(-3, 13)]


@dataclass(frozen=True, slots=True)
class _Try:
    """What a network says under one scaling, per sample: losses, losses at the best temperature, classes."""

    losses: NDArray[np.float64]
    calm: NDArray[np.float64]
    predicted: NDArray[np.int64]


def choose(
    network: Network, images: NDArray[np.uint8], labels: NDArray[np.int64], *, override: str | None = None
) -> tuple[Preprocessing, list[dict[str, Any]]]:
    """The scaling under which a network knows its labels best, found by trying it on a few samples.

    Args:
        network: an opened network that fits the images.
        images: (n, h, w, ch) uint8.
        labels: (n,) int64, -1 for "no label".
        override: a scaling to use instead, as "-1..1" or "0..1 inverted"; it is tried with the others.

    Returns:
        The preprocessing, and a row per scaling that was tried: scaling, loss (mean, nats; None where
        it is not a number), accuracy, samples, chosen, best (what would be chosen if nothing was asked
        for). Without labels nothing is tried, nor for a network that says what it expects.

    Raises:
        UnknownName: there is no such scaling.
    """
    plain = fitting(network.info, images.shape[1:])
    asked = None if override is None else scaled(plain, override, images)
    if asked is None and network.expects is not None:
        return network.expects.shaped(plain), []
    asked_name = "" if asked is None else _name(asked, plain)
    color = (plain.colors or images.shape[-1]) == 3
    other = other_size(plain, images.shape[1:])
    each = len(COLOR) + 2 * TURNED if color else 2 * len(GRAY)
    rows = _sample(labels, network.info, each + (other is not None))
    if not len(rows):
        if asked is not None:
            return asked, []
        without = "labels" if network.info.n_outputs else "a class head"
        notice = f"Pixels are scaled to 0..1: without {without} it cannot be tried which scaling the network expects."
        return replace(plain, notices=(*plain.notices, notice)), []
    pixels, known = images[rows], labels[rows]
    logits: dict[str, NDArray[np.float64]] = {}
    tries: dict[str, _Try] = {}

    def attempt(name: str) -> None:
        if name not in tries:
            logits[name] = network.logits(scaled(plain, name, pixels).apply(pixels)).astype(np.float64)
            tries[name] = _try(logits[name], known)

    for name in COLOR if color else GRAY:
        attempt(name)
    for name in sorted(tries, key=lambda name: _mean(tries[name].calm))[:TURNED] if color else GRAY:
        attempt(f"{name} {INVERTED}")
        if color:
            attempt(f"{name} {SWAPPED}")
    meant = _renamed(tries, known, network.info.n_outputs)
    best, notice = _best({name: _try(values, meant) for name, values in logits.items()})
    if other is not None:
        attempt(f"{best} {other}")
        pair = {name: _try(logits[name], meant) for name in (best, f"{best} {other}")}
        best, doubt = _best(pair)
        notice = notice or doubt
    if asked_name:
        attempt(asked_name)
    table = [
        {
            "scaling": name,
            "loss": None if math.isinf(mean := _mean(tried.losses)) else mean,
            "accuracy": float((tried.predicted == known).mean()),
            "samples": len(rows),
            "chosen": name == (asked_name or best),
            "best": name == best,
        }
        for name, tried in tries.items()
    ]
    if asked is not None:
        return asked, table
    way = scaled(plain, best, images)
    return replace(way, notices=(*way.notices, *((notice,) if notice else ()))), table


def calm(
    network: Network, way: Preprocessing, images: NDArray[np.uint8], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The losses of the samples that are tried, (m,) nats, at the temperature that makes their mean smallest."""
    rows = _sample(labels, network.info, 2)
    logits = network.logits(way.apply(images[rows])).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(_calm(logits, labels[rows]), nan=np.inf, posinf=np.inf)


def _renamed(tries: Mapping[str, _Try], labels: NDArray[np.int64], c: int) -> NDArray[np.int64]:
    """The labels as the network would name them, if under some scaling its classes are only in another order.

    Otherwise the labels themselves. Without this the worst scaling would look best: the less a network
    knows, the less it is sure of names that are wrong.
    """
    if len(labels) < SEEN * c:
        return labels
    most = max(float((tried.predicted == labels).mean()) for tried in tries.values())
    found = labels
    for tried in tries.values():
        counts = np.bincount(labels * c + tried.predicted, minlength=c * c).reshape(c, c)
        names = np.arange(c)
        for _ in range(c):
            label, output = np.unravel_index(counts.argmax(), counts.shape)
            if counts[label, output] <= 0:
                break
            names[label] = output
            counts[label], counts[:, output] = -1, -1
        right = float((tried.predicted == names[labels]).mean())
        if right > most + RENAMED and len(set(names[np.unique(labels)])) == len(np.unique(labels)):
            most, found = right - RENAMED, names[labels]
    return found


def _try(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> _Try:
    with np.errstate(invalid="ignore"):  # infinite logits, of which `_best` knows
        return _Try(_losses(logits, labels), _calm(logits, labels), logits.argmax(axis=1))


def _mean(losses: NDArray[np.float64]) -> float:
    """Infinite where one of them is no number."""
    mean = float(losses.mean())
    return mean if math.isfinite(mean) else math.inf


def _name(way: Preprocessing, plain: Preprocessing) -> str:
    """What a way is called in the table; its size is named where it is not the usual one."""
    size = "" if way.size == plain.size else f" {way.size}"
    return way.scaling + f" {INVERTED}" * way.inverted + f" {SWAPPED}" * way.swapped + size


def _best(tries: Mapping[str, _Try]) -> tuple[str, str]:
    """The scaling under which the network does best, or the most common of several that are as good, and a notice.

    First who knows the classes: losses at each scaling's own best temperature, because pixels 255 times
    too large make a network surer and not wiser. The lead must be more than chance and worth something: where
    nearly all samples are right the differences are tiny, and regular enough to look like more than chance.
    Then, among those that nothing sets apart but how sure they are, whose losses as they are come near the
    smallest: within `UNSURE` nats of one with the same answers, because where all samples tried are right, who
    is surer looks better and need not be, and within `MARGIN` of others. No notice is given when the rivals predict
    the same classes anyway.
    """
    usual = next(iter(tries))
    finite = {name: tried for name, tried in tries.items() if np.isfinite(tried.losses).all()}
    if not finite:
        return usual, f"Pixels are scaled to {usual}, but the network gives numbers that are none, however scaled."
    wisest = min(finite.values(), key=lambda tried: float(tried.calm.mean()))
    near = {name: tried for name, tried in finite.items() if not is_clear(tried.calm - wisest.calm)}
    surest = min(near.values(), key=lambda tried: float(tried.losses.mean()))
    least = float(surest.losses.mean())
    near = {
        name: tried
        for name, tried in near.items()
        if tried.losses.mean() < least + (UNSURE if _agree(tried, surest) else MARGIN)
    }
    chosen = next(iter(near))
    rivals = [name for name in near if not _agree(near[name], near[chosen])]
    if not rivals:
        return chosen, ""
    several = ", ".join(rivals[:MOST_RIVALS]) + (" ..." if len(rivals) > MOST_RIVALS else "")
    return chosen, f"Pixels are scaled to {chosen}, but {several} would do as well; check it with --preprocess."


def _agree(one: _Try, other: _Try) -> bool:
    return bool((one.predicted == other.predicted).mean() >= AGREE)


def is_clear(more: NDArray[np.float64]) -> bool:
    """Whether losses are larger by more than chance would do, sample by sample, and by enough to matter."""
    n = len(more)
    error = float(more.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf
    return float(more.mean()) > max(CLEAR * error, LEAD)


def _losses(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """-log p(label) in nats, (n,)."""
    top = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return np.asarray(total - logits[np.arange(len(labels)), labels])


def _calm(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The losses at the temperature that makes their mean smallest, (n,)."""
    return min((_losses(logits / heat, labels) for heat in HEATS), key=lambda losses: float(losses.mean()))


def _sample(labels: NDArray[np.int64], info: NetworkInfo, tries: int) -> NDArray[np.int64]:
    """Rows with a label, as many of each class as there are, drawn over the whole dataset; the same in every run.

    Fewer for a network that takes long.
    """
    known = np.flatnonzero((labels >= 0) & (labels < info.n_outputs))
    each = tries * max(1, graph.cost(info.layers, channels_first=info.channels_first))
    count = min(len(known), SAMPLES, max(FEWEST_SAMPLES, int(BUDGET // each)))
    known = np.random.default_rng(SEED).permutation(known)
    order = np.argsort(labels[known], kind="stable")
    classes = labels[known][order]
    place = np.empty(len(known), np.int64)  # the how-manieth of its class
    place[order] = np.arange(len(known)) - np.searchsorted(classes, classes)
    return np.sort(known[np.argsort(place, kind="stable")[:count]])
