"""A session of a network that is right in most cases and much too sure: what calibration is tested on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests import tiny
from workspace.session import Session
from workspace.store import Store

SAMPLES = 900  # of which a third are the test split
COLUMNS = ["calibrated_confidence", "confidence", "correct", "digests", "loss", "predicted", "proper_scores"]


def confident(folder: Path, *, too_large: float = 3.0) -> Session:
    """The session. Its logits are `too_large` times what would be honest, so this is the temperature it needs."""
    kind = tiny.Kind(samples=SAMPLES)
    outputs = tiny.outputs

    def honest(store, data, opened, kind, **more):  # type: ignore[no-untyped-def]
        random = np.random.default_rng(5)
        labels = np.asarray(store.read(data.keys["labels"]))
        logits = random.normal(0, 1.2, (data.n, kind.classes))
        for row in range(data.n):  # the class that was drawn by the logits' own chances becomes the label's
            chances = np.exp(logits[row]) / np.exp(logits[row]).sum()
            drawn = int(random.choice(kind.classes, p=chances))
            logits[row] = np.roll(logits[row], labels[row] - drawn)
        outputs(store, data, opened, kind, **more)
        store.write(opened.keys["logits"], (too_large * logits).astype(np.float32), column="logits")

    tiny.outputs = honest
    try:
        cache, options = tiny.prepare(folder, kind, COLUMNS)
    finally:
        tiny.outputs = outputs
    return Session(Store(cache), options, command=("no", "worker", "here"))
