"""What lies in a network file: the config, and how much the weights amount to, without loading them.

A file can point outside itself (links, external and virtual datasets) and can declare arrays far
larger than it is. Both are refused here, before Keras would read or allocate them.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from model import BadModel, shown

MAX_BYTES = 2 << 30
FREE_BYTES = 64 << 20
MAX_EXPANSION = 200
MAX_OBJECTS = 200_000
TRAP = "it is damaged or a trap, do not use it"
WHOLE = "save the whole model with model.save()"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file says of its network.

    Attributes:
        config: the architecture, as text.
        keras_version: of the Keras that wrote the file; "" if unknown.
        weights: how many numbers are stored.
        backend: what Keras ran on then, for example "theano"; "" if unknown.
        suffix: how the name of a file with such weights must end for Keras.
        beside: the file that the architecture comes from, if it is not this one.
    """

    config: str
    keras_version: str
    weights: int
    backend: str = ""
    suffix: str = ".keras"
    beside: Path | None = None


def size(n_bytes: float) -> str:
    """Bytes as people say them.

    >>> size(19_640), size(3_200_000_000)
    ('20 KB', '3.2 GB')
    """
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if n_bytes >= step:
            return f"{n_bytes / step:.1f} {unit}" if n_bytes < 10 * step else f"{n_bytes / step:,.0f} {unit}"
    return f"{n_bytes:.0f} bytes"


def read_hdf5(path: Path, file: str) -> Stored:
    """Read a legacy .h5 file. Raises BadModel."""
    with _opened(path, path.stat().st_size, file) as hdf5:
        within = "model_weights" if "model_weights" in hdf5 else ""
        numbers = _judge(hdf5, path.stat().st_size, file, within=within)
        own, group = hdf5.attrs, hdf5[within or "/"].attrs
        modern = any(name in hdf5 for name in ("layers", "_layer_checkpoint_dependencies"))
        weights = modern or within or any(name.startswith(("layer_names", "nb_layers")) for name in group)
        beside = None
        if "model_config" in own:
            config = _text(own["model_config"])
        elif not weights:
            raise BadModel(f"{file}: is HDF5, but has no Keras model in it; {WHOLE}")
        else:
            beside = sibling(path)
            if beside is None:
                raise BadModel(f"{file}: holds weights only; {WHOLE}, or put model.to_json() beside it as .json")
            config = beside.read_text("utf-8", "replace")
        if not weights:
            raise BadModel(f"{file}: holds an architecture without weights; {WHOLE}")
        version = own.get("keras_version", group.get("keras_version", "" if modern else _version(config.encode())))
        backend = own.get("backend", group.get("backend", ""))
        suffix = ".weights.h5" if modern else ".h5"
        return Stored(config, _text(version), numbers, _text(backend), suffix, beside)


def sibling(path: Path) -> Path | None:
    """The architecture that `model.to_json()` gave, lying beside a file of the same stem; None if there is none."""
    stem = path.name.removesuffix(".h5").removesuffix(".hdf5").removesuffix(".weights")
    beside = path.with_name(f"{stem}.json")
    if beside == path or not beside.is_file() or beside.stat().st_size > FREE_BYTES:
        return None
    with beside.open("rb") as stream:
        head = stream.read(1 << 16)
    return beside if b'"class_name"' in head else None


def read_zip(path: Path, file: str) -> Stored:
    """Read a .keras file. Raises BadModel."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_archive(archive, path.stat().st_size, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadModel(f"{file}: not a complete zip ({shown(error)}); copy it again") from error


def _read_archive(archive: zipfile.ZipFile, n_bytes: int, file: str) -> Stored:
    members = archive.infolist()
    names = [member.filename for member in members]
    if "config.json" not in names:
        kind = "a PyTorch file" if any(name.endswith("data.pkl") for name in names) else "no Keras model"
        raise BadModel(f"{file}: is a zip, but {kind} (no config.json); save the model as .keras")
    for name in names:
        if not re.fullmatch(r"[\w. -]+(/[\w. -]+)*/?", name) or ".." in name.split("/") or names.count(name) > 1:
            raise BadModel(f"{file}: has a member with the name '{shown(name)}'; {TRAP}")
    total = sum(member.file_size for member in members)
    _judge_size(total, n_bytes, file)
    config = archive.getinfo("config.json")
    if config.file_size > FREE_BYTES:
        raise BadModel(f"{file}: its model config is {size(config.file_size)}; {TRAP}")
    version = _version(archive.read("metadata.json")) if "metadata.json" in names else ""
    found = next((name for name in ("model.weights.h5", "model.weights.npz") if name in names), None)
    if found is None:
        raise BadModel(f"{file}: holds an architecture without weights; {WHOLE}")
    weights = io.BytesIO(archive.read(found))
    if found.endswith(".npz"):
        with zipfile.ZipFile(weights) as inner:
            numbers = sum(member.file_size for member in inner.infolist()) // 4
            _judge_size(4 * numbers, n_bytes, file)
    else:
        with _opened(weights, len(weights.getbuffer()), file) as hdf5:
            numbers = _judge(hdf5, n_bytes, file)
    return Stored(archive.read("config.json").decode("utf-8", "replace"), version, numbers)


def _version(metadata: bytes) -> str:
    try:
        values = json.loads(metadata)
    except (ValueError, RecursionError):
        return ""
    return str(values.get("keras_version", "")) if isinstance(values, dict) else ""


@contextmanager
def _opened(source: Path | BinaryIO, n_bytes: int, file: str) -> Iterator[Any]:
    """An open HDF5 file; what HDF5 says about damage is turned into one line."""
    import h5py

    try:
        with h5py.File(source, "r") as hdf5:
            yield hdf5
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
        truncated = re.search(r"truncated file.*stored_eof = (\d+)", str(error))
        if truncated:
            what = f"truncated: {n_bytes:,} of {int(truncated[1]):,} bytes"
        else:
            what = f"damaged HDF5 ({shown(error, 80)})"
        raise BadModel(f"{file}: {what}; copy it again") from error


def _judge(hdf5: Any, n_bytes: int, file: str, *, within: str = "") -> int:
    """Refuse links, foreign data and bombs anywhere; gives the numbers declared below group `within`."""
    import h5py

    links: list[tuple[str, int]] = []

    def visit(name: bytes, info: Any) -> int | None:
        links.append((name.decode("utf-8", "replace"), info.type))
        return 1 if len(links) > MAX_OBJECTS else None

    hdf5.id.links.visit(visit, info=True)
    if len(links) > MAX_OBJECTS:
        raise BadModel(f"{file}: holds over {MAX_OBJECTS:,} objects; {TRAP}")
    _judge_attributes(hdf5, "", file)
    numbers = declared = 0
    for name, kind in links:
        if kind != h5py.h5l.TYPE_HARD:
            raise BadModel(f"{file}: weights point outside the file (a link at '{shown(name)}'); {TRAP}")
        item = hdf5[name]
        _judge_attributes(item, name, file)
        if not isinstance(item, h5py.Dataset):
            continue
        if item.dtype.kind == "O":
            raise BadModel(f"{file}: damaged HDF5 ('{shown(name)}' holds no numbers); copy it again")
        if item.external or item.is_virtual:
            raise BadModel(f"{file}: weights point outside the file ('{shown(name)}'); {TRAP}")
        if name.startswith(within):
            numbers += item.size or 0
            declared += (item.size or 0) * item.dtype.itemsize
    _judge_size(declared, n_bytes, file)
    return numbers


def _judge_attributes(item: Any, name: str, file: str) -> None:
    """Refuse attributes that are neither texts nor numbers: reading a damaged one can end the process."""
    from h5py import h5a, h5t

    for index in range(h5a.get_num_attrs(item.id)):
        attribute = h5a.open(item.id, index=index)
        kind = attribute.get_type()
        plain = kind.get_class() in (h5t.STRING, h5t.INTEGER, h5t.FLOAT, h5t.ENUM)
        count = attribute.get_space().get_simple_extent_npoints()
        if not plain or count * kind.get_size() > FREE_BYTES:
            where = shown(f"{name}@{attribute.name.decode('utf-8', 'replace')}")
            raise BadModel(f"{file}: damaged HDF5 (an attribute, '{where}'); copy it again")


def _judge_size(declared: int, n_bytes: int, file: str) -> None:
    if declared > MAX_BYTES:
        raise BadModel(f"{file}: declares {size(declared)} of weights, the limit is {size(MAX_BYTES)}; {TRAP}")
    if declared > FREE_BYTES and declared > MAX_EXPANSION * n_bytes:
        raise BadModel(f"{file}: declares {size(declared)} of weights in a file of {size(n_bytes)}; {TRAP}")


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
