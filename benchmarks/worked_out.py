"""Columns worked out from others by the rules, one after the other, each with what it cost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.rule import find
from util import discover


class WorkedOut:
    """Columns by name, made when they are asked for.

    Args:
        known: what no rule makes: images, labels, split, logits, features.

    Attributes:
        seconds: of processor time that each made column took, without what it needs.
    """

    def __init__(self, known: Mapping[str, NDArray[Any]]) -> None:
        discover("analysis")
        self._columns = dict(known)
        self.seconds: dict[str, float] = {}

    def __getitem__(self, column: str) -> NDArray[Any]:
        if column not in self._columns:
            rule, layer = find(column)
            arrays = {parameter: self[needed] for parameter, needed in rule.needed(layer).items()}
            begin = time.process_time()
            self._columns[column] = np.asarray(rule.function(**arrays))
            self.seconds[column] = time.process_time() - begin
        return self._columns[column]
