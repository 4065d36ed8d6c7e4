"""Columns that queries are tested on, with what is odd about columns: missing values, odd names, odd texts."""

from __future__ import annotations

import numpy as np

from workspace.query import Field

CLASSES = ("4", "7", "9", "cat's", 'say "x"', "a b")
TEXTS = ["a/b.png", "b/c.png", "", "50%_x", "back\\slash", "new\nline", "Ünï", "😀"]
COLUMNS = {
    "loss": ("number", np.array([0.1, 2, np.nan, 3, 0.5, np.inf, -0.0, 1e-30], np.float32), ()),
    "margin": ("number", np.array([0.1, 0.2, 0.3, 0.4, 0.5, np.nan, 0.7, 0.25]), ()),
    "index": ("number", np.arange(8), ()),
    "label": ("class", np.array([0, 1, 2, -1, 0, 5, 3, 4]), CLASSES),
    "predicted": ("class", np.array([0, 2, 2, 1, 1, 5, 3, -1]), CLASSES),
    "split": ("class", np.array([0, 0, 1, 1, 0, 1, 0, 1]), ("train", "test")),
    "correct": ("truth", np.array([1, 0, 1, -1, 0, 1, 1, -1]), ()),
    "filename": ("text", np.array(TEXTS), ()),
    "and": ("number", np.arange(8) % 2, ()),
    "a b": ("number", np.arange(8) % 3, ()),
    "0": ("number", np.arange(8) % 4, ()),
    "`": ("text", np.array(list("abcdefgh")), ()),
}
N = 8


def fields() -> dict[str, Field]:
    """All of them, readable."""
    return {
        name: Field(name, name.title(), kind, names, "", lambda values=values: values)
        for name, (kind, values, names) in COLUMNS.items()
    }
