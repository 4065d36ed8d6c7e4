"""A session of planted columns: what sentences about faults are tested on, against plain loops."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from analysis import duplicates, error_causes, strangers, suspects
from workspace.faults import Faults
from workspace.plan import ColumnNotReady

NAMES = tuple("0123456789")


class Planted:
    """As much of a session as the faults read."""

    def __init__(self, columns: dict[str, Any], *, late: tuple[str, ...] = (), never: tuple[str, ...] = ()) -> None:
        self.columns, self.late, self.never = columns, late, never
        labels, split = columns["labels"], columns["split"]
        counts = tuple(int((split == code).sum()) for code in (0, 1))
        self.dataset = SimpleNamespace(
            n=len(labels), split_names=("train", "test"), split_counts=counts, labelled=int((labels >= 0).sum())
        )
        self.splits = [(name, n) for name, n in zip(("train", "test"), counts, strict=True) if n]
        self.class_names, self.has_dataset, self.has_network, self.no_head = NAMES, True, True, ""
        self.faults = Faults(self)  # type: ignore[arg-type]

    def knows(self, column: str) -> bool:
        unplanted = ("nuisance_", "proper_scores", "subtype", "drift", "odd_size")
        return column not in self.never and (column in self.columns or not column.startswith(unplanted))

    def is_ready(self, column: str) -> bool:
        return self.knows(column) and column not in self.late

    def failure(self, column: str) -> str | None:
        return None

    def column(self, name: str) -> Any:
        if not self.is_ready(name):
            raise ColumnNotReady(f"{name}: wait")
        return self.columns[name]


def planted(
    *, wrong: int = 0, leaked: int = 0, conflicts: int = 0, twins: int = 0, far: int = 0, **changes: Any
) -> Planted:
    """400 train and 200 test samples of ten classes with so many faults of each kind; four errors in test."""
    random = np.random.default_rng(0)
    n, split = 600, np.array([0] * 400 + [1] * 200, np.uint8)
    truth = np.arange(n) % 10
    labels = truth.copy()
    labels[:wrong] = (truth[:wrong] + 1) % 10
    verdicts = np.full((n, 10), -9.0, np.float32)
    verdicts[np.arange(n), truth] = -0.001
    copies = np.arange(n, dtype=np.int32)
    partners = [(100 + k, 400 + k) for k in range(leaked)] + [(200 + k, 300 + k) for k in range(twins)]
    partners += [(150 + k, 350 + k) for k in range(conflicts)]
    copy_of = np.tile([[-1.0, 2.0, 2.0]], (n, 1))
    for first, second in partners:
        copies[second] = first
        labels[second] = labels[first]
        verdicts[second] = verdicts[first]
        copy_of[first], copy_of[second] = (second, 0, 1), (first, 0, 1)
    for k in range(conflicts):
        labels[350 + k] = (labels[150 + k] + 1) % 10
    outlier = random.random(n).astype(np.float32)
    outlier[400 : 400 + far] = 5
    correct = np.ones(n, np.int64)
    correct[[401, 420, 430, 599]] = 0
    predicted = np.where(correct == 1, labels, (labels + 1) % 10)
    group = duplicates.duplicate_group(np.full(n, -1, np.int32), copies)
    suspect, odd = suspects.label_suspect(verdicts, labels), strangers.stranger(outlier, split)
    kind = duplicates.duplicate(group, labels, split)
    columns = {
        "labels": labels, "split": split, "correct": correct, "predicted": predicted, "suggested": truth,
        "label_issue": -verdicts[np.arange(n), np.maximum(labels, 0)], "label_suspect": suspect,
        "suspect_counts": suspects.suspect_counts(verdicts, labels, suspect, split), "copies": copies,
        "copy_of": copy_of, "duplicate_group": group, "duplicate": kind, "outlier": outlier, "stranger": odd,
        "odd_view": np.arange(n) % 5,
        "error_cause": error_causes.error_cause(
            correct, labels, predicted, split, verdicts, suspect, kind, odd, np.zeros((n, 3), np.float32)
        ),
    }  # fmt: skip
    return Planted(columns, **changes)
