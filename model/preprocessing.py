"""How pixels become input. The scaling is not in the file, and a wrong guess is silent and expensive."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from model import Mismatch, graph, resizing
from model.info import NetworkInfo
from util import UnknownName, nearest

if TYPE_CHECKING:
    from model.network import Network

Scaling = Literal["0..1", "0..255", "-1..1", "standardized"]
Channels = Literal["last", "first", "dropped", "flat"]
Size = Literal["same", "border", "stretch"]

SCALINGS: dict[str, str] = {
    "0..1": "pixels divided by 255 (0..1)",
    "0..255": "pixels as they are (0..255)",
    "-1..1": "pixels divided by 127.5, minus 1 (-1..1)",
    "standardized": "pixels minus their mean, divided by their spread",
}
TRIED = ("0..1", "0..255", "-1..1")
SAMPLES, FEWEST_SAMPLES = 256, 32
BUDGET = 8e9  # multiplications, well under half a second on two cores
SOME = 10_000  # images whose mean and spread are taken
BORDER = 1.25  # a network's side to an image's, up to which there is a border
CLEAR = 3.0  # standard errors
MARGIN = 0.05  # nats
AGREE = 0.98
HEATS = [2.0**step for step in range(-3, 13)]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """The way from uint8 images to a network's input.

    Attributes:
        scaling: see SCALINGS.
        size: "same": images are taken in the size they have; "border": in the middle of a black picture
            of the network's size; "stretch": bilinear.
        height, width: of the network's input, in pixels; 0 where size is "same".
        colors: channels of the network's input, 1 or 3; 0 where the images have as many.
        channels: where the channel axis goes: "last" and "first" keep it, "dropped" removes the only
            channel, "flat" makes one row of the image.
        mean, spread: per channel, in pixels; for "standardized" only.
        notices: what a person should know about the choice.
    """

    scaling: Scaling = "0..1"
    size: Size = "same"
    height: int = 0
    width: int = 0
    colors: int = 0
    channels: Channels = "last"
    mean: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    notices: tuple[str, ...] = ()

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, h, w, ch) uint8 to float32 in the shape and scale of the network's input."""
        values = self.fitted(images)
        match self.scaling:
            case "0..1":
                values /= 255
            case "-1..1":
                values /= 127.5
                values -= 1
            case "standardized":
                values -= np.asarray(self.mean, np.float32)
                values /= np.asarray(self.spread, np.float32)
        match self.channels:
            case "first":
                return np.ascontiguousarray(values.transpose(0, 3, 1, 2))
            case "dropped":
                return values[..., 0]
            case "flat":
                return values.reshape(len(values), -1)
        return values

    def fitted(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, h, w, ch) in the size and colors of the network, still as pixels of 0..255."""
        values: NDArray[np.float32] = images.astype(np.float32)
        if self.colors:
            values = resizing.recolored(values, self.colors)
        match self.size:
            case "border":
                values = resizing.bordered(values, self.height, self.width)
            case "stretch":
                values = resizing.stretched(values, self.height, self.width)
        return values

    def describe(self) -> str:
        """In plain English, without a full stop."""
        channels = {
            "last": "",
            "first": ", channels first",
            "dropped": ", without the channel axis",
            "flat": ", each image as one row of numbers",
        }
        colors = {0: "", 1: "made gray, ", 3: "gray repeated as red, green and blue, "}
        size = {"same": "", "border": "given a black border to ", "stretch": "stretched to "}[self.size]
        size += f"{self.height}x{self.width}, " if size else ""
        return colors[self.colors] + size + SCALINGS[self.scaling] + channels[self.channels]

    def to_dict(self) -> dict[str, Any]:
        """In types that JSON knows."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Preprocessing:
        """The inverse of to_dict."""
        settings: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
        return cls(**settings)


@dataclass(frozen=True, slots=True)
class _Try:
    """What a network says under one scaling, per sample: losses, losses at the best temperature, classes."""

    losses: NDArray[np.float64]
    calm: NDArray[np.float64]
    predicted: NDArray[np.int64]


def check_images(
    network: str, takes: tuple[int | None, ...], dataset_name: str, image_shape: tuple[int, ...]
) -> None:
    """Refuse images that cannot be brought to the (h, w, ch) that a network takes.

    Size is stretched, and gray and color are made of each other; nothing else is.

    Raises:
        Mismatch: names both sides.
    """
    if takes[2] not in (None, image_shape[2]) and {takes[2], image_shape[2]} != {1, 3}:
        wanted = "x".join("any" if size is None else str(size) for size in takes)
        raise Mismatch(
            f"{network} takes {wanted} images, {dataset_name} has {'x'.join(map(str, image_shape))}; "
            f"choose a network trained on {dataset_name}"
        )


def fitting(info: NetworkInfo, image_shape: tuple[int, ...]) -> Preprocessing:
    """How images of (h, w, ch) get the shape of a network's input, with a notice where they are changed.

    A border is taken around gray images where the network is larger by a quarter at most, as LeNet's
    32x32 for digits of 28x28; otherwise they are stretched.
    """
    sizes = [has if wants is None else wants for has, wants in zip(image_shape, info.input_shape, strict=True)]
    height, width = sizes[:2]
    colors = info.input_shape[2] if info.input_shape[2] not in (None, image_shape[2]) else 0
    way = Preprocessing(channels=_channels(info), colors=colors or 0)
    notices = []
    if colors:
        gives, has = ("gray", "color") if colors == 1 else ("color", "gray")
        notices.append(f"The network takes {gives} images; yours are {has}, and are turned into {gives} ones.")
    if (height, width) != tuple(image_shape[:2]):
        ratios = [wants / has for has, wants in zip(image_shape[:2], (height, width), strict=True)]
        near = image_shape[2] == 1 and min(ratios) >= 1 and max(ratios) <= BORDER
        way = replace(way, size="border" if near else "stretch", height=height, width=width)
        done = "get a black border" if near else "are stretched"
        notices.append(
            f"The network takes {height}x{width} images; yours are {image_shape[0]}x{image_shape[1]} and {done}."
        )
    return replace(way, notices=tuple(notices))


def check_fit(info: NetworkInfo, dataset_name: str, image_shape: tuple[int, ...], n_classes: int) -> None:
    """Refuse a dataset whose images or classes a network cannot take.

    Raises:
        Mismatch: names both sides.
    """
    check_images(info.name, info.input_shape, dataset_name, image_shape)
    if info.n_outputs != n_classes:
        raise Mismatch(
            f"{info.name} has {info.n_outputs} outputs, {dataset_name} has {n_classes} classes; "
            f"choose a network trained on {dataset_name}"
        )


def choose(
    network: Network, images: NDArray[np.uint8], labels: NDArray[np.int64], *, override: str | None = None
) -> tuple[Preprocessing, list[dict[str, Any]]]:
    """The scaling under which a network knows its labels best, found by trying it on a few samples.

    Args:
        network: an opened network that fits the images.
        images: (n, h, w, ch) uint8.
        labels: (n,) int64, -1 for "no label".
        override: a scaling to use instead, tried or not.

    Returns:
        The preprocessing, and a row per scaling that was tried: scaling, loss (mean, nats; None where
        it is not a number), accuracy, samples, chosen. Without labels nothing is tried.

    Raises:
        UnknownName: there is no such scaling.
    """
    plain = fitting(network.info, images.shape[1:])
    if override is not None:
        return _scaled(plain, override, images), []
    rows = _sample(labels, network.info)
    if not len(rows):
        notice = "Pixels are scaled to 0..1: without labels it cannot be tried which scaling the network expects."
        return replace(plain, notices=(*plain.notices, notice)), []
    pixels, known = images[rows], labels[rows]
    tries: dict[str, _Try] = {}
    table: list[dict[str, Any]] = []
    for name in TRIED:
        logits = network.logits(_scaled(plain, name, pixels).apply(pixels)).astype(np.float64)
        with np.errstate(invalid="ignore"):  # infinite logits, of which `_best` knows
            tried = _Try(_losses(logits, known), _calm(logits, known), logits.argmax(axis=1))
        tries[name] = tried
        mean = float(tried.losses.mean())
        table.append(
            {
                "scaling": name,
                "loss": mean if math.isfinite(mean) else None,
                "accuracy": float((tried.predicted == known).mean()),
                "samples": len(rows),
            }
        )
    name, notice = _best(tries)
    for row in table:
        row["chosen"] = row["scaling"] == name
    return replace(_scaled(plain, name, images), notices=(*plain.notices, *((notice,) if notice else ()))), table


def _best(tries: Mapping[str, _Try]) -> tuple[str, str]:
    """The scaling under which the network does best, 0..1 where others are not clearly better, and a notice.

    First who knows the classes: losses at each scaling's own best temperature, because pixels 255 times
    too large make a network surer and not wiser. Then, among those that nothing sets apart but how sure
    they are, whose losses as they are come within `MARGIN` nats of the smallest. No notice is given when the
    rivals predict the same classes anyway.
    """
    finite = {name: tried for name, tried in tries.items() if np.isfinite(tried.losses).all()}
    if not finite:
        return TRIED[0], "Pixels are scaled to 0..1, but the network gives numbers that are none, however scaled."
    wisest = min(finite.values(), key=lambda tried: float(tried.calm.mean()))
    near = {name: tried for name, tried in finite.items() if not _is_clear(tried.calm - wisest.calm)}
    least = min(float(tried.losses.mean()) for tried in near.values())
    near = {name: tried for name, tried in near.items() if tried.losses.mean() < least + MARGIN}
    chosen = TRIED[0] if TRIED[0] in near else min(near, key=lambda name: float(near[name].losses.mean()))
    rivals = [name for name in near if (near[name].predicted == near[chosen].predicted).mean() < AGREE]
    if not rivals:
        return chosen, ""
    return chosen, (
        f"Pixels are scaled to {chosen}, but {' and '.join(rivals)} would do as well; check it with --preprocess."
    )


def _is_clear(more: NDArray[np.float64]) -> bool:
    """Whether losses are larger by more than chance would do, sample by sample."""
    n = len(more)
    error = float(more.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf
    return float(more.mean()) > max(CLEAR * error, 1e-6)


def _losses(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """-log p(label) in nats, (n,)."""
    top = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return np.asarray(total - logits[np.arange(len(labels)), labels])


def _calm(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The losses at the temperature that makes their mean smallest, (n,)."""
    return min((_losses(logits / heat, labels) for heat in HEATS), key=lambda losses: float(losses.mean()))


def _sample(labels: NDArray[np.int64], info: NetworkInfo) -> NDArray[np.int64]:
    """Rows spread evenly over those with a label; fewer for a network that takes long."""
    known = np.flatnonzero((labels >= 0) & (labels < info.n_outputs))
    each = len(TRIED) * max(1, graph.cost(info.layers, channels_first=info.channels_first))
    count = min(len(known), SAMPLES, max(FEWEST_SAMPLES, int(BUDGET // each)))
    return known[np.linspace(0, len(known) - 1, count).astype(np.int64)] if count else known


def _scaled(plain: Preprocessing, name: str, images: NDArray[np.uint8]) -> Preprocessing:
    if name not in SCALINGS:
        raise UnknownName(f"scaling '{name}': not known; {nearest(name, list(SCALINGS))}")
    scaling: Any = name
    if name != "standardized":
        return replace(plain, scaling=scaling)
    some = SOME if plain.size == "same" and not plain.colors else SOME // 20
    few = plain.fitted(images[np.linspace(0, len(images) - 1, min(len(images), some)).astype(np.int64)])
    mean, spread = few.mean(axis=(0, 1, 2)), few.std(axis=(0, 1, 2))
    return replace(
        plain,
        scaling=scaling,
        mean=tuple(float(value) for value in mean),
        spread=tuple(float(value) or 1.0 for value in spread),
    )


def _channels(info: NetworkInfo) -> Channels:
    match len(info.tensor_shape):
        case 1:
            return "flat"
        case 2:
            return "dropped"
    return "first" if info.channels_first else "last"
