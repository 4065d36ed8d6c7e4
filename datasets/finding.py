"""From what a person typed to files: which loader, where the files lie, what may stand in for them.

Finding is cheap, so that a start with everything cached may do it: names are looked up, and of each
file the first and last 64 KiB are read. Looked at are the folder given with --data, then Keras's own
cache folder, in every layout that some version of Keras or torchvision leaves behind.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from datasets.dataset import BadDataset
from datasets.loader import LOADERS, Copy, File, Loader, Source, shown
from util import Report, digest, discover, nearest, silent

if TYPE_CHECKING:
    from datasets.download import Patience

ENDS = 2**16


class UnknownDataset(BadDataset):
    """A name that no dataset has, or a path that leads nowhere."""


def known() -> dict[str, str]:
    """Name -> title of every dataset that can be asked for by name, sorted."""
    discover("datasets")
    return {name: LOADERS[name].title for name in LOADERS.names() if LOADERS[name].claims is None}


def find(name: str, data_dir: Path | None = None) -> Source | None:
    """Local files for a dataset's name or path; None if a download would be needed.

    Args:
        name: one of `known`, or the path of a file or folder.
        data_dir: where to look before Keras's cache folder.

    Raises:
        UnknownDataset: no such name; no such file.
        BadDataset: there is no such folder, or a file cannot be read.
    """
    loader = _loader(name)
    if loader.claims is not None:
        path = Path(name)
        origin = f"the {'folder' if path.is_dir() else 'file'} {shown(path.name or path.resolve().name)}"
        files = loader.files(path)
        return _source(name, loader, files, [""] * len(files), origin)
    for folder, origin in _places(data_dir):
        for copy in loader.copies:
            paths = [_at(file, folder) for file in copy]
            there = [path for path in paths if path is not None]
            if len(there) == len(paths):
                return _source(name, loader, there, [file.sha256 for file in copy], origin)
    return None


def fetch(
    name: str, data_dir: Path | None = None, *, report: Report = silent, patience: Patience | None = None
) -> Source:
    """Download the files of a dataset that are not there yet, into data_dir or Keras's cache folder.

    Args:
        name: one of `known`.
        data_dir: where to put them.
        report: hears how many bytes have come.
        patience: how long to wait for the network; by default 12 s for an answer.

    Raises:
        BadDataset: it cannot be had; the message says which files to put where.
    """
    from datasets.download import PATIENT, DownloadFailed, download

    loader = _loader(name)
    folder = data_dir or keras_folder()
    lacking = _lacking(loader, folder)
    for file in lacking:
        try:
            download(
                file.url,
                folder / file.name,
                sha256=file.sha256,
                size=file.size,
                report=report,
                patience=patience or PATIENT,
            )
        except DownloadFailed as error:
            raise BadDataset(f"{name}: no local copy, and {error}; {_advice(lacking, folder)}") from error
    source = find(name, data_dir)
    if source is None:
        raise BadDataset(f"{name}: no local copy; {_advice(lacking, folder)}")
    return source


def fallback(name: str, data_dir: Path | None = None) -> Source | None:
    """The smaller stand-in for a dataset that cannot be had, if an installed package brings one along.

    Args:
        name: one of `known`.
        data_dir: the folder that the notice asks to put the whole dataset into.
    """
    loader = _loader(name)
    spare = loader.spare
    package = importlib.util.find_spec(spare.package) if spare else None
    if spare is None or package is None:
        return None
    for folder in package.submodule_search_locations or ():
        path = Path(folder, spare.path)
        if path.is_file():
            place = data_dir or keras_folder()
            advice = f"For the whole, {_advice(_lacking(loader, place), place)}."
            return replace(_source(name, loader, [path], [""], spare.origin), notices=(spare.notice, advice))
    return None


def keras_folder() -> Path:
    """Where Keras keeps the data sets that it downloads."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home), "datasets")


def _places(data_dir: Path | None) -> Iterator[tuple[Path, str]]:
    if data_dir is not None:
        if not data_dir.is_dir():
            what = (
                "is a file; give the folder that holds it" if data_dir.exists() else "no such folder; check the path"
            )
            raise BadDataset(f"--data {shown(data_dir)}: {what}")
        yield data_dir, f"the folder {_home(data_dir)}"
    yield keras_folder(), f"Keras's cache folder {_home(keras_folder())}"


def _loader(name: str) -> Loader:
    names = list(known())
    if name in names:
        return LOADERS[name]
    choices = f"{nearest(name.lower(), names)}, or the path of a {_kinds()}"
    if "://" in name:
        raise UnknownDataset(f"{shown(name)}: an address; download the file yourself and give its path")
    path = Path(name)
    if _exists(path):
        for loader in LOADERS:
            if loader.claims is not None and loader.claims(path):
                return loader
        kind = "a folder" if path.is_dir() else f"a {path.suffix or 'nameless'} file"
        raise BadDataset(f"{shown(name)}: {kind} is no data set; give the path of a {_kinds()}")
    if re.search(r"[/\\]|\.\w{1,8}$", name):
        raise UnknownDataset(f"{shown(name)}: no such file; check the path, or give a name ({', '.join(names)})")
    raise UnknownDataset(f"dataset '{shown(name)}': not known; {choices}")


def _kinds() -> str:
    titles = sorted(loader.title for loader in LOADERS if loader.claims is not None)
    return " or ".join([", ".join(titles[:-1]), titles[-1]])


def _exists(path: Path) -> bool:
    try:
        return path != Path() and path.exists()
    except (OSError, ValueError):  # a name too long for the disk, or with a zero byte
        return False


def _at(file: File, folder: Path) -> Path | None:
    """Where a file lies below a folder, if it does."""
    return next((folder / place for place in (file.name, *file.also) if (folder / place).is_file()), None)


def _lacking(loader: Loader, folder: Path) -> Copy:
    return tuple(file for file in loader.copies[0] if _at(file, folder) is None) if loader.copies else ()


def _advice(files: Copy, folder: Path) -> str:
    """Which files to put where."""
    folders = {(folder / file.name).parent for file in files}
    if len(folders) == 1:
        return f"put {', '.join(PurePosixPath(file.name).name for file in files)} into {_home(folders.pop())}"
    return f"put {', '.join(file.name for file in files)} into {_home(folder)}"


def _home(path: Path) -> str:
    """A folder as a person writes it: the own home as ~."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def _source(name: str, loader: Loader, files: list[Path], sha256: list[str], origin: str) -> Source:
    parts: list[object] = [loader.name, _code()]
    for path in files:
        try:
            info = path.stat()
            if stat.S_ISDIR(info.st_mode) and loader.identity is not None:
                continue
            if not stat.S_ISREG(info.st_mode):
                raise BadDataset(f"{shown(path)}: not a plain file; give a file")
            with path.open("rb") as file:
                head = file.read(ENDS)
                file.seek(max(info.st_size - ENDS, 0))
                parts += [info.st_size, info.st_mtime_ns, head, file.read(ENDS)]
        except OSError as error:
            raise BadDataset(f"{shown(path)}: cannot be read ({error.strerror}); check its permissions") from error
    if loader.identity is not None:
        parts.append(loader.identity(Path(name)))
    return Source(name, loader.name, tuple(files), origin, digest(*parts), sha256=tuple(sha256))


@cache
def _code() -> str:
    """Hash of this room's code: a repaired reader must not be mistaken for the old one."""
    return digest(*(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))


def sha256_of(path: Path) -> str:
    """SHA-256 of a whole file, in hexadecimal; 0.1 s for CIFAR-10."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
