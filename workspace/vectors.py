"""Vectors and maps as `.npy` files, and a JSON file that says what they are."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from util import InspectorError
from workspace.plan import PIXELS
from workspace.store import replacing

if TYPE_CHECKING:
    from workspace.session import Session

ABOUT, DIGESTS = "innerview.json", "digests.npy"
VECTORS, COORDINATES = "activations/", "projection/"
ROWS_AT_ONCE = 4096
FORMAT = 1


def files(session: Session) -> dict[str, str]:
    """File -> column, of every layer's vectors and of every map that is there: `vectors/dense.npy`."""
    wanted = [f"{VECTORS}{layer}" for layer in session.layers if layer != PIXELS]
    wanted += [f"{COORDINATES}{layer}/{method}" for layer in session.layers for method in session.methods()]
    found: dict[str, str] = {}
    for column in wanted:
        if session.is_ready(column):
            path = file_of(column)
            while path in found:  # names that differ only in what no file may be called
                path = path.removesuffix(".npy") + "_.npy"
            found[path] = column
    return found


def file_of(column: str) -> str:
    """What the file of a column is called."""
    kind, folder = (VECTORS, "vectors") if column.startswith(VECTORS) else (COORDINATES, "coordinates")
    stem = re.sub(r"[^\w.-]+", "-", column.removeprefix(kind)).strip("-.")
    return f"{folder}/{stem or 'layer'}.npy"


def checked(session: Session, column: str) -> NDArray[Any]:
    """The column of vectors or coordinates that somebody asks for by its name.

    Raises:
        InspectorError: it is none of these.
        ColumnNotReady: it is not there yet.
    """
    layer, _, method = column.removeprefix(COORDINATES).rpartition("/")
    is_map = column.startswith(COORDINATES) and layer in session.layers and method in session.methods()
    is_map |= session.own_maps.owns(column)
    is_layer = column.startswith(VECTORS) and column.removeprefix(VECTORS) in session.layers
    if not (is_map or is_layer):
        raise InspectorError(f"column {column[:60]}: is no layer's vectors and no map; reload the page")
    return session.column(column)


def npy(array: NDArray[Any], rows: NDArray[np.integer] | None = None) -> Iterator[bytes]:
    """An `.npy` file of an array, or of some of its rows in this order, piece by piece."""
    n = len(array) if rows is None else len(rows)
    head = io.BytesIO()
    about = {
        "descr": np.lib.format.dtype_to_descr(array.dtype),
        "fortran_order": False,
        "shape": (n, *array.shape[1:]),
    }
    np.lib.format.write_array_header_1_0(head, about)
    yield head.getvalue()
    for start in range(0, n, ROWS_AT_ONCE):
        part: Any = slice(start, start + ROWS_AT_ONCE)
        yield np.ascontiguousarray(array[part if rows is None else rows[part]]).tobytes()


def about(session: Session, columns: Mapping[str, str], rows: NDArray[np.integer] | None = None) -> dict[str, Any]:
    """What somebody needs to know who reads these files elsewhere.

    Args:
        session: of which samples.
        columns: file -> column.
        rows: which samples, in the order of the files' rows; all if None.
    """
    data, network = session.dataset, session.network
    options = {name: value for name, value in session.options.to_dict().items() if name != "force"}
    said: dict[str, Any] = {
        "format": FORMAT,
        "options": options,
        "network": {
            "name": network.info.name,
            "digest": network.info.digest,
            "preprocessing": network.preprocessing_text,
            "opened_with": network.info.keras_version,
        },
        "dataset": {"name": data.name, "fingerprint": data.fingerprint, "samples": data.n, "source": data.source},
        "columns": {file: _described(session, column, rows) for file, column in columns.items()},
    }
    if rows is None:
        said["digests"] = DIGESTS
        return said
    digests = np.char.decode(np.asarray(session.column("digests")[rows]), "ascii")
    return {**said, "rows": np.asarray(rows).tolist(), "digests": digests.tolist()}


def _described(session: Session, column: str, rows: NDArray[np.integer] | None) -> dict[str, Any]:
    array = session.column(column)
    shape = [len(array) if rows is None else len(rows), *array.shape[1:]]
    said: dict[str, Any] = {"column": column, "shape": shape, "dtype": str(array.dtype), "key": session.key(column)}
    if session.own_maps.owns(column):
        return {**said, **session.own_maps.described(column)}
    if column.startswith(COORDINATES):
        layer, _, method = column.removeprefix(COORDINATES).rpartition("/")
        return {**said, "layer": layer, "method": method, "settings": dict(session.rule(column).settings)}
    return {**said, "layer": column.removeprefix(VECTORS)}


def write(session: Session, folder: Path) -> Iterator[Path]:
    """Write all of them into a folder, each whole or not at all; gives the path of each that is there.

    Raises:
        OSError: the folder cannot be written.
    """
    columns = files(session)
    everything = {**columns, DIGESTS: "digests"}
    for file, column in everything.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as side, side.open("wb") as stream:
            stream.writelines(npy(session.column(column)))
        yield path
    with replacing(folder / ABOUT) as side:
        side.write_text(json.dumps(about(session, columns), indent=2) + "\n", encoding="utf-8")
    yield folder / ABOUT
