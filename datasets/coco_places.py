"""Where COCO lists and their pictures lie.

A list is a .json file with `images`, `annotations` and `categories`. A folder that holds one (or one for
each split) is given instead of it in any of these forms:

    instances_default.json, images/               beside each other
    annotations/instances_train2017.json, train2017/
    train/_annotations.coco.json, train/1.jpg, valid/...

Nothing is read but the ends of files: a start with everything in the store comes through here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from datasets import splits

ENDS = 2**17
MOST_LISTS = 50
MOST_FOLDERS = 60
MOST_NAMES = 50

_ROBOFLOW = "_annotations.coco.json"
_HOLDERS = ("annotations", "annotation")
_OTHERS = ("captions", "image_info", "panoptic", "person_keypoints", "stuff")
_WORDS = (b'"images"', b'"annotations"', b'"categories"')
_NAME = re.compile(rb'"file_name"\s*:\s*("(?:[^"\\]|\\.){1,1000}")')


@dataclass(frozen=True, slots=True)
class Place:
    """A list, the folder that its pictures lie in, the word that its place says of its split ("" for none)."""

    path: Path
    folder: Path
    split: str


def claims(path: Path) -> bool:
    """Whether a path is a .json file, or a folder that holds a COCO list."""
    if path.is_dir():
        return bool(lists(path))
    return path.suffix.lower() == ".json" and path.is_file()


def lists(path: Path) -> list[Path]:
    """The COCO lists of a path, by name: the file itself; or those of a folder, of `annotations` and splits in it."""
    if not path.is_dir():
        return [path]
    folders = [path, *(path / name for name in _HOLDERS)]
    found = [file for folder in folders for file in _lists_in(folder)]
    if found:
        return found
    inside = [folder for folder in _folders_in(path) if folder.name.lower() in splits.WORDS]
    return [file for folder in inside for file in _lists_in(folder)]


def root_of(path: Path) -> Path:
    """The folder that everything of a path lies in, resolved."""
    if path.is_dir():
        return path.resolve()
    folder = path.parent.resolve()
    return folder.parent if folder.name.lower() in _HOLDERS else folder


def name_of(path: Path, root: Path) -> str:
    """The name of a list with the folders below the root that it lies in, if it lies there."""
    folder = path.parent.resolve()
    return (folder.relative_to(root) / path.name).as_posix() if folder.is_relative_to(root) else path.name


def place(path: Path, asked: Path, names: Callable[[], Iterable[str]]) -> Place:
    """Where the pictures of a list lie: in the folder where the most of the first names are files.

    Args:
        path: the list.
        asked: the path that the person gave.
        names: gives those of its pictures; called only if none stand at the ends of the file.
    """
    root = root_of(asked)
    folder = path.parent.resolve()
    base = folder.parent if folder.name.lower() in _HOLDERS and folder != root else folder
    base = base if base.is_relative_to(root) else root
    candidates = [folder, base]
    for within in (base, base / "images"):
        candidates += _folders_in(within)
    inside = [found for found in map(_real, candidates[:MOST_FOLDERS]) if found.is_relative_to(root)]
    safe = [name for name in list(_names(path)) or names() if _is_plain(name)][:MOST_NAMES]

    def hits(candidate: Path) -> int:
        return sum(_is_file(candidate / name) for name in safe)

    best = max(dict.fromkeys(inside or [root]), key=hits)
    return Place(path, best, _split(path, asked))


def _split(path: Path, asked: Path) -> str:
    """The word for a split in the names of a list and of its folder; with neither, the list's own name if need be."""
    folder = path.parent.resolve()
    above = "" if asked.is_dir() and folder == asked.resolve() else folder.name
    for text in (path.stem, above):
        word = next((word for word in re.findall(r"[a-z]+", text.lower()) if word in splits.WORDS), "")
        if word:
            return word
    return path.stem if len(lists(asked)) > 1 else ""


def _lists_in(folder: Path) -> list[Path]:
    """The COCO lists that lie right in a folder; of several kinds in it the one with boxes."""
    if (folder / _ROBOFLOW).is_file():
        return [folder / _ROBOFLOW]
    try:
        files = [
            path for path in folder.iterdir() if path.suffix.lower() == ".json" and not path.name.startswith(".")
        ]
    except OSError:
        return []
    if len(files) > MOST_LISTS:  # one for each picture: another format
        return []
    found = sorted(path for path in files if _looks_like_one(path))
    instances = [path for path in found if path.name.lower().startswith("instances")]
    return instances or [path for path in found if not path.name.lower().startswith(_OTHERS)]


def _looks_like_one(path: Path) -> bool:
    ends = b"".join(_ends(path))
    return ends.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and sum(word in ends for word in _WORDS) > 1


def _ends(path: Path) -> Iterator[bytes]:
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                yield file.read(ENDS)
                size = path.stat().st_size
                if size > ENDS:
                    file.seek(max(size - ENDS, ENDS))
                    yield file.read(ENDS)


def _names(path: Path) -> Iterator[str]:
    """Names of pictures at the ends of a list."""
    for end in _ends(path):
        for text in _NAME.findall(end):
            with suppress(ValueError):
                yield str(json.loads(text))


def _is_plain(name: str) -> bool:
    """Whether a name cannot lead out of a folder."""
    parts = re.split(r"[/\\]", name)
    return (
        bool(name) and ".." not in parts and not name.startswith(("/", "\\")) and ":" not in name and "\0" not in name
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
