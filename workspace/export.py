"""Everything as files, and the verdict for a pipeline: what `--export` and `--check` write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import analysis.rule
from workspace import doctor, streams, vectors
from workspace.plan import standard
from workspace.session import Session
from workspace.store import BadWorkspace, replacing
from workspace.units import NAMES

FIRST = ("index", "split", "label", "predicted", "confidence", "loss")


def table(session: Session, rows: NDArray[np.integer] | None = None) -> dict[str, NDArray[Any]]:
    """One column per score, by its rule's name, with class and split names spelled out; a row per sample.

    Args:
        session: of what.
        rows: (k,) which samples, in which order; all if None.

    Returns:
        Arrays of numbers or text, (k,) each. What the dataset tells about its samples comes last.
    """
    data = session.dataset
    chosen: Any = slice(None) if rows is None else rows
    names = np.asarray([*session.class_names, ""], dtype=str)
    columns: dict[str, NDArray[Any]] = {
        "index": np.arange(data.n) if rows is None else np.asarray(rows, np.int64),
        "digest": np.char.decode(session.column("digests")[chosen], "ascii"),
        "split": np.asarray(data.split_names)[session.column("split")[chosen]],
        "label": names[session.column("labels")[chosen]],
    }
    for rule in analysis.rule.RULES:
        if session.failure(rule.name) is not None and not session.is_ready(rule.name):
            continue  # what never comes must not hold up the rest
        if rule.kind in ("score", "class") and "{layer}" not in rule.name and session.knows(rule.name):
            values = np.asarray(session.column(rule.name)[chosen])
            spelled = (
                names if rule.name in ("predicted", "suggested") else np.asarray([*NAMES.get(rule.name, ()), ""])
            )
            columns[rule.name] = spelled[values] if rule.name != "correct" and len(spelled) > 1 else values
    for found in session.comparing.offered():
        if not session.is_ready(found.name):
            continue
        values = np.asarray(session.column(found.name)[chosen])
        columns[found.name] = np.asarray([*found.names, ""])[values] if found.names else values
    columns["tags"] = session.tags.texts(chosen)
    for name in session.metadata:
        columns.setdefault(name, np.asarray(session.column(f"metadata/{name}")[chosen]))
    first = {name: columns[name] for name in FIRST if name in columns}
    return {**first, **columns}


def export(session: Session, folder: Path) -> list[Path]:
    """Write samples.parquet, samples.csv, run.json, and `vectors.write`'s; each appears whole or not at all.

    Maps of earlier data with new points are made anew first: what is written is looked at when nobody can ask.

    Raises:
        BadWorkspace: the folder cannot be written.
        ColumnNotReady: a column could not be made.
    """
    usual = [column for column in standard(session.network.layer) if column.startswith("projection/")]
    session.want(column for column in usual if session.knows(column.replace("projection", "placed", 1)))
    session.wait()
    folder = Path(folder)
    paths = [folder / name for name in ("samples.parquet", "samples.csv", "run.json")]
    everything = np.arange(session.dataset.n)

    def some(rows: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        return table(session, rows)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, write in zip(paths, (streams.parquet, streams.csv), strict=False):
            with replacing(path) as side, side.open("wb") as file:
                file.writelines(write(some, everything))
        with replacing(paths[2]) as side:
            side.write_text(json.dumps(run(session), indent=2) + "\n", encoding="utf-8")
        paths += vectors.write(session, folder)
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
            "head": network.info.head or None,
            "no_head": network.info.no_head or None,
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
        "faults": [sentence.to_dict() for sentence in session.faults.findings()],
        "error_budget": budget(session),
    }


def budget(session: Session) -> dict[str, dict[str, int]]:
    """How many errors of every split have each cause; empty where no cause is known."""
    if not (session.knows("error_cause") and session.is_ready("error_cause")):
        return {}
    return {split: {cause.name: cause.n for cause in session.faults.budget(split)} for split, _ in session.splits}


def figures(session: Session) -> dict[str, dict[str, float | None]]:
    """Accuracy and mean loss of every split, with n and 95 % interval; None where there is no label.

    Empty where the network has no class head.
    """
    if session.no_head:
        return {}
    metrics = session.column("metrics")
    names = ("n", "correct", "accuracy", "accuracy_low", "accuracy_high", "loss", "loss_low", "loss_high")
    return {
        split: {name: None if np.isnan(value) else float(value) for name, value in zip(names, row[0], strict=True)}
        for split, row in zip(session.dataset.split_names, metrics, strict=False)
    }


def broken(session: Session, *, min_accuracy: float | None = None, strict: bool = False) -> list[str]:
    """The limits that do not hold, a sentence each; one that cannot be measured does not hold.

    Args:
        session: of what.
        min_accuracy: the least accuracy of every split that has labels, 0 to 1.
        strict: whether the doctor may find nothing wrong.
    """
    found = []
    if min_accuracy is not None:
        known = {split: row["accuracy"] for split, row in figures(session).items() if row["accuracy"] is not None}
        if not known:
            found.append(f"accuracy is not known: {session.no_head or 'no sample has a label'}".rstrip("."))
        found += [
            f"{split}: accuracy {accuracy:.4f} is below {min_accuracy}"
            for split, accuracy in known.items()
            if accuracy < min_accuracy
        ]
    if strict:
        found += [f"wrong: {each.sentence}" for each in doctor.findings(session) if each.severity == "wrong"]
    return found


def findings(session: Session) -> list[str]:
    """What stands out, a sentence each."""
    data, network = session.dataset, session.network
    found = [*session.store.notices, *data.notices]
    found += [notice for notice in network.notices if notice not in network.info.damaged]  # the doctor says these
    for finding in doctor.findings(session):
        if finding.severity != "note":
            found.append(" ".join(filter(None, [finding.sentence, "; ".join(finding.details), finding.option])))
    found += [sentence.text for sentence in session.faults.findings() if sentence.subject != "network"]
    if data.n_problems:
        name, why = data.problems[0]
        found.append(
            f"{data.n_problems:,} of {data.n + data.n_problems:,} files could not be read (the first, {name}: {why})"
        )
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
