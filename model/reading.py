"""A network file judged without Keras: is it one, is it whole, and is it safe to open?

`sniff` costs microseconds and runs in the server; `scan` needs h5py and runs in the worker. Both
say in one line what is wrong and what to do. Keras guards some of this itself, but after four
seconds of imports, in words about its own switches, and with limits that let gigabytes through.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model import BadModel, architecture, backbones, custom, eras, eras_first, shown, stored
from model.info import image_shape
from model.kernels import UNDECIDED
from util import DIGEST_LENGTH, digest

BUNDLED = Path(__file__).resolve().parent
SUFFIXES = (".h5", ".hdf5", ".keras")
HDF5, ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
MAX_CONFIG = 64 << 20
# What else people hold in their hands, by first bytes.
OTHERS = {
    b"\x1f\x8b": "gzip-compressed; unpack it first",
    b"PK\x05\x06": "an empty zip; copy it again",
    b"\x80": "a Python pickle; this tool reads Keras files, and never runs code from a file",
    b"\x93NUMPY": "a NumPy array; give the network, a .h5 or .keras file",
    b"\x89PNG": "a picture; give the network, a .h5 or .keras file",
    b"\xff\xd8\xff": "a picture; give the network, a .h5 or .keras file",
}
GIVE = "give a .h5 or .keras file that model.save() wrote"


def bundled() -> dict[str, Path]:
    """The networks that come with the program, by name."""
    return {path.stem: path for path in sorted(BUNDLED.iterdir()) if path.suffix in SUFFIXES}


def resolve(text: str) -> Path:
    """The file a person means: a path, or the name of a bundled network. Words for a backbone stay as they are.

    Raises:
        BadModel: it is an address on some network; nothing is ever fetched.
    """
    if backbones.is_named(text):
        return Path(text)
    _refuse_address(text)
    path = Path(text).expanduser()
    if not os.path.isfile(path) and text in (known := bundled()):  # unlike Path.is_file, never raises
        return known[text]
    return path


def looks_like_one(text: str) -> bool:
    """Whether a word of the command line means a network, by its ending or by what the file begins with."""
    if backbones.is_named(text) or text.lower().endswith(SUFFIXES):
        return True
    path = Path(text).expanduser()
    try:
        if not os.path.isfile(path):
            return False
        with path.open("rb") as stream:
            head = stream.read(len(HDF5))
        return head == HDF5 or (head.startswith(ZIP) and "config.json" in zipfile.ZipFile(path).namelist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def sniff(path: Path) -> None:
    """Refuse what can be seen to be no network from its name and first bytes. Imports nothing.

    Raises:
        BadModel: missing, a folder, unreadable, empty, or something else than HDF5 or zip.
    """
    if backbones.is_named(path):
        backbones.check(path)
        return
    _refuse_address(str(path))
    file = _file(path)
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise BadModel(f"{file}: no such file; {_nearest(path)}") from None
    except (OSError, ValueError) as error:
        raise BadModel(f"{file}: cannot be reached ({_reason(error)}); check the path") from error
    if stat.S_ISDIR(status.st_mode):
        raise BadModel(f"{file}: is a folder; {_in_folder(path)}")
    if not stat.S_ISREG(status.st_mode):
        raise BadModel(f"{file}: is not a regular file; {GIVE}")
    if status.st_size == 0:
        raise BadModel(f"{file}: file is empty (0 bytes); copy it again")
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
    except PermissionError as error:
        mode = stat.filemode(status.st_mode)
        raise BadModel(f"{file}: may not be read (owner {_owner(path)}, mode {mode}); change its mode") from error
    except OSError as error:
        raise BadModel(f"{file}: cannot be read ({_reason(error)}); copy it again") from error
    if not head.startswith((HDF5, ZIP)):
        raise BadModel(f"{file}: {_looks_like(head)}")


def fingerprint(path: Path, code: Path | None = None) -> str:
    """Hash of all that decides what the network is, 32 hexadecimal digits.

    That is the file's bytes, and where they are there, the architecture beside it and the trusted code.

    Args:
        path: the network file.
        code: the file named with --custom.

    Raises:
        BadModel: one of them cannot be read, or `<file>.sha256` beside the first says something else.
    """
    if backbones.is_named(path):
        return backbones.fingerprint(path)
    own = _hashed(path)
    try:
        beside = stored.sibling(path)
        others = [] if beside is None else [beside.read_bytes()]
    except OSError as error:
        raise BadModel(f"{_file(path)}: the .json beside it cannot be read ({_reason(error)}); move it") from error
    others += [] if code is None else [custom.read(code)]
    return digest(own, others) if others else own


def _hashed(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        beside = path.with_name(f"{path.name}.sha256")
        expected = beside.read_text("utf-8", "replace").split() if beside.is_file() else []
    except OSError as error:
        raise BadModel(f"{_file(path)}: cannot be read ({_reason(error)}); copy it again") from error
    if expected and expected[0].lower() != found:
        raise BadModel(f"{_file(path)}: is not the file that {shown(beside.name)} describes; copy it again")
    return found[:DIGEST_LENGTH]


def scan(path: Path, image: tuple[int, ...] | None = None, code: Path | None = None) -> dict[str, Any]:
    """Read what the file says about the network, and refuse what cannot or should not be opened.

    Args:
        path: the network file.
        image: (h, w, ch) of the images it is opened for, if known: an input of unknown shape takes it.
        code: the file named with --custom. It is parsed, not run.

    Returns:
        format: "h5" or "keras", by magic bytes and not by name.
        keras_version: of the Keras that wrote it, "" if it does not say.
        architecture: the config, in the form that today's Keras reads.
        rebuild: whether that is not what Keras would find in the file itself.
        notices: a sentence each about what was done to it.
        first: whether the weights lie as in Keras 1; backend: what Keras ran on, "" if it does not say.
        suffix: how the name of the file must end for Keras to read its weights.
        custom: classes and functions that the file needs from the trusted code.
        as_it_is: whether the config would pass the same judgment if nothing had been mended.
        input_shape: of one image without the batch axis, or None where the file leaves it open.
        image_shape: (h, w, ch) of the images that fit it, or None.
        channels_first: whether it is (ch, h, w).
        weights: how many numbers the file stores for the network.

    Raises:
        BadModel: damaged, weights only, code inside, not Keras's own layers, links out of the file,
            declares far more than it holds, several inputs, or an input that is no image.
    """
    sniff(path)
    file = _file(path)
    with path.open("rb") as stream:
        is_zip = stream.read(len(ZIP)) == ZIP
    found = stored.read_zip(path, file) if is_zip else stored.read_hdf5(path, file)
    if len(found.config) > MAX_CONFIG:
        raise BadModel(f"{file}: its model config is {stored.size(len(found.config))}; it is damaged or a trap")
    given = _parsed(found.config, file)
    architecture.check_depth(given, file)
    config, clauses = eras.mend(given, image)
    known = custom.names(code)
    needed = architecture.check(config, file, known, code)
    if needed:
        config = custom.rewrite(config, needed)
    inputs = architecture.input_tensor(config, file)
    least, layer = architecture.least_weights(config)
    if least > architecture.PLENTY and (least > 4 * found.weights or 4 * least > stored.MAX_BYTES):
        raise BadModel(
            f"{file}: needs over {stored.size(4 * least)} (layer '{shown(layer)}'), the file holds "
            f"{found.weights:,} weights; it is damaged or a trap, do not use it"
        )
    version = shown(found.keras_version)
    first = eras_first.CLAUSE in clauses
    return {
        "format": "keras" if is_zip else "h5",
        "keras_version": version,
        "architecture": config,
        "rebuild": config != given or found.beside is not None or found.backend == "theano",
        "notices": tuple(_notices(found, eras.sentence(clauses, version), first, inputs)),
        "first": first,
        "backend": found.backend,
        "suffix": found.suffix,
        "custom": needed,
        "as_it_is": _passes(given, file),
        "input_shape": None if inputs is None else inputs.shape,
        "image_shape": None if inputs is None else image_shape(inputs.shape, inputs.channels_first),
        "channels_first": inputs is not None and inputs.channels_first,
        "weights": found.weights,
    }


def _passes(config: dict[str, Any], file: str) -> bool:
    try:
        architecture.check(config, file)
    except BadModel:
        return False
    return True


def _notices(
    found: stored.Stored, mended: str, first: bool, inputs: architecture.InputTensor | None
) -> Iterator[str]:
    """What a person should know about how the file was read."""
    if mended:
        yield mended
    if found.beside is not None:
        yield f"The file holds weights only; the architecture was read from {shown(found.beside.name)} beside it."
    if found.backend == "theano":
        yield "The network was trained on Theano, whose convolutions mirror their kernels; they were turned."
    elif first and not found.backend and inputs is not None and inputs.channels_first:
        yield UNDECIDED


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadModel(f"{file}: model config is damaged ({where}); copy it again") from error
    except RecursionError as error:
        raise BadModel(f"{file}: its model config is nested too deeply; it is damaged, copy it again") from error
    except ValueError as error:  # a number of thousands of digits
        raise BadModel(f"{file}: model config is damaged; copy it again") from error
    return config if isinstance(config, dict) else {"config": config}


def _refuse_address(text: str) -> None:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
        raise BadModel(f"{shown(text, 100)}: is an address, not a file; give a local file")


def _file(path: Path) -> str:
    return shown(path, 90)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or shown(error)


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, NotImplementedError, OSError):
        return str(path.stat().st_uid)


def _nearest(path: Path) -> str:
    """What the person may have meant: the nearest name in that folder, or a bundled network."""
    folder = path.parent
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return f"there is no folder '{shown(folder, 60)}'"
    if not path.suffix:
        names += list(bundled())
    close = difflib.get_close_matches(path.name, names, n=1)
    if close:
        return f"did you mean '{shown(close[0])}'?"
    return f"{_networks(folder)}bundled: {shown(', '.join(bundled()) or 'none', 60)}"


def _networks(folder: Path) -> str:
    names = sorted(entry.name for entry in folder.iterdir() if entry.suffix.lower() in SUFFIXES)
    return f"networks there: {shown(', '.join(names), 80)}; " if names else ""


def _in_folder(folder: Path) -> str:
    if (folder / "saved_model.pb").is_file():
        return "SavedModel is not supported; load it in Keras 2 and save as .keras"
    try:
        return f"{_networks(folder)}give one file"
    except OSError as error:
        return f"it cannot be read ({_reason(error)}); give a file"


def _looks_like(head: bytes) -> str:
    lower = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lower.startswith((b"<!doctype html", b"<html", b"<?xml", b"<!--")):
        return "is a web page, not a network; download the file itself"
    if head.startswith(b"version https://git-lfs.github.com/"):
        return "is a Git LFS pointer, not the network; run git lfs pull"
    for magic, words in OTHERS.items():
        if head.startswith(magic):
            return f"is {words}"
    if HDF5.startswith(head) or ZIP.startswith(head):
        return f"truncated: only {len(head)} bytes are there; copy it again"
    text = "a text file" if _is_text(head) else "neither HDF5 nor zip"
    return f"is {text}, not a network; {GIVE}"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        text = head[: error.start].decode("utf-8") if error.start > len(head) - 4 else "\0"
    return "\0" not in text
