"""Classes that are known by words: which they are, and in which order.

The order matters, because a network's outputs have no names: position k of the classes is output k.
A file `class_names.txt` (one name a line) or `class_names.json` (a list, or a mapping of position to
name or name to position) beside the data decides. Else names that are all whole numbers are sorted as
numbers, and other names as text without regard to case.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import UNLABELLED, BadDataset
from datasets.labels import MOST_CLASSES
from datasets.loader import shown

FILES = ("class_names.txt", "class_names.json", "classes.txt", "classes.json")
MOST_BYTES = 2**22


@dataclass(frozen=True, slots=True)
class Names:
    """Class names from a file beside the data; none if there is no such file."""

    names: tuple[str, ...] = ()
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.file)


def names_beside(folder: Path, files: Sequence[str] = FILES) -> Names:
    """The class names that a file in this folder says: the first there is of these.

    Raises:
        BadDataset: it cannot be read, or is no list of different names.
    """
    path = next((folder / name for name in files if (folder / name).is_file()), None)
    return Names() if path is None else names_in(path)


def names_in(path: Path) -> Names:
    """The class names that a file says.

    Raises:
        BadDataset: it cannot be read, or is no list of different names.
    """
    advice = "write one class name a line"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadDataset(f"{shown(path)}: too large for class names; {advice}")
        text = path.read_text("utf-8-sig")
        names = listed(json.loads(text)) if path.suffix == ".json" else text.splitlines()
    except OSError as error:
        raise BadDataset(f"{shown(path)}: cannot be read ({error.strerror}); check its permissions") from error
    except (ValueError, RecursionError, KeyError) as error:
        raise BadDataset(f"{shown(path)}: holds no class names; {advice}, or a JSON list of them") from error
    names = [name.strip() for name in names]
    while names and not names[-1]:
        names.pop()
    if not names or len(set(names)) < len(names) or "" in names:
        what = "no class names" if not names else "an empty line" if "" in names else "one name twice"
        raise BadDataset(f"{shown(path)}: {what} in it; {advice}")
    if len(names) > MOST_CLASSES:
        raise BadDataset(f"{shown(path)}: {len(names):,} class names, and at most {MOST_CLASSES:,} fit; {advice}")
    return Names(tuple(names), path.name)


def positions_in(words: Sequence[str], given: Names, what: str) -> tuple[NDArray[np.int64], tuple[str, ...], str]:
    """The class of every sample that is labelled with a word.

    Args:
        words: one for every sample, "" where it has no label.
        given: the names that a file beside the data says.
        what: the dataset, for messages.

    Returns:
        (n,) int64 positions with -1 for "", the class names, and a sentence on where their order comes from.

    Raises:
        BadDataset: a word that the given names lack, or too many classes.
    """
    known = set(words) - {""}
    if len(known) > MOST_CLASSES:
        raise BadDataset(f"{what}: {len(known):,} different labels; give each image one of a few class names")
    if given:
        place = {name: position for position, name in enumerate(given.names)}
        place |= {word: int(word) for word in known - place.keys() if _counts(word, len(given.names))}
        strangers = sorted(known - place.keys())
        if strangers:
            raise BadDataset(f"{what}: class '{shown(strangers[0])}' is not in {given.file}; name every class there")
        names, notice = given.names, f"The classes and their order come from {given.file}."
    else:
        names, notice = in_order(known)
        place = {name: position for position, name in enumerate(names)}
    place[""] = UNLABELLED
    return np.array([place[word] for word in words], np.int64), names, notice


def in_order(names: Collection[str]) -> tuple[tuple[str, ...], str]:
    """Class names as numbers if they all are, else as text without regard to case; and a sentence that says so."""
    numbers = bool(names) and all(len(name) < 19 and name.isascii() and name.isdecimal() for name in names)
    order = sorted(names, key=(lambda name: (int(name), name)) if numbers else (lambda name: (name.casefold(), name)))
    what = "numeric" if numbers else "alphabetical"
    notice = f"The classes are in {what} order: {_some(order)}. A file class_names.txt beside the data says another."
    if order != sorted(order):
        notice += f" (Keras's own readers sort them as {_some(sorted(order))}.)"
    return tuple(order), notice


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4:,} more" if len(names) > 4 else ""
    return ", ".join(shown(name) for name in names[:4]) + more


def _counts(word: str, n: int) -> bool:
    """Whether a word is the position of one of n classes."""
    return word.isascii() and word.isdecimal() and len(word) < 9 and int(word) < n


def listed(found: Any) -> list[str]:
    """The names in what a JSON file says: a list, or a mapping of position to name or of name to position.

    Raises:
        ValueError, KeyError: it is none of these.
    """
    if isinstance(found, dict) and found and all(type(value) is int for value in found.values()):
        found = {str(position): name for name, position in found.items()}
    if isinstance(found, dict):
        found = [found[str(position)] for position in range(len(found))]
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError("no list of names")
    return found
