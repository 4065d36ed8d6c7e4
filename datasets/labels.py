"""Labels as people save them, made into positions in the class names. Every guess becomes a sentence.

They come as numbers, as words, or as one-hot rows. What could mean two things is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.dataset import UNLABELLED, BadDataset
from datasets.loader import shown

MOST_CLASSES = 10_000


def positions_of(
    parts: Sequence[NDArray[Any]], what: str, names: Sequence[str] | None = None
) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[str, ...]]:
    """Labels of all splits as positions in the class names.

    Args:
        parts: one array per split: numbers, words, or one-hot rows.
        what: the file, for messages.
        names: the class names, where the file says them.

    Returns:
        (n,) int64 with -1 for "no label", the class names, notices.

    Raises:
        BadDataset: anything that can't be one class per image.
    """
    notices: list[str] = []
    flat = [_one_per_image(part, what, notices) for part in parts]
    if len({part.dtype.kind in "US" for part in flat}) > 1:
        raise BadDataset(f"{what}: labels are words in one split and numbers in another; save the same kind for both")
    every = np.concatenate(flat)
    if every.dtype.kind in "US":
        positions, found = _words(every, what, names)
    else:
        columns = max((part.shape[1] for part in parts if part.ndim == 2), default=0)
        positions, found = _numbers(every, what, names, notices, columns)
    if positions.size and positions.min() == UNLABELLED:
        notices.append(f"{int((positions == UNLABELLED).sum()):,} images have no label (-1).")
    return positions, found, tuple(dict.fromkeys(notices))


def _one_per_image(part: NDArray[Any], what: str, notices: list[str]) -> NDArray[Any]:
    if part.ndim == 2 and part.shape[1] == 1:
        part = part[:, 0]
    if part.dtype.kind not in "buifUS":
        raise BadDataset(f"{what}: labels are {part.dtype}; save numbers or words, one per image")
    if part.ndim == 2 and part.dtype.kind in "buif":
        if not (((part == 0) | (part == 1)).all() and (part.sum(axis=1) == 1).all()):
            raise BadDataset(f"{what}: labels of shape {part.shape} are not one-hot; save one class number per image")
        notices.append(f"Labels came one-hot with {part.shape[1]} classes; the place of the 1 is the class.")
        places: NDArray[np.int64] = part.argmax(axis=1)
        return places
    if part.ndim != 1:
        raise BadDataset(f"{what}: labels of shape {part.shape}; save one class number or word per image")
    return part


def _words(every: NDArray[Any], what: str, names: Sequence[str] | None) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    words = _text(every, what)
    known, positions = np.unique(words, return_inverse=True)
    if len(known) > MOST_CLASSES:
        raise BadDataset(f"{what}: {len(known):,} different labels; save one of a few class names per image")
    if names is None:
        return positions.astype(np.int64), tuple(known.tolist())
    place = {name: position for position, name in enumerate(names)}
    strangers = [word for word in known.tolist() if word not in place]
    if strangers:
        raise BadDataset(f"{what}: label '{shown(strangers[0])}' is not among the class names; name every class")
    return np.array([place[word] for word in known.tolist()], np.int64)[positions], tuple(names)


def _text(words: NDArray[Any], what: str) -> NDArray[np.str_]:
    try:
        text: NDArray[np.str_] = np.char.decode(words, "utf-8") if words.dtype.kind == "S" else words
    except UnicodeDecodeError as error:
        raise BadDataset(f"{what}: labels are not UTF-8 text; save them as text or numbers") from error
    return text


def _numbers(
    every: NDArray[Any], what: str, names: Sequence[str] | None, notices: list[str], columns: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if every.dtype.kind == "f" and not (np.rint(every) == every).all():
        odd = every[np.rint(every) != every][0]
        raise BadDataset(f"{what}: labels are not whole, such as {odd:.6g}; save class numbers from 0")
    least, most = (every.min(), every.max()) if every.size else (0, -1)
    if least < UNLABELLED:
        raise BadDataset(f"{what}: label {int(least):,}; number the classes from 0, and use -1 for 'no label'")
    if most >= MOST_CLASSES:
        raise BadDataset(f"{what}: label {most:,}, and at most {MOST_CLASSES:,} classes fit; number them from 0")
    if names is not None and most >= len(names):
        raise BadDataset(f"{what}: label {int(most)} but only {len(names)} class names; name every class")
    if least == 1 and most > 1:
        notices.append(
            f"No label is 0, the least is 1: class 0 is empty, or the classes were numbered from 1 to {int(most)}."
        )
    if names is None:
        names = [str(number) for number in range(max(int(most) + 1, columns if columns > 1 else 0))]
    return every.astype(np.int64), tuple(names)


def class_names_of(array: NDArray[Any], what: str) -> tuple[str, ...]:
    """The class names that a file brings along.

    Raises:
        BadDataset: not a list of different words.
    """
    if array.ndim != 1 or array.dtype.kind not in "US":
        raise BadDataset(f"{what}: class names of shape {array.shape} and type {array.dtype}; save a list of words")
    names = tuple(_text(array, what).tolist())
    if len(set(names)) < len(names):
        raise BadDataset(f"{what}: two classes have the same name; give each its own")
    return names
