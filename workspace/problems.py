"""What went wrong with the data and around it: which files were left out, and why, by kind of reason."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from workspace.session import Session

_DETAIL = re.compile(r"\s*\([^()]*\)")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_COUNTED = re.compile(r"([\d,]+) of ([\d,]+) (.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of reason: its words without figures and details, how many files, and the first of them."""

    words: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A notice about some of all: "12 of 5,000 images were turned upright" in its parts."""

    part: int
    whole: int
    rest: str


class Problems:
    """The files of a dataset that could not be read. Read only; sorted into kinds once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sorted: tuple[str, list[Reason]] = ("", [])

    @property
    def count(self) -> int:
        """How many there are of all kinds, for the navigation: files left out and columns that failed."""
        left_out = self._session.dataset.n_problems if self._session.has_dataset else 0
        return left_out + len(self._session.failures)

    def reasons(self) -> list[Reason]:
        """The kinds of reasons, the most common first. Raises ColumnNotReady while the dataset is read."""
        data = self._session.dataset
        if self._sorted[0] != data.fingerprint:
            words = [kind_of(why) for _, why in data.problems]
            first = dict(zip(reversed(words), (name for name, _ in reversed(data.problems)), strict=True))
            ordered = sorted(Counter(words).items(), key=lambda entry: (-entry[1], entry[0]))
            self._sorted = (data.fingerprint, [Reason(kind, n, first[kind]) for kind, n in ordered])
        return self._sorted[1]

    def found(self, reason: str = "", text: str = "") -> list[tuple[str, str]]:
        """(file, why) of those whose reason is of that kind and whose name or reason contains the text."""
        text = text.strip().casefold()
        return [
            (name, why)
            for name, why in self._session.dataset.problems
            if (not reason or kind_of(why) == reason)
            and (not text or text in name.casefold() or text in why.casefold())
        ]


def kind_of(why: str) -> str:
    """The words of a reason by which it is counted.

    >>> kind_of("too many pixels (13,000 x 13,000; at most 50,000,000 are read)")
    'too many pixels'
    >>> kind_of("its pixels run from 0 to 70,000; save them with 8 or 16 bits")
    'its pixels run from … to …; save them with … or … bits'
    >>> kind_of("damaged (broken data stream)")
    'damaged'
    """
    return _NUMBER.sub("…", _DETAIL.sub("", why)).strip() or why


def counted(notice: str) -> Counted | None:
    """A notice taken apart, if it counts some of all."""
    found = _COUNTED.fullmatch(notice)
    if found is None:
        return None
    part, whole = (int(number.replace(",", "")) for number in found.group(1, 2))
    return Counted(part, whole, found[3])


def table(rows: list[tuple[str, str]], chosen: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
    """The chosen ones of these files as columns, for a CSV file."""
    some = [rows[row] for row in chosen.tolist()]
    return {"file": np.array([name for name, _ in some], str), "reason": np.array([why for _, why in some], str)}
