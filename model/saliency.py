"""Heat maps: which places of a picture drive a network's answer.

Every method takes a network and one preprocessed picture, and gives (k, h, w) float32: for each of k numbers (the
scores of classes, the loss) a map over the network's input, in the units of that number. Where it is positive, the
place speaks for the class, or raises the loss. A class's score is its logit, before the softmax.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import maps, slopes
from model.info import Layer, NetworkInfo
from model.network import Network
from model.plane import Plane
from model.slopes import Targets

Floats = NDArray[np.float32]

SMALL = 64 * 64  # places of an input, up to which a network is taken to be quick and late maps to be coarse
STEPS = 32, 16  # on the way from the background to the picture, for small pictures and for large ones
PATCHES = 7, 5  # patches along each side, which overlap by half; for small and for large ones
MOST_AT_ONCE = 1024  # pictures with something taken away
OPEN_PLACES = 2  # stands for a side that the network leaves open


@dataclass(frozen=True, slots=True)
class Picture:
    """What a method looks at.

    Attributes:
        inputs: (1, ...) the preprocessed picture.
        background: (1, ...) what stands for a place that is not there, in the same scale: the data's mean picture.
        plane: where the numbers of both lie.
    """

    inputs: Floats
    background: Floats
    plane: Plane

    @property
    def large(self) -> bool:
        """Whether it has so many places that a network takes its time for it."""
        return self.plane.height * self.plane.width > SMALL


@dataclass(frozen=True, slots=True)
class Heat:
    """What a method finds: (k, h, w) maps over the network's input, and the grid (gh, gw) they were worked out on."""

    maps: Floats
    grid: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Method:
    """A way to make heat maps.

    Attributes:
        title: what to call it.
        signed: whether it tells what speaks against from what does not matter.
        layered: whether it asks for a layer with maps.
        function: takes network, picture, targets and layer.
    """

    title: str
    signed: bool
    layered: bool
    function: Callable[[Network, Picture, Targets, str], Heat]


def grad_cam(network: Network, picture: Picture, asked: Targets, layer: str) -> Heat:
    """Grad-CAM: the sum of a layer's maps, each weighted by the mean derivative of the number over its places.

    Never negative: what speaks against is cut off. In units of the number per place of the layer's maps, which are
    brought to the picture's size bilinearly.

    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017.
    """
    values, derived = slopes.slopes(network, picture.inputs, asked, layer)
    weights = derived[:, 0].mean(axis=(1, 2))
    return _over(picture, np.maximum(np.einsum("hwc,kc->khw", values[0], weights), 0))


def layer_cam(network: Network, picture: Picture, asked: Targets, layer: str) -> Heat:
    """Layer-CAM: as Grad-CAM, but every place is weighted by its own derivative where that is positive.

    Holds at early layers too, whose maps are larger. Never negative; same units.

    Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", 2021.
    """
    values, derived = slopes.slopes(network, picture.inputs, asked, layer)
    return _over(picture, np.maximum((np.maximum(derived[:, 0], 0) * values[:1]).sum(axis=-1), 0))


def integrated_gradients(network: Network, picture: Picture, asked: Targets, layer: str = "") -> Heat:
    """Integrated gradients: every input times its mean derivative on the straight way from the background to it.

    Signed. A map sums to what the number gains from the background to the picture, up to the error of a
    Gauss-Legendre sum of STEPS terms. Channels are added up.

    Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017.
    """
    way = picture.inputs - picture.background
    knots, weights = np.polynomial.legendre.leggauss(STEPS[picture.large])
    shares = ((knots + 1) / 2).astype(np.float32).reshape(-1, *[1] * (way.ndim - 1))
    derived = slopes.slopes(network, picture.background + shares * way, asked)[1]
    mean = np.einsum("ks...,s->k...", derived, (weights / 2).astype(np.float32))
    found = picture.plane.placed(mean * way).sum(axis=-1)
    return Heat(np.asarray(found, np.float32), (picture.plane.height, picture.plane.width))


def occlusion(network: Network, picture: Picture, asked: Targets, layer: str = "") -> Heat:
    """Occlusion: how far the number falls when a patch is replaced by the background.

    Signed. Patches are a seventh of each side, a fifth of large pictures, and overlap by half; a place gets the
    mean over the patches that cover it. Needs nothing of the network but its answers.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014.
    """
    plane = picture.plane
    rows, columns = (windows(side, PATCHES[picture.large]) for side in (plane.height, plane.width))
    masks = (rows[:, None, :, None] & columns[None, :, None, :]).reshape(-1, plane.height, plane.width)
    fallen = asked.of(network.logits(picture.inputs)) - asked.of(covered(network, picture, masks))
    grid = (len(rows), len(columns))
    return Heat(averaged(rows, columns, fallen.reshape(len(asked), *grid)), grid)


METHODS: dict[str, Method] = {
    "grad-cam": Method("Grad-CAM", signed=False, layered=True, function=grad_cam),
    "layer-cam": Method("Layer-CAM", signed=False, layered=True, function=layer_cam),
    "integrated-gradients": Method("Integrated gradients", True, False, integrated_gradients),
    "occlusion": Method("Occlusion", signed=True, layered=False, function=occlusion),
}


def with_maps(info: NetworkInfo) -> tuple[str, ...]:
    """The layers with maps from which a way leads to the class scores, or to the embedding; input to output."""
    rows = {layer.name: layer for layer in info.layers}
    before: set[str] = set()
    waiting = [info.head or info.default_layer]
    while waiting:
        name = waiting.pop()
        if name in rows and name not in before:
            before.add(name)
            waiting += rows[name].inputs
    return tuple(row.name for row in info.layers if row.name in before and _has_maps(row, info.channels_first))


def usual_layer(info: NetworkInfo) -> str:
    """The last layer with maps that is not the smaller copy of one before, which Grad-CAM's authors advise."""
    names = with_maps(info)
    whole = [name for name in names if "Pool" not in info.layer(name).kind]
    return (whole or list(names) or [""])[-1]


def usual_method(info: NetworkInfo, image_shape: Sequence[int]) -> str:
    """The key of the method to begin with, for images of (h, w, ch).

    Occlusion for inputs of up to SMALL places: it passed its own test where Grad-CAM, whose maps are the last and
    coarsest there, mostly did not (docs/decisions/022). For larger ones Grad-CAM, which costs one pass; integrated
    gradients if no layer has maps.
    """
    height, width = (side or image_shape[axis] for axis, side in enumerate(info.input_shape[:2]))
    if height * width <= SMALL:
        return "occlusion"
    return "grad-cam" if with_maps(info) else "integrated-gradients"


def covered(network: Network, picture: Picture, masks: NDArray[np.bool_]) -> Floats:
    """(m, c) logits of the picture with the places of m masks (m, h, w) replaced by the background."""
    place = picture.plane
    whole, ground = place.placed(picture.inputs), place.placed(picture.background)
    batch = min(MOST_AT_ONCE, maps.fitting(network.info.layers, picture.inputs.shape[1:]))
    parts = []
    for start in range(0, len(masks), batch):
        changed = np.where(masks[start : start + batch, :, :, None], ground, whole)
        parts.append(network.logits(place.packed(np.asarray(changed, np.float32))))
    return np.concatenate(parts)


def windows(side: int, parts: int) -> NDArray[np.bool_]:
    """(count, side): windows of one part of the side, half of it apart, the last one at the very end."""
    length = max(1, math.ceil(side / parts))
    starts = sorted({*range(0, side - length + 1, max(1, length // 2)), side - length})
    places = np.arange(side)
    return np.stack([(places >= start) & (places < start + length) for start in starts])


def averaged(rows: NDArray[np.bool_], columns: NDArray[np.bool_], values: Floats) -> Floats:
    """(k, r, c) values of r x c patches -> (k, h, w): of every place the mean over the patches that cover it."""
    down, across = rows.astype(np.float32), columns.astype(np.float32)
    total = np.einsum("krc,rh,cw->khw", values, down, across, optimize=True)
    return np.asarray(total / (down.sum(axis=0)[:, None] * across.sum(axis=0)), np.float32)


def _over(picture: Picture, coarse: NDArray[Any]) -> Heat:
    coarse = np.asarray(coarse, np.float32)
    return Heat(picture.plane.spread(coarse), (coarse.shape[1], coarse.shape[2]))


def _has_maps(row: Layer, channels_first: bool) -> bool:
    if not row.usable or len(row.output_shape) != 4:
        return False
    sizes: Sequence[int | None] = row.output_shape[2:] if channels_first else row.output_shape[1:3]
    return math.prod(OPEN_PLACES if size is None else size for size in sizes) > 1
