"""Which output of a network is its class head, if any is: docs/decisions/013-what-counts-as-a-class-head.md.

A softmax or a sigmoid at the end says so by itself. Numbers without either are class scores only where there are
as many as the data has classes; otherwise they are an embedding, which has no predictions and no losses.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from model import BadModel, shown

NONE = "none"  # what a person writes for "no output classifies"
LISTED = 6  # outputs that a sentence names


@dataclass(frozen=True, slots=True)
class Head:
    """One output of a network.

    Attributes:
        name: the row of the summary that makes it.
        shape: with the batch axis first, None where Keras leaves it open.
        scores: whether its end says that these are class scores: a softmax, sigmoids, or what acts like them.
        weighted: whether the row that makes its numbers has weights, as the logits of a Dense layer do and
            pooled maps do not.
    """

    name: str
    shape: tuple[int | None, ...]
    scores: bool
    weighted: bool

    @property
    def units(self) -> int:
        """Numbers per image; 0 where that is not one row of them."""
        return (self.shape[1] or 0) if len(self.shape) == 2 else 0

    @property
    def classes(self) -> int:
        """Classes that so many numbers tell apart: a single one tells two."""
        return 2 if self.units == 1 else self.units

    def __str__(self) -> str:
        return f"{self.name} ({', '.join('n' if not at else str(size) for at, size in enumerate(self.shape))})"


@dataclass(frozen=True, slots=True)
class Choice:
    """The output that classifies (its place, None for none), a notice about it, and why there is none."""

    place: int | None
    notice: str = ""
    no_head: str = ""


def choose(heads: Sequence[Head], n_classes: int, asked: str | None, file: str) -> Choice:
    """The output whose numbers are the class scores.

    Args:
        heads: the outputs, in the network's order.
        n_classes: of the data; 0 where that is not known.
        asked: a name or number of an output, "none", or None to find out.
        file: how messages call the network.

    Raises:
        BadModel: the one that was asked for does not exist or gives no row of numbers, or several could be meant.
    """
    if asked is not None and asked.lower() == NONE and not any(head.name == asked for head in heads):
        return Choice(None, no_head="This network is taken without a class head, as asked for with --output none.")
    if asked is not None:
        place = _asked(heads, asked, file)
        if not heads[place].units:
            raise BadModel(
                f"--output {shown(asked)}: {_gives(heads[place])}, not one row of class scores; {NAME_ONE}"
            )
        others = _others(heads, place)
        return Choice(place, others and f"Output {heads[place]} classifies, as asked for with --output; {others}.")
    if len(heads) == 1:
        return Choice(0) if _is_head(heads[0], n_classes) else _embedding(heads, n_classes)
    fitting = [place for place, head in enumerate(heads) if _fits(head, n_classes)]
    if len(fitting) == 1:
        place = fitting[0]
        why = f"the only one that can tell {n_classes:,} classes apart" if n_classes else "the only one of scores"
        return Choice(place, f"Output {heads[place]} classifies: {why}; {_others(heads, place)}.")
    if not fitting and not any(head.units and (head.scores or (head.weighted and not n_classes)) for head in heads):
        return _embedding(heads, n_classes)
    raise BadModel(f"{file}: has {len(heads)} outputs: {listed(heads)}; {NAME_ONE}, or --output none")


NAME_ONE = "name the one that classifies with --output"


def listed(heads: Sequence[Head]) -> str:
    """The outputs with their shapes, in one line."""
    more = f" and {len(heads) - LISTED} more" if len(heads) > LISTED else ""
    return shown(", ".join(str(head) for head in heads[:LISTED]), 120) + more


def _asked(heads: Sequence[Head], asked: str, file: str) -> int:
    """The place of an output by its name, or by its number from 0."""
    for place, head in enumerate(heads):
        if asked == head.name:
            return place
    if asked.isascii() and asked.isdecimal() and len(asked) < 6 and int(asked) < len(heads):
        return int(asked)
    close = difflib.get_close_matches(asked, [head.name for head in heads], n=1)
    hint = f"did you mean '{shown(close[0])}'? " if close else ""
    raise BadModel(f"--output {shown(asked)}: {shown(file, 40)} has no such output; {hint}it has {listed(heads)}")


def _is_head(head: Head, n_classes: int) -> bool:
    if not head.units:
        return False
    return head.scores or (head.weighted if not n_classes else _fits(head, n_classes))


def _fits(head: Head, n_classes: int) -> bool:
    """Whether there are as many numbers as classes; without classes, whether they are scores at all."""
    if not n_classes:
        return head.scores and head.units > 0
    return head.units > 0 and head.classes == n_classes


def _embedding(heads: Sequence[Head], n_classes: int) -> Choice:
    last = heads[0]
    classes = f", the data has {n_classes:,} classes" if n_classes else ", which say nothing about classes"
    gives = f"its last layer {_gives(last)}" if len(heads) == 1 else f"none of its {len(heads)} outputs classifies"
    no_head = f"This network has no class head: {gives}{classes}."
    if not last.units or len(heads) > 1:
        return Choice(None, no_head=no_head)
    return Choice(None, f"If these numbers are class scores, say so with --output {shown(last.name)}.", no_head)


def _gives(head: Head) -> str:
    if len(head.shape) == 2:
        return f"gives {head.units:,} numbers" if head.units else "gives a row of open length"
    return f"gives {'x'.join('any' if size is None else str(size) for size in head.shape[1:])} numbers"


def _others(heads: Sequence[Head], place: int) -> str:
    names = [head.name for at, head in enumerate(heads) if at != place]
    if not names:
        return ""
    return f"{shown(', '.join(names), 80)} can be mapped as {'a layer' if len(names) == 1 else 'layers'}"
