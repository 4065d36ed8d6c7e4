"""Everything as files, and the verdict for a pipeline: what `--export` and `--check` write."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from workspace.session import Session
from workspace.store import BadWorkspace, replacing

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\0")
FIRST = ("index", "split", "label", "predicted", "confidence", "loss")


def table(session: Session) -> dict[str, NDArray[Any]]:
    """One column per score, by its rule's name, with class and split names spelled out; a row per sample."""
    data = session.dataset
    names = np.asarray([*session.class_names, ""], dtype=str)
    labels = np.asarray(session.column("labels"))
    columns: dict[str, NDArray[Any]] = {
        "index": np.arange(data.n),
        "digest": np.char.decode(session.column("digests"), "ascii"),
        "split": np.asarray(data.split_names)[session.column("split")],
        "label": names[labels],
    }
    for rule in analysis.rule.RULES:
        if rule.kind in ("score", "class") and "{layer}" not in rule.name:
            values = np.asarray(session.column(rule.name))
            columns[rule.name] = names[values] if rule.name == "predicted" else values
    first = {name: columns[name] for name in FIRST if name in columns}
    return {**first, **columns}


def export(session: Session, folder: Path) -> list[Path]:
    """Write samples.parquet, samples.csv and run.json; each appears whole or not at all.

    Raises:
        BadWorkspace: the folder cannot be written.
        ColumnNotReady: a column could not be made.
    """
    import pyarrow
    import pyarrow.parquet

    columns = table(session)
    folder = Path(folder)
    paths = [folder / name for name in ("samples.parquet", "samples.csv", "run.json")]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(paths[0]) as side:
            pyarrow.parquet.write_table(pyarrow.table({k: pyarrow.array(v) for k, v in columns.items()}), side)
        with replacing(paths[1]) as side, side.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*(map(_cell, column.tolist()) for column in columns.values()), strict=True))
        with replacing(paths[2]) as side:
            side.write_text(json.dumps(run(session), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadWorkspace(f"--export {folder}: {error.strerror or error}; name a folder you can write to") from error
    return paths


def run(session: Session) -> dict[str, Any]:
    """What was run on what: fingerprints, settings, versions, and the figures per split."""
    data, network = session.dataset, session.network
    return {
        "network": {
            "name": network.info.name,
            "digest": network.info.digest,
            "preprocessing": network.preprocessing_text,
            "layer": network.layer,
        },
        "dataset": {
            "name": data.name,
            "fingerprint": data.fingerprint,
            "samples": data.n,
            "classes": list(data.class_names),
            "source": data.source,
        },
        "notices": [*session.store.notices, *data.notices, *network.notices],
        "settings": {
            column: dict(session.rule(column).settings)
            for method in session.methods()
            if session.is_ready(column := f"projection/{network.layer}/{method}")
        },
        "splits": figures(session),
    }


def figures(session: Session) -> dict[str, dict[str, float | None]]:
    """Accuracy and mean loss of every split, with n and 95 % interval; None where there is no label."""
    metrics = session.column("metrics")
    names = ("n", "correct", "accuracy", "accuracy_low", "accuracy_high", "loss", "loss_low", "loss_high")
    return {
        split: {name: None if np.isnan(value) else float(value) for name, value in zip(names, row[0], strict=True)}
        for split, row in zip(session.dataset.split_names, metrics, strict=False)
    }


def findings(session: Session) -> list[str]:
    """What stands out, a sentence each."""
    data, network = session.dataset, session.network
    found = [*session.store.notices, *data.notices, *network.notices]
    for split, row in figures(session).items():
        if row["n"]:
            found.append(
                f"{split}: {row['correct']:,.0f} of {row['n']:,.0f} right, accuracy {row['accuracy']:.4f} "
                f"(95 % interval {row['accuracy_low']:.4f} to {row['accuracy_high']:.4f}), "
                f"mean loss {row['loss']:.4f} nats"
            )
    for column, reason in session.failures.items():
        found.append(f"{column} could not be computed: {reason}")
    return found


def _cell(value: Any) -> Any:
    """A table cell for CSV: text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
