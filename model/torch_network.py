"""A network of PyTorch's with the face of `network.Network`: logits and activations in one pass over the images."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from model import BadModel, shown
from model.info import Layer, NetworkInfo, Output
from model.network import Forward, Network
from model.stages import How, Stage, cells
from util import Progress, Report, silent

if TYPE_CHECKING:
    from model.backbones import Backbone
    from model.preprocessing import Preprocessing

EMBEDDING, SCORES = "embedding", "scores"
BATCH = 32  # images at once, where nobody asks for another number
IMAGE_CHANNELS = 3

# What a network makes of a batch: values by row, of any shape, the batch axis first.
Run = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Torso:
    """A network of PyTorch's as its library gives it.

    Attributes:
        module: in evaluation mode.
        run: (n, 3, h, w) float tensor -> rows in order, the last of them EMBEDDING, and SCORES behind it if there
            are class scores.
        size: (h, w) of the images it takes.
        expects: how it wants pixels scaled; None if nobody says.
        kinds: class of each row, where there is one.
        parameters: weights of each row, where it has some of its own.
        notices: what a person should know, a sentence each.
        no_head: why there are no class scores; "" where there are.
    """

    module: Any
    run: Run
    size: tuple[int, int]
    expects: Preprocessing | None
    kinds: Mapping[str, str]
    parameters: Mapping[str, int]
    notices: tuple[str, ...] = ()
    no_head: str = ""


class TorchNetwork(Network):
    """An opened network. `info` describes it, `forward` runs it."""

    def __init__(self, info: NetworkInfo, torso: Torso) -> None:
        super().__init__(info, None, None)
        self.expects = torso.expects
        self._torso = torso

    def forward(
        self,
        images: NDArray[np.uint8],
        layers: Sequence[str],
        *,
        preprocessing: Preprocessing,
        readings: Mapping[str, Stage] = MappingProxyType({}),
        batch_size: int = BATCH,
        report: Report = silent,
    ) -> Forward:
        """Logits and pooled activations of all the layers, in one pass. See `network.Network.forward`.

        Raises:
            UnknownName: the network has no such layer.
        """
        wanted = [self.info.layer(name) for name in dict.fromkeys(layers)]
        n = len(images)
        logits = np.empty((n, self.info.n_outputs), np.float32)
        activations = {layer.name: np.empty((n, layer.width), np.float32) for layer in wanted}
        features: dict[str, NDArray[np.float32]] = {}
        batch = max(1, batch_size)
        for start in range(0, n, batch):
            stop = min(start + batch, n)
            values, read = self._values(preprocessing.apply(images[start:stop]), readings)
            for name, array in activations.items():
                array[start:stop] = values[name]
            for name, value in read.items():
                features.setdefault(name, np.empty((n, value.shape[1]), np.float32))[start:stop] = value
            if self.info.n_outputs:
                logits[start:stop] = self._ordered(values[SCORES])
            report(Progress("predictions and activations", stop, n, "images"))
        return Forward(logits, activations, features)

    def logits(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, c) logits of a few preprocessed inputs at once. Only of a network with class scores."""
        parts = [self._values(inputs[start : start + BATCH])[0][SCORES] for start in range(0, len(inputs), BATCH)]
        return self._ordered(np.concatenate(parts))

    def _ordered(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        return logits[:, list(self.order)] if self.order else logits

    def _values(
        self, inputs: NDArray[np.float32], readings: Mapping[str, Stage] = MappingProxyType({})
    ) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
        """Every row, (n, width) float32, and every reading."""
        import torch

        with torch.inference_mode():
            place = next((weight.device for weight in self._torso.module.parameters()), "cpu")
            rows = self._torso.run(torch.from_numpy(np.ascontiguousarray(inputs)).to(place))
            pooled_rows = {name: pooled(value).float().cpu().numpy() for name, value in rows.items()}
            read = {name: read_stage(rows[stage.layer], stage.how) for name, stage in readings.items()}
            return pooled_rows, {name: value.float().cpu().numpy() for name, value in read.items()}


def describe(asked: Backbone, torso: Torso, digest: str, made_by: str) -> TorchNetwork:
    """Try a network on an image of noise, and describe it by what comes out.

    Args:
        asked: its name.
        torso: the network.
        digest: its identity.
        made_by: the packages with their versions.

    Raises:
        BadModel: it fails on an image.
    """
    import torch

    _on_device(torso.module)
    height, width = torso.size
    noise = torch.from_numpy(np.random.default_rng(0).random((2, IMAGE_CHANNELS, height, width), dtype=np.float32))
    try:
        with torch.inference_mode():
            given = torso.run(noise.to(next(torso.module.parameters()).device))
    except Exception as error:  # whatever it raises is about this network
        title = shown(asked.title, 90)
        raise BadModel(
            f"{title}: fails on an image of noise ({shown(error, 90)}); try it in PyTorch itself"
        ) from error
    rows = [Layer("image", "Input", (None, IMAGE_CHANNELS, height, width), 0, (), False, 0)]
    for name, value in given.items():
        shape = tuple(value.shape)
        fits = len(shape) >= 2 and shape[0] == len(noise)
        width_of = pooled(value).shape[1] if fits else 0
        own = torso.parameters.get(name, 0)
        kind = torso.kinds.get(name, {EMBEDDING: "Embedding", SCORES: "Linear"}.get(name, "Block"))
        rows.append(Layer(name, kind, (None, *shape[1:]), own, (rows[-1].name,), fits, width_of))
    weights = list(torso.module.parameters())
    classes = int(given[SCORES].shape[1]) if SCORES in given else 0
    kind_of_output: Output = "logits" if classes else "none"
    info = NetworkInfo(
        name=asked.title,
        digest=digest,
        layers=tuple(rows),
        input_shape=(height, width, IMAGE_CHANNELS),
        tensor_shape=(IMAGE_CHANNELS, height, width),
        channels_first=True,
        n_outputs=classes,
        output=kind_of_output,
        default_layer=EMBEDDING,
        parameters=sum(math.prod(weight.shape) for weight in weights),
        trainable_parameters=sum(math.prod(weight.shape) for weight in weights if weight.requires_grad),
        keras_version=made_by,
        saved_with="",
        notices=tuple(filter(None, (*torso.notices, torso.no_head))),
        damaged=tuple(_damaged(torso.module)),
        head=SCORES if classes else "",
        no_head=torso.no_head,
        outputs=(SCORES if classes else EMBEDDING,),
    )
    return TorchNetwork(info, torso)


def pooled(value: Any) -> Any:
    """(n, width): the mean of a map over space, of a sequence over its places; a row as it is.

    A map may have its channels first or last; the axis whose size differs from the other two is the one, and
    the first where that does not tell.
    """
    match value.dim():
        case 2:
            return value
        case 3:
            return value.mean(dim=1)
        case 4:
            first, second, third = value.shape[1:]
            return value.mean(dim=(1, 2)) if first == second != third else value.mean(dim=(2, 3))
    return value.flatten(1)


def read_stage(value: Any, how: How) -> Any:
    """(n, width): a layer's maps in coarse cells, or the strongest of each filter; a plain row as it is."""
    import torch

    if value.dim() == 2:
        return value
    if value.dim() == 3:  # places before filters
        value = value.transpose(1, 2)[..., None]
    elif value.shape[1] == value.shape[2] != value.shape[3]:
        value = value.permute(0, 3, 1, 2)
    value = value.flatten(2, -2) if value.dim() > 4 else value
    if how == "peaks":
        return value.amax(dim=(2, 3))
    side = cells(value.shape[1])
    size = (min(side, value.shape[2]), min(side, value.shape[3]))
    return torch.nn.functional.adaptive_avg_pool2d(value.float(), size).flatten(1)


def _damaged(module: Any) -> list[str]:
    """A sentence per weight with numbers that are none."""
    found = []
    for name, weight in module.named_parameters():
        bad = int((~weight.isfinite()).sum())
        if bad:
            found.append(f"{bad:,} of {weight.numel():,} weights in {shown(name)} are NaN or infinite.")
    return found


def _on_device(module: Any) -> None:
    """Where it computes: a GPU if PyTorch sees one, which --device decides by hiding the others."""
    import torch

    if torch.cuda.is_available():
        module.to("cuda:0")


def scaling(mean: Sequence[float], spread: Sequence[float], factor: float = 1 / 255) -> Preprocessing:
    """The preprocessing that makes `(pixels * factor - mean) / spread`, under the name that people know it by."""
    from model.preprocessing import IMAGENET, Preprocessing

    means = tuple(round(value / factor, 4) for value in mean)
    spreads = tuple(round(value / factor, 4) for value in spread)
    if np.allclose(means, 0) and np.allclose(spreads, 255):
        return Preprocessing(scaling="0..1")
    if np.allclose(means, 0) and np.allclose(spreads, 1):
        return Preprocessing(scaling="0..255")
    if np.allclose(means, 127.5) and np.allclose(spreads, 127.5):
        return Preprocessing(scaling="-1..1")
    known = np.allclose((means, spreads), IMAGENET, atol=0.1)
    return Preprocessing(scaling="imagenet" if known else "own", mean=means, spread=spreads)
