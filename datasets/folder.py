"""A folder of images by its path: with a folder per class, with splits above these, or flat.

    flowers/daisy/1.jpg            class daisy
    flowers/train/daisy/a/1.jpg    split train, class daisy
    flowers/1.jpg                  no label

A class is named by the first folder below the root (or below the split); deeper folders only sort the
files. Rows are in the order of the paths. With a limit each class is taken from in turn, as the first
images would all be of one class.
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datasets import coco_places, huggingface, idx_path, recorded, splits
from datasets.class_names import names_beside, positions_in
from datasets.dataset import BadDataset, Dataset
from datasets.decoding import decode_all
from datasets.known_files import printed
from datasets.loader import Source, Wish, path_reader, shown
from datasets.origins import of_files
from datasets.walking import Found, Listing, listing, prints, readable

NO_LABELS = "There are no labels in it: nothing that needs them can be shown."
_NO_CLASS = frozenset(("images", "image", "imgs", "img", "pictures", "photos", "data", "jpegimages"))


def claims(path: Path) -> bool:
    """Whether a path is a folder that holds none of the other kinds of files."""
    others = (idx_path, huggingface, coco_places, recorded)
    return path.is_dir() and not any(other.claims(path) for other in others)


def identity(path: Path) -> list[str]:
    """Every picture's path, size and time, and what the classes are called.

    Raises:
        BadDataset: there are no pictures.
    """
    found = _listed(path)
    return ["".join(prints(found.pictures)), *names_beside(found.root).names]


@path_reader("folder", title="folder of images", claims=claims, streams=True, identity=identity)
def read(source: Source, wish: Wish) -> Dataset:
    """The images of a folder; see the module's docstring.

    Raises:
        BadDataset: no images that can be read, or names that contradict each other.
    """
    what = shown(source.files[0])
    found = _listed(source.files[0])
    given = names_beside(found.root)
    placed = _placed(found.pictures)
    labels, class_names, order = positions_in([one.label for one in placed.each], given, what)
    split, split_names = splits.coded([one.split for one in placed.each], what)
    wanted = splits.wanted(what, split, split_names, wish, in_turn=labels)
    names = [readable(placed.each[row].file.path) for row in wanted]

    def paths() -> Iterator[Path]:
        for row in wanted:
            yield found.root / placed.each[row].file.path

    files = (placed.each[row].file for row in wanted)
    prints = printed(found.root, ((file.path, file.size, file.changed) for file in files))
    decoded = decode_all(what, names, paths, wish, prints)
    rows = wanted[decoded.rows]
    notices = [*placed.notices, *_about(placed.each, found.empty if placed.by_class else []), *decoded.notices]
    if class_names:
        notices.append(order)
    if len(wanted) < np.isin(split, split[wanted]).sum():
        notices.append(f"Of every split {wish.limit:,} images were taken, from each class in turn.")
    return Dataset(
        name=source.name,
        images=decoded.images,
        labels=labels[rows],
        class_names=class_names,
        split=split[rows],
        split_names=split_names,
        notices=tuple(notices),
        metadata={"filename": np.array([names[row] for row in decoded.rows])},
        problems=(*found.problems, *decoded.problems),
        origins=of_files(found.root, [found.root / placed.each[row].file.path for row in rows]),
        rows=rows,
        total=len(placed.each),
        sizes=decoded.sizes,
    )


def _listed(path: Path) -> Listing:
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            raise BadDataset(f"{shown(path)}: not a folder; give a folder")
        found = listing(path)
    except OSError as error:
        raise BadDataset(f"{shown(path)}: cannot be read ({error.strerror}); check its permissions") from error
    if found.pictures:
        return found
    if found.problems:
        name, why = found.problems[0]
        raise BadDataset(
            f"{shown(path)}: no images that can be read ('{shown(name)[-50:]}': {why}); give other images"
        )
    single = any(ending in found.others for ending in (".npz", ".csv", ".parquet", ".tsv"))
    advice = (
        "give the file in it by its path" if single else "give a folder of PNG, JPEG, GIF, BMP, WebP or TIFF files"
    )
    raise BadDataset(f"{shown(path)}: {found.sentence()}; {advice}")


@dataclass(frozen=True, slots=True)
class _One:
    file: Found
    split: str
    label: str


@dataclass(frozen=True, slots=True)
class _Placed:
    each: list[_One]
    notices: list[str]
    by_class: bool


def _placed(pictures: Sequence[Found]) -> _Placed:
    """Which split and class each picture belongs to, by the folders it lies in."""
    depth, notices = _wrapped(pictures)
    within = [picture.parts[depth:] for picture in pictures]
    tops = Counter(parts[0] for parts in within if len(parts) > 1)
    words = {top for top in tops if top.lower() in splits.WORDS}
    deep = {parts[0] for parts in within if len(parts) > 2}
    several = len({splits.WORDS[word.lower()] for word in words}) > 1 and words <= deep
    if not words or not (words == tops.keys() or several):
        labels = [readable(parts[0]) if len(parts) > 1 else "" for parts in within]
        each = [_One(*both) for both in zip(pictures, [""] * len(within), labels, strict=True)]
        return _Placed(each, notices, bool(tops) and not depth)
    inside = [(picture, parts) for picture, parts in zip(pictures, within, strict=True) if parts[0] in words]
    if aside := len(pictures) - len(inside):
        folders = ", ".join(sorted(words))
        notices.append(f"{aside:,} images that lie beside the splits' folders ({folders}) were left aside.")
    classes = {parts[1] for _, parts in inside if len(parts) > 2}
    if len(classes) == 1 and next(iter(classes)).lower() in _NO_CLASS:
        classes = set()
    labels = [readable(parts[1]) if len(parts) > 2 and parts[1] in classes else "" for _, parts in inside]
    each = [_One(picture, parts[0], label) for (picture, parts), label in zip(inside, labels, strict=True)]
    return _Placed(each, notices, False)


def _wrapped(pictures: Sequence[Found]) -> tuple[int, list[str]]:
    """How many folders lie around everything, as archives leave them behind when unpacked."""
    depth = 0
    first = pictures[0].parts
    while (
        len(first) > depth + 2
        and first[depth].lower() not in splits.WORDS
        and all(len(parts := picture.parts) > depth + 2 and parts[depth] == first[depth] for picture in pictures)
    ):
        depth += 1
    around = "/".join(first[:depth])
    return depth, [f"All images lie in '{shown(readable(around))}'; the folders in it count."] if depth else []


def _about(placed: Sequence[_One], empty: Sequence[str]) -> Iterator[str]:
    """What a person should know about classes and labels, a sentence each."""
    bare = sum(not one.label for one in placed)
    if bare == len(placed):
        yield NO_LABELS
    elif bare:
        yield f"{bare:,} of {len(placed):,} images lie in no class's folder: they have no label."
    if empty:
        names = ", ".join(shown(name) for name in empty[:5]) + (", ..." if len(empty) > 5 else "")
        yield f"Folders without images are no classes: {names}."
