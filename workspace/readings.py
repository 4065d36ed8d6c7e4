"""What was read from the same place before: which files need not be decoded again, and what is new.

A place is the files or folders that were asked for, and the part of them that was wanted. Its last reading
leaves a record, written after all that it names, so that a reading that is killed leaves the one before.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.known_files import NOBODY, KnownFiles, found_in
from util import digest
from workspace.plan import Plan, code, version
from workspace.reuse import MOST_OTHERS, own_digests
from workspace.store import Store

KIND, RECENT = "reading", "recent"
MOST_RECENT = 8


@dataclass(frozen=True, slots=True)
class News:
    """How a dataset differs from the last reading of the same place.

    Attributes:
        sentences: in plain words; empty if nothing is known of before, or no image differs.
        decoded: files that were decoded; None if it does not consist of files.
    """

    sentences: tuple[str, ...] = ()
    decoded: int | None = None


class Reading:
    """One reading of a place.

    Args:
        store: where the last one left its columns.
        place: what tells the place and the part of it that is wanted.
    """

    def __init__(self, store: Store, place: object) -> None:
        decoders = (code("datasets.decoding"), version("pillow"), version("numpy"))
        self._store, self._key = store, digest(place, decoders)
        self._before = store.read_record(KIND, self._key, old=False) or {}
        names = ("files", "looks", "images")
        self.known = KnownFiles(*(self._earlier(name) for name in names))

    def finish(self, name: str, keys: Mapping[str, str], images: NDArray[np.uint8]) -> News:
        """Leave a record of what was read, and tell what is new about it.

        Args:
            name: of the dataset, for people.
            keys: of its columns, which are in the store.
            images: (n, h, w, ch).
        """
        plan, n = Plan(keys), len(images)
        sentences = self._compared(plan, n)
        if self._before and self.known.decoded is not None and self.known.decoded < n:
            sentences.append(f"{self.known.decoded:,} of {n:,} files were decoded, the others were found again.")
        record: dict[str, Any] = {"name": name, "n": n, "time": time.time(), "digests": plan.key("digests")}
        if len(self.known.prints) == n and self.known.shapes == {images.shape[1:]}:
            record["images"] = keys["images"]
            for what, column in {"files": self.known.prints, "looks": self.known.looks}.items():
                record[what] = digest(what, column)
                self._store.write(record[what], column, column=what)
        self._store.write_record(KIND, self._key, record)
        with self._store.lock(RECENT):
            others = [other for other in self._recent() if other["digests"] != record["digests"]]
            self._store.write_record(KIND, RECENT, {"readings": [record, *others][:MOST_RECENT]})
        return News(tuple(sentences), self.known.decoded)

    def _compared(self, plan: Plan, n: int) -> list[str]:
        """What is new, compared with the last reading of the place, or with another of nearly the same samples."""
        for earlier in [self._before] if self._before else self._recent():
            m = earlier["n"]
            if not self._before and min(n, m) < (1 - MOST_OTHERS) * max(n, m):
                continue
            known = self._store.read(earlier["digests"])
            now = own_digests(self._store, plan) if known is not None else None
            if known is None or now is None:
                continue
            new = int(np.count_nonzero(found_in(known, now) == NOBODY))
            gone = m - (n - new)
            if not self._before and n - new < (1 - MOST_OTHERS) * max(n, m):
                continue
            when = time.strftime("%d %B %Y, %H:%M", time.localtime(earlier["time"])).lstrip("0")
            since = f"since {when}" if self._before else f"compared with {earlier['name']}, read {when}"
            lost = f"; {gone:,} of the {m:,} of then were changed or removed" if gone else ""
            return [f"{new:,} of {n:,} samples are new {since}{lost}."] if new or gone else []
        return []

    def _recent(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (self._store.read_record(KIND, RECENT) or {}).get("readings", [])
        return found

    def _earlier(self, name: str) -> Any:
        key = self._before.get(name)
        return self._store.read(key) if key else None
