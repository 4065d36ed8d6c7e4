"""Network files written by hand, as Keras 2 wrote them, and small real networks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .nets import build


def layer(kind: str, name: str, **settings: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, **settings}}


def image(*shape: int | None, name: str = "image") -> dict[str, Any]:
    return layer("InputLayer", name, batch_input_shape=[None, *shape], dtype="float32")


def sequential(*layers: Any, **settings: Any) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "net", "layers": list(layers), **settings}}


def dense(name: str = "scores", units: int = 10, activation: str = "softmax") -> dict[str, Any]:
    return layer("Dense", name, units=units, activation=activation)


@pytest.fixture(scope="session")
def config() -> dict[str, Any]:
    """28x28x1 -> Flatten -> Dense(10, softmax)."""
    return sequential(image(28, 28, 1), layer("Flatten", "flatten"), dense())


@pytest.fixture(scope="session")
def weights() -> dict[str, dict[str, np.ndarray]]:
    """Those of `config`."""
    random = np.random.default_rng(0)
    kernel = random.normal(0, 0.1, (784, 10)).astype(np.float32)
    return {"flatten": {}, "scores": {"kernel:0": kernel, "bias:0": np.arange(10, dtype=np.float32) / 10}}


@pytest.fixture
def h5(tmp_path: Path, config: dict, weights: dict) -> Callable[..., Path]:
    """h5(name, config=..., weights=...) -> a legacy file; both may be left out, or be None."""
    import h5py

    given, stored = config, weights

    def write(name: str = "net.h5", *, config: Any = given, weights: Any = stored) -> Path:
        path = tmp_path / name
        with h5py.File(path, "w") as file:
            file.attrs["keras_version"] = "2.4.0"
            file.attrs["backend"] = "tensorflow"
            if config is not None:
                file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
            if weights is not None:
                group = file.create_group("model_weights")
                group.attrs["layer_names"] = [name.encode() for name in weights]
                for name, arrays in weights.items():
                    inner = group.create_group(name)
                    inner.attrs["weight_names"] = [f"{name}/{key}".encode() for key in arrays]
                    for key, array in arrays.items():
                        inner[f"{name}/{key}"] = array
        return path

    return write


@pytest.fixture
def archive(tmp_path: Path, config: dict, weights: dict) -> Callable[..., Path]:
    """archive(name, **members) -> a .keras file with the usual members, replaced or (None) left out."""
    import io
    import zipfile

    import h5py

    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for number, array in enumerate(weights["scores"].values()):
            file[f"layers/dense/vars/{number}"] = array
    usual = {
        "metadata.json": json.dumps({"keras_version": "3.4.1"}),
        "config.json": json.dumps({"module": "keras", "registered_name": None, **config}),
        "model.weights.h5": held.getvalue(),
    }

    def write(name: str = "net.keras", **members: Any) -> Path:
        path = tmp_path / name
        renamed = {key.replace("__", "."): member for key, member in members.items()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for key, member in {**usual, **renamed}.items():
                if member is not None:
                    zipped.writestr(key, member)
        return path

    return write


@pytest.fixture
def refused() -> Callable[..., str]:
    """refused(function, path) -> the sentence of its refusal, which must be one short line of exit code 3."""
    from model import BadModel

    def call(function: Callable[..., Any], *arguments: Any) -> str:
        with pytest.raises(BadModel) as caught:
            function(*arguments)
        sentence = str(caught.value)
        assert caught.value.exit_code == 3
        assert len(sentence.splitlines()) == 1
        assert len(sentence) <= 240
        assert sentence.isprintable()
        assert ": " in sentence
        assert "; " in sentence or "did you mean" in sentence
        for word in ("Traceback", "safe_mode", "unsafe", "custom_object"):
            assert word not in sentence
        return sentence

    return call


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """opened(name) -> (our network, Keras's, 37 images, their input): saved to a file and read back, once."""
    from model.network import open_network
    from model.probing import choose

    made: dict[str, Any] = {}

    def get(name: str) -> Any:
        if name not in made:
            model = build(name)
            path = tmp_path_factory.mktemp("nets") / "net.keras"
            model.save(path)
            network = open_network(path)
            shape = [size or 9 for size in network.info.input_shape]
            images = np.random.default_rng(3).integers(0, 256, (37, *shape), dtype=np.uint8)
            way, _ = choose(network, images, np.full(37, -1))
            made[name] = network, model, images, way
        return made[name]

    return get
