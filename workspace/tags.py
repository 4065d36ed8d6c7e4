"""Tags: words that people give to samples, kept in a file and known here by the samples' indices.

A sample is known in the file by its digest. Of identical pictures each has one of its own: they are counted
off by split, file name, label and index, so that a tag stays with its file when others come before it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.digests import LENGTH
from util import digest
from workspace.journal import NotSaved
from workspace.plan import ColumnNotReady, UnknownColumn
from workspace.query import Field
from workspace.query.sets import packed, texts
from workspace.tag_action import WIDTH, quoted
from workspace.tag_file import Done, Entry, Row, TagFile
from workspace.tag_identity import NEEDED, identities
from workspace.tag_names import NAME_LENGTH, named, person, plain

if TYPE_CHECKING:
    from workspace.session import Session

KEPT = 64  # columns whose keys a browser may still ask for
FIELD, ONE = "tags", "tag:"  # the field of all tags of a sample, and what the name of one tag's own begins with


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag.

    Attributes:
        name: unlike that of every other.
        color: hexadecimal CSS.
        count: samples of this dataset that have it.
        elsewhere: samples that have it and are not in this dataset.
        who, at: of its last change; seconds since 1970.
    """

    name: str
    color: str
    count: int
    elsewhere: int
    who: str
    at: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A tag of one sample: who gave it, and when."""

    name: str
    color: str
    who: str
    at: float


class Tags:
    """The tags of one session; safe for several threads. Whatever changes them may raise NotSaved."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.file = TagFile(session.store)
        self._lock = threading.RLock()
        self._version = -1
        self._told: int | None = None
        self._rows: list[Row] = []
        self._ids: tuple[str, NDArray[np.bytes_], NDArray[np.intp]] | None = None  # of which dataset, digests, order
        self._masks: dict[tuple[str, int, int], tuple[NDArray[np.bool_], int]] = {}  # dataset, tag, its last change
        self._by_key: dict[str, NDArray[np.uint8]] = {}

    # -- reading -----------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """Larger after every change of anybody, in whichever process."""
        return self.file.version

    @property
    def ready(self) -> bool:
        """Whether samples can be told apart already."""
        return self.session.has_dataset and all(map(self.session.is_ready, NEEDED))

    @property
    def notices(self) -> list[str]:
        """What a person should know of the file."""
        return list(self.file.notices)

    def names(self) -> tuple[str, ...]:
        """All tags of this dataset, those that nobody has included, by name; before it is read, all there are."""
        if not self.ready:
            return tuple(row.name for row in self._now())
        return tuple(tag.name for tag in self.all() if tag.count or not tag.elsewhere)

    def all(self) -> list[Tag]:
        """All tags by name, also of other datasets. Raises ColumnNotReady."""
        found = []
        for row in self._now():
            mask, others = self._mask(row)
            found.append(Tag(row.name, row.color, int(np.count_nonzero(mask)), others, row.by, row.at))
        return found

    def mask(self, name: str) -> NDArray[np.bool_]:
        """(n,) which samples have a tag. Raises UnknownColumn, ColumnNotReady."""
        for row in self._now():
            if row.name == name:
                return self._mask(row)[0]
        raise UnknownColumn(f"tag {quoted(name[:NAME_LENGTH])}: there is none of that name (any more)")

    def members(self, name: str) -> NDArray[np.intp]:
        """The indices of the samples that have a tag."""
        return np.flatnonzero(self.mask(name))

    def of(self, index: int) -> list[Mark]:
        """The tags of one sample. Raises ColumnNotReady."""
        rows = [row for row in self._now() if self._mask(row)[0][index]]
        sample = self.samples(np.array([index]))[0]
        return [Mark(row.name, row.color, *self.file.given(row.id, sample)) for row in rows]

    def among(self, indices: NDArray[np.integer]) -> list[tuple[Row, int]]:
        """The tags that some of these samples have, and how many of them. Raises ColumnNotReady."""
        counted = [(row, int(np.count_nonzero(self._mask(row)[0][indices]))) for row in self._now()]
        return [(row, count) for row, count in counted if count]

    def texts(self, rows: Any = slice(None)) -> NDArray[np.str_]:
        """The tags of samples, in one text each. Raises ColumnNotReady."""
        names, values = self._values()
        return texts(values[rows], names)

    def history(self, limit: int) -> tuple[list[Entry], int]:
        """The last actions, the newest first, and how many there are."""
        return self.file.history(limit)

    def steps_of(self, who: str) -> tuple[str, str]:
        """What a person's undo and redo would do, as sentences; "" for nothing."""
        return self.file.steps_of(person(who))

    # -- changing ----------------------------------------------------------------------------

    def add(self, names: str | Sequence[str], indices: Iterable[int] | NDArray[np.integer], who: str) -> Done:
        """Give tags, written with commas between them, to samples."""
        wanted = named(names)
        like = [warning for name in wanted if (warning := self._like(name))]
        done = self.file.add(wanted, self.samples(_rows(indices)), person(who))
        return Done(done.number, done.at, "; ".join([done.sentence, *like]))

    def remove(self, names: str | Sequence[str], indices: Iterable[int] | NDArray[np.integer], who: str) -> Done:
        """Take tags from samples."""
        return self.file.remove(named(names), self.samples(_rows(indices)), person(who))

    def rename(self, old: str, new: str, who: str) -> Done:
        """Call a tag something else."""
        wanted = named(new)
        if len(wanted) > 1:
            raise NotSaved("tags: a new name has no comma; give one name")
        return self.file.rename(old, wanted[0], person(who))

    def recolor(self, name: str, color: str, who: str) -> Done:
        """Give a tag another color, such as #1c7ed6."""
        if not (
            len(color) == 7 and color[0] == "#" and all(each in "0123456789abcdef" for each in color[1:].lower())
        ):
            raise NotSaved(f"color {color[:20]!r}: is none; give one such as #1c7ed6")
        return self.file.recolor(name, color.lower(), person(who))

    def delete(self, name: str, who: str) -> Done:
        """Take a tag from all samples and forget it."""
        return self.file.delete(name, person(who))

    def undo(self, who: str) -> Done:
        """Take back the last thing that this person did."""
        return self.file.undo(person(who))

    def redo(self, who: str) -> Done:
        """Do again what this person took back last."""
        return self.file.redo(person(who))

    def glance(self) -> None:
        """Let the pages know if somebody has changed a tag since the last time, here or in another process."""
        version = self.file.version
        with self._lock:
            told, self._told = self._told, version
        if told not in (None, version):
            self.session.tell()

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    # -- samples in the file -----------------------------------------------------------------

    def places(self, samples: Sequence[bytes]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """(k,) the indices of samples of the file, and which of them are in this dataset at all."""
        ids, order = self._known()
        asked = np.frombuffer(b"".join(samples).hex().encode(), f"S{LENGTH}")
        found = order[np.minimum(np.searchsorted(ids, asked, sorter=order), len(ids) - 1)]
        return found, ids[found] == asked

    def samples(self, indices: NDArray[np.integer]) -> list[bytes]:
        """What samples are known by in the file."""
        ids, _ = self._known()
        if not len(indices):
            raise NotSaved("tags: no sample is chosen; select some first")
        if indices.min() < 0 or indices.max() >= len(ids):
            raise NotSaved(f"tags: there are {len(ids):,} samples, counted from 0; select others")
        joined = bytes.fromhex(b"".join(ids[indices].tolist()).decode())
        return [joined[start : start + WIDTH] for start in range(0, len(joined), WIDTH)]

    # -- as columns --------------------------------------------------------------------------

    def fields(self) -> list[Field]:
        """All tags as one field, and each as one that is true or false."""
        names = self.names()
        about = "The tags that people gave it."
        found = [Field(FIELD, "Tags", "set", names, about, lambda: self._values()[1])]
        for name in names:
            read = partial(self.column, ONE + name)
            said = f"Whether it has the tag {quoted(name)}."
            found.append(Field(ONE + name, f"Tag: {name}", "truth", (), said, read))
        return found

    def has(self, column: str) -> bool:
        """Whether a column about tags can be read now."""
        return self.ready and (column == FIELD or column.removeprefix(ONE) in self.names())

    def owns(self, column: str) -> bool:
        """Whether a column is about tags."""
        return column == FIELD or column.startswith(ONE)

    def color(self, column: str) -> str:
        """The color of the samples that have a tag, for its column; "" if the column is about something else."""
        if not column.startswith(ONE):
            return ""
        return next((row.color for row in self._now() if row.name == column.removeprefix(ONE)), "")

    def column(self, name: str) -> NDArray[np.uint8]:
        """(n,) 1 for the samples with a tag, or the bits of all. Raises UnknownColumn, ColumnNotReady."""
        return self._values()[1] if name == FIELD else self.mask(name.removeprefix(ONE)).view(np.uint8)

    def key(self, name: str) -> str:
        """The key that stands for the content of such a column. Raises as `column` does."""
        values = self.column(name)
        key = digest(name, list(self._values()[0]) if name == FIELD else None, values)
        with self._lock:
            self._by_key[key] = values
            while len(self._by_key) > KEPT:
                del self._by_key[next(iter(self._by_key))]
        return key

    def by_key(self, key: str) -> NDArray[np.uint8] | None:
        """A column by its key, if it was asked for lately or is what the tags are now."""
        found = self._by_key.get(key)
        if found is None and self.ready:
            names = [ONE + name for name in self.names()]
            found = next((self.column(name) for name in names if self.key(name) == key), None)
        return found

    # -- inside ------------------------------------------------------------------------------

    def _now(self) -> list[Row]:
        """The tags as the file has them now."""
        version = self.file.version
        with self._lock:
            if version != self._version:
                self._rows = self.file.rows()
                self._version = version
                known = {(row.id, row.changed) for row in self._rows}
                self._masks = {at: kept for at, kept in self._masks.items() if at[1:] in known}
            return list(self._rows)

    def _mask(self, row: Row) -> tuple[NDArray[np.bool_], int]:
        """Which samples have a tag, and how many others of the file that are not here."""
        with self._lock:
            ids, _ = self._known()
            at = (self.session.dataset.fingerprint, row.id, row.changed)
            if at not in self._masks:
                found, here = self.places(self.file.members(row.id))
                mask = np.zeros(len(ids), bool)
                mask[found[here]] = True
                mask.flags.writeable = False
                self._masks[at] = mask, int(np.count_nonzero(~here))
            return self._masks[at]

    def _values(self) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
        names = self.names()
        return names, packed([self.mask(name) for name in names], self.session.dataset.n)

    def _known(self) -> tuple[NDArray[np.bytes_], NDArray[np.intp]]:
        """(n,) the digest of every sample, and their order."""
        with self._lock:
            fingerprint = self.session.dataset.fingerprint
            if self._ids is None or self._ids[0] != fingerprint:
                if not self.ready:
                    raise ColumnNotReady("Tags: the samples are being told apart; wait a moment")
                ids = identities(self.session)
                self._ids = fingerprint, ids, np.argsort(ids)
            return self._ids[1:]

    def _like(self, name: str) -> str:
        """A warning if a new tag is almost called as an old one."""
        old = [row.name for row in self._now()]
        near = [each for each in old if plain(each) == plain(name)] if name not in old else []
        return f"there is {quoted(*near)} too" if near else ""


def _rows(indices: Iterable[int] | NDArray[np.integer]) -> NDArray[np.integer]:
    return np.unique(np.asarray(indices if isinstance(indices, np.ndarray) else list(indices), np.int64))
