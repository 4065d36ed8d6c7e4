"""What a heat map is worth: two tests that every map has to pass before it is believed.

Deletion takes the hottest places away first and watches the probability fall (Petsiuk, Das and Saenko, "RISE:
Randomized Input Sampling for Explanation of Black-box Models", 2018). It is compared with maps of chance that are as
coarse as the one tested: scattered pixels taken away at random harm a network more than a patch of the same area.

The control makes the same map with a network whose weights were shuffled. A map that stays the same shows the
picture, not what was learnt (Adebayo et al., "Sanity Checks for Saliency Maps", 2018).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import slopes
from model.network import Network
from model.saliency import Floats, Heat, Picture, covered

STEPS = 20, 8  # of a curve, for small pictures and for large ones
ORDERS = 39, 19  # of chance; nineteen are the fewest that can tell five in a hundred
CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Deletion:
    """How the probability of a class falls while the picture is taken away.

    Attributes:
        shares: (s,) of the places that are gone, 0 to 1.
        curve: (s,) the probability, hottest places first.
        chance: (n, s) the same for n orders of chance.
    """

    shares: Floats
    curve: Floats
    chance: Floats

    @property
    def area(self) -> float:
        """Under the curve, 0 to 1; low is good: what the map points at was what the network went by."""
        return float(np.trapezoid(self.curve, self.shares))

    @property
    def areas(self) -> Floats:
        """(n,) under the curves of chance."""
        return np.asarray(np.trapezoid(self.chance, self.shares, axis=1), np.float32)

    @property
    def p(self) -> float:
        """How often an order of chance does as well: (1 + those that do) / (1 + n)."""
        return float((1 + np.count_nonzero(self.areas <= self.area)) / (1 + len(self.chance)))

    @property
    def better(self) -> bool:
        """Whether the map does better than chance, by the usual five in a hundred."""
        return self.p <= CHANCE


def deletion(network: Network, picture: Picture, heat: Heat, row: int, code: int, *, seed: int = 0) -> Deletion:
    """The deletion curve of one map.

    Args:
        network: with a class head.
        picture: that was looked at.
        heat: the maps.
        row: the one that is tested.
        code: the class whose probability is watched.
        seed: of the orders of chance, and of the order among places of equal heat.
    """
    random = np.random.default_rng(seed)
    plane = picture.plane
    places = plane.height * plane.width
    steps, orders = STEPS[picture.large], ORDERS[picture.large]
    shares = np.linspace(0, 1, steps + 1, dtype=np.float32)
    noise = random.random((orders, *heat.grid), dtype=np.float32)
    tested = np.concatenate([heat.maps[row : row + 1], plane.spread(noise)]).reshape(orders + 1, places)
    rank = np.empty((orders + 1, places), np.int64)
    for number, values in enumerate(tested):
        rank[number, np.lexsort((random.random(places), -values))] = np.arange(places)
    gone = rank[:, None] < np.round(shares[1:-1] * places)[:, None]
    answers = covered(network, picture, gone.reshape(-1, plane.height, plane.width))
    curves = np.empty((orders + 1, steps + 1), np.float32)
    curves[:, 1:-1] = probability(answers, code).reshape(orders + 1, -1)
    curves[:, [0, -1]] = probability(network.logits(np.concatenate([picture.inputs, picture.background])), code)
    return Deletion(shares, curves[0], curves[1:])


def probability(logits: Floats, code: int) -> Floats:
    """(m, c) logits -> (m,) the softmax of one class."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted[:, code] / shifted.sum(axis=1), np.float32)


def likeness(one: Floats, other: Floats) -> float:
    """Spearman's rank correlation of two maps, -1 to 1; NaN if one of them is the same everywhere."""
    first, second = (_ranks(values.ravel()) for values in (one, other))
    spread = first.std() * second.std()
    if spread == 0:
        return float("nan")
    return float(((first - first.mean()) * (second - second.mean())).mean() / spread)


@contextmanager
def shuffled(network: Network, *, seed: int = 0) -> Iterator[None]:
    """The network with the numbers in each of its kernels shuffled, as long as the block lasts.

    Kernels are arrays of weights with two axes or more; biases and the statistics of normalization stay.
    """
    random = np.random.default_rng(seed)
    kernels = _kernels(network)
    kept = [_read(kernel) for kernel in kernels]
    try:
        for kernel, values in zip(kernels, kept, strict=True):
            _write(kernel, random.permutation(values.ravel()).reshape(values.shape))
        yield
    finally:
        for kernel, values in zip(kernels, kept, strict=True):
            _write(kernel, values)


def _kernels(network: Network) -> list[Any]:
    torso = slopes.torso(network)
    weights = network._network.weights if torso is None else list(torso.module.parameters())
    return [weight for weight in weights if len(weight.shape) > 1 and "float" in str(weight.dtype)]


def _read(kernel: Any) -> NDArray[Any]:
    values = kernel.detach().cpu() if hasattr(kernel, "detach") else kernel.value
    return np.array(values.numpy())


def _write(kernel: Any, values: NDArray[Any]) -> None:
    if hasattr(kernel, "assign"):
        kernel.assign(values)
    else:
        import torch

        kernel.data.copy_(torch.from_numpy(values))


def _ranks(values: Floats) -> NDArray[np.float64]:
    """Ranks from 0, equal values the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts + 1) / 2)[places]
