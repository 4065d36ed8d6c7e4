"""What the person asked for: the command line, as far as results depend on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import model.checkpoints
import model.history
from model import device
from workspace import given, keys

AUTOMATIC = "auto"


@dataclass(frozen=True, slots=True)
class Options:
    """What was typed on the command line, as far as results depend on it."""

    model: str
    dataset: str
    data_dir: str | None = None
    split: str = "all"
    limit: int | None = None
    layer: str | None = None
    preprocess: str = AUTOMATIC
    custom: str | None = None
    output: str | None = None
    classes: str | None = None
    more: tuple[str, ...] = ()
    instances: str = "objects"
    expand_crops: int = 0
    batch: int | None = None  # images at once in the network; no part of a key, nor are the next two
    gpu_memory: str | None = None
    device: str | None = None
    history: tuple[str, ...] = ()  # training curves and checkpoints, beside the model if not given; no part of a key
    checkpoints: tuple[str, ...] = ()
    features: str | None = None
    coordinates: str | None = None
    upto: int | None = None  # how many samples of a recording that may grow are taken; None for all there are
    force: float = 0.0  # the moment from which columns count, in seconds since 1970; no part of a key

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the worker's first line."""
        return asdict(self)

    def check(self) -> None:
        """Refuse what can be seen to be wrong before anything is read.

        Raises:
            InspectorError: no such device or share of memory.
            datasets.BadDataset: --features or --coordinates names no such file.
            model.BadModel: --classes is no list of names, or --history or --checkpoints names no such file.
        """
        keys.said(self)
        if self.device is not None:
            device.number(self.device)
        if self.gpu_memory is not None:
            device.megabytes(self.gpu_memory)
        given.check(self)
        model.history.find(Path(), self.history)
        model.checkpoints.find(Path(), self.checkpoints)

    @property
    def folder(self) -> Path | None:
        """Where to look for data first."""
        return Path(self.data_dir) if self.data_dir else None

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names or paths of all data sets that are asked for, which are joined to one."""
        return (self.dataset, *self.more)

    @property
    def code(self) -> Path | None:
        """The Python file that the person trusts, if there is one."""
        return Path(self.custom).expanduser() if self.custom else None
