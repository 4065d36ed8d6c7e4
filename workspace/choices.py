"""What can be opened besides: networks and data that are bundled, were open before, or lie in the folder.

Nothing is read for the list but names and sizes. What network files say about themselves is asked for by a
process of its own, because reading HDF5 takes a library that the server does without.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import datasets
from datasets.loader import BOXES
from model import backbones, reading
from model.glance import Glance
from util import InspectorError, UnknownName, digest
from workspace.pair import data_at, network_at

if TYPE_CHECKING:
    from workspace.options import Options
    from workspace.store import Store

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
OWN_FOLDERS = frozenset(
    (
        "analysis",
        "assets",
        "benchmarks",
        "callbacks",
        "datasets",
        "docs",
        "layouts",
        "model",
        "tests",
        "tools",
        "workspace",
    )
)
DATA_ENDINGS = (".npz", ".csv", ".tsv", ".parquet", ".pq")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
MOST = 40  # of each list
LOOKED_AT = 400  # entries of a folder
GLANCE_SECONDS = 60
FRESH_SECONDS = 4.0

Place = Literal["bundled", "recent", "folder"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A network or data that can be opened.

    Attributes:
        key: what it is called in the page's links.
        name: for people.
        text: what `Options` takes: a name, or a path in full.
        place: where it is known from.
        where: the folder it lies in, "" for what has a name of its own.
        bytes: its size, 0 for folders and what is not there.
        facts: about a dataset, a few words each.
        glance: what a network's file says about itself, None while nobody has looked.
        more: of several data sets that were joined, all but the first.
    """

    key: str
    name: str
    text: str
    place: Place
    where: str = ""
    bytes: int = 0
    facts: tuple[str, ...] = ()
    glance: Glance | None = None
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A list and how many there would be without its bound."""

    choices: tuple[Choice, ...]
    total: int


class Choices:
    """The two lists, made anew when they are a few seconds old.

    Args:
        store: where the answers about network files are kept.
        folder: where to look first.
        known: what is open or was open lately.
        on_change: called when there is more to say about a network.
    """

    def __init__(
        self, store: Store, folder: Path, known: Callable[[], list[Options]], on_change: Callable[[], None]
    ) -> None:
        self.store = store
        self.folder = folder
        self._known = known
        self._on_change = on_change
        self._lock = threading.Lock()
        self._lists: dict[str, tuple[float, Listed]] = {}
        self._glances: dict[str, Glance] = {}
        self._asked: set[str] = set()
        self._boxes: dict[str, bool] = {}

    def networks(self) -> Listed:
        """Every network that can be chosen: bundled ones, recent ones, those in the folder."""
        return self._fresh("networks", self._networks)

    def datasets(self) -> Listed:
        """All data that can be chosen: by name, recent ones, those in the folder."""
        return self._fresh("datasets", self._datasets)

    def network(self, key: str) -> Choice:
        """A listed network. Raises UnknownName."""
        return _by_key(self.networks().choices, key, "network")

    def dataset(self, key: str) -> Choice:
        """Listed data. Raises UnknownName."""
        return _by_key(self.datasets().choices, key, "data set")

    def keys(self, options: Options) -> tuple[str, str]:
        """The keys of a pair's network and data in the lists."""
        joined = (data_at(name) for name in (options.dataset, *options.more))
        return _key(network_at(options.model)), _key(*joined)

    def outputs(self, key: str) -> list[str]:
        """The names of a listed network's outputs, none where it has one or is not known to have more."""
        glance = self.network(key).glance
        return glance.heads.splitlines() if glance else []

    def has_boxes(self, options: Options) -> bool:
        """Whether some of these data tell of boxes in their pictures, as COCO lists do."""
        for name in options.datasets:
            if name not in self._boxes:
                try:
                    source = datasets.find(name, options.folder)
                except InspectorError:
                    source = None
                self._boxes[name] = source is not None and source.loader == BOXES
        return any(self._boxes[name] for name in options.datasets)

    # -- networks ----------------------------------------------------------------------------

    def _networks(self) -> Listed:
        found: dict[str, Choice] = {}
        recent = [path for options in self._known() if (path := _file(options.model))]
        bundled = list(reading.bundled().values())
        for place, paths in (("bundled", bundled), ("recent", recent), ("folder", self._beside(recent))):
            for path in paths:
                found.setdefault(str(path), self._network(path, place))  # type: ignore[arg-type]
        for options in self._known():
            if backbones.is_named(options.model):
                found.setdefault(options.model, Choice(_key(options.model), options.model, options.model, "recent"))
        return self._with_glances(list(found.values()))

    def _network(self, path: Path, place: Place) -> Choice:
        where = "" if place == "bundled" else _folder(path.parent, self.folder)
        return Choice(_key(str(path)), path.name, str(path), place, where, path.stat().st_size)

    def _beside(self, recent: Iterable[Path]) -> Iterator[Path]:
        """Network files in the folder, and beside those that were opened before."""
        for folder in dict.fromkeys((self.folder.resolve(), *(path.parent for path in recent))):
            if folder == reading.BUNDLED:
                continue
            for entry in _entries(folder):
                if entry.name.lower().endswith(reading.SUFFIXES) and entry.is_file():
                    yield Path(entry.path)

    def _with_glances(self, found: list[Choice]) -> Listed:
        shown = found[:MOST]
        stamps = {choice.key: _stamp(Path(choice.text)) for choice in shown}
        for stamp in stamps.values():
            record = None if stamp in self._glances else self.store.read_record("glance", stamp)
            if record is not None and "heads" in record:  # earlier versions did not ask for them
                self._glances[stamp] = Glance.of(record)
        unseen = {
            stamps[choice.key]: choice.text
            for choice in shown
            if choice.bytes and stamps[choice.key] not in self._glances
        }
        with self._lock:
            unseen = {stamp: text for stamp, text in unseen.items() if stamp not in self._asked}
            self._asked.update(unseen)
        if unseen:
            threading.Thread(target=self._look, args=(unseen,), daemon=True).start()
        return Listed(
            tuple(
                Choice(
                    choice.key, choice.name, choice.text, choice.place, choice.where, choice.bytes,
                    glance=self._glances.get(stamps[choice.key]),
                )
                for choice in shown
            ),
            len(found),
        )  # fmt: skip

    def _look(self, unseen: dict[str, str]) -> None:
        """Ask a process of its own what the files say, and keep the answers."""
        command = [sys.executable, "-m", "model.glance", *unseen.values()]
        try:
            done = subprocess.run(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=GLANCE_SECONDS, check=False
            )
            lines = done.stdout.decode("utf-8", "replace").splitlines()
            for stamp, line in zip(unseen, lines, strict=False):
                self._glances[stamp] = Glance.of(json.loads(line))
                self.store.write_record("glance", stamp, self._glances[stamp].to_dict())
        except (OSError, ValueError, subprocess.SubprocessError, InspectorError) as error:
            logger.warning("the networks in the list could not be looked at: %s", error)
        self._lists.pop("networks", None)
        self._on_change()

    # -- data --------------------------------------------------------------------------------

    def _datasets(self) -> Listed:
        found: dict[object, Choice] = {}
        known = self._known()
        for name, title in datasets.known().items():
            found[name] = Choice(_key(name), name, name, "bundled", "", 0, (title, _presence(name, known)))
        for options in known:
            if options.dataset not in found and not options.more and (path := _there(options.dataset)):
                choice = self._data(path, "recent")
                found.setdefault(choice.text, choice)
            elif options.more:
                first, *more = joined = tuple(data_at(name) for name in (options.dataset, *options.more))
                title = " + ".join(Path(name).name for name in joined)
                found.setdefault(joined, Choice(_key(*joined), title, first, "recent", more=tuple(more)))
        for path in self._data_beside(known):
            choice = self._data(path, "folder")
            found.setdefault(choice.text, choice)
        everything = list(found.values())
        return Listed(tuple(everything[:MOST]), len(everything))

    def _data(self, path: Path, place: Place) -> Choice:
        path = path.resolve()
        size = path.stat().st_size if path.is_file() else 0
        facts = () if path.is_file() else ("folder",)
        return Choice(_key(str(path)), path.name, str(path), place, _folder(path.parent, self.folder), size, facts)

    def _data_beside(self, known: Iterable[Options]) -> Iterator[Path]:
        """Files and folders that look like data, in the folder, in that of --data, and beside recent data."""
        folders = [self.folder.resolve()]
        folders += [Path(options.data_dir).resolve() for options in known if options.data_dir]
        folders += [path.resolve().parent for options in known if (path := _there(options.dataset))]
        for folder in dict.fromkeys(folders):
            for entry in _entries(folder):
                path = Path(entry.path)
                if entry.is_file():
                    if entry.name.lower().endswith(DATA_ENDINGS) and not _is_published(path):
                        yield path
                elif not (folder == ROOT and entry.name in OWN_FOLDERS) and _has_pictures(path):
                    yield path

    def _fresh(self, what: str, make: Callable[[], Listed]) -> Listed:
        found = self._lists.get(what)
        if found is None or time.monotonic() - found[0] > FRESH_SECONDS:
            found = time.monotonic(), make()
            self._lists[what] = found
        return found[1]


def _by_key(choices: Iterable[Choice], key: str, noun: str) -> Choice:
    for choice in choices:
        if choice.key == key:
            return choice
    raise UnknownName(f"{noun} {key[:12]}: not in the list any more; choose another one")


def _key(*texts: str) -> str:
    return digest("choice", *texts)[:12]


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return digest(str(path))
    return digest(str(path), status.st_size, status.st_mtime_ns)


def _file(text: str) -> Path | None:
    """The network file that a text means, None if it is none or is gone."""
    try:
        path = reading.resolve(text)
    except InspectorError:
        return None
    return path.resolve() if os.path.isfile(path) else None


def _there(text: str) -> Path | None:
    """The file or folder that a text means; names of data sets mean none."""
    path = Path(text).expanduser()
    try:
        return path if text not in datasets.known() and path.exists() else None
    except (OSError, ValueError):
        return None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; hidden things left out, and none where it may not be read."""
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry, _ in zip(entries, range(LOOKED_AT), strict=False)]
    except OSError:
        return []
    return sorted((entry for entry in found if not entry.name.startswith(".")), key=lambda entry: entry.name)


def _has_pictures(folder: Path, deep: int = 2) -> bool:
    """Whether pictures lie in a folder, or in the first few of its folders."""
    entries = _entries(folder)
    if any(entry.name.lower().endswith(PICTURES) and entry.is_file() for entry in entries):
        return True
    folders = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    return deep > 0 and any(_has_pictures(each, deep - 1) for each in folders[:4])


def _is_published(path: Path) -> bool:
    """Whether this is the file of data that has a name in the list already."""
    return path.suffix.lower() == ".npz" and path.stem in datasets.known()


def _presence(name: str, known: Iterable[Options]) -> str:
    """Whether the files of data known by name are there."""
    for folder in dict.fromkeys([*(options.folder for options in known), None]):
        try:
            if datasets.find(name, folder) is not None:
                return "files are here"
        except InspectorError:
            continue
    spare = datasets.fallback(name)
    return "not here: fetched when it is opened" + (", else a small sample is shown" if spare else "")


def _folder(folder: Path, start: Path) -> str:
    """A folder as a person writes it: from where the program runs, or from home, or in full."""
    for base, mark in ((start.resolve(), "."), (Path.home(), "~")):
        try:
            return str(Path(mark) / folder.relative_to(base)) if folder != base else mark
        except (ValueError, RuntimeError):
            continue
    return str(folder)
