"""What the person asked for, and what is known of it already.

Opening a dataset reads its files once and keeps the arrays in the store; opening a network asks
Keras once and keeps what it said. Both leave a record, so that the next start needs neither: the
server then only looks at the files' identity and maps the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

import datasets
import model.network
import model.preprocessing
import model.probing
from datasets.loader import shown
from model import BadModel, graph, reading
from model.info import NetworkInfo
from util import Report, digest, nearest, silent
from workspace.plan import code, version
from workspace.store import Store

if TYPE_CHECKING:
    from datasets import Dataset
    from model.network import Network

AUTOMATIC = "auto"
MOST_PROBLEMS = 1000


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

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the worker's first line."""
        return asdict(self)

    @property
    def folder(self) -> Path | None:
        """Where to look for data first."""
        return Path(self.data_dir) if self.data_dir else None

    @property
    def code(self) -> Path | None:
        """The Python file that the person trusts, if there is one."""
        return Path(self.custom).expanduser() if self.custom else None


@dataclass(frozen=True, slots=True)
class OpenDataset:
    """A dataset that lies in the store: everything about it but the arrays, which have keys.

    Of the files that could not be read, `n_problems`, the first MOST_PROBLEMS are listed with the reason.
    """

    name: str
    fingerprint: str
    n: int
    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    split_names: tuple[str, ...]
    split_counts: tuple[int, ...]
    labelled: int
    source: str
    notices: tuple[str, ...]
    keys: Mapping[str, str]
    n_problems: int = 0
    problems: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> OpenDataset:
        """Read back what `to_dict` wrote."""
        problems = tuple((what, why) for what, why in record.get("problems", ()))
        return cls(**{**_tuples(record), "problems": problems})

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the store."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OpenNetwork:
    """A network that was opened for a dataset: what it looks like, and how images go into it."""

    info: NetworkInfo
    layer: str
    layers: tuple[str, ...]
    preprocessing: Mapping[str, Any]
    preprocessing_text: str
    tried: tuple[Mapping[str, Any], ...]
    gutter: Mapping[str, Any]
    blocks: tuple[Mapping[str, Any], ...]
    notices: tuple[str, ...]
    keys: Mapping[str, str] = field(default_factory=dict)


# -- datasets ----------------------------------------------------------------------------------


def known_dataset(store: Store, options: Options) -> OpenDataset | None:
    """The dataset as it lies in the store, if its files are as they were when they were read.

    Raises:
        datasets.BadDataset: no such name or file.
    """
    source = datasets.find(options.dataset, options.folder) or datasets.fallback(options.dataset, options.folder)
    if source is None:
        return None
    record = store.read_record("dataset", _dataset_key(source, options))
    if record is None:
        return None
    dataset = OpenDataset.from_record(record)
    return dataset if all(store.has(key) for key in dataset.keys.values()) else None


def open_dataset(store: Store, options: Options, report: Report = silent) -> OpenDataset:
    """Read a dataset into the store, or find it there.

    Raises:
        datasets.BadDataset: it cannot be found or read.
    """
    known = known_dataset(store, options)
    if known is not None:
        return known
    source = datasets.obtain(options.dataset, options.folder, report=report)
    scratch = store.folder / "columns"
    wish = datasets.Wish(split=options.split, limit=options.limit, scratch=scratch, report=report)
    dataset = datasets.read(source, wish).narrowed(split=options.split, limit=options.limit)
    columns: dict[str, Any] = {
        "images": dataset.images,
        "labels": dataset.labels,
        "split": dataset.split,
        **{f"metadata/{name}": column for name, column in dataset.metadata.items()},
    }
    keys = {name: digest(name, column) for name, column in columns.items()}
    for name, column in columns.items():
        if not store.has(keys[name]):
            store.write(keys[name], column, column=name)
    opened = _described(dataset, keys)
    store.write_record("dataset", _dataset_key(source, options), opened.to_dict())
    return opened


def _dataset_key(source: datasets.Source, options: Options) -> str:
    return digest(source.identity, options.split, options.limit)


def _described(dataset: Dataset, keys: Mapping[str, str]) -> OpenDataset:
    counts = np.bincount(dataset.split, minlength=len(dataset.split_names))
    height, width, channels = dataset.images.shape[1:]
    return OpenDataset(
        name=PurePath(dataset.name).name,
        fingerprint=digest(keys, list(dataset.class_names), list(dataset.split_names)),
        n=len(dataset),
        image_shape=(height, width, channels),
        class_names=dataset.class_names,
        split_names=dataset.split_names,
        split_counts=tuple(int(count) for count in counts),
        labelled=int(np.count_nonzero(dataset.labels >= 0)),
        source=dataset.source,
        notices=dataset.notices,
        keys=keys,
        n_problems=len(dataset.problems),
        problems=tuple((shown(what), why) for what, why in dataset.problems[:MOST_PROBLEMS]),
    )


# -- networks ----------------------------------------------------------------------------------


def known_network(store: Store, options: Options, dataset: OpenDataset) -> OpenNetwork | None:
    """The network as it was opened for this dataset before, without Keras."""
    key = _pair_key(reading.fingerprint(reading.resolve(options.model), options.code), options, dataset)
    record = store.read_record("network", key)
    if record is None:
        return None
    return OpenNetwork(**{**_tuples(record), "info": NetworkInfo.from_dict(record["info"])})


def open_network(store: Store, options: Options, dataset: OpenDataset) -> tuple[OpenNetwork, Network]:
    """Open a network with Keras and fit it to the dataset. Takes seconds: for the worker only.

    Raises:
        model.BadModel: the file cannot be opened.
        model.Mismatch: network and dataset do not fit each other.
    """
    path = reading.resolve(options.model)
    network = model.network.open_network(path, dataset.image_shape, options.code)
    # Data without labels have no classes that the outputs could differ from.
    classes = len(dataset.class_names) or network.info.n_outputs
    model.preprocessing.check_fit(network.info, dataset.name, dataset.image_shape, classes)
    images, labels = store.read(dataset.keys["images"]), store.read(dataset.keys["labels"])
    assert images is not None and labels is not None
    override = None if options.preprocess == AUTOMATIC else options.preprocess
    chosen, tried = model.probing.choose(network, images, labels, override=override)
    opened = describe(
        network.info,
        options,
        dataset,
        preprocessing=chosen.to_dict(),
        text=chosen.describe(),
        tried=tuple(tried),
        notices=(*chosen.notices, *_spare(network.info, dataset)),
    )
    remember(store, options, dataset, opened)
    return opened, network


def _spare(info: NetworkInfo, dataset: OpenDataset) -> tuple[str, ...]:
    """A sentence if the network knows more classes than the data has."""
    classes = len(dataset.class_names)
    if not classes or info.n_outputs <= classes:
        return ()
    last = info.n_outputs - 1
    others = f"output {last} is" if last == classes else f"outputs {classes} to {last} are"
    return (
        f"The network has {info.n_outputs:,} outputs, the data {classes:,} classes: output 0 is taken as "
        f"'{dataset.class_names[0]}' and so on; {others} shown by number.",
    )


def describe(
    info: NetworkInfo,
    options: Options,
    dataset: OpenDataset,
    *,
    preprocessing: Mapping[str, Any],
    text: str,
    tried: tuple[Mapping[str, Any], ...] = (),
    notices: tuple[str, ...] = (),
) -> OpenNetwork:
    """All that pages and plan need to know of a network on a dataset.

    Raises:
        model.BadModel: `--layer` names a layer that it does not have.
    """
    layer = options.layer or info.default_layer
    usable = [known.name for known in info.layers if known.usable]
    if layer not in usable:
        raise BadModel(f"--layer {layer}: {info.name} has no such layer to look at; {nearest(layer, usable)}")
    return OpenNetwork(
        info=info,
        layer=layer,
        layers=tuple(dict.fromkeys((*graph.usable_layers(info), layer))),
        preprocessing=preprocessing,
        preprocessing_text=text,
        tried=tried,
        gutter=graph.lanes(info.layers).to_dict(),
        blocks=tuple(block.to_dict() for block in graph.blocks(info.layers)),
        notices=(*info.notices, *notices),
        keys=_network_keys(info, preprocessing, dataset),
    )


def remember(store: Store, options: Options, dataset: OpenDataset, opened: OpenNetwork) -> None:
    """Leave the record that `known_network` finds."""
    record = {name: getattr(opened, name) for name in OpenNetwork.__dataclass_fields__}
    record["info"] = opened.info.to_dict()
    store.write_record("network", _pair_key(opened.info.digest, options, dataset), record)


def _network_keys(info: NetworkInfo, preprocessing: Mapping[str, Any], dataset: OpenDataset) -> dict[str, str]:
    how = {name: value for name, value in preprocessing.items() if name != "notices"}
    base = [info.digest, _model_code(), how, dataset.keys["images"]]
    columns = ["logits", *(f"activations/{layer.name}" for layer in info.layers if layer.usable)]
    return {column: digest(column, *base) for column in columns}


def _pair_key(network: str, options: Options, dataset: OpenDataset) -> str:
    return digest(
        network, _model_code(), dataset.keys["images"], dataset.keys["labels"], options.preprocess, options.layer
    )


def _model_code() -> str:
    """What besides file and images decides over a network's columns: our code and Keras's version."""
    return digest(
        *(code(f"model.{name}") for name in ("network", "preprocessing", "probing", "graph")),
        version("keras"),
        version("tensorflow"),
    )


def _tuples(record: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists where our records have tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
