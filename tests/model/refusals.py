"""Files that are refused, by hand: damaged, no network at all, of code, of traps, of other inputs than pictures."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from .eras import SCORES, USUAL, archive, hdf5, layer, start, tied
from .eras_later import usual


@dataclass(frozen=True)
class Refusal:
    """One kind of file, and whether it takes Keras to see what is wrong with it."""

    name: str
    write: Callable[[Path], Path]
    needs_keras: bool = False


def content(data: bytes, name: str = "net.h5") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


def chain(*layers: Any, first: Any = None, weights: Any = None) -> Callable[[Path], Path]:
    """A whole file whose config has these layers between the input and the scores."""
    rows = [start() if first is None else first, *layers, layer("Dense", "scores", units=3, activation="softmax")]
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": rows}}
    return lambda folder: hdf5(folder / "net.h5", weights or {"scores": SCORES}, config=config, version="2.4.0")


def text(config: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = chain()(folder)
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = config
        return path

    return write


def folder_of(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        inner = folder / "export"
        inner.mkdir()
        (inner / name).write_bytes(b"")
        return inner

    return write


def truncated(share: float, *, zipped: bool = False) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        whole = {"class_name": "Sequential", "config": {"name": "net", "layers": [start(), *usual()]}}
        if zipped:
            path = archive(folder / "net.keras", whole, {"conv2d": USUAL["conv"]}, "3.5.0", root="layers")
        else:
            path = hdf5(folder / "net.h5", USUAL, config=whole, version="2.4.0")
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        return path

    return write


def linked(kind: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = chain()(folder)
        with h5py.File(path, "r+") as file:
            place = "model_weights/scores/more"
            if kind == "external dataset":
                (folder / "secret").write_bytes(b"secret" * 100)
                file.create_dataset(place, (100,), "f4", external=[(str(folder / "secret"), 0, 400)])
            else:
                file[place] = h5py.ExternalLink("/etc/passwd", "/") if kind == "link" else h5py.SoftLink("/")
        return path

    return write


def bomb(folder: Path) -> Path:
    path = chain()(folder)
    with h5py.File(path, "r+") as file:
        file.create_dataset("model_weights/scores/bomb", (3 << 28,), "f4", chunks=(1024,))
    return path


def zip_bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "net.keras", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("metadata.json", "{}")
        zipped.writestr("config.json", " " * (65 << 20))
        zipped.writestr("model.weights.h5", b"")
    return folder / "net.keras"


def weights_only(*, modern: bool) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        if not modern:
            return hdf5(folder / "net.h5", USUAL, version="2.4.0")
        with h5py.File(folder / "net.weights.h5", "w") as file:
            file["layers/dense/vars/0"] = np.zeros(3)
        return folder / "net.weights.h5"

    return write


def two_inputs(folder: Path) -> Path:
    pair = [{**start(), "config": {**start()["config"], "name": name}} for name in ("left", "right")]
    config = tied(*pair, layer("Dense", "scores", units=3))
    config["config"]["layers"][1]["inbound_nodes"] = []
    config["config"]["input_layers"] = [["left", 0, 0], ["right", 0, 0]]
    return hdf5(folder / "net.h5", {"scores": SCORES}, config=config, version="2.4.0")


def two_outputs(folder: Path) -> Path:
    ends = [layer("Dense", name, units=3, activation="softmax") for name in ("species", "color")]
    rows = [start(), layer("Flatten", "flat"), *({**end, "inbound_nodes": [[["flat", 0, 0, {}]]]} for end in ends)]
    config = tied(*rows)
    config["config"]["output_layers"] = [["species", 0, 0], ["color", 0, 0]]
    big = {"kernel:0": np.zeros((64, 3), np.float32), "bias:0": np.zeros(3, np.float32)}
    return hdf5(folder / "net.h5", {"species": big, "color": big}, config=config, version="2.4.0")


def wrong_weights(weights: Any) -> Callable[[Path], Path]:
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": [start(), *usual()]}}
    return lambda folder: hdf5(folder / "net.h5", {**USUAL, **weights}, config=config, version="2.4.0")


def blown_up(*, size: int) -> Callable[[Path], Path]:
    """A network without any odd weight whose maps are the danger."""
    big = layer("UpSampling2D", "big", size=[size, size])
    pooled = layer("GlobalAveragePooling2D", "pooled")
    weights = {"scores": {"kernel:0": np.zeros((1, 3), np.float32), "bias:0": np.zeros(3, np.float32)}}
    return chain(big, pooled, weights=weights)


def picture(*shape: int | None, **more: Any) -> dict[str, Any]:
    return layer("InputLayer", "image", **{"batch_input_shape": [None, *shape], "dtype": "float32", **more})


SYSTEM = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
SUBCLASS = {"module": "train", "class_name": "MyNet", "config": {"name": "my_net"}, "registered_name": "MyNet"}
WIDE = {"scores": {"kernel:0": np.zeros((5, 4), np.float32), "bias:0": np.zeros(4, np.float32)}}
DEEP = {"scores": {"kernel:0": np.zeros((1, 3), np.float32), "bias:0": np.zeros(3, np.float32)}}
HALF = {"scores": {"bias:0": np.zeros(3, np.float32)}}
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"

REFUSALS = (
    Refusal("no such file", lambda folder: folder / "net.h5"),
    Refusal("an address", lambda folder: Path("https://example.org/net.h5")),
    Refusal("keras: and a name that is not quite right", lambda folder: Path("keras:mobilenetv2")),
    Refusal("keras: and weights that are not there", lambda folder: Path("keras:VGG16@nowhere.h5")),
    Refusal("a folder", folder_of("readme.txt")),
    Refusal("a SavedModel folder", folder_of("saved_model.pb")),
    Refusal("an empty file", content(b"")),
    Refusal("a web page", content(b"<!DOCTYPE html><html>404</html>")),
    Refusal("a Git LFS pointer", content(LFS)),
    Refusal("a gzip file", content(b"\x1f\x8b\x08\0")),
    Refusal("a pickle", content(b"\x80\x04\x95...")),
    Refusal("a text file", content(b"epoch,loss\n1,2\n")),
    Refusal("other bytes", content(b"\0\1\2\3" * 9)),
    Refusal("HDF5, the first half", truncated(0.5)),
    Refusal("HDF5, the first 99 %", truncated(0.99)),
    Refusal(".keras, the first 90 %", truncated(0.9, zipped=True)),
    Refusal("weights only, Keras 2", weights_only(modern=False)),
    Refusal("weights only, Keras 3", weights_only(modern=True)),
    Refusal("a config of broken JSON", text('{"class_name": "Sequential", ')),
    Refusal("a config nested 5,000 deep", text('{"a":' * 5000 + "1" + "}" * 5000)),
    Refusal("a Lambda layer with Python code", chain(layer("Lambda", "half", function=["4wEAAAA=", None, None]))),
    Refusal("a layer of one's own", chain(layer("MyConv", "my_conv", filters=3))),
    Refusal("a subclassed model", text(json.dumps(SUBCLASS))),
    Refusal("a function of os", chain(layer("Activation", "act", activation=SYSTEM))),
    Refusal("an unknown activation", chain(layer("Activation", "act", activation="my_activation"))),
    Refusal("a CuDNNLSTM layer", chain(layer("Flatten", "flat"), layer("CuDNNLSTM", "memory", units=3))),
    Refusal("a TFSMLayer", chain(layer("TFSMLayer", "saved", filepath="/tmp"))),
    Refusal("a StringLookup with a file", chain(layer("StringLookup", "words", vocabulary="/etc/passwd"))),
    Refusal("TensorFlow's arithmetic that no layer does", chain(layer("TFOpLambda", "tf.cumsum", function="cumsum"))),
    Refusal("an external link", linked("link")),
    Refusal("a soft link", linked("soft link")),
    Refusal("an external dataset", linked("external dataset")),
    Refusal("3 GB declared in a small file", bomb),
    Refusal("a .keras of 65 MB of blanks", zip_bomb),
    Refusal("a Dense layer of 10^9 units", chain(layer("Flatten", "flat"), layer("Dense", "big", units=10**9))),
    Refusal("a layer that makes terabytes of an image", blown_up(size=100_000), needs_keras=True),
    Refusal("two images as input", two_inputs),
    Refusal("text as input", chain(first=picture(8, 8, dtype="string"))),
    Refusal("a table's row as input", chain(first=picture(129))),
    Refusal("a video as input", chain(first=picture(16, 8, 8, 3))),
    Refusal("four channels as input", chain(first=picture(8, 8, 4))),
    Refusal("two outputs", two_outputs, needs_keras=True),
    Refusal("weights of another shape", wrong_weights(WIDE), needs_keras=True),
    Refusal("a weight array missing", wrong_weights(HALF), needs_keras=True),
)
