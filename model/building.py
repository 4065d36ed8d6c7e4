"""From a judged file to a network of Keras's: read as it is, or built from a mended config and filled.

The file itself is only ever read. `compile=False` and safe mode hold everywhere.
"""

from __future__ import annotations

import importlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from model import eras, weights

SECOND = "tf_keras"  # Keras 2 as it lives on; used where it is installed


def build(keras: Any, path: Path, found: Mapping[str, Any], file: str, custom: Mapping[str, Any]) -> Any:
    """The network in a file.

    Args:
        keras: the module.
        path: the file.
        found: what `reading.scan` found.
        file: how messages call the file.
        custom: classes and functions that the person trusts, by name.

    Raises:
        BadModel: weights of an old kind do not fit the architecture.
        Exception: whatever Keras raises.
    """
    if not found["rebuild"]:
        with named(path, f".{found['format']}") as name:
            return keras.models.load_model(name, custom_objects=dict(custom), compile=False, safe_mode=True)
    network = _empty(keras, found, custom)
    if found["first"] or found["backend"] == "theano":
        weights.load(network, path, file, first=found["first"], backend=found["backend"])
    else:
        with named(path, found["suffix"]) as name:
            network.load_weights(name)
    return network


def explain(keras: Any, path: Path, found: Mapping[str, Any], file: str, custom: Mapping[str, Any]) -> None:
    """Say of weights that do not fit which layer they are of, after Keras has given up on a file.

    Raises:
        BadModel: that is what is wrong.
    """
    if found["suffix"] != ".h5":
        return
    try:
        network = _empty(keras, found, custom)
    except Exception:  # then it is not the weights
        return
    with suppress(KeyError, ValueError):
        weights.load(network, path, file, first=found["first"], backend=found["backend"])


def _empty(keras: Any, found: Mapping[str, Any], custom: Mapping[str, Any]) -> Any:
    """The network of the architecture, with weights of chance."""
    config = {key: value for key, value in found["architecture"].items() if key != "compile_config"}
    if "module" not in config and config["class_name"] in eras.HOMES:  # as .h5 files have it
        home = eras.HOMES[config["class_name"]]
        kind = "Functional" if config["class_name"] == "Model" else config["class_name"]
        config.update(class_name=kind, module=home, registered_name=None)
    return keras.models.model_from_json(json.dumps(config), custom_objects=dict(custom))


@contextmanager
def by_keras_2(path: Path, found: Mapping[str, Any]) -> Iterator[tuple[Path, str] | None]:
    """The network as Keras 2 writes it today, if `tf_keras` is installed and can read it; and who wrote it.

    It reads the file itself, so only one whose config is harmless without having been mended.
    """
    if not found["as_it_is"] or found["custom"] or find_spec(SECOND) is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / "network.h5"
        try:
            second = importlib.import_module(SECOND)
            with named(path, f".{found['format']}") as name:
                second.models.load_model(name, compile=False, safe_mode=True).save(again, include_optimizer=False)
        except Exception:  # whatever it raises, Keras 3 has said already what is wrong
            yield None
            return
        yield again, f"{SECOND} {second.__version__}"


@contextmanager
def named(path: Path, suffix: str) -> Iterator[str]:
    """The file under a name that ends as Keras expects it."""
    is_weights = path.name.endswith(".weights.h5")
    if path.name.endswith(suffix) and is_weights == (suffix == ".weights.h5"):
        yield str(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        linked = Path(folder) / f"network{suffix}"
        try:
            linked.symlink_to(path.resolve())
        except (OSError, NotImplementedError):  # not everybody may link on Windows
            shutil.copyfile(path, linked)
        yield str(linked)
