"""What review has given, as files: a fix list, corrected labels, and a program that applies the list.

A fix is a sample that was relabelled or dropped. `kept` and `left open` change nothing and are not listed.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workspace.fix_programs import program_for
from workspace.reviews import DROP, KINDS, RELABEL
from workspace.streams import cell

if TYPE_CHECKING:
    from workspace.session import Session

COLUMNS = (
    "index", "split", "row", "file", "old", "new", "new_code", "verdict", "who", "when", "score", "value", "list",
    "digest",
)  # fmt: skip
ABOUT = (
    "index: row in the whole dataset. row: row within its split. file: path in the folder or list, if there is one. "
    "old and new: class names; new_code: position of new among the classes, -1 for dropped samples. "
    "when: UTC. score and value: by what the list was sorted."
)


def fixes(session: Session) -> list[dict[str, Any]]:
    """Every fix by index: COLUMNS by name, None for what there is not. Raises ColumnNotReady."""
    decided, data, names = session.reviews.decided(), session.dataset, session.class_names
    splits, labels = (np.asarray(session.column(name)) for name in ("split", "labels"))
    digests = session.column("digests")
    files = session.column("metadata/filename") if "filename" in session.metadata else None
    within = np.empty(data.n, np.int64)
    for code in range(len(data.split_names)):
        rows = np.flatnonzero(splits == code)
        within[rows] = np.arange(len(rows))
    found = []
    for index in np.flatnonzero(np.isin(decided.kinds, (RELABEL, DROP))).tolist():
        said, new, label = decided.lines[index], int(decided.new[index]), int(labels[index])
        values = (
            index, data.split_names[splits[index]], int(within[index]), None if files is None else str(files[index]),
            names[label] if label >= 0 else None, names[new] if new >= 0 else None, new,
            KINDS[decided.kinds[index]], said.who, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(said.at)),
            said.score or None, said.value, said.list, digests[index].decode("ascii"),
        )  # fmt: skip
        found.append(dict(zip(COLUMNS, values, strict=True)))
    return found


def as_csv(session: Session) -> Iterator[bytes]:
    """UTF-8 with a head; what a spreadsheet would run as a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([[cell(value) for value in fix.values()] for fix in fixes(session)])
    yield text.getvalue().encode("utf-8", "replace")


def as_json(session: Session) -> Iterator[bytes]:
    """The list with what it is about, exactly as it is."""
    data = session.dataset
    whole = {
        "about": ABOUT,
        "dataset": {"name": data.name, "fingerprint": data.fingerprint, "samples": data.n},
        "classes": list(session.class_names),
        "fixes": fixes(session),
    }
    yield (json.dumps(whole, indent=2) + "\n").encode()


def labels(session: Session) -> Iterator[bytes]:
    """(n,) int32 in the dataset's order, for numpy.load: -1 for dropped samples and those without a label."""
    file = io.BytesIO()
    np.save(file, session.reviews.corrected(), allow_pickle=False)
    yield file.getvalue()


def program(session: Session) -> Iterator[bytes]:
    """The program that applies the fixes to a copy of this kind of data."""
    given = session.options.dataset
    folder = Path(given).is_dir() and "filename" in session.metadata and not session.originals.have_boxes
    yield program_for(given, folder=folder, joined=bool(session.options.more)).encode()


FILES: dict[str, Callable[[Session], Iterator[bytes]]] = {
    "fixes.csv": as_csv,
    "fixes.json": as_json,
    "labels.npy": labels,
    "apply.py": program,
}
TYPES = {
    "fixes.csv": "text/csv",
    "fixes.json": "application/json",
    "labels.npy": "application/octet-stream",
    "apply.py": "text/x-python",
}
