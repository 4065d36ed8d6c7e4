"""How pixels become input. The scaling is not in the file, and a wrong guess is silent and expensive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model import Mismatch, resizing
from model.info import NetworkInfo
from util import UnknownName, nearest

Scaling = Literal["0..1", "0..255", "-1..1", "standardized", "imagenet", "imagenet-mean", "own"]
Channels = Literal["last", "first", "dropped", "flat"]
Size = Literal["same", "border", "stretch"]

SCALINGS: dict[str, str] = {
    "0..1": "pixels divided by 255 (0..1)",
    "0..255": "pixels as they are (0..255)",
    "-1..1": "pixels divided by 127.5, minus 1 (-1..1)",
    "standardized": "pixels minus their mean, divided by their spread",
    "imagenet": "pixels minus ImageNet's mean, divided by ImageNet's spread, per color",
    "imagenet-mean": "pixels minus ImageNet's mean per color (0..255)",
}
OWN = "pixels minus the mean that the network was trained with, divided by its spread, per color"
INVERTED, SWAPPED = "inverted", "BGR"
SIZES = ("border", "stretch")
IMAGENET = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))  # of pixels as red, green, blue
SOME = 10_000  # images whose mean and spread are taken
BORDER = 1.25  # a network's side to an image's, up to which there is a border


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """The way from uint8 images to a network's input.

    Attributes:
        scaling: see SCALINGS; "own" is one that comes with a network and is not among these.
        size: "same": images are taken in the size they have; "border": in the middle of a black picture
            of the network's size; "stretch": bilinear.
        height, width: of the network's input, in pixels; 0 where size is "same".
        colors: channels of the network's input, 1 or 3; 0 where the images have as many.
        channels: where the channel axis goes: "last" and "first" keep it, "dropped" removes the only
            channel, "flat" makes one row of the image.
        mean, spread: per channel of the network's input, in pixels; for "standardized", ImageNet's and "own".
        inverted: whether black and white are exchanged first.
        swapped: whether red and blue are exchanged.
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
    inverted: bool = False
    swapped: bool = False

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, h, w, ch) uint8 to float32 in the shape and scale of the network's input."""
        values = self.fitted(images)
        match self.scaling:
            case "0..1":
                values /= 255
            case "-1..1":
                values /= 127.5
                values -= 1
            case "standardized" | "imagenet" | "imagenet-mean" | "own":
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
        if self.inverted:  # before a border is put around it, which is black as the network knows it
            np.subtract(255, values, out=values)
        if self.colors:
            values = resizing.recolored(values, self.colors)
        match self.size:
            case "border":
                values = resizing.bordered(values, self.height, self.width)
            case "stretch":
                values = resizing.stretched(values, self.height, self.width)
        return np.ascontiguousarray(values[..., ::-1]) if self.swapped else values

    def shaped(self, plain: Preprocessing) -> Preprocessing:
        """This scaling in the shape of another way."""
        return replace(plain, scaling=self.scaling, mean=self.mean, spread=self.spread, swapped=self.swapped)

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
        turned = "black and white exchanged, " if self.inverted else ""
        turned += "red and blue exchanged, " if self.swapped else ""
        return colors[self.colors] + size + turned + SCALINGS.get(self.scaling, OWN) + channels[self.channels]

    def to_dict(self) -> dict[str, Any]:
        """In types that JSON knows."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Preprocessing:
        """The inverse of to_dict."""
        settings: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
        return cls(**settings)


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
        notices.append(_resized(way, image_shape))
    return replace(way, notices=tuple(notices))


def other_size(plain: Preprocessing, image_shape: tuple[int, ...]) -> Size | None:
    """The way to the network's size that was not taken; None where there is just one.

    Args:
        plain: how images get the shape of the network's input.
        image_shape: (h, w, ch) as they are.
    """
    if plain.size == "same" or plain.height < image_shape[0] or plain.width < image_shape[1]:
        return None
    return "stretch" if plain.size == "border" else "border"


def _resized(way: Preprocessing, image_shape: tuple[int, ...]) -> str:
    done = "get a black border" if way.size == "border" else "are stretched"
    has = f"{image_shape[0]}x{image_shape[1]}"
    return f"The network takes {way.height}x{way.width} images; yours are {has} and {done}."


def check_fit(info: NetworkInfo, dataset_name: str, image_shape: tuple[int, ...], n_classes: int) -> None:
    """Refuse a dataset whose images a network cannot take, or that has more classes than it has outputs.

    More outputs than classes are fine: a network may know more than is asked of it. So is a network without a
    class head, and so are data without labels, whose `n_classes` is 0.

    Raises:
        Mismatch: names both sides.
    """
    check_images(info.name, info.input_shape, dataset_name, image_shape)
    if 0 < info.n_outputs < n_classes:
        raise Mismatch(
            f"{info.name} has {info.n_outputs} outputs, {dataset_name} has {n_classes} classes; "
            f"choose a network trained on {dataset_name}, or --output none to see its layers alone"
        )


def scaled(plain: Preprocessing, name: str, images: NDArray[np.uint8]) -> Preprocessing:
    """The same way with another scaling.

    Args:
        plain: how the images get the shape of the network's input.
        name: a scaling, and behind it "inverted", "BGR", and "border" or "stretch", as in "-1..1 BGR".
        images: (n, h, w, ch) uint8, for their size, and for the mean and spread of "standardized".

    Raises:
        UnknownName: there is no such scaling, BGR is asked of gray images, or a border around too large ones.
    """
    words = name.split() or [name]
    turns = {word.lower() for word in words[1:]}
    if words[0] not in SCALINGS:
        raise UnknownName(f"scaling '{words[0]}': not known; {nearest(words[0], list(SCALINGS))}")
    for word in words[1:]:
        if word.lower() not in (INVERTED, SWAPPED.lower(), *SIZES):
            raise UnknownName(
                f"scaling '{name}': '{word}' is not known; behind a scaling there may be inverted, BGR, border or "
                "stretch"
            )
    plain = _sized(plain, name, turns & set(SIZES), images.shape[1:])
    scaling: Any = words[0]
    swapped = SWAPPED.lower() in turns
    if swapped and (plain.colors or images.shape[-1]) != 3:
        raise UnknownName(f"scaling '{name}': the network takes gray images; leave out BGR")
    way = replace(plain, scaling=scaling, inverted=INVERTED in turns, swapped=swapped)
    if scaling.startswith("imagenet"):
        mean, spread = (_of_channels(values, plain.colors or images.shape[-1]) for values in IMAGENET)
        spread = spread if scaling == "imagenet" else (1.0,) * len(mean)
        return replace(way, mean=mean[::-1] if swapped else mean, spread=spread[::-1] if swapped else spread)
    if scaling != "standardized":
        return way
    some = SOME if plain.size == "same" and not plain.colors else SOME // 20
    few = way.fitted(images[np.linspace(0, len(images) - 1, min(len(images), some)).astype(np.int64)])
    return replace(
        way,
        mean=tuple(float(value) for value in few.mean(axis=(0, 1, 2))),
        spread=tuple(float(value) or 1.0 for value in few.std(axis=(0, 1, 2))),
    )


def _sized(plain: Preprocessing, name: str, asked: set[str], image_shape: tuple[int, ...]) -> Preprocessing:
    """The same way with the size that was asked for, and its notice."""
    if not asked or asked == {plain.size}:
        return plain
    size = other_size(plain, image_shape)
    if size is None or asked != {size}:
        why = "are as large as the network takes" if plain.size == "same" else "are larger than the network takes"
        why = "cannot be both" if len(asked) > 1 else why
        raise UnknownName(f"scaling '{name}': the images {why}; leave out {' and '.join(sorted(asked))}")
    way = replace(plain, size=size)
    before, after = _resized(plain, image_shape), _resized(way, image_shape)
    return replace(way, notices=tuple(after if notice == before else notice for notice in plain.notices))


def _of_channels(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    """Values per color for images of so many channels; their mean where these are not red, green and blue."""
    return values if channels == len(values) else (sum(values) / len(values),) * channels


def _channels(info: NetworkInfo) -> Channels:
    match len(info.tensor_shape):
        case 1:
            return "flat"
        case 2:
            return "dropped"
    return "first" if info.channels_first else "last"
