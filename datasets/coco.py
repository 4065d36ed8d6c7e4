"""Pictures with boxes drawn on them, as COCO writes them down; by the path of the list, or of a folder with it.

Samples are what the boxes show ("objects"), the pictures whole ("images"), or both. The class of an object is
its category. A picture has one if all its boxes have the same, and else no label. Samples are in the order of
the pictures, those of one picture in the order of its boxes. Splits are told by the names of lists and folders.
No address in a list is ever followed, and no path out of the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets import coco_list, coco_places, sizes, splits
from datasets.below import Below
from datasets.class_names import Names, names_beside, positions_in
from datasets.coco_columns import columns_of, origins_of
from datasets.coco_list import Listed, Mark, Photo
from datasets.cutting import Cut, Pictures
from datasets.dataset import UNLABELLED, BadDataset, Dataset
from datasets.decoding import decode_all
from datasets.labels import MOST_CLASSES
from datasets.loader import BOTH, BOXES, IMAGES, OBJECTS, Source, Wish, path_reader, shown
from datasets.picture import BadPicture
from datasets.walking import listing, prints, readable


def identity(path: Path) -> list[str]:
    """Where lists and pictures lie, every picture's path, size and time, and what the classes are called.

    Raises:
        BadDataset: a list or a folder that cannot be read.
    """
    root = coco_places.root_of(path)
    found = list(names_beside(root).names)
    for file in coco_places.lists(path):
        at = _place(file, path)
        found.append(f"{at.path.name}\0{at.folder.relative_to(root).as_posix()}\0{at.split}")
        try:
            found += prints(listing(at.folder).pictures)
        except OSError as error:
            raise BadDataset(
                f"{shown(at.folder)}: cannot be read ({error.strerror}); check its permissions"
            ) from error
    return ["".join(found)]


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that is there, with its boxes."""

    path: Path
    photo: Photo
    marks: list[Mark]
    split: str

    @property
    def category(self) -> str:
        """The one category of all boxes; empty if there is none, or several."""
        found = {mark.category for mark in self.marks}
        return found.pop() if len(found) == 1 else ""


@dataclass(slots=True)
class _Everything:
    """What all lists together say."""

    taken: list[Taken] = field(default_factory=list)
    categories: dict[str, None] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@path_reader(
    BOXES,
    title="COCO .json",
    claims=coco_places.claims,
    streams=True,
    files=coco_places.lists,
    identity=identity,
)
def read(source: Source, wish: Wish) -> Dataset:
    """The objects or images that lists describe; see the module's docstring.

    Raises:
        BadDataset: no list, or nothing in it that can be used.
    """
    what, asked = shown(source.name), Path(source.name)
    root = coco_places.root_of(asked)
    every = _everything(asked, source.files, root)
    if not every.taken:
        why = "; ".join(": ".join(problem) for problem in every.problems[:1]) or "it lists none"
        raise BadDataset(f"{what}: no image in it can be used ({shown(why)}); put the images beside the list")
    mode = wish.instances if any(one.marks for one in every.taken) else IMAGES
    samples = list(_samples(every.taken, mode))
    words = [one.category if mark is None else mark.category for one, mark in samples]
    labels, class_names, order = _classes(words, list(every.categories), names_beside(root), what)
    split, split_names = splits.coded([one.split for one, _ in samples], what)
    wanted = splits.wanted(what, split, split_names, wish)
    pictures = Pictures({one.path: one.photo.size for one in every.taken if one.photo.size}, wish.expand_crops)
    names = [_name(one, mark, root) for one, mark in map(samples.__getitem__, wanted.tolist())]

    def cuts() -> Iterator[Cut]:
        for row in wanted.tolist():
            one, mark = samples[row]
            yield Cut(pictures, one.path, mark.box if mark else None)

    decoded = decode_all(what, names, cuts, wish)
    kept = wanted[decoded.rows]
    rows = [samples[row] for row in kept.tolist()]
    metadata, aside = columns_of(rows, pictures, root, kinds=mode == BOTH)
    return Dataset(
        name=source.name,
        images=decoded.images,
        labels=labels[kept],
        class_names=class_names,
        split=split[kept],
        split_names=split_names,
        notices=(
            *_about(every.taken, rows, mode, wish, pictures), *every.notices, *order, *aside, *decoded.notices,
        ),
        metadata=metadata,
        problems=(*every.problems, *decoded.problems),
        origins=origins_of(rows, pictures, root, class_names),
        rows=kept, total=len(samples),
        sizes=np.stack([metadata[name] for name in sizes.COLUMNS], axis=1),
    )  # fmt: skip


def _place(file: Path, asked: Path) -> coco_places.Place:
    return coco_places.place(file, asked, lambda: [photo.name for photo in coco_list.read(file).photos])


def _everything(asked: Path, files: Sequence[Path], root: Path) -> _Everything:
    """The pictures of all lists that are there, in the order of the lists."""
    every = _Everything()
    for file in files:
        listed = coco_list.read(file)
        at = _place(file, asked)
        prefix = f"{shown(coco_places.name_of(file, root))}: " if len(files) > 1 else ""
        every.problems += [(f"{prefix}{what}", why) for what, why in listed.problems]
        every.notices += [f"{prefix}{notice}" for notice in listed.notices]
        every.categories.update(dict.fromkeys(listed.categories))
        every.taken += _there(listed, at, prefix, every.problems)
    every.notices = list(dict.fromkeys(every.notices))
    return every


def _there(listed: Listed, at: coco_places.Place, prefix: str, problems: list[tuple[str, str]]) -> Iterator[Taken]:
    """The pictures of a list that are files below their folder; adds the others to the problems."""
    of: dict[int, list[Mark]] = {}
    for mark in listed.marks:
        of.setdefault(mark.photo, []).append(mark)
    below = Below(at.folder)
    for position, photo in enumerate(listed.photos):
        marks = of.get(position, [])
        try:
            yield Taken(below.find(photo.name)[0], photo, marks, at.split)
        except BadPicture as error:
            boxes = f" ({len(marks):,} boxes on it)" if marks else ""
            problems.append((f"{prefix}{readable(photo.name)}", f"{error}{boxes}"))


def _samples(taken: Sequence[Taken], mode: str) -> Iterator[tuple[Taken, Mark | None]]:
    for one in taken:
        if mode != OBJECTS:
            yield one, None
        if mode != IMAGES:
            for mark in one.marks:
                yield one, mark


def _classes(
    words: list[str], categories: list[str], beside: Names, what: str
) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[str, ...]]:
    if len(categories) > MOST_CLASSES:
        raise BadDataset(f"{what}: {len(categories):,} categories, and at most {MOST_CLASSES:,} fit; leave some out")
    if not categories and not beside:
        nothing = np.full(len(words), UNLABELLED, np.int64)
        return nothing, (), ("There are no categories in it: nothing that needs labels can be shown.",)
    given = beside or Names(tuple(categories), "the list of categories")
    labels, names, order = positions_in(words, given, what)
    return labels, names, (order,)


def _name(one: Taken, mark: Mark | None, root: Path) -> str:
    name = readable(one.path.relative_to(root).as_posix())
    return name if mark is None else f"{name}, {mark.id}"


def _about(
    taken: Sequence[Taken], rows: Sequence[tuple[Taken, Mark | None]], mode: str, wish: Wish, pictures: Pictures
) -> Iterator[str]:
    """What a person should know about boxes and images, a sentence each."""
    objects = sum(mark is not None for _, mark in rows)
    files = list(dict.fromkeys(one.path for one, _ in rows))
    around = f", with {wish.expand_crops:,} pixels around it" if wish.expand_crops else ""
    if mode == OBJECTS:
        yield (
            f"Each of the {objects:,} samples is what a box shows of one of {len(files):,} images{around}; "
            "--instances images takes the images whole, both takes both."
        )
    elif mode == BOTH:
        whole = len(rows) - objects
        yield f"{objects:,} samples are what a box shows of an image{around}, {whole:,} are whole images."
    elif wish.instances != IMAGES:
        yield "No box in it can be used: each image is taken whole."
    else:
        mixed = sum(len({mark.category for mark in one.marks}) > 1 for one, _ in rows)
        yield f"Images are taken whole; {mixed:,} of {len(rows):,} have boxes of several classes and so no label."
    bare = sum(not one.marks for one in taken)
    if bare and mode != IMAGES:
        yield f"{bare:,} of {len(taken):,} images have no box" + (
            ": nothing of them is shown." if mode == OBJECTS else "."
        )
    frames = [pictures.frames[path] for path in files]
    if scaled := sum(frame.scale != (1.0, 1.0) for frame in frames):
        yield (
            f"{scaled:,} of {len(files):,} images have another size than the list says: "
            "their boxes were scaled along with them."
        )
    if unturned := sum(not frame.turned for frame in frames):
        yield f"{unturned:,} of {len(files):,} images were left lying, as their boxes were drawn on them so."
