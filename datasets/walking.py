"""What lies in a folder: the pictures below it, and what is in the way of reading them.

Nothing is opened. Links are followed to files below the folder, not out of it, and never to folders:
the same pictures would come twice, or without end. Hidden things and what operating systems leave
behind are passed over.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from datasets.loader import shown
from datasets.picture import ENDINGS, unreadable

JUNK = frozenset(("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin", "system volume information"))


@dataclass(frozen=True, slots=True)
class Found:
    """A picture: its path below the folder as the system spells it, its bytes, its time in nanoseconds."""

    path: str
    size: int
    changed: int

    @property
    def parts(self) -> list[str]:
        """The folders that it lies in, and its name."""
        return self.path.split("/")


@dataclass(slots=True)
class Listing:
    """What lies below a folder.

    Attributes:
        root: the folder.
        pictures: by their endings, sorted by path.
        others: ending -> number of other files, the hidden ones left out.
        problems: (path, why) of what looks like a picture or a folder and cannot be used.
        empty: folders right below the root without any picture.
    """

    root: Path
    pictures: list[Found] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """How many files of what kind there are."""
        common = sorted(self.others.items(), key=lambda kind: (-kind[1], kind[0] or "~"))[:5]
        kinds = ", ".join(f"{shown(ending) or 'no ending'} {count:,}" for ending, count in common)
        n = self.others.total()
        return f"{n:,} files, 0 images{': ' + kinds if kinds else ''}"


def listing(folder: Path) -> Listing:
    """All that lies below a folder; 100,000 files take a second or two.

    Raises:
        OSError: the folder itself cannot be read.
    """
    root = folder.resolve()
    found = Listing(root)
    tops = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            with os.scandir(root / below) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if entry.name.startswith(".") or entry.name.lower() in JUNK:
                        continue
                    path = f"{below}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{path}/")
                        if not below:
                            tops.append(entry.name)
                    else:
                        _file(found, entry, path)
        except OSError as error:
            if not below:
                raise
            found.problems.append((readable(below), f"a folder that cannot be read: {unreadable(error)}"))
    found.pictures.sort(key=lambda picture: picture.parts)
    found.problems.sort()
    full = {picture.parts[0] for picture in found.pictures}
    found.empty = [readable(name) for name in tops if name not in full]
    return found


def _file(found: Listing, entry: os.DirEntry[str], path: str) -> None:
    ending = PurePosixPath(entry.name).suffix.lower()
    if ending not in ENDINGS:
        found.others[readable(ending) if entry.is_file() or not entry.is_symlink() else "links"] += 1
        return
    try:
        if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(found.root):
            raise ValueError("a link to a file outside the folder; copy the file there")
        info = entry.stat()
        if stat.S_ISDIR(info.st_mode):
            raise ValueError("a link to a folder")
        if not stat.S_ISREG(info.st_mode):
            raise ValueError("not a plain file")
    except (OSError, RuntimeError) as error:
        found.problems.append((readable(path), f"a link that leads nowhere ({unreadable(error)})"))
    except ValueError as error:
        found.problems.append((readable(path), str(error)))
    else:
        found.pictures.append(Found(path, info.st_size, info.st_mtime_ns))


def readable(path: str) -> str:
    r"""A path as text that can be kept and shown: a byte that is no UTF-8 becomes \xff."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def prints(pictures: list[Found]) -> Iterator[str]:
    """One line for every file, which changes when the file does, for hashing."""
    for picture in pictures:
        yield f"{picture.path}\0{picture.size}\0{picture.changed}\n"
