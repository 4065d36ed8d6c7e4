"""Many pictures made into one array that may be larger than memory.

Everything is gone through twice: once for the headers, which say what size the images should have, and
once for the pixels, which are written to a file as they come. The file is then mapped, and never all of
it needs to be in memory. A picture that cannot be read is left out and told, with the reason.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from datasets import picture
from datasets.common_size import CommonSize, common_size
from datasets.cutting import Cut
from datasets.dataset import BadDataset
from datasets.known_files import KnownFile
from datasets.loader import Wish
from datasets.picture import BadPicture
from util import Progress

AT_ONCE = 16
MOST_THREADS = 4

T = TypeVar("T")
R = TypeVar("R")

Picture = Path | bytes | Cut | KnownFile


@dataclass(frozen=True, slots=True)
class Decoded:
    """The pictures that could be read.

    Attributes:
        images: (n, h, w, ch) uint8, mapped from a file that is gone when nobody looks at it any more.
        rows: (n,) which of the pictures each image is.
        sizes: (n, 2) width and height in pixels of each picture as it is shown, before it was resized.
        problems: (name, why) of each of the others.
        notices: what was done, a sentence each.
    """

    images: NDArray[np.uint8]
    rows: NDArray[np.int64]
    sizes: NDArray[np.int64]
    problems: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]


def decode_all(
    what: str,
    names: Sequence[str],
    pictures: Callable[[], Iterable[Picture]],
    wish: Wish,
    prints: NDArray[np.bytes_] | None = None,
) -> Decoded:
    """Decode pictures into one array.

    Args:
        what: the dataset, for messages.
        names: of the pictures, for the list of problems.
        pictures: gives all of them in order, each a path, the bytes of a file, or a part
            of a picture; is called twice.
        wish: where to put the pixels, and who hears how far it is; which files are known already.
        prints: of the files, if they are such, by which known ones are recognized.

    Raises:
        BadDataset: none of them can be read, or the disk is too small for them.
    """
    n = len(names)
    known = None if wish.known is None or prints is None else wish.known.among(prints)
    sources = pictures if known is None else lambda: known.instead_of(pictures())
    reasons: dict[int, str] = {}
    with picture.undisturbed():
        looks: dict[int, picture.Look] = {}
        for row, found in enumerate(_each(_look, sources(), n, "looking at images", wish)):
            if isinstance(found, str):
                reasons[row] = found
            else:
                looks[row] = found
        reasons.update(dict.fromkeys(range(len(looks) + len(reasons), n), "missing"))
        size = common_size(list(looks.values()))
        if size is None:
            raise _nothing(what, names, reasons)
        doing = "reading images" if known is None else known.doing(size.shape)
        kept, done, path = _write(what, sources, reasons, n, size, wish, doing)
    if not kept:
        path.unlink()
        raise _nothing(what, names, reasons)
    images: NDArray[np.uint8] = np.memmap(path, np.uint8, "r", shape=(len(kept), *size.shape))
    with suppress(OSError):  # Windows keeps a file that is in use
        path.unlink()
    again = () if known is None else known.keep(kept, [looks[row] for row in kept], done, size.shape)
    return Decoded(
        images,
        np.array(kept, np.int64),
        np.array([(looks[row].width, looks[row].height) for row in kept], np.int64),
        tuple((names[row], why) for row, why in sorted(reasons.items())),
        (*size.notices, *again, *_notices(Counter(chain(*done)), len(kept))),
    )


def _write(
    what: str,
    pictures: Callable[[], Iterable[Picture]],
    reasons: dict[int, str],
    n: int,
    size: CommonSize,
    wish: Wish,
    doing: str,
) -> tuple[list[int], list[frozenset[str]], Path]:
    """Write the pixels of all that can be read to a file; adds to the reasons why one cannot."""
    height, width, channels = size.shape
    folder = Path(wish.scratch or tempfile.gettempdir())
    needed, free = (n - len(reasons)) * height * width * channels, shutil.disk_usage(folder).free
    advice = f"free space in {folder} or take fewer with --limit"
    if needed > free:
        raise BadDataset(
            f"{what}: decoded it takes {needed / 2**30:.1f} GiB and {free / 2**30:.1f} are free; {advice}"
        )

    def pixels(row: int, source: Picture) -> tuple[NDArray[np.uint8], frozenset[str]] | str:
        try:
            if row in reasons:
                return reasons[row]
            if isinstance(source, (Cut, KnownFile)):
                return source.decode(width, height, channels)
            return picture.decode(source, width, height, channels)
        except BadPicture as error:
            return str(error)

    kept: list[int] = []
    done: list[frozenset[str]] = []
    number, name = tempfile.mkstemp(prefix="images-", suffix=f".tmp-{os.getpid()}", dir=folder)
    path = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            for row, found in enumerate(_each(pixels, pictures(), n, doing, wish)):
                if isinstance(found, str):
                    reasons[row] = found
                    continue
                file.write(found[0].tobytes())
                done.append(found[1])
                kept.append(row)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise BadDataset(f"{what}: cannot be written to disk ({error.strerror}); {advice}") from error
        raise
    return kept, done, path


def _look(row: int, source: Picture) -> picture.Look | str:
    try:
        return source.look() if isinstance(source, (Cut, KnownFile)) else picture.look(source)
    except BadPicture as error:
        return str(error)


def _each(work: Callable[[int, T], R], items: Iterable[T], n: int, doing: str, wish: Wish) -> Iterator[R]:
    """What `work` makes of row and item, in order, with some of them under way at once."""
    threads = min(os.cpu_count() or 1, MOST_THREADS)
    rows = enumerate(islice(items, n))
    waiting: deque[Future[list[R]]] = deque()
    done = 0

    def several(part: list[tuple[int, T]]) -> list[R]:
        return [work(row, item) for row, item in part]

    with ThreadPoolExecutor(threads) as pool:
        try:
            while True:
                while len(waiting) < 2 * threads and (part := list(islice(rows, AT_ONCE))):
                    waiting.append(pool.submit(several, part))
                if not waiting:
                    return
                found = waiting.popleft().result()
                done += len(found)
                wish.report(Progress(doing, done, n, "files"))
                yield from found
        finally:
            for future in waiting:
                future.cancel()


def _nothing(what: str, names: Sequence[str], reasons: dict[int, str]) -> BadDataset:
    first = min(reasons)
    name = names[first] if len(names[first]) <= 60 else f"...{names[first][-57:]}"
    return BadDataset(
        f"{what}: none of its {len(names):,} images can be read (the first, '{name}': {reasons[first]}); "
        "give other images"
    )


def _notices(done: Counter[str], n: int) -> Iterator[str]:
    sentences = {
        picture.TRANSPARENT: "{} have transparent pixels: what lies behind them was made black.",
        picture.DEEP: "{} had 16 bits a pixel: 0 to 65,535 became 0 to 255.",
        picture.FRAMES: "{} have several frames or pages: the first was taken.",
        picture.TURNED: "{} were turned upright, as their cameras noted.",
        picture.INKS: "{} are in the four colors of printers (CMYK): they became red, green and blue.",
    }
    for what, sentence in sentences.items():
        if done[what]:
            yield sentence.format(f"{done[what]:,} of {n:,} images")
