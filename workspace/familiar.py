"""How familiar samples are, read for the pages: by which model and layer, in which split, in which class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from analysis.familiarity import DIMENSIONS, GAUSSIANS, ROUNDS, TOLERANCE
from analysis.metrics import wilson
from analysis.rule import Rule
from workspace.request import asking

if TYPE_CHECKING:
    from workspace.session import Session

USUAL, BY_CLASS, LAYER = "familiarity", "familiarity_by_class", "/{layer}"
STRANGE = 0.01  # the share of the first split that is called strange, so that other splits can be compared with it
FURTHEST = 0.002  # the share that the histogram puts into its first bin
BINS = 60
KEPT = 8
OWN = "own"  # the model whose settings a visitor chooses
CHOICES: dict[str, tuple[int | float | str, ...]] = {
    "dimensions": (10, 20, 40, 64, 100, 200),
    "gaussians": (1, 2, 3, 5, 8, 12, 20, 50),
    "covariance": ("diag", "full"),
    "tolerance": (0.01, 0.001, 0.0001),
    "rounds": (50, 100, 200, 500),
}
USUAL_SETTINGS: dict[str, int | float | str] = {
    "dimensions": DIMENSIONS, "gaussians": GAUSSIANS, "covariance": "diag", "tolerance": TOLERANCE, "rounds": ROUNDS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spread:
    """How familiar the samples of a split are.

    Attributes:
        name: of the split.
        n: samples that have a familiarity.
        size: samples.
        median: in steps.
        strange: the share that is less familiar than 99 % of the first split; low, high its 95 % interval.
        counts: (b,) samples in each bin of the histogram.
    """

    name: str
    n: int
    size: int
    median: float
    strange: float
    low: float
    high: float
    counts: NDArray[np.int64]


class Familiar:
    """What pages ask about familiarity. Safe for several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._sorted = lru_cache(KEPT)(self._sort)

    def models(self) -> dict[str, Rule]:
        """Every model that can be asked for, by name: ours and those that somebody has added as a rule."""
        usual = f"{USUAL}{LAYER}"
        found = {
            rule.name.removesuffix(LAYER): rule
            for rule in analysis.rule.RULES
            if rule.name.startswith(USUAL) and rule.name.endswith(LAYER) and rule.kind == "score"
        }
        return {name: found[name] for name in sorted(found, key=lambda name: (found[name].name != usual, name))}

    def layer(self, layer: str) -> str:
        """The layer that is meant: the last one before the class scores where nothing else makes sense."""
        return layer if layer in self.session.layers else self.session.network.info.default_layer

    def column(self, layer: str, model: str) -> str:
        """The column of a layer and a model, with what makes no sense replaced by the usual."""
        model, layer = model if model in self.models() else USUAL, self.layer(layer)
        is_last = layer == self.session.network.info.default_layer and self.session.knows(USUAL)
        return USUAL if is_last and model == USUAL else f"{model}/{layer}"

    def settings(self, chosen: Mapping[str, str]) -> dict[str, int | float | str]:
        """The settings of a mixture of one's own, as text from a link; what is none of CHOICES is the usual."""
        return {
            name: next((value for value in CHOICES[name] if str(value) == chosen.get(name)), usual)
            for name, usual in USUAL_SETTINGS.items()
        }

    def own(self, layer: str, chosen: Mapping[str, str]) -> str:
        """The column of a layer and a mixture with settings of one's own."""
        return asking("mixture", layer=self.layer(layer), **self.settings(chosen))

    def by_class(self, layer: str) -> str:
        """The column of familiarity to each class in a layer."""
        layer = self.layer(layer)
        is_last = layer == self.session.network.info.default_layer and self.session.knows(BY_CLASS)
        return BY_CLASS if is_last else f"{BY_CLASS}/{layer}"

    @property
    def reference(self) -> str:
        """The split that mixtures are fitted to."""
        return self.session.dataset.split_names[int(self.session.column("split").min())]

    def spreads(self, column: str) -> tuple[NDArray[np.float64], list[Spread]]:
        """The edges of a histogram, (b + 1,) in steps, and every split that has samples."""
        values, split = self.session.column(column), self.session.column("split")
        known = self._sorted(self.session.key(column))
        if not len(known):
            return np.zeros(2), []
        limit = float(np.quantile(known, STRANGE))
        finite = np.isfinite(values)
        first, last = np.quantile(values[finite], [FURTHEST, 1]).tolist()
        edges = np.linspace(first, last, BINS + 1)
        found = []
        for code, name in enumerate(self.session.dataset.split_names):
            of_split = split == code
            inside = values[of_split & finite]
            if not of_split.any():
                continue
            counts = np.histogram(np.clip(inside, edges[0], edges[-1]), edges)[0] if edges[-1] > edges[0] else None
            strange, n = np.array(float((inside < limit).sum())), np.array(float(len(inside)))
            low, high = wilson(strange, n)
            found.append(
                Spread(
                    name,
                    len(inside),
                    int(of_split.sum()),
                    float(np.median(inside)) if len(inside) else float("nan"),
                    float(strange / n) if n else float("nan"),
                    float(low),
                    float(high),
                    np.array([len(inside)]) if counts is None else counts,
                )
            )
        return edges, found

    def rarer(self, column: str, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """The share of the first split that is more familiar than each of these rows, (k,)."""
        known = self._sorted(self.session.key(column))
        values = self.session.column(column)[rows]
        above = len(known) - np.searchsorted(known, values, side="right")
        return np.asarray(above / max(len(known), 1))

    def ranked(
        self, column: str, split: str, asked: str, most: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], int]:
        """The least and the most familiar samples of a split that match a query, and of how many they are."""
        return self._ends(self.session.column(column), self._rows(split, asked), most)

    def of_class(
        self, column: str, split: str, asked: str, label: int, model: int, most: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], int]:
        """The same among the samples of one label, by the mixture of a class."""
        rows = self._rows(split, asked)
        rows = rows[self.session.column("labels")[rows] == label]
        return self._ends(self.session.column(column)[:, model], rows, most)

    def alike(self, column: str, split: str, asked: str, model: int) -> list[tuple[int, float, int]]:
        """(class, median familiarity to the mixture of `model`, samples), the most alike first; without itself."""
        rows = self._rows(split, asked)
        labels, values = self.session.column("labels")[rows], self.session.column(column)[rows, model]
        known = np.isfinite(values) & (labels >= 0)
        labels, values = labels[known], values[known]
        order = np.argsort(labels, kind="stable")
        codes, starts = np.unique(labels[order], return_index=True)
        groups = np.split(values[order], starts[1:]) if len(codes) else []
        found = [
            (int(code), float(np.median(group)), len(group))
            for code, group in zip(codes, groups, strict=True)
            if code != model
        ]
        return sorted(found, key=lambda row: -row[1])

    def _rows(self, split: str, asked: str) -> NDArray[np.intp]:
        rows = self.session.find(asked).indices
        code = self.session.dataset.split_names.index(split)
        return np.asarray(rows[self.session.column("split")[rows] == code], np.intp)

    def _ends(
        self, values: NDArray[np.floating], rows: NDArray[np.intp], most: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], int]:
        inside = values[rows]
        known = rows[np.isfinite(inside)]
        order = known[np.argsort(inside[np.isfinite(inside)], kind="stable")]
        return order[:most], order[::-1][:most], len(order)

    def _sort(self, key: str) -> NDArray[np.floating]:
        """The familiarities of the first split, ascending, of the column with that key."""
        values, split = self.session.by_key(key), self.session.column("split")
        values = values[(split == split.min()) & np.isfinite(values)]
        return np.sort(values)
