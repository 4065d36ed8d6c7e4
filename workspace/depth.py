"""What each layer knows of the classes, read for the pages; the layer that each sample settles at, as a column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis import depth
from util import digest
from workspace.plan import ColumnNotReady, UnknownColumn
from workspace.query.fitting import Field
from workspace.request import asking
from workspace.requests.depth import FEWEST, METHODS, NEIGHBORS, SAMPLES
from workspace.units import Unit

if TYPE_CHECKING:
    from workspace.session import Session

NAME = "settles"
TITLE = "Layer it settles at"
ABOUT = (
    "From which layer on the neighbors of a sample agree with the network's answer: 0 is the pixels, one more than "
    "the last layer is never; late is doubtful. Only samples that the page Depth has looked at."
)
UNSEEN = "nobody has looked at the layers yet; open the page Depth and let it look"
KEPT = 4
Share = tuple[float, float, float]  # with both ends of its 95 % interval


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """A sample of a split, looked at in every layer.

    Attributes:
        names: (l,) the layers in the network's order, pixels first.
        rows: (m,) the samples; `of` so many that could have been drawn.
        by: "labels" or "predicted": which classes were asked for.
        codes: (m,) these classes.
        purity: (l,) mean share of the neighbors of the same class; `k` neighbors each.
        linear: (l,) share that the linear probe gets right.
        chance: purity by lot; `most` the share of the largest class, which a probe gets right for nothing.
        pairs: (p, 2) classes; `right` (l, p) samples of both that the probe puts on the right side; `paired` (p,) of
            so many.
        settles: (m,) layer from which on neighbors agree with the answer, l for never; None without class scores.
    """

    names: tuple[str, ...]
    rows: NDArray[np.intp]
    of: int
    by: str
    codes: NDArray[np.integer]
    k: int
    purity: list[Share]
    linear: list[Share]
    chance: float
    most: float
    pairs: NDArray[np.integer]
    right: NDArray[np.integer]
    paired: NDArray[np.integer]
    settles: NDArray[np.int64] | None

    def pair(self, place: int) -> list[Share]:
        """Of each layer, the share of a pair's samples on the right side."""
        return [depth.share_interval(int(right), int(self.paired[place])) for right in self.right[:, place]]

    def apart(self, shares: list[Share]) -> int:
        """The first layer that is not worse than the best one, as far as the intervals can tell."""
        best = max(share for share, _, _ in shares)
        return next(layer for layer, (_, _, high) in enumerate(shares) if high >= best)


class Depth:
    """What pages ask about layers; also the owner of the column `settles`. Safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._read = lru_cache(KEPT)(self._make)
        self._whole = lru_cache(KEPT)(self._scatter)
        self._count = lru_cache(4 * KEPT)(self._counted)

    @property
    def methods(self) -> dict[str, str]:
        """How maps can be drawn: name -> title."""
        return METHODS

    def by(self, split: str) -> str:
        """Which classes neighbors are asked for: the labels of a split, the network's answers where it has none."""
        return "labels" if self._known(split, "labels") >= FEWEST else "predicted"

    def missing(self, split: str) -> str:
        """Why nothing can be looked at in a split, a sentence; "" if it can."""
        if self.by(split) == "predicted" and self.session.no_head:
            return (
                f"No class is known for {FEWEST} samples of {split}: it has no labels, and there are no predictions."
            )
        size = self.session.dataset.split_counts[self.session.dataset.split_names.index(split)]
        if size < FEWEST:
            return f"{split} has {size:,} samples; {FEWEST} are needed to ask neighbors."
        return ""

    def sizes(self, split: str) -> tuple[int, int]:
        """How many samples are looked at, of how many."""
        by = self.by(split)
        counts = dict(self.session.splits)
        of = self._known(split, by) if self.session.is_ready(by) else counts[split]
        return min(of, SAMPLES), of

    def column_of(self, split: str) -> str:
        """The request for what each layer knows."""
        return asking("depth", split=split, by=self.by(split))

    def maps_of(self, split: str, method: str) -> str:
        """The request for small maps."""
        return asking("depthmaps", split=split, by=self.by(split), method=method if method in METHODS else "pca")

    def layers(self, split: str) -> Layers:
        """What was found. Raises ColumnNotReady while nobody has asked, or it is not there yet."""
        return self._read(split, self.session.key(self.column_of(split)), self._answers())

    # -- the column ----------------------------------------------------------------------------------

    def owns(self, column: str) -> bool:
        """Whether a column is this one."""
        return column == NAME

    def has(self, column: str) -> bool:
        """Whether somebody has looked at a split, and the network has an answer that one can settle on."""
        return column == NAME and bool(self._ready())

    def column(self, column: str) -> NDArray[Any]:
        """(n,) float32, not-a-number for samples that nobody has looked at. Raises UnknownColumn."""
        return self._whole(self.key(column))

    def key(self, column: str) -> str:
        """The key that stands for its content. Raises UnknownColumn."""
        if not self.has(column):
            raise UnknownColumn(f"{NAME}: {UNSEEN}")
        keys = [self.session.key(self.column_of(split)) for split in self._ready()]
        return digest(NAME, keys, self._answers())

    def by_key(self, key: str) -> NDArray[Any] | None:
        """The column by its key."""
        return self.column(NAME) if self.has(NAME) and self.key(NAME) == key else None

    def units(self) -> list[Unit]:
        """What colors maps."""
        return [Unit(NAME, TITLE, "score", (), "high", ABOUT)] if self.has(NAME) else []

    def fields(self) -> list[Field]:
        """What queries name."""
        read = lambda: self.session.column(NAME)  # noqa: E731
        return [Field(NAME, TITLE, "number", (), ABOUT, read)] if self.has(NAME) else []

    def absent(self) -> dict[str, str]:
        """Why queries cannot name it, where they cannot."""
        return {} if self.has(NAME) else {NAME: UNSEEN}

    # -- inside --------------------------------------------------------------------------------------

    def _known(self, split: str, by: str) -> int:
        """Samples of a split that have a class."""
        return self._count(split, by, self.session.key(by))

    def _counted(self, split: str, by: str, key: str) -> int:
        session = self.session
        inside = session.column("split") == session.dataset.split_names.index(split)
        return int((session.column(by)[inside] >= 0).sum())

    def _answers(self) -> str:
        """The key of the network's answers, "" if it gives none."""
        session = self.session
        return session.key("predicted") if session.knows("predicted") and session.is_ready("predicted") else ""

    def _ready(self) -> list[str]:
        session = self.session
        if not (session.has_dataset and session.has_network) or not self._answers():
            return []
        try:
            return [name for name, _ in session.splits if session.is_ready(self.column_of(name))]
        except ColumnNotReady:
            return []

    def _make(self, split: str, key: str, answers: str) -> Layers:
        session, column = self.session, self.column_of(split)
        array, facts = np.asarray(session.column(column)), session.facts(column)
        rows = np.array(facts["rows"], np.intp)
        m, by = len(rows), self.by(split)
        purity, votes, linear = (array[:, place * m : (place + 1) * m] for place in range(3))
        pairs = np.array(facts["pairs"], np.int64).reshape(-1, 2)
        codes = np.asarray(session.column(by))[rows]
        n = np.bincount(codes, minlength=int(pairs.max(initial=0)) + 1)
        settles = None
        if answers:
            settles = depth.settled(votes.astype(np.int64), np.asarray(session.column("predicted"))[rows])
        return Layers(
            names=tuple(facts["layers"]),
            rows=rows,
            of=self._known(split, by),
            by=by,
            codes=codes,
            k=min(NEIGHBORS, m - 1),
            purity=[depth.mean_interval(each) for each in purity],
            linear=[depth.share_interval(int((each == codes).sum()), m) for each in linear],
            chance=depth.chance(codes),
            most=float(n.max() / m),
            pairs=pairs,
            right=array[:, 3 * m :].astype(np.int64),
            paired=n[pairs].sum(axis=1) if len(pairs) else np.zeros(0, np.int64),
            settles=settles,
        )

    def _scatter(self, key: str) -> NDArray[Any]:
        values = np.full(self.session.dataset.n, np.nan, np.float32)
        for split in self._ready():
            found = self.layers(split)
            if found.settles is not None:
                values[found.rows] = found.settles
        values.flags.writeable = False
        return values
