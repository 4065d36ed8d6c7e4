"""What is known already of the data and the network that the person asked for.

Opening a dataset reads its files once and keeps the arrays in the store; opening a network asks
Keras once and keeps what it said. Both leave a record, so that the next start needs neither: the
server then only looks at the files' identity and maps the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

import datasets
import model.kernels
import model.network
import model.preprocessing
from datasets.loader import shown
from model import BadModel, graph, reading
from model.info import NetworkInfo
from util import Report, digest, nearest, silent
from workspace import given, growing, keys, output_names, reuse
from workspace.options import AUTOMATIC, Options
from workspace.plan import Plan
from workspace.readings import Reading
from workspace.store import Store

if TYPE_CHECKING:
    from datasets import Dataset
    from model.network import Network

MOST_PROBLEMS = 100_000


@dataclass(frozen=True, slots=True)
class OpenDataset:
    """A dataset that lies in the store: everything about it but the arrays, which have keys.

    Of the files that could not be read, `n_problems`, the first MOST_PROBLEMS are listed with the reason. `origins`
    are the keys of the fields of `datasets.Origins`, empty where samples are no picture files, and `roots` are the
    folders that these lie in now, one for each source. Of joined data sets the `first_classes` are those of the
    first, which a network is expected to know.
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
    origins: Mapping[str, str] = field(default_factory=dict)
    roots: tuple[str, ...] = ()
    first_classes: int | None = None
    news: tuple[str, ...] = ()
    decoded: int | None = None
    grows: str = ""  # what a recording is known by that is taken from its beginning, however long it gets
    given: Mapping[str, str] = field(default_factory=dict)  # column -> key of vectors and coordinates from files

    @property
    def lasting(self) -> str:
        """What the samples are known by whose indices will not change: a recording stays itself when it grows."""
        return self.grows or self.fingerprint

    @property
    def expected(self) -> tuple[str, ...]:
        """The classes that a network must know."""
        return self.class_names[: self.first_classes]

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
    order: tuple[int, ...] = ()  # the output that each column of the logits comes from; () as they are
    more_names: tuple[str, ...] = ()  # of the columns behind the data's classes, as far as anybody names them


# -- datasets ----------------------------------------------------------------------------------


def known_dataset(store: Store, options: Options) -> OpenDataset | None:
    """The dataset as it lies in the store, if its files are as they were when they were read.

    Raises:
        datasets.BadDataset: no such name or file.
    """
    sources = []
    for name in options.datasets:
        source = datasets.find(name, options.folder) or datasets.fallback(name, options.folder)
        if source is None:
            return None
        sources.append(datasets.pinned(source, options.upto))
    record = store.read_record("dataset", _dataset_key(sources, options), old=False)
    if record is None:
        return None
    dataset = OpenDataset.from_record(record)
    if not all(store.has(key) for of in (dataset.keys, dataset.origins, dataset.given) for key in of.values()):
        return None
    return replace(dataset, roots=_roots(sources))


def open_dataset(store: Store, options: Options, report: Report = silent) -> OpenDataset:
    """Read a dataset into the store, or find it there.

    Raises:
        datasets.BadDataset: it cannot be found or read.
    """
    known = known_dataset(store, options)
    if known is not None:
        return known
    found = [datasets.obtain(name, options.folder, report=report) for name in options.datasets]
    sources = [datasets.pinned(source, options.upto) for source in found]
    files = [str(path.resolve()) for source in sources for path in source.files]
    read_before = Reading(store, [files, *_part(options)])
    wish = datasets.Wish(
        split=options.split,
        limit=options.limit,
        instances=options.instances,
        expand_crops=options.expand_crops,
        scratch=store.folder / "columns",
        report=report,
        known=read_before.known,
    )
    dataset = datasets.read_all(sources, wish)
    columns: dict[str, Any] = {
        "images": dataset.images,
        "labels": dataset.labels,
        "split": dataset.split,
        **{f"metadata/{name}": column for name, column in dataset.metadata.items()},
    }
    keys = _kept(store, columns)
    news = read_before.finish(PurePath(dataset.name).name, keys, dataset.images)
    origins = {} if dataset.origins is None else _kept(store, dataset.origins.columns(), "origins/")
    came_along, notices = given.take(store, options, sources, dataset)
    opened = replace(
        _described(dataset, keys), origins=origins, roots=_roots(sources), news=news.sentences, decoded=news.decoded,
        given=came_along, notices=(*dataset.notices, *notices), grows=growing.recording(sources, options),
    )  # fmt: skip
    store.write_record("dataset", _dataset_key(sources, options), opened.to_dict())
    return opened


def _kept(store: Store, columns: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Column -> the key under which it is in the store now."""
    keys = {name: digest(prefix + name, column) for name, column in columns.items()}
    for name, column in columns.items():
        if not store.has(keys[name]):
            store.write(keys[name], column, column=prefix + name)
    return keys


def _roots(sources: Sequence[datasets.Source]) -> tuple[str, ...]:
    return tuple(str(datasets.root_of(source)) for source in sources)


def _dataset_key(sources: Sequence[datasets.Source], options: Options) -> str:
    identities = [source.identity for source in sources]
    names = [PurePath(source.name).name for source in sources] if len(sources) > 1 else []
    return digest(identities, names, *_part(options), *given.identity(options, sources))


def _part(options: Options) -> tuple[object, ...]:
    """Which part of the files makes the samples."""
    return options.split, options.limit, options.instances, options.expand_crops


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
        first_classes=dataset.first_classes,
        problems=tuple((shown(what), why) for what, why in dataset.problems[:MOST_PROBLEMS]),
    )


# -- networks ----------------------------------------------------------------------------------


def known_network(store: Store, options: Options, dataset: OpenDataset) -> OpenNetwork | None:
    """The network as it was opened for this dataset before, without Keras."""
    path = reading.resolve(options.model)
    key = keys.of_pair(reading.fingerprint(path, options.code), options, dataset)
    record = store.read_record("network", key, old=False)
    if record is None:
        return None
    info = NetworkInfo.from_dict(record["info"])
    info = replace(info, name=path.name) if path.is_file() else info  # the same bytes may have another name now
    return OpenNetwork(**{**_tuples(record), "info": info})


def open_network(
    store: Store, options: Options, dataset: OpenDataset, network: Network | None = None
) -> tuple[OpenNetwork, Network]:
    """Open a network with Keras and fit it to the dataset. Takes seconds: for the worker only.

    A `network` that was opened for a shorter recording of the same images and classes is taken as it is.

    Raises:
        model.BadModel: the file cannot be opened.
        model.Mismatch: network and dataset do not fit each other.
    """
    path = reading.resolve(options.model)
    network = network or model.network.open_network(
        path, dataset.image_shape, options.code, output=options.output, n_classes=len(dataset.expected)
    )
    model.preprocessing.check_fit(network.info, dataset.name, dataset.image_shape, len(dataset.expected))
    meaning = output_names.meaning(keys.said(options), dataset.expected, network.info.n_outputs)
    network.order = meaning.order
    images, labels = store.read(dataset.keys["images"]), store.read(dataset.keys["labels"])
    assert images is not None and labels is not None
    if network.info.n_outputs:
        labels = np.where(labels < network.info.n_outputs, labels, datasets.UNLABELLED)
    override = None if options.preprocess == AUTOMATIC else options.preprocess
    chosen, tried = model.kernels.choose(network, images, labels, override=override)
    spare = output_names.spare(network.info.n_outputs, dataset.class_names)
    opened = describe(
        network.info,
        options,
        dataset,
        preprocessing=chosen.to_dict(),
        text=chosen.describe(),
        tried=tuple(tried),
        notices=(*chosen.notices, *((meaning.notice,) if meaning.notice else spare)),
        meaning=meaning,
    )
    remember(store, options, dataset, opened)
    return opened, network


def describe(
    info: NetworkInfo,
    options: Options,
    dataset: OpenDataset,
    *,
    preprocessing: Mapping[str, Any],
    text: str,
    tried: tuple[Mapping[str, Any], ...] = (),
    notices: tuple[str, ...] = (),
    meaning: output_names.Meaning = output_names.Meaning(),  # noqa: B008
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
        keys=keys.of_network(info, preprocessing, dataset, meaning.order),
        order=meaning.order,
        more_names=meaning.names,
    )


def remember(store: Store, options: Options, dataset: OpenDataset, opened: OpenNetwork) -> None:
    """Leave the record that `known_network` finds, after what it knows of other data."""
    nowhere = replace(dataset, keys={**dataset.keys, "images": ""})
    family = digest(keys.of_network(opened.info, opened.preprocessing, nowhere, opened.order))
    reuse.sign_in(store, family, Plan({**dataset.keys, **opened.keys}, opened.layers, opened.info.no_head))
    record = {name: getattr(opened, name) for name in OpenNetwork.__dataclass_fields__}
    record["info"] = opened.info.to_dict()
    store.write_record("network", keys.of_pair(opened.info.digest, options, dataset), record)


def plan_of(store: Store, dataset: OpenDataset, network: OpenNetwork | None) -> Plan:
    """The columns of a network on a dataset, with the maps of earlier data that points are placed into."""
    if network is None:
        return Plan(dataset.keys, given=dataset.given)
    roots = {**dataset.keys, **network.keys}
    roots |= reuse.earlier_maps(store, roots)
    return Plan(roots, network.layers, network.info.no_head, dataset.given)


def _tuples(record: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has lists where our records have tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
