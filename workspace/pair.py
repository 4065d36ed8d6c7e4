"""A pair: a network on data, what it is called in URLs, and how much of it is worked out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import datasets
from model import backbones, reading
from util import InspectorError, digest
from workspace.opening import OpenDataset, OpenNetwork, known_dataset, known_network, plan_of
from workspace.options import Options
from workspace.plan import standard

if TYPE_CHECKING:
    from workspace.session import Session
    from workspace.store import Store

KEY_LENGTH = 12
# What decides over speed or over one run alone: two runs that differ in these show the same.
NOT_IN_KEY = ("force", "batch", "gpu_memory", "device", "upto")
TOLD = ("split", "limit", "instances", "output", "preprocess", "layer")  # what tells pairs of the same two apart
FILES = ("data_dir", "custom", "classes", "features", "coordinates")  # what else may be a path


@dataclass(frozen=True, slots=True)
class Pair:
    """A network on data, open or not.

    Attributes:
        key: what it is called in URLs.
        options: what it is opened with.
        at: when it was opened last, in seconds since 1970.
        url: where it is, from the root of the server.
        session: what shows it, None if it is not open.
        refused: why it could not be opened, "" if nothing is known against it.
    """

    key: str
    options: Options
    at: float
    url: str
    session: Session | None = None
    refused: str = ""

    @property
    def network(self) -> str:
        """The network's name, for a list."""
        return PurePath(network_at(self.options.model)).name

    @property
    def data(self) -> str:
        """The data's name, for a list."""
        return " + ".join(PurePath(name).name for name in (self.options.dataset, *self.options.more))

    @property
    def said(self) -> str:
        """What was said about the two besides, a few words; "" where nothing was."""
        usual = {field.name: field.default for field in fields(Options)}
        values = {name: getattr(self.options, name) for name in TOLD}
        return ", ".join(f"{name} {value}" for name, value in values.items() if value != usual[name])


@dataclass(frozen=True, slots=True)
class Results:
    """What of a pair is worked out: `ready` of `planned` columns; `planned` is 0 if it was never opened.

    `samples` and `classes` are the data's, 0 while they are not known.
    """

    ready: int = 0
    planned: int = 0
    samples: int = 0
    classes: int = 0


def settled(options: Options) -> Options:
    """The same with every path in full: the worker runs elsewhere, and so may the next start."""
    files: dict[str, Any] = {name: _in_full(text) for name in FILES if (text := getattr(options, name))}
    return replace(
        options,
        model=network_at(options.model),
        dataset=data_at(options.dataset),
        more=tuple(data_at(name) for name in options.more),
        **files,
    )


def key_of(options: Options) -> str:
    """What stands for a pair in URLs: the same wherever its relative paths were typed."""
    values = {name: value for name, value in settled(options).to_dict().items() if name not in NOT_IN_KEY}
    return digest("pair", values)[:KEY_LENGTH]


def network_at(text: str) -> str:
    """The path in full of the network file that a text means; what is no file stays as it is."""
    if backbones.is_named(text):
        return backbones.in_full(text)
    try:
        path = reading.resolve(text)
    except InspectorError:
        return text
    return str(path.resolve()) if os.path.isfile(path) else text


def data_at(text: str) -> str:
    """The path in full of the data that a text means; the name of a data set stays as it is."""
    if text in datasets.known():
        return text
    return _in_full(text)


def _in_full(text: str) -> str:
    path = Path(text).expanduser()
    return str(path.resolve()) if os.path.exists(path) else text


def read(values: Any) -> Options | None:
    """Options out of a record of the store, None if they are of another version of this program."""
    if not isinstance(values, Mapping):
        return None
    known = {field.name for field in fields(Options)}
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    if not {"model", "dataset"} <= given.keys() <= known or not isinstance(given["model"], str):
        return None
    return Options(**{**given, "force": 0.0})


def results(store: Store, options: Options) -> Results:
    """How much of a pair lies in a store. Reads the network's file for its fingerprint, so it may take a moment."""
    try:
        data = known_dataset(store, options)
        network = known_network(store, options, data) if data else None
    except (InspectorError, OSError):
        return Results()
    return Results() if data is None else counted(store, data, network)


def counted(store: Store, data: OpenDataset, network: OpenNetwork | None) -> Results:
    """How much of what is worked out for everybody lies in a store."""
    if network is None:
        return Results(samples=data.n, classes=len(data.class_names))
    plan = plan_of(store, data, network)
    usual = standard(network.layer, network.layers, plan.roots)
    wanted = plan.order(column for column in usual if plan.makes(column))
    ready = sum(store.has(plan.key(column)) for column in wanted)
    return Results(ready, len(wanted), data.n, len(data.class_names))
